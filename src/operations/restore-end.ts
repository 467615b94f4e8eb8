import { formatDuration } from '../policy/durations.ts'
import {
  observeServer,
  type RestoreWatch,
  restoreProgress,
  startRestoreWatch,
} from '../policy/restore-end.ts'
import { settleWindow } from '../policy/settle.ts'
import { serverPhase } from '../policy/statuses.ts'
import { describeFailure } from '../vps/failure.ts'
import type { Context } from './context.ts'
import { addPhase, type Entry, lastStatus, serverLabel, snapshotIdOf } from './entry.ts'
import { type Look, lookAt, type Polled, poll } from './poll.ts'
import { explain, failure, type Outcome, success } from './problem.ts'
import type { Acceptance } from './restore-request.ts'
import { takeUp } from './snapshot-end.ts'

/** Of a fleet one line a minute is enough: the first that is still being restored speaks for all. */
function heartbeat(entry: Entry, group: readonly Entry[], elapsed: string): string | undefined {
  const restoring = group.filter(({ status }) => status === 'restoring')
  if (restoring.length === 1)
    return `${serverLabel(entry)} is ${lastStatus(entry)}, ${elapsed} after the restore was accepted; 5 to 15 minutes are usual.`
  if (restoring[0] !== entry) return undefined
  return `${restoring.length} servers are being restored, ${serverLabel(entry)} for ${elapsed}; 5 to 15 minutes are usual.`
}

/**
 * Follows an accepted restore to its end: the phase in which it left the server.
 * @param options `group`: all that are restored beside it, itself included
 */
export async function awaitRestoreEnd(
  ctx: Context,
  entry: Entry,
  acceptance: Acceptance,
  { deadline, group }: { readonly deadline: number; readonly group: readonly Entry[] },
): Promise<Outcome<'active' | 'stopped'>> {
  const window = settleWindow(ctx.pace)
  let watch: RestoreWatch = startRestoreWatch(acceptance.at, {
    statusBefore: acceptance.statusBefore,
    seenRestoring: acceptance.seenRestoring,
    window,
  })
  type End = Exclude<ReturnType<typeof restoreProgress>, { state: 'pending' }>
  const say = statusLog(ctx, entry)
  const look = async (): Promise<Look<End>> =>
    lookAt(await ctx.api.readServer(entry.server, { deadline, once: true }), server => {
      say(server.status)
      watch = observeServer(watch, server.status, ctx.clock.now())
      const progress = restoreProgress(watch)
      return progress.state === 'pending' ? { state: 'pending' } : { state: 'done', value: progress }
    })
  const end = await poll(
    ctx,
    {
      schedule: 'restore',
      began: acceptance.at,
      deadline,
      first: 'after a gap',
      heartbeat: elapsed => heartbeat(entry, group, elapsed),
    },
    look,
  )
  const good = end.state === 'done' && end.value.state === 'ended'
  addPhase(entry, 'restore', acceptance.at, ctx.clock.now(), !good)
  return judgeEnd(ctx, entry, end, ctx.clock.now() - acceptance.at)
}

async function judgeEnd(
  ctx: Context,
  entry: Entry,
  end: Polled<
    | { readonly state: 'ended'; readonly phase: 'active' | 'stopped' }
    | { readonly state: 'failed'; readonly status: string }
  >,
  waited: number,
): Promise<Outcome<'active' | 'stopped'>> {
  const what = `The restore of ${serverLabel(entry)} from snapshot ${snapshotIdOf(entry)}`
  if (end.state === 'refused')
    return {
      ok: false,
      problem: await explain(
        ctx,
        end.failure,
        `${what} was accepted and goes on at VPS.org; its end could not be seen. ${takeUp(entry)}`,
        'failed',
      ),
    }
  if (end.state === 'expired')
    return failure(
      `${what} was accepted and not seen to end within ${formatDuration(waited)}; it goes on at VPS.org. The server's last status was ${lastStatus(entry)}.${end.lastMiss === undefined ? '' : ` ${describeFailure(end.lastMiss)}`}`,
      `Do not restore again. ${takeUp(entry)}`,
      'timed_out',
    )
  if (end.value.state === 'failed')
    return failure(
      `${what} ended badly: the server's status is ${end.value.status}.`,
      'Look at the server in the VPS.org panel, and ask VPS.org support; restoring again may help.',
    )
  return success(end.value.phase)
}

/** Waits until `restoring` is seen at the server, or `until`; whether it was seen. */
export async function awaitRestoring(ctx: Context, entry: Entry, until: number): Promise<boolean> {
  const say = statusLog(ctx, entry)
  const end = await poll<true>(
    ctx,
    { schedule: 'settle', began: ctx.clock.now(), deadline: until, first: 'now' },
    async () =>
      lookAt(await ctx.api.readServer(entry.server, { deadline: until, once: true }), server => {
        say(server.status)
        return serverPhase(server.status) === 'restoring'
          ? { state: 'done', value: true }
          : { state: 'pending' }
      }),
  )
  return end.state === 'done'
}

/** Notes the server's status, and says it when it changes. */
function statusLog(ctx: Context, entry: Entry): (status: string) => void {
  return status => {
    if (status !== entry.serverStatus) ctx.report.line(`${serverLabel(entry)} is ${status}.`)
    entry.serverStatus = status
  }
}
