import type { WorldReport } from '../emulator/world-types.ts'
import { arms, done, happened, inMain, isArmed, type Kind, ownSnapshots } from './happenings.ts'
import { rowsOf } from './places.ts'
import type { StageStory, Story } from './story.ts'

interface Item {
  readonly id: string
  readonly status: string
  readonly server: { readonly id: string }
  readonly error?: string
}

function itemsOf(stage: StageStory): readonly Item[] {
  const text = stage.outputs['snapshots'] ?? '[]'
  // The output is this action's own; a test of its form is elsewhere.
  return JSON.parse(text) as readonly Item[]
}

/** What a status of one snapshot asserts of the world. */
const ASSERTIONS: Readonly<Record<string, (report: WorldReport, id: string) => boolean>> = {
  // Of a snapshot, or of its deletion.
  in_progress: (report, id) =>
    (['snapshot-created', 'deleted'] as const).some(kind => happened(report, kind, id)) || exists(report, id),
  completed: (report, id) => happened(report, 'snapshot-completed', id) || existed(report, id),
  restoring: (report, id) =>
    happened(report, 'restore-accepted', id) || happened(report, 'restore-begun', id),
  restored: (report, id) => happened(report, 'restore-ended', id),
  deleted: (report, id) => happened(report, 'deleted', id) || !existed(report, id),
}

function exists(report: WorldReport, id: string): boolean {
  return report.snapshots.some(snapshot => snapshot.id === id)
}

function existed(report: WorldReport, id: string): boolean {
  return report.snapshots.some(snapshot => snapshot.id === id && snapshot.status !== 'in_progress')
}

export function truthOfMain(story: Story): readonly string[] {
  const { main } = story
  const breaches: string[] = []
  if (story.wish.operation !== 'list')
    for (const item of itemsOf(main))
      if (!isForged(main) && !isTrue(story, item))
        breaches.push(`snapshot ${item.id} is said to be ${item.status}, and is not`)
  return [...breaches, ...promises(story), ...ids(story), ...claims(story)]
}

function isTrue({ wish, main }: Story, { id, status, server }: Item): boolean {
  // The API does not say from which snapshot a server is being restored.
  if (wish.operation === 'wait' && status === 'restored')
    return main.worldAfter.events.some(event => event.kind === 'restore-ended' && event.server === server.id)
  return ASSERTIONS[status]?.(main.worldAfter, id) !== false
}

/** Whoever says in the API's place that a deletion is done is believed until the list is read. */
function isForged(stage: StageStory): boolean {
  return stage.requests.some(
    ({ method, acted, status }) =>
      method === 'DELETE' && !acted && status !== null && (status < 300 || status === 404),
  )
}

const GOOD_STATUS = {
  create: ['completed', 'in_progress', 'planned'],
  restore: ['restored', 'restoring', 'planned'],
  delete: ['deleted', 'planned'],
  wait: ['completed', 'restored'],
} as const

// The task may be done, and what comes after it not.
const AFTER_THE_TASK = [
  'start-failed',
  'health-check',
  'cancelled',
  'interleaved',
  'runner-files',
  'lost-state',
]

function redThoughDone({ outputs }: StageStory): readonly string[] {
  const { status = '', reason = '' } = outputs
  const isDone = ['completed', 'restored', 'deleted', 'planned'].includes(status)
  const isExplained = reason !== '' && (!isDone || AFTER_THE_TASK.includes(reason))
  return isExplained ? [] : [`the step is red, its status is ${status} and its reason ${reason}`]
}

/** What green promises. */
function promises(story: Story): readonly string[] {
  const { wish, main } = story
  if (wish.operation === 'list') return []
  const status = main.outputs['status'] ?? ''
  const good: readonly string[] = GOOD_STATUS[wish.operation]
  if (!main.green) return redThoughDone(main)
  const items = itemsOf(main)
  const breaches: string[] = []
  if (main.outputs['reason'] !== '') breaches.push(`the step is green, its reason ${main.outputs['reason']}`)
  if (!good.includes(status)) breaches.push(`the step is green and its status is ${status}`)
  const missing = wish.operation === 'create' && !wish.dryRun ? wish.servers.length - items.length : 0
  if (missing !== 0) breaches.push(`the step is green, and ${missing} servers have no snapshot`)
  for (const item of items) if (item.error !== undefined) breaches.push(`green, but: ${item.error}`)
  if (wish.operation === 'wait' && isArmed(wish) && ownSnapshots(story).length === 0)
    breaches.push('a wait has armed the end of the job for what this run did not make')
  if (wish.operation === 'restore' && wish.wait && !wish.dryRun)
    for (const id of wish.snapshots)
      if (!happened(main.worldAfter, 'restore-ended', id))
        breaches.push(`the step is green, and snapshot ${id} was not restored`)
  if (wish.operation === 'delete' && !wish.dryRun && (wish.wait || !isForged(main)))
    for (const id of wish.snapshots)
      if (main.worldAfter.snapshots.some(snapshot => snapshot.id === id))
        breaches.push(`the step is green, and snapshot ${id} is there`)
  return breaches
}

/** What was made is in the outputs, unless the step says that it does not know. */
function ids(story: Story): readonly string[] {
  const { wish, main } = story
  const breaches: string[] = []
  const made = inMain(story, 'snapshot-created').map(({ snapshot }) => snapshot ?? '')
  const told = split(main.outputs['snapshot-id'])
  const status = main.outputs['status'] ?? (wish.operation === 'list' ? 'none' : '')
  if (status === '') breaches.push('no status was set')
  if (wish.operation === 'create') {
    if (status !== 'unknown')
      for (const id of made) if (!told.includes(id)) breaches.push(`snapshot ${id} was made and not told`)
    for (const id of told) if (!made.includes(id)) breaches.push(`snapshot ${id} was told and not made`)
    if (split(main.outputs['server-id']).length !== told.length)
      breaches.push('server-id and snapshot-id do not pair up')
  }
  if (wish.operation === 'restore' && status !== 'unknown')
    for (const id of made)
      if (!split(main.outputs['safety-snapshot-id']).includes(id))
        breaches.push(`safety snapshot ${id} was made and not told`)
  const isAccepted =
    wish.operation === 'wait' ||
    ['snapshot-created', 'restore-accepted', 'restore-begun', 'deleted'].some(
      kind => inMain(story, kind as Kind).length > 0,
    )
  if (['timed_out', 'cancelled'].includes(status) && !isAccepted && !isLate(story))
    breaches.push(`the status is ${status}, and nothing had been accepted`)
  return breaches
}

/** What was asked for may land after the stage has ended. */
function isLate(story: Story): boolean {
  return story.main.requests.some(({ method, acted }) => method !== 'GET' && !acted)
}

function split(list: string | undefined): readonly string[] {
  return list === undefined || list === '' ? [] : list.split(',')
}

/** Sentences of the log and what they claim; of one server only, where it is clear whom they are about. */
const CLAIMS: readonly (readonly [RegExp, (story: Story) => boolean])[] = [
  [
    /Nothing was changed|before anything was changed/,
    story => (['snapshot-created', 'restore-begun', 'deleted', 'power'] as const).every(none(story)),
  ],
  [/No snapshot was taken/, story => none(story)('snapshot-created')],
  [/was not overwritten|[Nn]othing was overwritten/, story => none(story)('restore-begun')],
  [/Snapshot \S+ was not deleted/, story => none(story)('deleted')],
  [/completed in /, story => !none(story)('snapshot-created')],
  [/Restored \S+ to snapshot/, story => done(story.before, story.finally, 'restore-begun').length === 1],
  [
    /The restore was accepted|The restore of \S+ from snapshot \S+ was accepted/,
    story => story.finally.events.some(({ kind }) => kind === 'restore-begun'),
  ],
]

/** An error or a notice, or what the log ends with. */
function verdictOf({ log }: StageStory): string {
  const annotated = log.findLast(line => /^##\[(?:error|notice)\]/.test(line))
  const plain = log.filter(line => line !== '' && !line.startsWith('Next: ')).slice(-2)
  return annotated ?? plain.join(' ')
}

function none(story: Story): (kind: Kind) => boolean {
  return kind => inMain(story, kind).length === 0
}

function claims(story: Story): readonly string[] {
  const verdict = verdictOf(story.main)
  if (story.wish.servers.length !== 1 || story.wish.snapshots.length > 1) return []
  return CLAIMS.filter(([pattern, isTrue]) => pattern.test(verdict) && !isTrue(story)).map(
    () => `the verdict is not true: ${verdict}`,
  )
}

/** A rollback that was asked for is in the world, or the post stage is red. */
export function truthOfPost(story: Story): readonly string[] {
  const { wish, post, main } = story
  if (post === undefined || !arms(wish)) return []
  const breaches: string[] = []
  const made = ownSnapshots(story).map(({ id }) => id)
  if (post.green && main.green && wish.restoreOn.includes(story.jobStatus) && !story.hadFailed)
    for (const id of made)
      if (!happened(post.worldAfter, 'restore-ended', id))
        breaches.push(`the post step is green, and snapshot ${id} was not restored`)
  for (const { id, status } of post.told?.at(-1)?.servers ?? []) {
    const snapshot = ownSnapshots(story).find(({ server }) => server === id)?.id
    const isSaid = status === 'restored' || status === 'restoring'
    if (isSaid && ASSERTIONS[status]?.(post.worldAfter, snapshot ?? '') !== true)
      breaches.push(`the post step says of server ${id} that it is ${status}, and it is not`)
  }
  const verdict = verdictOf(post)
  if (
    /Restored \S+ to snapshot/.test(verdict) &&
    !made.some(id => happened(post.worldAfter, 'restore-ended', id))
  )
    breaches.push(`the verdict of the post step is not true: ${verdict}`)
  return breaches
}

/** What the webhook is told of each server is what the summary says. */
export function notices({ summary, told = [], records = [] }: StageStory): readonly string[] {
  const last = records.at(-1)?.run
  // Of a cancelled job the summary is written before the wait, for which there may be no time.
  if (last === undefined || last.jobStatus === 'cancelled') return []
  // A delete may be about several snapshots of one server, each a row of its own.
  const rows = Map.groupBy(rowsOf(summary), ({ server }) => server)
  return told.flatMap(({ servers }) =>
    [...Map.groupBy(servers, ({ id }) => id)].flatMap(([id, notified]) => {
      const shown = rows.get(id)?.map(({ status }) => status)
      const said = notified.map(({ status }) => status)
      return shown === undefined || `${shown}` === `${said}`
        ? []
        : [`the summary says ${shown} of server ${id}, and the notification ${said}`]
    }),
  )
}

/** Whoever is cut off says so, wherever it tells how it ended. */
export function cancels(stage: StageStory): readonly string[] {
  const { cancelledAt, summary, green, records = [] } = stage
  if (cancelledAt === undefined) return []
  // In a job that is cancelled already, a restore writes its summary before it waits: there may be no time for it later.
  const isWrittenEarly = records.at(-1)?.run.jobStatus === 'cancelled'
  const places = { verdict: verdictOf(stage), ...(summary === '' || isWrittenEarly ? {} : { summary }) }
  const silent = Object.entries(places).filter(([, text]) => !/cancel/i.test(text))
  // What was done when the signal came was not cut off.
  return green ? [] : silent.map(([place]) => `the ${place} does not mention the cancel`)
}
