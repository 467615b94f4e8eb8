import type { Snapshot } from '../domain/entities.ts'
import { serverPhase } from '../policy/statuses.ts'
import { type ApiFailure, isAmbiguous } from '../vps/failure.ts'
import type { Context } from './context.ts'
import { failure, type Outcome, type Problem, success } from './problem.ts'
import { pauseBeforeRepeating } from './repetition.ts'

/** How the deletion of one snapshot ended. */
export type Deletion =
  /** `gone`: there was no such snapshot, and no request of ours can have been the reason. */
  | { readonly state: 'deleted' | 'gone' }
  /** `mayHaveActed`: a request of ours may have been obeyed all the same. */
  | { readonly state: 'not wanted'; readonly mayHaveActed: boolean }
  /** The server is being restored; `mayHaveActed`: an earlier request may have been obeyed. */
  | { readonly state: 'forbidden'; readonly problem: Problem }
  | { readonly state: 'failed'; readonly failure: ApiFailure; readonly mayHaveActed: boolean }

export interface DeletionHooks {
  /** Asked before a repetition: whether the snapshot is still there, and its deletion still wanted. */
  readonly lookAgain?: () => Promise<'wanted' | 'not wanted' | 'gone'>
  /** Told whether, by now, the API may have acted: for what a cancel has to say. */
  readonly note?: (mayHaveActed: boolean) => void
}

/**
 * Deletes a snapshot, unless its server is being restored. The server is read immediately before every request, the
 * repeated ones too, since minutes may pass between them.
 */
export async function deleteSnapshot(
  ctx: Context,
  snapshot: Snapshot,
  deadline: number,
  { lookAgain, note }: DeletionHooks = {},
): Promise<Deletion> {
  const repetition = { tries: 0 }
  let mayHaveActed = false
  for (;;) {
    const allowed = await mayDelete(ctx, snapshot, deadline, repetition.tries === 0)
    if (!allowed.ok)
      return { state: 'forbidden', problem: afterTries(snapshot, allowed.problem, mayHaveActed) }
    note?.(true)
    const answer = await ctx.api.deleteSnapshot(snapshot.id, { deadline, once: true })
    if (answer.ok) return { state: mayHaveActed ? 'deleted' : answer.value }
    mayHaveActed ||= isAmbiguous(answer.failure)
    note?.(mayHaveActed)
    if (!(await pauseBeforeRepeating(ctx, answer.failure, repetition, deadline)))
      return { state: 'failed', failure: answer.failure, mayHaveActed }
    const look = (await lookAgain?.()) ?? 'wanted'
    if (look === 'not wanted') return { state: look, mayHaveActed }
    if (look === 'gone') return { state: mayHaveActed ? 'deleted' : 'gone' }
  }
}

function afterTries(snapshot: Snapshot, problem: Problem, mayHaveActed: boolean): Problem {
  if (!mayHaveActed) return problem
  const message = `${problem.message} Whether an earlier request deleted snapshot ${snapshot.id} is not known.`
  return { ...problem, message, status: 'unknown' }
}

const READ_TIME = 30_000

/**
 * A snapshot whose server is being restored is not deleted: it may be the one that the restore reads.
 * @param isFirst whether an unreadable server is worth a warning
 */
export async function mayDelete(
  ctx: Context,
  snapshot: Snapshot,
  deadline: number,
  isFirst = true,
): Promise<Outcome<undefined>> {
  const { id } = snapshot.server
  // Whether it can be read or not, the deletion needs time, too.
  const until = Math.min(deadline, ctx.clock.now() + READ_TIME)
  const answer = await ctx.api.readServer(id, { deadline: until, once: !isFirst })
  if (!answer.ok) {
    if (isFirst)
      ctx.report.warn(
        `Server ${id} could not be read before snapshot ${snapshot.id} was deleted: whether it is being restored is not known.`,
      )
    return success(undefined)
  }
  if (serverPhase(answer.value.status) !== 'restoring') return success(undefined)
  return failure(
    `Snapshot ${snapshot.id} was not deleted: its server ${answer.value.name} (${id}) is being restored.`,
    `Wait for the restore to end (operation: wait, snapshot-id: ${snapshot.id}), then delete again.`,
  )
}
