import type { Fault } from '../../emulator/faults.ts'
import type { FileTroubles } from '../../harness/index.ts'
import { hasPost, PLAYS, type Play, type Step } from './operations.ts'

/** A fault of the matrix. */
export interface NamedFault {
  readonly name: string
  readonly fault: Fault
  /**
   * `answer`: something answers 2xx in the API's place. `page`: a page for browsers does, with any status. `odd`: the
   * right answer with odd items. `moment`: refused for now. `refusal`: it is refused. `silence`: no answer in any time.
   * `loss`: the answer does not arrive. `slow`: it arrives late. `none`: the emulated server cannot do it.
   */
  readonly kind: 'answer' | 'page' | 'odd' | 'moment' | 'refusal' | 'silence' | 'loss' | 'slow' | 'none'
}

/** One scenario: a fault at a request, or at the runner's files, with one server or three. */
export interface Cell {
  readonly name: string
  readonly play: Play
  readonly at: FaultyRequest | FaultyFile
  readonly servers: 1 | 3
  /** The step's `timeout`. */
  readonly timeoutSeconds: number
  /** Whether the fault passes and must not be seen in the outcome. */
  readonly passes: boolean
}

/** A request that meets a fault. */
export interface FaultyRequest {
  readonly step: Step
  readonly fault: NamedFault
  readonly when: 'before' | 'after'
}

/** A file of the runner's that is spoiled in one stage. */
export interface FaultyFile {
  readonly stage: 'main' | 'post'
  readonly files: FileTroubles
}

/** A cell that cannot be played, and why. */
export interface Omitted {
  readonly name: string
  readonly reason: string
}

const DETAIL = '{"detail": "no: {authorization}"}'
const NOT_NOW = 'Another operation is running. {authorization}'

/** Every kind of fault that the emulator knows. `{sink}` is an address where nobody may be asked. */
export const FAULTS: readonly NamedFault[] = [
  { name: 'delay', fault: { kind: 'delay', ms: 1_000 }, kind: 'slow' },
  { name: 'drip', fault: { kind: 'drip', everyMs: 1 }, kind: 'slow' },
  { name: 'gzip', fault: { kind: 'encoded', encoding: 'gzip' }, kind: 'slow' },
  { name: '500', fault: { kind: 'status', status: 500, body: DETAIL }, kind: 'loss' },
  { name: '502', fault: { kind: 'status', status: 502, body: '<html>bad gateway' }, kind: 'loss' },
  { name: '503', fault: { kind: 'status', status: 503, headers: { 'retry-after': '1' } }, kind: 'loss' },
  { name: '504', fault: { kind: 'status', status: 504 }, kind: 'loss' },
  { name: '408', fault: { kind: 'status', status: 408 }, kind: 'loss' },
  { name: '429', fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' } }, kind: 'moment' },
  { name: '425', fault: { kind: 'refusal', status: 425, detail: NOT_NOW }, kind: 'moment' },
  { name: '409', fault: { kind: 'refusal', status: 409, detail: NOT_NOW }, kind: 'moment' },
  { name: '423', fault: { kind: 'refusal', status: 423, detail: NOT_NOW }, kind: 'moment' },
  { name: '400', fault: { kind: 'status', status: 400, body: DETAIL }, kind: 'moment' },
  { name: '422', fault: { kind: 'refusal', status: 422, detail: NOT_NOW }, kind: 'moment' },
  {
    name: '400 that names a field',
    fault: { kind: 'refusal', status: 400, fields: { plan: ['Not in your plan. {authorization}'] } },
    kind: 'refusal',
  },
  { name: '401', fault: { kind: 'status', status: 401, body: DETAIL }, kind: 'refusal' },
  { name: '402', fault: { kind: 'status', status: 402, body: DETAIL }, kind: 'refusal' },
  { name: '403', fault: { kind: 'status', status: 403, body: DETAIL }, kind: 'refusal' },
  { name: '404', fault: { kind: 'status', status: 404, body: DETAIL }, kind: 'refusal' },
  { name: 'redirect', fault: { kind: 'redirect', location: '{sink}/{authorization}' }, kind: 'refusal' },
  ...[200, 401, 403, 404, 503].map(
    (status): NamedFault => ({
      name: `challenge page with ${status}`,
      fault: { kind: 'challenge', status, bytes: 50_000, unclosed: true },
      kind: 'page',
    }),
  ),
  {
    name: 'wrong shape',
    fault: { kind: 'body', body: '{"results": [{"id": {}}], "id": {}}' },
    kind: 'answer',
  },
  { name: 'not JSON', fault: { kind: 'body', body: '{"results": [' }, kind: 'answer' },
  { name: 'html', fault: { kind: 'html' }, kind: 'answer' },
  { name: 'empty', fault: { kind: 'empty' }, kind: 'answer' },
  { name: 'oversized', fault: { kind: 'oversized', bytes: 9 * 1024 * 1024 }, kind: 'answer' },
  { name: 'null names', fault: { kind: 'fields', set: { 'results.*.name': null } }, kind: 'odd' },
  { name: 'sizes as text', fault: { kind: 'fields', set: { 'results.*.size_mb': '5120.00' } }, kind: 'odd' },
  { name: 'odd dates', fault: { kind: 'fields', set: { 'results.*.created_at': 17 } }, kind: 'odd' },
  { name: 'odd statuses', fault: { kind: 'fields', set: { 'results.*.status': 7 } }, kind: 'odd' },
  { name: 'no servers', fault: { kind: 'fields', set: { 'results.*.server': null } }, kind: 'odd' },
  { name: 'no ids', fault: { kind: 'fields', remove: ['results.*.id'] }, kind: 'odd' },
  { name: 'reset', fault: { kind: 'reset' }, kind: 'loss' },
  { name: 'close', fault: { kind: 'close' }, kind: 'loss' },
  { name: 'truncated', fault: { kind: 'truncated' }, kind: 'loss' },
  { name: 'endless headers', fault: { kind: 'endless-headers', everyMs: 0 }, kind: 'loss' },
  { name: 'hang', fault: { kind: 'hang' }, kind: 'silence' },
  { name: 'drip without end', fault: { kind: 'drip', everyMs: 3_600_000 }, kind: 'silence' },
  { name: 'refused', fault: { kind: 'refused' }, kind: 'none' },
  { name: 'certificate', fault: { kind: 'certificate' }, kind: 'none' },
]

// So many writes a step makes at most before the last ones, which are all alike.
const LATE = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

/** What can be wrong with the files through which the action talks to the runner. */
const FILES: readonly (readonly [name: string, files: FileTroubles])[] = [
  ['outputs that are full', { OUTPUT: 'full' }],
  ['outputs that are gone', { OUTPUT: 'dangling' }],
  ...LATE.map(
    afterWrites =>
      [
        `outputs that tear after ${afterWrites} writes`,
        { OUTPUT: { afterWrites, effect: 'tears' } },
      ] as const,
  ),
  ['state that is full', { STATE: 'full' }],
  ['state that is gone', { STATE: 'dangling' }],
  ...LATE.map(
    afterWrites =>
      [
        `state that is full after ${afterWrites} writes`,
        { STATE: { afterWrites, effect: 'fails' } },
      ] as const,
  ),
  ['a summary that is full', { STEP_SUMMARY: 'full' }],
  ['a summary that is a folder', { STEP_SUMMARY: 'directory' }],
  ['an event that is no JSON', { EVENT_PATH: { content: '{' } }],
  ['all files full', { OUTPUT: 'full', STATE: 'full', STEP_SUMMARY: 'full', ENV: 'full' }],
]

/** The whole product, and what of it is left out. */
export function allCells(): { readonly cells: readonly Cell[]; readonly omitted: readonly Omitted[] } {
  const cells: Cell[] = []
  const omitted: Omitted[] = []
  for (const play of PLAYS) {
    for (const step of play.steps)
      for (const fault of FAULTS)
        for (const when of ['before', 'after'] as const)
          for (const servers of [1, 3] as const) {
            const name = `${named(play, servers)}: ${fault.name} ${when} ${step.name}`
            const parts = { name, play, step, fault, when, servers }
            const reason = reasonAgainst(parts)
            if (reason === undefined) cells.push(cellOf(parts))
            else omitted.push({ name, reason })
          }
    cells.push(...fileCells(play))
  }
  return { cells, omitted }
}

function named(play: Play, servers: 1 | 3): string {
  return `${play.name}, ${servers === 1 ? 'one server' : 'three servers'}`
}

/** A full disk can be had on Linux only. */
function fileCells(play: Play): readonly Cell[] {
  if (process.platform !== 'linux') return []
  const stages = hasPost(play) ? (['main', 'post'] as const) : (['main'] as const)
  return stages.flatMap(stage =>
    FILES.map(([name, files]) => ({
      ...{ name: `${named(play, 1)}: ${name} in the ${stage} stage`, play, at: { stage, files } },
      ...{ servers: 1, timeoutSeconds: PATIENT_SECONDS },
      // Without its state a stage must not promise anything; where nothing is promised, it is not needed.
      passes: play.endsRed !== true && (!('STATE' in files) || stage === 'post' || !needsState(play)),
    })),
  )
}

// A fault that passes costs a second or two: this much is for a busy machine, and is never waited for.
const PATIENT_SECONDS = 60

function needsState({ wish: { stopServer, keepLast, restoreOn = [], deleteOn = [] } }: Play): boolean {
  return stopServer === true || keepLast === true || restoreOn.length + deleteOn.length > 0
}

interface Parts extends FaultyRequest {
  readonly name: string
  readonly play: Play
  readonly servers: 1 | 3
}

function cellOf(parts: Parts): Cell {
  const { name, play, servers, step, fault, when } = parts
  const isWasted = fault.kind === 'silence' || isForged(parts)
  const at = { step, fault, when }
  return { name, play, servers, at, timeoutSeconds: isWasted ? 4 : PATIENT_SECONDS, passes: passes(parts) }
}

/** The API's place is taken by something that says that it is done, and it is not. A page says nothing. */
function isForged({ step, fault, when }: Parts): boolean {
  const isBelieved = step.method === 'DELETE' || step.path.endsWith('/power/')
  if (step.method === 'DELETE' && fault.name === '404') return true
  return isBelieved && when === 'before' && fault.kind === 'answer' && fault.name !== 'html'
}

const HUGE = ['oversized', 'endless headers']
// What was answered well before is not taken back by one refusal.
const REPEATED_READS = ['progress', 'list afterwards']

function passes(parts: Parts): boolean {
  const { fault, step, play } = parts
  const isRead = step.method === 'GET'
  if (play.endsRed === true) return false
  if (isForged(parts) || fault.kind === 'silence') return false
  // What is too large is not asked for again, unless there is another poll.
  if (HUGE.includes(fault.name)) return step.method === 'POST' || step.name === 'progress'
  if (isRead && (fault.kind === 'refusal' || fault.kind === 'moment'))
    return ['429', '425'].includes(fault.name) || REPEATED_READS.includes(step.name)
  // Whether a snapshot is completed cannot be told: it is not restored.
  if (play.operation === 'restore' && fault.name === 'odd statuses') return false
  return fault.kind !== 'refusal'
}

// One of each kind: the others differ in what a read never looks at.
const READ_BY_MANY = [
  ...['delay', '500', '401', '403', '404', '409', 'redirect', 'challenge page with 403', 'wrong shape'],
  ...['html', 'no ids', 'null names', 'reset', 'hang'],
]
const LISTS = ['/snapshots/']

function reasonAgainst({ play, step, fault, when, servers }: Parts): string | undefined {
  const isRead = step.method === 'GET'
  if (fault.kind === 'none')
    return 'a server that listens cannot do it for one request: the soak does it, and the tests of TLS'
  if (isRead && when === 'before') return 'a read changes nothing: before and after are the same'
  if (['drip', 'fields', 'encoded'].includes(fault.fault.kind) && when === 'before')
    return 'a slow or changed answer is that of a server that has acted'
  if (fault.kind === 'odd' && !(isRead && LISTS.includes(step.path)))
    return 'only lists of snapshots have such items'
  if (!isRead && ['refusal', 'moment', 'page'].includes(fault.kind) && when === 'after')
    return 'who refuses a request has not carried it out'
  if (isRead && servers === 3 && !READ_BY_MANY.includes(fault.name))
    return 'as with one server: several are read by the same requests'
  const isStart = step.name === 'start'
  if (isStart && fault.kind === 'silence')
    return 'a start has a minute, which the timeout does not cut: on the virtual clock, in the soak'
  if (isStart && when === 'before' && fault.kind === 'answer' && !HUGE.includes(fault.name))
    return 'a start that was said to be done is waited for for two minutes: on the virtual clock, in the soak'
  if (play.endsRed === true && fault.kind === 'silence')
    return 'a cancelled job has two minutes whatever its timeout is: on the virtual clock, in the unit tests'
  if (play.inPost === true && fault.kind === 'silence' && isRead)
    return 'the reads of the post stage have half a minute: on the virtual clock, in the soak'
  return undefined
}
