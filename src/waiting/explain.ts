import type { Context } from '../run/context.ts'
import type { NextStep } from '../run/next-step.ts'
import { advice } from '../run/next-step.ts'
import type { Problem } from '../run/problem.ts'
import type { Reason } from '../run/reasons.ts'
import { type ApiFailure, isMomentaryRefusal } from '../vps/failure.ts'
import { describeFailure, remedyFor } from '../vps/failure-messages.ts'

// The question for the token's permissions is a courtesy: it may not hold up the error that it explains.
const ACCOUNT_TIMEOUT_MS = 10_000

/** What is known besides a failed request. */
export interface FailureFacts {
  /** What state things are in now, as a sentence. */
  readonly state?: string
  /** By default nothing was done. */
  readonly done?: Problem['done']
  /** What to do, after what the failure itself suggests. */
  readonly next?: readonly NextStep[]
  /** Where the failure is the consequence of something else. */
  readonly reason?: Reason
}

/**
 * A failed request as a problem. For a 403 the account is asked which permissions the token has, so that the text can
 * say them.
 */
export async function explain(ctx: Context, failure: ApiFailure, facts: FailureFacts = {}): Promise<Problem> {
  const permissions = failure.status === 403 ? await permissionsOf(ctx) : undefined
  return {
    // What cannot be told outweighs why the last request failed.
    reason: facts.reason ?? (facts.done === 'unknown' ? 'lost-answer' : reasonOf(failure)),
    done: facts.done ?? 'nothing',
    what: describeFailure(failure),
    state: facts.state ?? '',
    next: [advice(remedyFor(failure, permissions)), ...(facts.next ?? [])],
  }
}

/** The word for a failed request. */
export function reasonOf(failure: ApiFailure): Reason {
  const { status = 0 } = failure
  switch (failure.kind) {
    case 'expired':
      return failure.retryAfterMs === undefined ? 'timeout' : 'rate-limited'
    case 'unreachable':
    case 'unknown-host':
    case 'proxy':
    case 'tls':
    case 'certificate':
    case 'intermediary':
    case 'redirect':
      return 'unreachable'
    case 'timeout':
    case 'interrupted':
    case 'oversized':
    case 'unreadable':
    case 'mismatch':
      return 'server-error'
    case 'refused':
      return REASON_BY_STATUS[status] ?? otherReason(failure, status)
  }
}

function otherReason(failure: ApiFailure, status: number): Reason {
  if (status >= 500) return 'server-error'
  return isMomentaryRefusal(failure) ? 'server-busy' : 'refused'
}

const REASON_BY_STATUS: Readonly<Record<number, Reason>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  429: 'rate-limited',
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
    const answer = await ctx.api.account({ deadline: ctx.clock.now() + ACCOUNT_TIMEOUT_MS, once: true })
    return answer.ok ? answer.value.permissions : undefined
  } catch {
    // Cancelled; what was found out before must not be lost for want of a courtesy.
    return undefined
  }
}
