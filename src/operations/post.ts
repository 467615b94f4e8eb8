import pLimit from 'p-limit'
import { Cancelled } from '../domain/clock.ts'
import type { Snapshot } from '../domain/entities.ts'
import type { HealthInputs, HealthTarget, JobStatus } from '../inputs.ts'
import { noteCancel, summaryOf } from './conclude.ts'
import type { Context } from './context.ts'
import { type Entry, newEntry, serverLabel } from './entry.ts'
import { type Ledger, newLedger, problemsOf } from './ledger.ts'
import { allOrFirstError } from './parallel.ts'
import { restoreOne } from './restore-one.ts'
import { deleteQuietly, keepLastOf, type Retained } from './retention.ts'
import type { SavedEntry, SavedState } from './saved-state.ts'
import { ensureStarted } from './stopped-server.ts'
import { nextSteps, restoreText } from './verdict.ts'

const CLEANUP_TIME = 5 * 60_000
// After a cancel all post steps together have less than five minutes; the request must be out well before.
const CANCELLED_TIME = 2 * 60_000

/** What the post stage did, for its one verdict. */
interface PostLedger {
  readonly restores: Ledger
  readonly started: Entry[]
  readonly deleted: Snapshot[]
  retained: Retained | undefined
}

/**
 * The end of the job: starts what the main stage left stopped, restores, deletes, keeps the last N; only what this
 * step's own main stage made.
 * @returns whether the post stage is green
 */
export async function runPost(ctx: Context, saved: SavedState, jobStatus: JobStatus): Promise<boolean> {
  const done: PostLedger = {
    restores: newLedger(ctx.clock.now()),
    started: [],
    deleted: [],
    retained: undefined,
  }
  try {
    await startStopped(ctx, saved, done)
    await followPlan(ctx, saved, jobStatus, done)
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error
    noteCancel(done.restores, error)
  }
  return concludePost(ctx, jobStatus, done)
}

async function startStopped(ctx: Context, saved: SavedState, done: PostLedger): Promise<void> {
  const stopped = saved.entries.filter(entry => entry.power === 'stop intended' || entry.power === 'stopped')
  const limit = pLimit(ctx.maxParallel)
  await allOrFirstError(
    stopped.map(item =>
      limit(async () => {
        const entry = entryOf(item)
        done.started.push(entry)
        entry.began = ctx.clock.now()
        // Until it is seen running, a cancel must say that it may be stopped.
        entry.problem = mayBeStopped(entry)
        const started = await ensureStarted(ctx, entry, item.power)
        entry.problem = started.ok ? undefined : started.problem
      }),
    ),
  )
}

function mayBeStopped(entry: Entry): NonNullable<Entry['problem']> {
  return {
    status: 'cancelled',
    message: `${serverLabel(entry)} was stopped for its snapshot, and it was not seen running again.`,
    next: 'Look at the server in the VPS.org panel and start it if it is stopped.',
  }
}

async function followPlan(
  ctx: Context,
  saved: SavedState,
  jobStatus: JobStatus,
  done: PostLedger,
): Promise<void> {
  const { plan } = saved
  if (jobStatus === 'unknown') {
    if (plan.restoreOn.length > 0 || plan.deleteOn.length > 0 || plan.keepLast !== undefined)
      ctx.report.warn(
        'The runner did not say how the job ended (job-status is empty or not a known word): nothing is restored and nothing is deleted.',
      )
    return
  }
  if (plan.restoreOn.includes(jobStatus)) await restoreGroup(ctx, saved, jobStatus, done)
  if (plan.deleteOn.includes(jobStatus)) await deleteOwn(ctx, saved, done, jobStatus)
  if (plan.keepLast !== undefined && jobStatus === 'success') await retain(ctx, saved, plan.keepLast, done)
}

/** Restores the group that the main stage saw completed; before that nothing can have been deployed. */
async function restoreGroup(
  ctx: Context,
  saved: SavedState,
  jobStatus: 'success' | 'failure' | 'cancelled',
  done: PostLedger,
): Promise<void> {
  const { plan } = saved
  const whole =
    saved.entries.length === plan.servers && saved.entries.every(entry => entry.snapshot?.completed === true)
  if (!saved.green || !whole) {
    ctx.report.line(
      'Nothing is restored: the snapshot step did not end green, so nothing can have been deployed after it.',
    )
    return
  }
  const now = ctx.clock.now()
  const deadline =
    now +
    (jobStatus === 'cancelled' ? Math.min(plan.restoreTimeoutMs, CANCELLED_TIME) : plan.restoreTimeoutMs)
  done.restores.entries = saved.entries.map(entryOf)
  const limit = pLimit(ctx.maxParallel)
  await ctx.report.group('Restore', () =>
    allOrFirstError(
      done.restores.entries.flatMap(entry =>
        entry.snapshot === undefined
          ? []
          : [limit(() => restoreEntry(ctx, saved, entry, jobStatus, deadline))],
      ),
    ),
  )
}

async function restoreEntry(
  ctx: Context,
  saved: SavedState,
  entry: Entry,
  jobStatus: JobStatus,
  deadline: number,
): Promise<void> {
  if (entry.snapshot === undefined) return
  await restoreOne(ctx, {
    entry,
    snapshot: entry.snapshot,
    wait: jobStatus === 'cancelled' ? 'briefly' : 'to the end',
    deadline,
    startAfterRestore: saved.plan.startAfterRestore,
    health: healthOf(saved),
  })
}

function healthOf(saved: SavedState): HealthInputs {
  const targets = saved.plan.health.targets.map(
    (target): HealthTarget => (target.kind === 'http' ? { kind: 'http', url: new URL(target.url) } : target),
  )
  return { timeoutMs: saved.plan.health.timeoutMs, targets }
}

async function deleteOwn(
  ctx: Context,
  saved: SavedState,
  done: PostLedger,
  jobStatus: string,
): Promise<void> {
  const deadline = ctx.clock.now() + CLEANUP_TIME
  const limit = pLimit(ctx.maxParallel)
  await allOrFirstError(
    saved.entries.map(item =>
      limit(async () => {
        const { snapshot } = entryOf(item)
        if (
          snapshot !== undefined &&
          (await deleteQuietly(ctx, snapshot, deadline, `delete-on: ${jobStatus}`))
        )
          done.deleted.push(snapshot)
      }),
    ),
  )
}

async function retain(ctx: Context, saved: SavedState, keepLast: number, done: PostLedger): Promise<void> {
  const newest = new Map(
    saved.entries.flatMap(entry =>
      entry.snapshot?.completed === true ? [[entry.server, entry.snapshot.id] as const] : [],
    ),
  )
  if (newest.size === 0) return
  done.retained = await keepLastOf(ctx, newest, keepLast, ctx.clock.now() + CLEANUP_TIME)
}

/** The saved part of one server as a record; of the snapshot only what is needed later was saved. */
function entryOf(item: SavedEntry): Entry {
  const server = { id: item.server, name: item.serverName }
  const snapshot: Snapshot | undefined =
    item.snapshot === undefined
      ? undefined
      : {
          id: item.snapshot.id,
          name: item.snapshot.name,
          status: item.snapshot.completed ? 'completed' : 'in_progress',
          sizeMb: null,
          createdAt: item.snapshot.createdAt,
          description: '',
          server,
        }
  const entry = newEntry(item.server, snapshot)
  entry.serverName = item.serverName
  return entry
}

async function concludePost(ctx: Context, jobStatus: JobStatus, done: PostLedger): Promise<boolean> {
  const problems = [...problemsOf(done.restores), ...done.started.flatMap(entry => entry.problem ?? [])]
  const sentences = verdictSentences(ctx, jobStatus, done)
  const good = problems.length === 0
  const text = sentences.length === 0 ? 'Nothing was to be done at the end of the job.' : sentences.join(' ')
  const verdict = { good, text, next: nextSteps(problems, text) }
  await ctx.report.conclude({
    good,
    title: done.restores.entries.length > 0 ? 'Rollback failed' : 'End of the job',
    verdict: text,
    next: verdict.next,
    summary:
      sentences.length === 0
        ? undefined
        : { ...summaryOf(ctx, 'restore', done.restores, verdict), facts: factsOf(done) },
  })
  return good
}

const BECAUSE: Readonly<Record<JobStatus, string>> = {
  success: '',
  failure: 'Deploy failed; ',
  cancelled: 'Job cancelled; ',
  unknown: '',
}

function verdictSentences(ctx: Context, jobStatus: JobStatus, done: PostLedger): string[] {
  const sentences: string[] = []
  for (const entry of done.started)
    sentences.push(
      entry.problem?.message ?? `${serverLabel(entry)}, which was stopped for its snapshot, is running.`,
    )
  if (done.restores.entries.length > 0 || done.restores.problem !== undefined)
    sentences.push(restoreText(ctx, done.restores, BECAUSE[jobStatus]))
  if (done.deleted.length > 0) sentences.push(`Deleted by delete-on: ${ids(done.deleted)}.`)
  if (done.retained !== undefined) sentences.push(retainedText(done.retained))
  return sentences
}

function retainedText(retained: Retained): string {
  const kept = `${retained.kept.length} ${retained.kept.length === 1 ? 'snapshot stays' : 'snapshots stay'}`
  return retained.deleted.length === 0
    ? `keep-last had nothing to delete; ${kept}.`
    : `keep-last deleted ${ids(retained.deleted)}; ${kept}.`
}

function ids(snapshots: readonly Snapshot[]): string {
  return snapshots.map(snapshot => snapshot.id).join(', ')
}

function factsOf(done: PostLedger): string[] {
  const gone = [...done.deleted, ...(done.retained?.deleted ?? [])].map(
    snapshot => `Deleted: ${snapshot.id} ${snapshot.name} (server ${snapshot.server.id})`,
  )
  const kept = (done.retained?.kept ?? []).map(
    snapshot => `Stays: ${snapshot.id} ${snapshot.name} (server ${snapshot.server.id})`,
  )
  return [...gone, ...kept].slice(0, 100)
}
