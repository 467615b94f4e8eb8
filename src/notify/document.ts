import { oneLine } from '../report/sanitize.ts'
import { composeMessage, type Dialect, fitLines, joinMessage } from './message.ts'
import type { Notification, NotificationDocument, NotifiedServer } from './notification.ts'
import { plainText } from './text.ts'

/** Characters of `text`; as much as Slack takes, since what is compatible with it reads `text`. */
const TEXT_LIMIT = 40_000

const DIALECT: Dialect = { text: plainText, code: command => command, link: url => url }

/** The documented JSON: docs/notification.schema.json describes it, docs/notifications.md explains it. */
export function notificationDocument(notification: Notification): NotificationDocument {
  const { headline: _, lines, way_out: __, command: ___, servers, ...facts } = notification
  return {
    schema: 1,
    text: fitLines(
      lines.length,
      kept => joinMessage(composeMessage(notification, kept, DIALECT)),
      text => text.length <= TEXT_LIMIT,
    ),
    ...facts,
    reason: oneLine(facts.reason),
    repository: oneLine(facts.repository),
    workflow: oneLine(facts.workflow),
    run_url: oneLine(facts.run_url),
    job: oneLine(facts.job),
    actor: oneLine(facts.actor),
    servers: servers.map(documentedServer),
  }
}

function documentedServer(server: NotifiedServer): NotifiedServer {
  const { snapshot } = server
  return {
    id: oneLine(server.id),
    name: oneLine(server.name),
    status: oneLine(server.status),
    reason: oneLine(server.reason),
    snapshot: snapshot && {
      id: oneLine(snapshot.id),
      name: oneLine(snapshot.name),
      created_at: snapshot.created_at && oneLine(snapshot.created_at),
      size_mb: snapshot.size_mb,
    },
    lost_since: server.lost_since && oneLine(server.lost_since),
  }
}
