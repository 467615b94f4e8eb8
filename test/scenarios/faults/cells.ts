import type { Fault } from '../../emulator/faults.ts'
import { PLAYS, type Play, type Step } from './operations.ts'

/** A fault of the matrix. */
export interface NamedFault {
  readonly name: string
  readonly fault: Fault
  /**
   * `answer`: something answers 2xx in the API's place. `refusal`: it is refused. `silence`: no answer in any time.
   * `loss`: the answer does not arrive. `slow`: it arrives late. `none`: the emulated server cannot do it.
   */
  readonly kind: 'answer' | 'refusal' | 'silence' | 'loss' | 'slow' | 'none'
}

/** One scenario: a fault at a request, with one server or three. */
export interface Cell {
  readonly name: string
  readonly play: Play
  readonly step: Step
  readonly fault: NamedFault
  readonly when: 'before' | 'after'
  readonly servers: 1 | 3
  /** The step's `timeout`. */
  readonly timeoutSeconds: number
  /** Whether the fault passes and must not be seen in the outcome. */
  readonly passes: boolean
}

/** A cell that cannot be played, and why. */
export interface Omitted {
  readonly name: string
  readonly reason: string
}

const DETAIL = '{"detail": "no: {authorization}"}'

/** Every kind of fault that the emulator knows. `{sink}` is an address where nobody may be asked. */
export const FAULTS: readonly NamedFault[] = [
  { name: 'delay', fault: { kind: 'delay', ms: 1_000 }, kind: 'slow' },
  { name: 'drip', fault: { kind: 'drip', everyMs: 1 }, kind: 'slow' },
  { name: '500', fault: { kind: 'status', status: 500, body: DETAIL }, kind: 'loss' },
  { name: '502', fault: { kind: 'status', status: 502, body: '<html>bad gateway' }, kind: 'loss' },
  { name: '503', fault: { kind: 'status', status: 503, headers: { 'retry-after': '1' } }, kind: 'loss' },
  { name: '504', fault: { kind: 'status', status: 504 }, kind: 'loss' },
  { name: '408', fault: { kind: 'status', status: 408 }, kind: 'loss' },
  { name: '425', fault: { kind: 'status', status: 425 }, kind: 'loss' },
  { name: '429', fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' } }, kind: 'refusal' },
  { name: '400', fault: { kind: 'status', status: 400, body: DETAIL }, kind: 'refusal' },
  { name: '401', fault: { kind: 'status', status: 401, body: DETAIL }, kind: 'refusal' },
  { name: '403', fault: { kind: 'status', status: 403, body: DETAIL }, kind: 'refusal' },
  { name: '404', fault: { kind: 'status', status: 404, body: DETAIL }, kind: 'refusal' },
  { name: 'redirect', fault: { kind: 'redirect', location: '{sink}/{authorization}' }, kind: 'refusal' },
  {
    name: 'wrong shape',
    fault: { kind: 'body', body: '{"results": [{"id": {}}], "id": {}}' },
    kind: 'answer',
  },
  { name: 'not JSON', fault: { kind: 'body', body: '{"results": [' }, kind: 'answer' },
  { name: 'html', fault: { kind: 'html' }, kind: 'answer' },
  { name: 'empty', fault: { kind: 'empty' }, kind: 'answer' },
  { name: 'oversized', fault: { kind: 'oversized', bytes: 9 * 1024 * 1024 }, kind: 'answer' },
  { name: 'reset', fault: { kind: 'reset' }, kind: 'loss' },
  { name: 'close', fault: { kind: 'close' }, kind: 'loss' },
  { name: 'truncated', fault: { kind: 'truncated' }, kind: 'loss' },
  { name: 'endless headers', fault: { kind: 'endless-headers', everyMs: 0 }, kind: 'loss' },
  { name: 'hang', fault: { kind: 'hang' }, kind: 'silence' },
  { name: 'drip without end', fault: { kind: 'drip', everyMs: 3_600_000 }, kind: 'silence' },
  { name: 'refused', fault: { kind: 'refused' }, kind: 'none' },
  { name: 'certificate', fault: { kind: 'certificate' }, kind: 'none' },
]

/** The whole product, and what of it is left out. */
export function allCells(): { readonly cells: readonly Cell[]; readonly omitted: readonly Omitted[] } {
  const cells: Cell[] = []
  const omitted: Omitted[] = []
  for (const play of PLAYS)
    for (const step of play.steps)
      for (const fault of FAULTS)
        for (const when of ['before', 'after'] as const)
          for (const servers of [1, 3] as const) {
            const name = `${play.name}, ${servers === 1 ? 'one server' : 'three servers'}: ${fault.name} ${when} ${step.name}`
            const reason = reasonAgainst({ name, play, step, fault, when, servers })
            if (reason === undefined) cells.push(cellOf({ name, play, step, fault, when, servers }))
            else omitted.push({ name, reason })
          }
  return { cells, omitted }
}

type Parts = Pick<Cell, 'name' | 'play' | 'step' | 'fault' | 'when' | 'servers'>

function cellOf(parts: Parts): Cell {
  const isWasted = parts.fault.kind === 'silence' || isForged(parts)
  return { ...parts, timeoutSeconds: isWasted ? 4 : 20, passes: passes(parts) }
}

/** The API's place is taken by something that says that it is done, and it is not. */
function isForged({ step, fault, when }: Parts): boolean {
  const isBelieved = step.method === 'DELETE' || step.path.endsWith('/power/')
  if (step.method === 'DELETE' && fault.name === '404') return true
  return isBelieved && when === 'before' && fault.kind === 'answer'
}

const HUGE = ['oversized', 'endless headers']

function passes(parts: Parts): boolean {
  const { fault, step } = parts
  if (isForged(parts) || fault.kind === 'silence') return false
  // What is too large is not asked for again, unless there is another poll.
  if (HUGE.includes(fault.name)) return step.method === 'POST' || step.name === 'progress'
  return fault.kind !== 'refusal' || fault.name === '429'
}

// One of each kind: the others differ in what a read never looks at.
const READ_BY_MANY = ['delay', '500', '401', '403', '404', 'redirect', 'wrong shape', 'html', 'reset', 'hang']

function reasonAgainst({ play, step, fault, when, servers }: Parts): string | undefined {
  const isRead = step.method === 'GET'
  if (fault.kind === 'none')
    return 'a server that listens cannot do it for one request: the soak does it, and the tests of TLS'
  if (isRead && when === 'before') return 'a read changes nothing: before and after are the same'
  if (fault.fault.kind === 'drip' && when === 'before')
    return 'a slow answer is that of a server that has acted'
  if (!isRead && fault.kind === 'refusal' && when === 'after')
    return 'who refuses a request has not carried it out'
  if (isRead && servers === 3 && !READ_BY_MANY.includes(fault.name))
    return 'as with one server: several are read by the same requests'
  const isStart = step.name === 'start'
  if (isStart && fault.kind === 'silence')
    return 'a start has a minute, which the timeout does not cut: on the virtual clock, in the soak'
  if (isStart && when === 'before' && fault.kind === 'answer' && !HUGE.includes(fault.name))
    return 'a start that was said to be done is waited for for two minutes: on the virtual clock, in the soak'
  if (play.inPost === true && fault.kind === 'silence' && isRead)
    return 'the reads of the post stage have half a minute: on the virtual clock, in the soak'
  return undefined
}
