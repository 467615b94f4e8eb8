import type { Snapshot } from '../domain/entities.ts'
import type { ApiFailure } from '../vps/failure.ts'
import { describeFailure, remedyFor } from '../vps/failure.ts'
import type { Context } from './context.ts'

/** Why something did not work, as a value: what state it leaves and what to do next. Texts are raw. */
export interface Problem {
  readonly status: 'failed' | 'timed_out' | 'unknown' | 'cancelled'
  /** What was asked and what came back, or what was found. One or more whole sentences. */
  readonly message: string
  /** The next step for a person. */
  readonly next: string
  /** The snapshots that the message lists, where it lists some. */
  readonly there?: readonly Snapshot[]
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem }

/** A success that carries `value`. */
export function success<T>(value: T): Outcome<T> {
  return { ok: true, value }
}

/** A failure with its next step. */
export function failure(message: string, next: string, status: Problem['status'] = 'failed'): Outcome<never> {
  return { ok: false, problem: { status, message, next } }
}

/** A failure whose message lists some snapshots. */
export function failureAmong(there: readonly Snapshot[], message: string, next: string): Outcome<never> {
  return { ok: false, problem: { status: 'failed', message, next, there } }
}

/** What went wrong first, and what went wrong besides; the status is that of the first. */
export function bothProblems(first: Problem | undefined, second: Problem): Problem {
  if (first === undefined) return second
  return {
    status: first.status,
    message: `${first.message} ${second.message}`,
    next: first.next === second.next ? first.next : `${second.next} ${first.next}`,
  }
}

// The question for the token's permissions is a courtesy: it may not hold up the error that it explains.
const ACCOUNT_TIME_LIMIT = 10_000

/**
 * Turns a failed request into a problem. For a 403 the account is asked which permissions the token has, so that the
 * text can say them.
 * @param state what state things are in now, as a sentence
 */
export async function explain(
  ctx: Context,
  failed: ApiFailure,
  state = '',
  status: Problem['status'] = 'failed',
): Promise<Problem> {
  const permissions = failed.status === 403 ? await permissionsOf(ctx) : undefined
  return {
    // An expired request was never sent: the time was over before it.
    status: failed.kind === 'expired' && status === 'failed' ? 'timed_out' : status,
    message: [describeFailure(failed), state].filter(text => text !== '').join(' '),
    next: remedyFor(failed, permissions),
  }
}

// By client: a fleet that is refused a hundred times asks once.
const asked = new WeakMap<Context['api'], Promise<readonly string[] | undefined>>()

function permissionsOf(ctx: Context): Promise<readonly string[] | undefined> {
  const permissions = asked.get(ctx.api) ?? askPermissions(ctx)
  asked.set(ctx.api, permissions)
  return permissions
}

async function askPermissions(ctx: Context): Promise<readonly string[] | undefined> {
  try {
    const answer = await ctx.api.account({ deadline: ctx.clock.now() + ACCOUNT_TIME_LIMIT, once: true })
    return answer.ok ? answer.value.permissions : undefined
  } catch {
    // Cancelled; what was found out before must not be lost for want of a courtesy.
    return undefined
  }
}
