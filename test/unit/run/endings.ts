import type { ServerEvent } from '../../../src/run/events.ts'
import { applyToAll, type CutOff, type OperationRun } from '../../../src/run/operation-run.ts'
import { afterStep, type History, type Step } from './histories.ts'

const CUTS: readonly CutOff[] = [
  { by: 'cancel', signal: 'SIGINT' },
  { by: 'cancel', signal: 'SIGTERM' },
  { by: 'internal error', message: 'x is not a function' },
]

/** A snapshot whose making or restoring the API has accepted, and of which server it is. */
export interface Accepted {
  readonly on: number
  readonly id: string
}

/** A record as it is told at the end. */
export interface Ending {
  readonly run: OperationRun
  readonly accepted: readonly Accepted[]
  readonly now: number
}

/** A record as it would be told if it were cut off at `at`, by each kind of cut. */
export function cutOff(run: OperationRun, accepted: readonly Accepted[], at: number): readonly Ending[] {
  return CUTS.map(cut => ({
    run: applyToAll(run, { type: 'cut off', cutOff: cut }, at),
    accepted,
    now: at,
  }))
}

/** A history's own end, and its end after every step by each kind of cut. */
export function* endings({ begin, steps }: History): Generator<Ending> {
  let run = begin
  for (let count = 0; count <= steps.length; count += 1) {
    const before = steps.slice(0, count)
    const now = (before.at(-1)?.at ?? begin.began) + 1_000
    const accepted = before.flatMap(acceptedBy)
    yield* cutOff(run, accepted, now)
    const next = steps[count]
    if (next !== undefined) run = afterStep(run, next)
    else yield { run, accepted, now }
  }
}

function acceptedBy({ on, event }: Step): readonly Accepted[] {
  return on !== 'all' && isAcceptance(event) ? [{ on, id: event.snapshot.id }] : []
}

function isAcceptance(
  event: ServerEvent,
): event is Extract<ServerEvent, { type: 'accepted' | 'safety snapshot accepted' }> {
  return event.type === 'accepted' || event.type === 'safety snapshot accepted'
}
