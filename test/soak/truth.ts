import type { WorldEvent, WorldReport } from '../emulator/world-types.ts'
import { mayBeRetired, ownerOf } from './rule.ts'
import type { StageStory, Story } from './story.ts'

/** Every way in which a story breaks one of the four invariants; empty: it holds. */
export function breachesOf(story: Story): readonly string[] {
  const stages = story.post === undefined ? [story.main] : [story.main, story.post]
  return [
    ...creations(story),
    ...restores(story),
    ...deletions(story),
    ...power(story),
    ...disks(story),
    ...truthOfMain(story),
    ...truthOfPost(story),
    ...stages.flatMap(stage => [...leaks(story, stage), ...commands(stage), ...afterSignal(stage)]),
    ...deadlines(story),
  ]
}

type Kind = WorldEvent['kind']

/** What somebody with the token did between two moments. */
function done(from: WorldReport, to: WorldReport, kind: Kind): readonly WorldEvent[] {
  return to.events.slice(from.events.length).filter(event => event.kind === kind && event.by === 'api')
}

function happened(report: WorldReport, kind: Kind, snapshot: string): boolean {
  return report.events.some(event => event.kind === kind && event.snapshot === snapshot)
}

function inMain(story: Story, kind: Kind): readonly WorldEvent[] {
  return done(story.before, story.main.worldAfter, kind)
}

/** What the post stage did; what the main stage had sent and landed only then counts as well. */
function afterMain(story: Story, kind: Kind): readonly WorldEvent[] {
  return done(story.main.worldAfter, story.finally, kind)
}

function twice(events: readonly WorldEvent[]): readonly string[] {
  const servers = events.map(event => event.server)
  return [...new Set(servers.filter((server, index) => servers.indexOf(server) !== index))]
}

// (a) The world.

function creations(story: Story): readonly string[] {
  const { wish } = story
  const made = done(story.before, story.finally, 'snapshot-created')
  const wanted =
    !wish.dryRun && (wish.operation === 'create' || (wish.operation === 'restore' && wish.safety))
  const breaches = twice(made).map(server => `server ${server} has two new snapshots`)
  if (!wanted && made.length > 0) breaches.push(`${made.length} snapshots were made that nobody asked for`)
  for (const event of made) {
    if (!wish.servers.includes(event.server)) breaches.push(`server ${event.server} was photographed unasked`)
    const snapshot = story.finally.snapshots.find(({ id }) => id === event.snapshot)
    if (snapshot === undefined) continue
    if (/being overwritten/.test(snapshot.disk))
      breaches.push(`snapshot ${snapshot.id} holds a disk that was being restored`)
    const owner = ownerOf(snapshot.description)
    if (!story.keepsDescriptions) continue
    const purpose = wish.operation === 'restore' ? 'safety' : 'deploy'
    if (owner?.workflow !== wish.workflow || owner.run !== wish.runId || owner.purpose !== purpose)
      breaches.push(`snapshot ${snapshot.id} does not carry the marker of its run`)
  }
  return breaches
}

function restores(story: Story): readonly string[] {
  const { wish } = story
  const begun = done(story.before, story.finally, 'restore-begun')
  const breaches = twice(begun).map(server => `server ${server} was restored twice`)
  const own = inMain(story, 'snapshot-created').map(({ snapshot }) => snapshot)
  const completed = own.every(id => happened(story.main.worldAfter, 'snapshot-completed', id ?? ''))
  for (const { snapshot = '', server } of begun) {
    const asked =
      wish.operation === 'restore'
        ? !wish.dryRun && wish.snapshots.includes(snapshot)
        : wish.restoreOn.includes(story.jobStatus) && own.includes(snapshot) && completed && story.main.green
    if (!asked)
      breaches.push(`server ${server} was overwritten with snapshot ${snapshot}, which nobody wanted`)
  }
  return breaches
}

function deletions(story: Story): readonly string[] {
  const main = inMain(story, 'deleted').filter(event => !mayDelete(story, event, 'main'))
  const post = afterMain(story, 'deleted').filter(event => !mayDelete(story, event, 'post'))
  return [...main, ...post].map(({ snapshot }) => `snapshot ${snapshot} was deleted, which nobody wanted`)
}

function mayDelete(story: Story, event: WorldEvent, stage: 'main' | 'post'): boolean {
  const { wish } = story
  const id = event.snapshot ?? ''
  if (wish.operation === 'delete') return !wish.dryRun && wish.snapshots.includes(id)
  if (wish.operation !== 'create' || wish.dryRun) return false
  const isOwn = inMain(story, 'snapshot-created').some(({ snapshot }) => snapshot === id)
  if (stage === 'post' && isOwn) return wish.deleteOn.includes(story.jobStatus)
  const allowed = wish.whenFull || (wish.keepLast && stage === 'post' && story.jobStatus === 'success')
  const snapshot = story.before.snapshots.find(each => each.id === id)
  const { workflow, runId } = wish
  return allowed && snapshot !== undefined && mayBeRetired(snapshot, { workflow, runId, now: event.at })
}

function power(story: Story): readonly string[] {
  const { wish } = story
  const breaches: string[] = []
  for (const { server, detail } of done(story.before, story.finally, 'power')) {
    const isFair =
      detail === 'stop'
        ? wish.operation === 'create' && wish.stopServer && !wish.dryRun && everRan(story, server)
        : detail === 'start' && mayStart(story, server)
    if (!isFair) breaches.push(`server ${server} was sent a ${detail} that nobody wanted`)
  }
  for (const server of story.finally.servers) {
    if (!isRunningBefore(story, server.id) || server.running || isStoppedByOthers(story, server.id)) continue
    // The post stage is the last that can start what the main stage stopped: then it has to say so itself.
    const last = wish.stopServer ? story.post : undefined
    const said = last === undefined ? !story.main.green || story.post?.green === false : !last.green
    if (!(said && story.hardships === 'many') && !isUnseen(story, server.id))
      breaches.push(`server ${server.id} (${server.status}) was left stopped`)
  }
  return breaches
}

function isRunningBefore(story: Story, server: string): boolean {
  return story.before.servers.find(({ id }) => id === server)?.running === true
}

function everRan(story: Story, server: string): boolean {
  const { events } = story.finally
  return (
    isRunningBefore(story, server) ||
    events.some(({ kind, server: other }) => kind === 'running' && other === server)
  )
}

/** A restore stopped it, and either failed, or ended when nobody looked any more, or was to leave it so. */
function isUnseen(story: Story, server: string): boolean {
  const restored = done(story.before, story.finally, 'restore-begun').some(event => event.server === server)
  if (!restored) return false
  const failed = story.finally.events.some(
    event => event.kind === 'restore-failed' && event.server === server,
  )
  const isRed = !story.main.green || story.post?.green === false
  return failed || isRed || !story.wish.wait || !story.wish.startAfterRestore
}

function mayStart(story: Story, server: string): boolean {
  const { wish } = story
  if (wish.operation === 'create' && wish.stopServer) return true
  const restored = story.finally.events.some(
    ({ kind, server: other }) => kind === 'restore-ended' && other === server,
  )
  return restored && wish.startAfterRestore
}

/** Somebody else stopped it, or a restore of somebody else's ended so. */
function isStoppedByOthers(story: Story, server: string): boolean {
  const events = story.finally.events.filter(event => event.server === server)
  return events.some(
    ({ kind, by, detail }) =>
      by === 'other' &&
      ((kind === 'power' && detail === 'stop') || kind === 'restore-begun' || kind === 'status'),
  )
}

function disks(story: Story): readonly string[] {
  const breaches: string[] = []
  for (const server of story.finally.servers) {
    const events = story.finally.events.filter(event => event.server === server.id)
    const ended = events.findLast(({ kind }) => kind === 'restore-ended' || kind === 'restore-failed')
    if (ended === undefined || ended.kind === 'restore-failed') continue
    const written = events.findLast(({ kind }) => kind === 'disk')
    if (written !== undefined && written.at > ended.at) continue
    const source = [...story.before.snapshots, ...story.main.worldAfter.snapshots].find(
      ({ id }) => id === ended.snapshot,
    )
    if (source !== undefined && source.disk !== server.disk)
      breaches.push(`server ${server.id} does not hold what snapshot ${source.id} held`)
  }
  return breaches
}

// (b) The truth.

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
  in_progress: (report, id) => happened(report, 'snapshot-created', id) || existed(report, id),
  completed: (report, id) => happened(report, 'snapshot-completed', id) || existed(report, id),
  restoring: (report, id) => happened(report, 'restore-begun', id),
  restored: (report, id) => happened(report, 'restore-ended', id),
  deleted: (report, id) => happened(report, 'deleted', id) || !existed(report, id),
}

function existed(report: WorldReport, id: string): boolean {
  return report.snapshots.some(snapshot => snapshot.id === id && snapshot.status !== 'in_progress')
}

function truthOfMain(story: Story): readonly string[] {
  const { main } = story
  const breaches: string[] = []
  if (story.wish.operation !== 'list')
    for (const item of itemsOf(main))
      if (!isForged(main) && ASSERTIONS[item.status]?.(main.worldAfter, item.id) === false)
        breaches.push(`snapshot ${item.id} is said to be ${item.status}, and is not`)
  return [...breaches, ...promises(story), ...ids(story), ...claims(story)]
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

/** What green promises. */
function promises({ wish, main }: Story): readonly string[] {
  if (wish.operation === 'list') return []
  const status = main.outputs['status'] ?? ''
  const good: readonly string[] = GOOD_STATUS[wish.operation]
  if (!main.green)
    return ['completed', 'restored', 'deleted', 'planned'].includes(status)
      ? [`the step is red and its status is ${status}`]
      : []
  const items = itemsOf(main)
  const breaches: string[] = []
  if (!good.includes(status)) breaches.push(`the step is green and its status is ${status}`)
  const missing = wish.operation === 'create' && !wish.dryRun ? wish.servers.length - items.length : 0
  if (missing !== 0) breaches.push(`the step is green, and ${missing} servers have no snapshot`)
  for (const item of items) if (item.error !== undefined) breaches.push(`green, but: ${item.error}`)
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
    ['snapshot-created', 'restore-begun', 'deleted'].some(kind => inMain(story, kind as Kind).length > 0)
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
  [/is back at snapshot/, story => done(story.before, story.finally, 'restore-begun').length === 1],
  [
    /being restored since|the restore was accepted|The restore of \S+ from snapshot \S+ was accepted/,
    story => story.finally.events.some(({ kind }) => kind === 'restore-begun'),
  ],
]

function none(story: Story): (kind: Kind) => boolean {
  return kind => inMain(story, kind).length === 0
}

function claims(story: Story): readonly string[] {
  const verdict = story.main.log.findLast(line => line !== '') ?? ''
  if (story.wish.servers.length !== 1 || story.wish.snapshots.length > 1) return []
  return CLAIMS.filter(([pattern, isTrue]) => pattern.test(verdict) && !isTrue(story)).map(
    () => `the verdict is not true: ${verdict}`,
  )
}

/** A rollback that was asked for is in the world, or the post stage is red. */
function truthOfPost(story: Story): readonly string[] {
  const { wish, post, main } = story
  if (post === undefined || wish.operation !== 'create' || wish.dryRun) return []
  const breaches: string[] = []
  const made = inMain(story, 'snapshot-created').map(({ snapshot }) => snapshot ?? '')
  if (post.green && main.green && wish.restoreOn.includes(story.jobStatus))
    for (const id of made)
      if (!happened(post.worldAfter, 'restore-ended', id))
        breaches.push(`the post stage is green, and snapshot ${id} was not restored`)
  const verdict = post.log.findLast(line => line !== '') ?? ''
  if (/is back at snapshot/.test(verdict) && !made.some(id => happened(post.worldAfter, 'restore-ended', id)))
    breaches.push(`the verdict of the post stage is not true: ${verdict}`)
  return breaches
}

// (c) No secret.

const PASSWORD = 'root-password-of'

function leaks({ token, origin }: Story, stage: StageStory): readonly string[] {
  const printed = stage.bytes.replaceAll(`::add-mask::${token}\n`, '')
  const places: Readonly<Record<string, string>> = {
    log: printed,
    outputs: JSON.stringify(stage.outputs),
    summary: stage.summary,
  }
  const breaches: string[] = []
  for (const [place, text] of Object.entries(places))
    for (const form of [token, encodeURIComponent(token), btoa(token).replace(/=+$/, '').slice(0, -1)])
      if (text.includes(form)) breaches.push(`the ${place} holds the token`)
  for (const [place, text] of Object.entries({ ...places, state: JSON.stringify(stage.state) }))
    if (text.includes(PASSWORD)) breaches.push(`the ${place} holds a server's password`)
  for (const request of stage.requests) {
    const { authorization = '', ...others } = request.headers
    if (authorization.includes(token) && request.origin !== origin)
      breaches.push(`the token was sent to ${request.origin}`)
    if ((request.path + request.body + JSON.stringify(others)).includes(token))
      breaches.push(`the token stands in ${request.method} ${request.path} besides its header`)
  }
  return breaches
}

const ORDERS = ['add-mask', 'debug', 'notice', 'warning', 'error', 'group', 'endgroup']

/** No line is obeyed that was not meant to be. */
function commands(stage: StageStory): readonly string[] {
  const breaches = stage.obeyed
    .filter(({ name }) => !ORDERS.includes(name))
    .map(({ name, data }) => `the runner obeyed ::${name}::${data.slice(0, 50)}`)
  if (stage.commands !== undefined && stage.commands !== stage.obeyed.length)
    breaches.push(`the runner obeyed ${stage.obeyed.length} lines of ${stage.commands} that were meant to be`)
  for (const level of ['notice', 'warning', 'error'])
    if (stage.obeyed.filter(({ name }) => name === level).length > 10)
      breaches.push(`more than ten annotations: ${level}`)
  return breaches
}

function afterSignal(stage: StageStory): readonly string[] {
  const { cancelledAt } = stage
  if (cancelledAt === undefined) return []
  const late = stage.requests.filter(({ at }) => at > cancelledAt)
  return late.map(({ method, path }) => `after the signal, ${method} ${path} was sent`)
}

// (d) The deadline.

const MINUTE = 60_000
/** A 403 is explained by one more question, which has ten seconds. */
const COURTESY = 15_000

function deadlines({ wish, main, post, jobStatus }: Story): readonly string[] {
  const cleanup = (wish.stopServer || wish.startAfterRestore ? 2 * MINUTE : 0) * wish.servers.length
  const limit = wish.operation === 'list' ? 5 * MINUTE : wish.timeoutMs
  const breaches: string[] = []
  if (main.tookMs > limit + cleanup + COURTESY)
    breaches.push(`the main stage took ${main.tookMs} ms, its limit was ${limit} ms`)
  if (main.cancelledAt !== undefined && main.worldAfter.now - main.cancelledAt > 2_000)
    breaches.push(`the main stage took ${main.worldAfter.now - main.cancelledAt} ms after the signal`)
  if (post === undefined) return breaches
  const restoring = jobStatus === 'cancelled' ? 2.5 * MINUTE : wish.timeoutMs
  const perServer = 4 * MINUTE * wish.servers.length
  if (post.tookMs > restoring + perServer + 5 * MINUTE) breaches.push(`the post stage took ${post.tookMs} ms`)
  return breaches
}
