import type { CutOff, OperationRun } from '../../../src/run/operation-run.ts'
import { afterStep, type History, type Step } from './histories.ts'

const CUTS: readonly CutOff[] = [
  { by: 'cancel', signal: 'SIGINT' },
  { by: 'cancel', signal: 'SIGTERM' },
  { by: 'internal error', message: 'x is not a function' },
]

/** A record as it is told at the end, with all that led to it. */
export interface Ending {
  readonly run: OperationRun
  readonly steps: readonly Step[]
  readonly now: number
}

/** A history's own end, and its end after every step by each kind of cut. */
export function* endings({ begin, steps }: History): Generator<Ending> {
  let run = begin
  for (let count = 0; count <= steps.length; count += 1) {
    const before = steps.slice(0, count)
    const now = (before.at(-1)?.at ?? begin.began) + 1_000
    for (const cutOff of CUTS) {
      const cut: Step = { at: now, on: 'all', event: { type: 'cut off', cutOff } }
      yield { run: afterStep(run, cut), steps: [...before, cut], now }
    }
    const next = steps[count]
    if (next !== undefined) run = afterStep(run, next)
    else yield { run, steps: before, now }
  }
}
