import type { ServerId } from '../domain/ids.ts'
import type { Context } from '../run/context.ts'
import type { ServerEvent } from '../run/events.ts'
import { advice, type NextStep } from '../run/next-step.ts'
import type { Problem } from '../run/problem.ts'
import type { Reason } from '../run/reasons.ts'
import type { StatusSeen } from '../run/server-run.ts'
import { type ApiFailure, isMomentaryRefusal, isTransient } from '../vps/failure.ts'
import {
  describeFailure,
  describeInTwo,
  namesServer,
  namesSnapshot,
  remedyFor,
  type TokenFacts,
} from '../vps/messages.ts'

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
  // That there was no time left tells less than what had been answered before.
  const told = failure.last ?? failure
  const permissions = told.status === 403 ? await ctx.permissions(ctx.endsBy) : undefined
  const servers = ctx.api.visibleServers()
  const { what, words } = describeInTwo(told)
  return {
    // What cannot be told outweighs why the last request failed.
    reason: facts.reason ?? (facts.done === 'unknown' ? 'lost-answer' : reasonOf(told)),
    done: facts.done ?? 'nothing',
    what,
    state: [words, facts.state ?? ''].filter(text => text !== '').join(' '),
    ...(namesServer(told) ? {} : { isUnnamed: true }),
    next: [remedyStep(told, { permissions, servers }), ...(facts.next ?? [])],
  }
}

interface Expired {
  readonly lastFailure: ApiFailure | undefined
  readonly last?: StatusSeen | undefined
}

/** That the time for what was accepted was over, as an event. */
export function timedOut(end: Expired): ServerEvent {
  return { type: 'left running', why: 'timed out', lastFailure: lastFailureText(end), last: end.last }
}

/** Why the last request before the end of a wait had no usable answer; undefined where it had one. */
export function lastFailureText({ lastFailure }: Expired): string | undefined {
  return lastFailure === undefined ? undefined : describeFailure(lastFailure)
}

/** That a server without a snapshot does not exist: in a list the two look the same. Undefined where it does, or nothing tells. */
export async function unknownServer(
  ctx: Context,
  id: ServerId,
  deadline: number,
  facts?: FailureFacts,
): Promise<Problem | undefined> {
  const answer = await ctx.api.readServer({ id }, { deadline, once: true })
  return answer.ok || answer.failure.status !== 404 ? undefined : explain(ctx, answer.failure, facts)
}

/** What helps against a failed request. */
export function remedyStep(failure: ApiFailure, token?: TokenFacts): NextStep {
  // Merged with what else is to be listed.
  if (namesSnapshot(failure.last ?? failure)) return { kind: 'list', server: undefined }
  const text = remedyFor(failure, token)
  const mayWorkLater = failure.kind === 'refused' && (isMomentaryRefusal(failure) || isTransient(failure))
  return mayWorkLater ? { kind: 'try again', text } : advice(text)
}

/** The word for a failed request. */
export function reasonOf(failure: ApiFailure): Reason {
  const { status = 0 } = failure
  switch (failure.kind) {
    case 'expired':
      return failure.last === undefined ? 'timeout' : reasonOf(failure.last)
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

/** Tells what the token may do, as `Context.permissions` does: a fleet that is refused a hundred times asks once. */
export function permissionsReader({ api, clock }: Pick<Context, 'api' | 'clock'>): Context['permissions'] {
  let asked: ReturnType<Context['permissions']> | undefined
  return (endsBy = Number.POSITIVE_INFINITY) => {
    asked ??= askPermissions(api, Math.min(endsBy, clock.now() + ACCOUNT_TIMEOUT_MS))
    return asked
  }
}

async function askPermissions(api: Context['api'], deadline: number): Promise<readonly string[] | undefined> {
  try {
    const answer = await api.account({ deadline, once: true })
    return answer.ok ? answer.value.permissions : undefined
  } catch {
    // Cancelled; what was found out before must not be lost for want of a courtesy.
    return undefined
  }
}
