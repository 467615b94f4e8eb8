import type { Call, Stage, Transcript } from './stage.ts'

/** How a stage ended, e.g. `green completed` or `red timed_out timeout`: colour, `status` and `reason`. */
export function ended({ green, outputs }: Pick<Transcript, 'green' | 'outputs'>): string {
  const words = [green ? 'green' : 'red', outputs['status'] ?? 'no-status', outputs['reason'] ?? 'no-reason']
  return words.filter(word => word !== '').join(' ')
}

/** The requests that change something, in order. */
export function changes({ calls }: Pick<Transcript, 'calls'>): readonly string[] {
  return calls.filter(call => !call.startsWith('GET '))
}

/** The levels of a stage's annotations, in order. */
export function levels({ annotations }: Pick<Transcript, 'annotations'>): readonly string[] {
  return annotations.map(({ level }) => level)
}

/** The texts of its warnings. */
export function warnings({ annotations }: Pick<Transcript, 'annotations'>): readonly string[] {
  return annotations.filter(({ level }) => level === 'warning').map(({ text }) => text)
}

/** One item of the `snapshots` output. */
export interface SnapshotItem {
  readonly id: string
  readonly status: string
  readonly error?: string
  readonly server: { readonly id: string; readonly name: string }
}

/** The `snapshots` output. */
export function snapshotItems({ outputs }: Pick<Transcript, 'outputs'>): readonly SnapshotItem[] {
  return JSON.parse(outputs['snapshots'] ?? 'null')
}

/** The `snapshots` output as words, e.g. `802 completed`. */
export function snapshotWords(transcript: Pick<Transcript, 'outputs'>): readonly string[] {
  return snapshotItems(transcript).map(({ id, status }) => `${id} ${status}`)
}

/** What was saved of one server for the post stage. */
export interface SavedServer {
  readonly server: string
  readonly power: string
  readonly snapshot?: { readonly id: string; readonly completed: boolean }
}

/** The last state that was saved of a server, the first by default; undefined where there is none. */
export function savedServer({ state }: Pick<Transcript, 'state'>, index = 0): SavedServer | undefined {
  const saved = state[`server-${index}`]
  return saved === undefined ? undefined : JSON.parse(saved)
}

/** The requests for a snapshot. */
export function creates({ requests }: Pick<Transcript, 'requests'>): readonly Call[] {
  return requests.filter(({ method, path }) => method === 'POST' && path === '/snapshots/')
}

/** The power requests, `start` or `stop` each. */
export function switches({ requests }: Pick<Transcript, 'requests'>): readonly string[] {
  return requests.filter(({ path }) => path.endsWith('/power/')).map(({ body }) => JSON.parse(body).action)
}

/** The ids of the snapshots that the world has made. */
export function made({ world }: Pick<Stage, 'world'>): readonly string[] {
  return snapshotsIn(world.events, ({ kind }) => kind === 'snapshot-created')
}

/** The ids of the snapshots that were deleted: by this action, or by anybody. */
export function deleted({ world }: Pick<Stage, 'world'>, by: 'us' | 'anybody' = 'us'): readonly string[] {
  return snapshotsIn(
    world.events,
    event => event.kind === 'deleted' && (by === 'anybody' || event.by === 'api'),
  )
}

function snapshotsIn(
  events: Stage['world']['events'],
  isMeant: (event: Stage['world']['events'][number]) => boolean,
): readonly string[] {
  return events.filter(isMeant).map(({ snapshot }) => snapshot ?? 'none')
}

/** Whether the first server runs. */
export function isRunning({ world }: Pick<Stage, 'world'>): boolean {
  return world.report().servers[0]?.running === true
}
