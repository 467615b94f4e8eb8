import { createHash } from 'node:crypto'
import { composeMessage, type Dialect, fitLines, type Message } from './message.ts'
import * as messages from './messages.ts'
import type { Notification, NotifiedServer } from './notification.ts'
import { githubText } from './text.ts'

/** Characters. GitHub refuses a comment of more than 65,536. */
const BODY_LIMIT = 60_000
const ROW_LIMIT = 50
const CELL_LIMIT = 100

const DIALECT: Dialect = {
  text: githubText,
  code: command => `\`${command}\``,
  link: url => `[${messages.VIEW_RUN}](${url})`,
}

/**
 * What a comment begins with, so that a later attempt or stage of the same run finds and updates it: the run, and a
 * digest of the job and its servers, since the jobs of a matrix share all but those.
 */
export function commentMarker(runId: string, { job, servers }: Notification): string {
  const identity = JSON.stringify([job, servers.map(server => server.id).toSorted()])
  const digest = createHash('sha256').update(identity).digest('hex').slice(0, 16)
  return `<!-- vps-snapshot-action run=${encodeURIComponent(runId).replaceAll('-', '%2D')} of=${digest} -->`
}

/** A comment: the verdict, each server with its snapshot, the state of things, the way out, the run. */
export function commentBody(marker: string, notification: Notification): string {
  return fitLines(
    notification.lines.length,
    kept => render(marker, composeMessage(notification, kept, DIALECT), notification.servers),
    body => body.length <= BODY_LIMIT,
  )
}

function render(marker: string, message: Message, servers: readonly NotifiedServer[]): string {
  const { headline, lines, wayOut, command, link } = message
  const parts = [marker, `**${headline}**`, ...lines, ...table(servers), wayOut, command, link]
  return parts.filter(Boolean).join('\n\n')
}

function table(servers: readonly NotifiedServer[]): readonly string[] {
  if (servers.length === 0) return []
  const left = servers.length - ROW_LIMIT
  return [
    [
      `| ${messages.COLUMNS.join(' | ')} |`,
      '|---|---|---|---|---|',
      ...servers.slice(0, ROW_LIMIT).map(row),
    ].join('\n'),
    ...(left > 0 ? [messages.moreServers(left)] : []),
  ]
}

function row({ id, name, snapshot, status, reason, lost_since }: NotifiedServer): string {
  const cells = [
    name === '' ? id : `${name} (${id})`,
    snapshot === null ? '–' : `${snapshot.id}${snapshot.name === '' ? '' : ` (${snapshot.name})`}`,
    snapshot?.created_at ?? '–',
    reason === '' ? status : `${status} (${reason})`,
    lost_since ?? '–',
  ]
  return `| ${cells.map(cell => githubText(cell, CELL_LIMIT)).join(' | ')} |`
}
