import type { TimelineChange, WorldSetup } from '../../../emulator/settings.ts'
import type { World } from '../../../emulator/world.ts'
import { byWorkflow, hoursAgo, WEB } from './scenery.ts'
import { createStage, type Stage, type StageSettings, type Transcript } from './stage.ts'

export const MINUTE = 60_000

/** What the server's disk held when snapshot 801 was taken, and what it holds now. */
export const BEFORE = 'version 1'
export const NOW = 'version 2'

/** A snapshot that this workflow made 18 minutes ago, of a server that has been deployed to since. */
export const DEPLOYED: WorldSetup = {
  servers: [{ ...WEB, disk: NOW }],
  snapshots: [{ ...byWorkflow({ id: '801' }), createdAt: hoursAgo(0.3), disk: BEFORE, sizeMb: 5120 }],
}

/** The stage of most tests: `DEPLOYED`, with a course that restores take, and whatever else is given. */
export function deployed(timeline: TimelineChange = {}, more: StageSettings = {}): Stage {
  const settings = { ...more.settings, timeline: { ...more.settings?.timeline, ...timeline } }
  return createStage({ ...DEPLOYED, ...more, settings })
}

/** The inputs of a restore of 801. */
export function restoring(inputs: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { operation: 'restore', 'snapshot-id': '801', ...inputs }
}

/** The requests that change something, each with the whole seconds after which it was sent. */
export function changes({ requests }: Transcript): readonly string[] {
  return requests
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path, body, after }) => `${Math.round(after / 1_000)}s ${method} ${path} ${body}`.trim())
}

/** What a server's disk holds. */
export function diskOf(world: World, server: string = WEB.id): string | undefined {
  return world.report().servers.find(({ id }) => id === server)?.disk
}

/** Whether a server runs in truth. */
export function runs(world: World, server: string = WEB.id): boolean | undefined {
  return world.report().servers.find(({ id }) => id === server)?.running
}

/** What happened to the servers by our requests, in order. */
export function deeds(world: World): readonly string[] {
  return world.events
    .filter(({ by }) => by === 'api')
    .map(({ kind, server, snapshot, detail }) => [kind, snapshot ?? server, detail].filter(Boolean).join(' '))
}

/** How a stage is expected to end that did what was asked. */
export function green(status: string) {
  return { green: true, outputs: { status, reason: '' } }
}

/** How a stage is expected to end that did not. */
export function red(status: string, reason: string) {
  return { green: false, outputs: { status, reason } }
}

/** The levels of a stage's annotations, in order. */
export function levels({ annotations }: Transcript): readonly string[] {
  return annotations.map(({ level }) => level)
}

/** The status of each snapshot in the JSON, in order. */
export function jsonStatuses({ outputs }: Transcript): readonly string[] {
  return JSON.parse(outputs['snapshots'] ?? '[]').map(({ status }: { readonly status: string }) => status)
}

/** The ids of the snapshots in the tables of the log, in order: what a person can choose among. */
export function tabled({ log }: Transcript): readonly string[] {
  return log.flatMap(line => /^\d+(?= .* {2})/.exec(line) ?? [])
}

/** When each request of a kind was sent, in whole seconds. */
export function secondsOf({ requests }: Transcript, method: string, path?: string): readonly number[] {
  return requests
    .filter(request => request.method === method && (path === undefined || request.path === path))
    .map(({ after }) => Math.round(after / 1_000))
}

/** The steps that the summary offers to copy: what, and for which snapshots. */
export function offers({ summary }: Transcript): readonly string[] {
  const commands = summary.matchAll(/-f operation=(\w+) -f server-id=\S+ -f snapshot-id=([\w,-]+)/g)
  return [...commands].map(([, operation, snapshots]) => `${operation} ${snapshots}`)
}

/** All that a person reads in the log and in the annotations. */
export function told({ printed }: Transcript): string {
  return printed.join('\n')
}
