import pLimit from 'p-limit'
import { Cancelled } from '../domain/clock.ts'
import type { Snapshot } from '../domain/entities.ts'
import type { HealthInputs, HealthTarget, JobStatus } from '../inputs.ts'
import type { SummaryModel } from '../report/summary.ts'
import { noteCancel } from './cancel.ts'
import { howItEnded, printResult, summaryOf, wasOverwritten } from './conclude.ts'
import type { Context } from './context.ts'
import { type Entry, type HeldEntry, heldEntries, newEntry, serverLabel, snapshotIdOf } from './entry.ts'
import { type Ledger, newLedger, problemsOf } from './ledger.ts'
import { allOrFirstError } from './parallel.ts'
import { type RestoreJob, restoreAll } from './restore-one.ts'
import { deleteQuietly, keepLastOf, type Retained } from './retention.ts'
import type { SavedEntry, SavedState } from './saved-state.ts'
import { ensureStarted } from './stopped-server.ts'
import { furtherFailures, nextSteps, restoreText, type Verdict } from './verdict.ts'

const CLEANUP_TIME = 5 * 60_000
// After a cancel all post steps together have less than five minutes; the request must be out well before.
const CANCELLED_TIME = 2 * 60_000

/** What the post stage did, for its one verdict. */
interface PostLedger {
  readonly restores: Ledger
  readonly started: Entry[]
  readonly deleted: Snapshot[]
  /** What `delete-on` could not delete. */
  readonly undeleted: Snapshot[]
  /** What `keep-last` has deleted so far. */
  readonly retired: Snapshot[]
  /** A restore was asked for, and there is nothing that it could be for. */
  spared: boolean
  retained: Retained | undefined
  /** What is to be said of a cancel. */
  cutOff: string | undefined
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
    undeleted: [],
    retired: [],
    spared: false,
    retained: undefined,
    cutOff: undefined,
  }
  try {
    await startStopped(ctx, saved, done)
    await followPlan(ctx, saved, jobStatus, done)
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error
    noteCancelOfPost(ctx, saved, jobStatus, done, error)
  }
  return concludePost(ctx, jobStatus, done)
}

/** How a person does what this stage did not. */
function byHand(saved: SavedState): string {
  const ids = heldEntries(saved.entries.map(entryOf)).map(({ snapshot }) => snapshot.id)
  return `restore it by hand: operation: restore, snapshot-id: ${ids.join(',')}.`
}

/** A restore that was due and did not happen is red; of what was to be deleted a warning is enough. */
function noteCancelOfPost(
  ctx: Context,
  saved: SavedState,
  jobStatus: JobStatus,
  done: PostLedger,
  cancelled: Cancelled,
): void {
  const isBegun = done.restores.entries.some(
    ({ status, problem }) => status !== undefined || problem !== undefined,
  )
  if (isBegun) noteCancel(done.restores, cancelled, 'restore')
  else if (isRestoreAsked(saved, jobStatus) && isWhole(saved))
    done.restores.problem = {
      status: 'cancelled',
      message: `Cancelled (${cancelled.signal}) before anything was restored.`,
      next: `If the deploy failed, ${byHand(saved)}`,
    }
  else {
    done.cutOff = `Cancelled (${cancelled.signal}) before all was done at the end of the job; what is not named here may or may not be done.`
    ctx.report.warn(done.cutOff)
  }
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
        // The end of the job is now: what is next is up to a person.
        entry.problem = started.ok ? undefined : { ...started.problem, next: START_BY_HAND }
      }),
    ),
  )
}

function mayBeStopped(entry: Entry): NonNullable<Entry['problem']> {
  return {
    status: 'cancelled',
    message: `${serverLabel(entry)} was stopped for its snapshot, and it was not seen running again.`,
    next: START_BY_HAND,
  }
}

const START_BY_HAND = 'Look at the server in the VPS.org panel and start it if it is stopped.'

async function followPlan(
  ctx: Context,
  saved: SavedState,
  jobStatus: JobStatus,
  done: PostLedger,
): Promise<void> {
  const { plan } = saved
  if (jobStatus === 'unknown') {
    if (plan.restoreOn.length > 0 || plan.deleteOn.length > 0 || plan.keepLast !== undefined) {
      done.cutOff = [
        'The runner did not say how the job ended (job-status is empty or not a known word): nothing is restored and nothing is deleted.',
        ...(plan.restoreOn.length > 0 && isWhole(saved) ? [`If the deploy failed, ${byHand(saved)}`] : []),
      ].join(' ')
      ctx.report.warn(done.cutOff)
    }
    return
  }
  if (isRestoreAsked(saved, jobStatus)) await restoreGroup(ctx, saved, jobStatus, done)
  if (plan.deleteOn.includes(jobStatus)) await deleteOwn(ctx, saved, done, jobStatus)
  if (plan.keepLast !== undefined && jobStatus === 'success') await retain(ctx, saved, plan.keepLast, done)
}

function isRestoreAsked(saved: SavedState, jobStatus: JobStatus): boolean {
  return jobStatus !== 'unknown' && saved.plan.restoreOn.includes(jobStatus)
}

/** Whether the main stage saw every snapshot of its group completed, and ended green. */
function isWhole(saved: SavedState): boolean {
  const { entries, plan } = saved
  return (
    saved.green &&
    entries.length === plan.servers &&
    entries.every(entry => entry.snapshot?.completed === true)
  )
}

/** Restores the group that the main stage saw completed; before that nothing can have been deployed. */
async function restoreGroup(
  ctx: Context,
  saved: SavedState,
  jobStatus: 'success' | 'failure' | 'cancelled',
  done: PostLedger,
): Promise<void> {
  const { plan } = saved
  if (!isWhole(saved)) {
    done.spared = true
    return
  }
  const now = ctx.clock.now()
  const deadline =
    now +
    (jobStatus === 'cancelled' ? Math.min(plan.restoreTimeoutMs, CANCELLED_TIME) : plan.restoreTimeoutMs)
  done.restores.entries = saved.entries.map(entryOf)
  const jobs = heldEntries(done.restores.entries).map(entry => jobOf(saved, entry, jobStatus, deadline))
  const onAsked = (): Promise<void> => announcePost(ctx, jobStatus, done)
  await ctx.report.group('Restore', () => restoreAll(ctx, jobs, { onAsked }))
  for (const entry of done.restores.entries) addWayByHand(entry)
}

/** Nobody runs the end of a job again: what it could not restore is up to a person. */
function addWayByHand(entry: Entry): void {
  if (entry.problem === undefined || entry.accepted) return
  if (/snapshot-id:|run the restore/.test(entry.problem.next)) return
  const id = snapshotIdOf(entry)
  const way =
    entry.problem.status === 'unknown'
      ? `Look at the server: if it is restoring, follow it with operation: wait, snapshot-id: ${id}; only if it is not, restore it by hand.`
      : `Then restore it by hand: operation: restore, snapshot-id: ${id}.`
  const next = `${entry.problem.next} ${way}`
  entry.problem = { ...entry.problem, next }
}

function jobOf(saved: SavedState, entry: HeldEntry, jobStatus: JobStatus, deadline: number): RestoreJob {
  const wait = jobStatus === 'cancelled' ? 'briefly' : 'to the end'
  const { startAfterRestore } = saved.plan
  const how = { wait, isAcceptanceEnough: false, deadline } as const
  return { entry, snapshot: entry.snapshot, ...how, startAfterRestore, health: healthOf(saved) }
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
  const deadline = ctx.clock.now() + (jobStatus === 'cancelled' ? CANCELLED_TIME : CLEANUP_TIME)
  const limit = pLimit(ctx.maxParallel)
  await allOrFirstError(
    saved.entries.map(item =>
      limit(async () => {
        const { snapshot } = entryOf(item)
        if (snapshot === undefined) return
        const end = await deleteQuietly(ctx, snapshot, deadline, `delete-on: ${jobStatus}`)
        if (end === 'deleted') done.deleted.push(snapshot)
        if (end === 'stays') done.undeleted.push(snapshot)
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
  const rule = { keepLast, retired: done.retired }
  done.retained = await keepLastOf(ctx, newest, rule, ctx.clock.now() + CLEANUP_TIME)
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
          sizeMb: item.snapshot.sizeMb,
          createdAt: item.snapshot.createdAt,
          description: '',
          server,
        }
  const entry = newEntry(item.server, snapshot)
  entry.serverName = item.serverName
  return entry
}

/** A good deploy gets one summary, that of its snapshot; the post stage adds one where it did or refused something. */
function hasNothingToShow(done: PostLedger): boolean {
  const lists = [done.restores.entries, done.started, done.deleted, done.undeleted, done.retired]
  return !done.spared && lists.every(list => list.length === 0)
}

async function concludePost(ctx: Context, jobStatus: JobStatus, done: PostLedger): Promise<boolean> {
  const verdict = postVerdict(ctx, jobStatus, done)
  for (const failure of furtherFailures(done.restores)) ctx.report.line(failure)
  printResult(ctx, done.restores)
  if (verdict.good && wasOverwritten(done.restores)) ctx.report.notice(verdict.text)
  await ctx.report.conclude({
    good: verdict.good,
    title: problemsOf(done.restores).length > 0 ? `Rollback ${howItEnded(done.restores)}` : 'End of the job',
    verdict: verdict.text,
    next: verdict.next,
    summary: hasNothingToShow(done) ? undefined : postSummary(ctx, done, verdict),
  })
  return verdict.good
}

/** Says and writes already what is known, before a wait that the runner may not let come to its end. */
async function announcePost(ctx: Context, jobStatus: JobStatus, done: PostLedger): Promise<void> {
  const verdict = postVerdict(ctx, jobStatus, done)
  ctx.report.line(verdict.text)
  await ctx.report.summarise(postSummary(ctx, done, verdict))
}

const SPARED =
  'Nothing is restored: the snapshot step did not end green, so nothing can have been deployed after it.'
const NOTHING = 'Nothing was to be done at the end of the job.'

function postVerdict(ctx: Context, jobStatus: JobStatus, done: PostLedger): Verdict {
  const problems = [...problemsOf(done.restores), ...done.started.flatMap(entry => entry.problem ?? [])]
  const sentences = verdictSentences(ctx, jobStatus, done)
  const text = sentences.length === 0 ? NOTHING : sentences.join(' ')
  return { good: problems.length === 0, text, next: nextSteps(problems, text) }
}

function postSummary(ctx: Context, done: PostLedger, verdict: Verdict): SummaryModel {
  const summary = summaryOf(ctx, 'restore', done.restores, verdict)
  return { ...summary, facts: [...summary.facts, ...factsOf(done)] }
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
  if (done.spared) sentences.push(SPARED)
  if (done.restores.entries.length > 0 || done.restores.problem !== undefined)
    sentences.push(restoreText(ctx, done.restores, BECAUSE[jobStatus]))
  if (done.deleted.length > 0) sentences.push(`Deleted by delete-on: ${ids(done.deleted)}.`)
  if (done.undeleted.length > 0) sentences.push(`delete-on could not delete ${ids(done.undeleted)}.`)
  if (done.retained !== undefined) sentences.push(retainedText(done.retained))
  else if (done.retired.length > 0)
    sentences.push(`keep-last deleted ${ids(done.retired)} until it was cancelled.`)
  if (done.cutOff !== undefined) sentences.push(done.cutOff)
  return sentences
}

function retainedText({ deleted, undeleted, kept }: Retained): string {
  if (kept === undefined) return 'keep-last deleted nothing, since the snapshots could not be listed.'
  const did = deleted.length === 0 ? [] : [`deleted ${ids(deleted)}`]
  const failed = undeleted.length === 0 ? [] : [`could not delete ${ids(undeleted)}`]
  const what = [...did, ...failed].join(' and ') || 'had nothing to delete'
  return `keep-last ${what}; ${kept.length} ${kept.length === 1 ? 'snapshot stays' : 'snapshots stay'}.`
}

function ids(snapshots: readonly Snapshot[]): string {
  const all = snapshots.map(({ id }) => id).join(', ')
  return `${snapshots.length === 1 ? 'snapshot' : 'snapshots'} ${all}`
}

function factsOf(done: PostLedger): string[] {
  const gone = [...done.deleted, ...done.retired].map(
    snapshot => `Deleted: ${snapshot.id} ${snapshot.name} (server ${snapshot.server.id})`,
  )
  const kept = (done.retained?.kept ?? []).map(
    snapshot => `Stays: ${snapshot.id} ${snapshot.name} (server ${snapshot.server.id})`,
  )
  return [...gone, ...kept].slice(0, 100)
}
