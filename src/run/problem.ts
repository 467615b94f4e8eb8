import type { Snapshot } from '../domain/entities.ts'
import type { NextStep } from './next-step.ts'
import type { Reason } from './reasons.ts'

/** Why something did not work, as a value. Texts are raw. */
export interface Problem {
  readonly reason: Reason
  /** `unknown`: whether the API acted on a request cannot be told. `nothing`: it certainly did not. */
  readonly done: 'nothing' | 'unknown'
  /** What happened, in one short sentence that can stand as a headline. */
  readonly what: string
  /** Details, and what state things are in now: whole sentences, or nothing. */
  readonly state: string
  readonly next: readonly NextStep[]
  /** Neither sentence names the server: where several are told of, its name comes before them. */
  readonly isUnnamed?: true
  /** The snapshots that a person could choose among, where there are some to show. */
  readonly candidates?: readonly Snapshot[]
}

/** The problem of what certainly was not done. */
export function certain(reason: Reason, what: string, state: string, ...next: readonly NextStep[]): Problem {
  return { reason, done: 'nothing', what, state, next }
}

/** Two problems of one operation as one: what nobody knows comes before what was certainly not done, then the earlier one. */
export function bothOf(first: Problem, second: Problem): Problem {
  const isSecondGraver = first.done === 'nothing' && second.done === 'unknown'
  const [main, other] = isSecondGraver ? [second, first] : [first, second]
  const sentences = new Set([main.state, other.what, other.state].filter(sentence => sentence !== ''))
  const candidates = [...(main.candidates ?? []), ...(other.candidates ?? [])]
  return {
    ...main,
    state: [...sentences].join(' '),
    next: [...main.next, ...other.next],
    ...(candidates.length === 0 ? {} : { candidates }),
  }
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem }

/** A success that carries `value`. */
export function success<T>(value: T): Outcome<T> {
  return { ok: true, value }
}

/** A failure that carries `problem`. */
export function failed(problem: Problem): Outcome<never> {
  return { ok: false, problem }
}
