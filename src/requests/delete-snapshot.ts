import type { Snapshot } from '../domain/entities.ts'
import { serverPhase } from '../policy/statuses.ts'
import type { Context } from '../run/context.ts'
import { failed, type Outcome, type Problem, success } from '../run/problem.ts'
import { READ_TIMEOUT_MS } from '../vps/caller.ts'
import { type ApiFailure, isAmbiguous, isFromIntermediary } from '../vps/failure.ts'
import * as messages from './messages.ts'
import { backOff } from './retry-state.ts'

/** How the deletion of one snapshot ended. */
export type DeletionResult =
  | { readonly state: 'deleted' }
  /** There is no such snapshot. `mayBeOurs`: something in between had answered a request of ours, which may have got through. */
  | { readonly state: 'gone'; readonly mayBeOurs: boolean }
  /** `mayHaveActed`: a request of ours may have been obeyed all the same. */
  | { readonly state: 'not wanted'; readonly mayHaveActed: boolean }
  /** The server is being restored. */
  | { readonly state: 'forbidden'; readonly problem: Problem }
  | { readonly state: 'failed'; readonly failure: ApiFailure; readonly mayHaveActed: boolean }

export interface DeletionHooks {
  /** Asked before a repetition: whether the snapshot is still there, and its deletion still wanted. */
  readonly recheck?: () => Promise<'wanted' | 'not wanted' | 'gone'>
  /** A request is about to go out: until it is answered, nobody knows whether it acts. */
  readonly onSent?: () => void
  /** The answer says that certainly nothing was done. */
  readonly onRefused?: () => void
}

/**
 * Deletes a snapshot, unless its server is being restored. The server is read immediately before every request, the
 * repeated ones too, since minutes may pass between them.
 */
export async function deleteSnapshot(
  ctx: Context,
  snapshot: Snapshot,
  deadline: number,
  hooks?: DeletionHooks & { readonly recheck?: never },
): Promise<Exclude<DeletionResult, { readonly state: 'not wanted' }>>
export async function deleteSnapshot(
  ctx: Context,
  snapshot: Snapshot,
  deadline: number,
  hooks: DeletionHooks,
): Promise<DeletionResult>
export async function deleteSnapshot(
  ctx: Context,
  snapshot: Snapshot,
  deadline: number,
  { recheck, onSent, onRefused }: DeletionHooks = {},
): Promise<DeletionResult> {
  const retry = { tries: 0 }
  let mayHaveActed = false
  let mayBeOurs = false
  const gone = (): DeletionResult => (mayHaveActed ? { state: 'deleted' } : { state: 'gone', mayBeOurs })
  for (;;) {
    const allowed = await checkDeletable(ctx, snapshot, deadline, {
      isFirst: retry.tries === 0,
      mayHaveActed,
    })
    if (!allowed.ok) return { state: 'forbidden', problem: allowed.problem }
    onSent?.()
    const answer = await ctx.api.deleteSnapshot(snapshot.id, { deadline, once: true })
    if (answer.ok) return answer.value === 'deleted' ? { state: 'deleted' } : gone()
    mayHaveActed ||= isAmbiguous(answer.failure)
    mayBeOurs ||= isFromIntermediary(answer.failure)
    if (!mayHaveActed) onRefused?.()
    if (!(await backOff(ctx, answer.failure, retry, { deadline })))
      return { state: 'failed', failure: answer.failure, mayHaveActed }
    const look = (await recheck?.()) ?? 'wanted'
    if (look === 'not wanted') return { state: look, mayHaveActed }
    if (look === 'gone') return gone()
  }
}

/**
 * A snapshot whose server is being restored is not deleted: it may be the one that the restore reads.
 * @param facts `isFirst`: whether an unreadable server is worth a warning; `mayHaveActed`: whether an earlier request
 *   may have been obeyed
 */
export async function checkDeletable(
  ctx: Context,
  snapshot: Snapshot,
  deadline: number,
  { isFirst, mayHaveActed }: { readonly isFirst: boolean; readonly mayHaveActed: boolean } = {
    isFirst: true,
    mayHaveActed: false,
  },
): Promise<Outcome<undefined>> {
  // The deletion needs time, too, whether the server can be read or not.
  const until = Math.min(deadline, ctx.clock.now() + READ_TIMEOUT_MS)
  const answer = await ctx.api.readServer({ id: snapshot.server.id }, { deadline: until, once: !isFirst })
  if (!answer.ok) {
    if (isFirst) ctx.report.warn(messages.unreadableBeforeDelete(snapshot))
    return success(undefined)
  }
  if (serverPhase(answer.value.status) !== 'restoring') return success(undefined)
  return failed(messages.deleteWhileRestoring(snapshot, answer.value, mayHaveActed))
}
