import type { Fault, FaultRule } from '../emulator/faults.ts'
import {
  DATE_FORMS,
  NEXT_LINKS,
  type SettingsChange,
  type Shape,
  type TimelineChange,
} from '../emulator/settings.ts'
import type { Dice } from './dice.ts'
import { HOSTILE_TEXTS } from './hostile.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** How long things take on a server and how they end, and what its reads show of it. */
export function throwTimeline(dice: Dice): TimelineChange {
  return {
    snapshotMs: dice.int(30 * SECOND, 12 * MINUTE),
    snapshotOutcome: dice.chance(0.85) ? 'completed' : dice.pick(['failed', 'never']),
    progressWord: dice.chance(0.1) ? dice.pick(['pending', 'creating']) : 'in_progress',
    completedWord: dice.chance(0.1) ? dice.pick(['available', 'done', 'Ready']) : 'completed',
    failedWord: dice.pick(['failed', 'error', 'Cancelled', 'aborted']),
    listLagMs: dice.chance(0.3) ? dice.int(0, 20 * SECOND) : 0,
    unknownMs: dice.chance(0.1) ? dice.int(0, 10 * SECOND) : 0,
    deletionLagMs: dice.chance(0.3) ? dice.int(0, 30 * SECOND) : 0,
    slotLagMs: dice.chance(0.3) ? dice.int(0, 60 * SECOND) : 0,
    readLagMs: dice.chance(0.3) ? dice.int(0, 15 * SECOND) : 0,
    // Later, and a request whose answer is lost would be repeated before the first one shows.
    restoreBeginsMs: dice.chance(0.15) ? dice.int(0, 30 * SECOND) : 0,
    restoreMs: dice.int(4 * MINUTE, 18 * MINUTE),
    restoreStaleMs: dice.chance(0.3) ? dice.int(0, 20 * SECOND) : 0,
    restoreStoppedMs: dice.chance(0.3) ? dice.int(0, 15 * SECOND) : 0,
    restoreEndsAs: dice.pick(['active', 'active', 'active', 'stopped', 'stopped', 'error']),
    powerStaleMs: dice.chance(0.3) ? dice.int(0, 15 * SECOND) : 0,
    stopLandsMs: dice.chance(0.15) ? dice.int(0, 30 * SECOND) : 0,
    stoppingMs: dice.int(0, 40 * SECOND),
    startingMs: dice.int(0, 40 * SECOND),
    showsTransitions: dice.chance(0.7),
  }
}

const SHAPES: readonly [Shape, ...Shape[]] = [
  { shows: { name: null } },
  { shows: { size_mb: '5120.00' } },
  { shows: { size_mb: null, name: 7 } },
  { shows: { created_at: 1_768_000_000 } },
  { shows: { created_at: 'yesterday' } },
  { shows: { server: null } },
  { shows: { status: 7 } },
  { hides: ['id'] },
  { hides: ['name', 'size_mb', 'description'] },
]

/** Now and then an item is shown as no schema would have it. */
export function throwShape(dice: Dice): { readonly shape?: Shape } {
  return dice.chance(0.06) ? { shape: dice.pick(SHAPES) } : {}
}

const MARKER_OF_OTHERS =
  ' [vps-snapshot-action workflow=owner/shop/.github/workflows/deploy.yml run=1 attempt=1 purpose=deploy key=aaaaaaaa]'

/** How the API behaves where its reference leaves it open, and what stands in front of it. */
export function throwSettings(dice: Dice): SettingsChange {
  const clockSkewMs = dice.chance(0.2) ? dice.int(-2 * HOUR, 2 * HOUR) : 0
  return {
    snapshotIds: dice.pick(['integer', 'integer', 'uuid']),
    snapshotPaging: dice.chance(0.3),
    pageSize: dice.pick([2, 20]),
    maxPageSize: dice.pick([2, 100]),
    filterIgnored: dice.chance(0.2),
    ...throwDescriptions(dice),
    clockSkewMs,
    // Of a clock that is wrong nothing else tells.
    dateHeader: clockSkewMs !== 0 || dice.chance(0.9),
    dateSkewMs: dice.chance(0.05) ? dice.int(0, 24 * HOUR) : 0,
    dateForm: dice.chance(0.3) ? dice.pick(DATE_FORMS) : 'zulu',
    strayItems: dice.chance(0.08) ? [dice.pick(STRAYS)] : [],
    bareLists: dice.chance(0.1) ? [dice.pick(['snapshots', 'servers'])] : [],
    nextLinks: dice.chance(0.3) ? dice.pick(NEXT_LINKS) : 'as-asked',
    replicaLagMs: dice.chance(0.2) ? 500 : 0,
    replicaReads: dice.pick(['alternate', 'random']),
    restoreAnswer: dice.chance(0.1)
      ? { status: 'accepted', server: 'rebuilding' }
      : { status: 'success', server: 'restoring' },
    serversAddressedBy: dice.pick(['id', 'id', 'either', 'uuid']),
    serverIdField: dice.pick(['id', 'both', 'both']),
    serverNameField: dice.pick(['name', 'hostname', 'both']),
    statusWords: dice.chance(0.2) ? { active: 'Running', stopped: 'OFF' } : {},
    limitErrorField: dice.pick(['detail', 'non_field_errors', 'error']),
    createWhileRestoring: dice.pick(['accepted', 'refused']),
    restoreWhileSnapshotting: dice.pick(['accepted', 'refused']),
    powerAnswerStatus: dice.pick([200, 202, 204]),
  }
}

const STRAYS: readonly [null, ...(string | { readonly [key: string]: null | number | string })[]] = [
  null,
  'nothing',
  { id: 7 },
  { id: 8, server: null, status: null },
  { name: 'of nobody' },
]

function throwDescriptions(dice: Dice): SettingsChange {
  if (dice.chance(0.93)) return { descriptions: 'kept' }
  return dice.pick<SettingsChange>([
    { descriptions: 'dropped' },
    { descriptions: 'null' },
    { descriptions: 'unbracketed' },
    { descriptions: 'cut', descriptionCut: 120 },
    { descriptions: 'kept', descriptionSuffix: MARKER_OF_OTHERS },
  ])
}

const PATHS = [
  ['GET', '/snapshots/'],
  ['GET', '/snapshots/'],
  ['GET', '/servers/*/'],
  ['GET', '/servers/*/'],
  ['POST', '/snapshots/'],
  ['POST', '/snapshots/'],
  ['POST', '/snapshots/*/restore/'],
  ['POST', '/snapshots/*/restore/'],
  ['DELETE', '/snapshots/*/'],
  ['POST', '/servers/*/power/'],
  ['GET', '/servers/'],
  ['GET', '/account/me/'],
] as const

/** What goes wrong on the way, a few times or none. */
export function throwFaults(dice: Dice): readonly FaultRule[] {
  const limiter = dice.chance(0.08) ? [throwLimiter(dice)] : []
  const count = dice.pick([0, 1, 1, 1, 2, 2, 3, 5])
  return [...Array.from({ length: count }, () => throwFault(dice)), ...limiter]
}

type Limiter = Omit<Extract<Fault, { kind: 'limiter' }>, 'kind'>

function throwLimiter(dice: Dice): FaultRule {
  const allowed = dice.pick<Limiter>([
    { perSecond: 1 },
    { perSecond: 2, burst: 1 },
    { perSecond: 10, burst: 2 },
  ])
  const tells = dice.pick(['nothing', 'retry-after', 'ratelimit', 'x-ratelimit'] as const)
  const how = dice.pick<Partial<Limiter>>([
    { status: 429, tells },
    { status: 403, tells: 'retry-after' },
    { status: 503, body: 'html' },
    { status: 503, body: 'empty' },
  ])
  return { when: 'before', fault: { kind: 'limiter', ...allowed, ...how } }
}

function throwFault(dice: Dice): FaultRule {
  const anywhere = dice.chance(0.15)
  const [method, path] = dice.pick(PATHS)
  const from = dice.int(1, 6)
  const which = dice.pick([
    { nth: 1 },
    { nth: from },
    { from, to: from + dice.int(0, 12) },
    { chance: dice.pick([0.05, 0.2, 0.5]) },
    { every: dice.int(2, 5) },
    { forMs: dice.int(SECOND, 3 * MINUTE) },
  ] as const)
  const match = anywhere ? which : { method, path, ...which }
  const fault = throwKind(dice)
  const when = dice.pick(['before', 'after'] as const)
  return { match, when: isRefusal(fault) ? 'before' : when, fault }
}

/** Whoever answers with a refusal has not carried the request out; that it was all the same would contradict it. */
export function isRefusal(fault: Fault): boolean {
  if (['redirect', 'refusal', 'challenge', 'limiter'].includes(fault.kind)) return true
  return fault.kind === 'status' && fault.status < 500 && fault.status !== 408
}

function throwKind(dice: Dice): Fault {
  const body = dice.chance(0.3) ? `${dice.pick(HOSTILE_TEXTS)} {authorization}` : '{"detail": "no"}'
  const faults: readonly [() => Fault, ...(() => Fault)[]] = [
    // Late by so much that the client may give up first, but no later than it looks for what it asked.
    () => ({ kind: 'delay', ms: dice.int(0, 80 * SECOND) }),
    () => ({ kind: 'status', status: dice.pick([500, 502, 503, 504]), body }),
    () => ({
      kind: 'status',
      status: 429,
      body,
      headers: { 'retry-after': dice.pick(['1', '20', 'soon', '-1']) },
    }),
    () => ({ kind: 'status', status: dice.pick([408, 425]), body }),
    () => ({ kind: 'status', status: dice.pick([400, 401, 403, 404, 409, 422]), body }),
    () => ({
      kind: 'redirect',
      location: dice.pick(['https://evil.example.com/{authorization}', '/login', '::']),
    }),
    () => ({ kind: 'body', body: dice.pick(['{', '7', 'null', '{"count": 1}', '{"results": [{}]}', body]) }),
    () => ({ kind: 'html' }),
    () => ({ kind: 'empty' }),
    () => ({ kind: 'oversized', bytes: OVERSIZED }),
    () => ({ kind: 'reset' }),
    () => ({ kind: 'close' }),
    () => ({ kind: 'truncated' }),
    () => ({ kind: 'hang' }),
    () => ({ kind: 'drip', everyMs: dice.pick([1, 50, 5_000]) }),
    () => ({ kind: 'endless-headers', everyMs: dice.pick([0, 1_000]) }),
    () => ({ kind: 'refused' }),
    () => ({ kind: 'certificate' }),
    () => ({ kind: 'refusal', status: dice.pick([400, 402, 409, 413, 422, 423, 425]), detail: 'Not now.' }),
    () => ({ kind: 'refusal', status: dice.pick([409, 423]), detail: 'Another operation is running.' }),
    () => ({
      kind: 'refusal',
      status: dice.pick([400, 422]),
      fields: { [dice.pick(['name', 'description', 'plan'])]: ['Not like this.'] },
    }),
    () => ({
      kind: 'challenge',
      status: dice.pick([200, 401, 403, 404, 503]),
      bytes: dice.pick([500, 500, 300_000]),
      unclosed: dice.chance(0.5),
    }),
    () => ({ kind: 'encoded', encoding: dice.pick(['gzip', 'br', 'deflate']) }),
  ]
  return dice.pick(faults)()
}

/** Bodies above it are not read in the soak. Bytes. */
export const BODY_LIMIT = 2_000_000
const OVERSIZED = BODY_LIMIT + 1
