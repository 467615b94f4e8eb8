import type { Cancelled } from '../domain/clock.ts'
import type { Inputs } from '../inputs.ts'
import { uniqueById } from '../policy/recency.ts'
import { snapshotPhase } from '../policy/statuses.ts'
import type { SummaryModel } from '../report/summary.ts'
import type { Context } from './context.ts'
import { type Entry, serverLabel, snapshotIdOf } from './entry.ts'
import { SLOTS } from './full-server.ts'
import { inventoryTable } from './inventory.ts'
import { type Ledger, problemsOf } from './ledger.ts'
import { overallStatus, snapshotFields, snapshotsJson } from './outputs.ts'
import type { Problem } from './problem.ts'
import { safetyIds } from './restore.ts'
import { takeUp } from './snapshot-end.ts'
import { printTable, resultTable } from './tables.ts'
import { furtherFailures, type Verdict, verdictOf } from './verdict.ts'

/** Writes the outputs, the summary and the verdict of an operation, however it ended. */
export async function conclude(
  ctx: Context,
  operation: Inputs['operation'],
  ledger: Ledger,
): Promise<Verdict> {
  writeOutputs(ctx, operation, ledger)
  const verdict = verdictOf(ctx, operation, ledger)
  for (const failure of furtherFailures(ledger)) ctx.report.line(failure)
  printResult(ctx, ledger)
  if (verdict.good && wasOverwritten(ledger)) ctx.report.notice(verdict.text)
  await ctx.report.conclude({
    good: verdict.good,
    title: `${TITLES[operation]} ${howItEnded(ledger)}`,
    verdict: verdict.text,
    next: verdict.next,
    summary: summaryOf(ctx, operation, ledger, verdict),
  })
  return verdict
}

/** That a server was overwritten is worth more than a line in a log that nobody opens. */
export function wasOverwritten(ledger: Ledger): boolean {
  return ledger.entries.some(({ status }) => status === 'restored')
}

/** What a person compares by eye, as tables: what there is where something was refused, and each server of a fleet. */
export function printResult(ctx: Context, ledger: Ledger): void {
  const there = problemsOf(ledger).flatMap(problem => problem.there ?? [])
  if (there.length > 0) {
    ctx.report.line('What there is:')
    printTable(ctx, inventoryTable(ctx, uniqueById(there)))
  }
  // A plan has been printed line by line.
  if (ledger.entries.length <= 1 || ledger.extent === 'planned') return
  ctx.report.line('What became of each:')
  printTable(ctx, resultTable(ctx, ledger))
}

/** Says and writes already what is known, before a wait that the runner may not let come to its end. */
export async function announce(ctx: Context, operation: Inputs['operation'], ledger: Ledger): Promise<void> {
  writeOutputs(ctx, operation, ledger)
  const verdict = verdictOf(ctx, operation, ledger)
  ctx.report.line(verdict.text)
  await ctx.report.summarise(summaryOf(ctx, operation, ledger, verdict))
}

/** Accepted, and cut off before its end was seen: "failed" in a title would have a tired reader do it again. */
function goesOn({ accepted, status, problem }: Entry): boolean {
  if (status === 'restored' || status === 'completed') return false
  return accepted && (problem?.status === 'cancelled' || problem?.status === 'timed_out')
}

/** For the annotation's title: what was done and is not well afterwards has not failed as such. */
export function howItEnded(ledger: Ledger): string {
  const wrong = ledger.entries.filter(({ problem }) => problem !== undefined)
  if (ledger.problem === undefined && wrong.length > 0 && wrong.every(goesOn))
    return 'accepted, its end not seen'
  const done = ledger.entries.every(({ status }) => status === 'restored' || status === 'completed')
  return done && ledger.problem === undefined && ledger.entries.length > 0
    ? 'done, but not all is well'
    : 'failed'
}

const TITLES = {
  create: 'Snapshot',
  restore: 'Restore',
  delete: 'Delete',
  list: 'List',
  wait: 'Wait',
} as const

/** Marks what a cancel cut off: accepted things go on at VPS.org; what was asked and not answered is not known. */
export function noteCancel(ledger: Ledger, cancelled: Cancelled, operation: Inputs['operation']): void {
  const isBegun = ledger.entries.some(({ status, problem }) => status !== undefined || problem !== undefined)
  for (const entry of ledger.entries) {
    const isCutOff = entry.problem === undefined
    noteCancelOfEntry(entry)
    if (entry.status === undefined && isBegun) entry.problem ??= notBegun(entry, operation)
    if (isCutOff) noteDeleted(ledger, entry)
  }
  if (problemsOf(ledger).length > 0) return
  const done = doneSoFar(ledger)
  ledger.problem = {
    status: 'cancelled',
    message:
      done.length === 0
        ? `Cancelled (${cancelled.signal}) before anything was changed.`
        : `Cancelled (${cancelled.signal}) before all was done. Done so far: ${done.join(', ')}.`,
    next: 'Run the job again if the rest is still wanted.',
  }
}

/** Of some servers that were to be restored, or snapshots to be deleted, those whose turn did not come must be named. */
function notBegun(entry: Entry, operation: Inputs['operation']): Problem | undefined {
  if (operation !== 'restore' && operation !== 'delete') return undefined
  const [id, server] = [snapshotIdOf(entry), serverLabel(entry)]
  return {
    status: 'cancelled',
    message:
      operation === 'restore'
        ? `Cancelled before ${server} was restored from snapshot ${id}: nothing was changed on it.`
        : `Cancelled before snapshot ${id} of ${server} was deleted.`,
    next: `If it is still wanted, run it with operation: ${operation}, snapshot-id: ${id}.`,
  }
}

/** What was deleted for a snapshot that is cut off must be said. */
function noteDeleted(ledger: Ledger, entry: Entry): void {
  const freed = ledger.deleted.filter(({ server }) => server.id === entry.server)
  if (entry.problem === undefined || freed.length === 0) return
  const names = freed.map(({ id, name }) => `${id} ${name}`)
  const message = `${entry.problem.message} Snapshot ${names.join(', ')} had been deleted to make room.`
  entry.problem = { ...entry.problem, message }
}

/** What had been changed before a cancel, the first few in words. */
function doneSoFar(ledger: Ledger): readonly string[] {
  const snapshots = ledger.entries.flatMap(({ accepted, snapshot, status }) =>
    accepted && snapshot !== undefined ? [`${snapshot.id} ${status ?? 'found'}`] : [],
  )
  const safety = [...ledger.safety.values()].map(({ id }) => `safety snapshot ${id} accepted`)
  const deleted = ledger.deleted.map(({ id }) => `${id} deleted to make room`)
  const done = [...snapshots, ...safety, ...deleted]
  return done.length <= DONE ? done : [...done.slice(0, DONE), `and ${done.length - DONE} more`]
}

const DONE = 10

function noteCancelOfEntry(entry: Entry): void {
  if (entry.problem !== undefined) {
    // Where a start was tried, the problem says so itself.
    if (!entry.phases.some(phase => phase.name === 'start')) entry.problem = withStop(entry, entry.problem)
    return
  }
  if (entry.status === 'unknown') {
    entry.problem = withStop(entry, {
      status: 'unknown',
      message: `Cancelled while ${serverLabel(entry)} was waiting for the answer to a request: whether VPS.org acted on it is not known.`,
      next: `Look at what there is with operation: list, server-id: ${entry.server}.`,
    })
    return
  }
  if (entry.status !== 'in_progress' && entry.status !== 'restoring') {
    noteCancelOfPower(entry)
    return
  }
  const restoring = entry.status === 'restoring'
  entry.problem = withStop(entry, {
    status: 'cancelled',
    message: restoring
      ? `Cancelled while ${serverLabel(entry)} was being restored from snapshot ${snapshotIdOf(entry)}: the restore was accepted and goes on at VPS.org. Do not restore again.`
      : `Cancelled while snapshot ${snapshotIdOf(entry)} of ${serverLabel(entry)} was in progress: it goes on at VPS.org.`,
    next: takeUp(entry),
  })
  entry.status = 'cancelled'
}

/** That a server is stopped must be said, whatever else there is to say. */
function withStop(entry: Entry, problem: Problem): Problem {
  if (!entry.stopAsked) return problem
  const message = `${problem.message} ${serverLabel(entry)} is stopped; it is started again at the end of the job.`
  return { ...problem, message }
}

/** A server that is stopped, or about to be, is the end of the job's business; that there is one must be said. */
function noteCancelOfPower(entry: Entry): void {
  if (!entry.stopAsked) return
  entry.problem = {
    status: 'cancelled',
    message: `Cancelled while ${serverLabel(entry)} was stopped for its snapshot or about to be: it is started again at the end of the job.`,
    next: `Look at the end of the job whether ${serverLabel(entry)} runs.`,
  }
}

function writeOutputs(ctx: Context, operation: Inputs['operation'], ledger: Ledger): void {
  const serverStatuses = serverStatusesOf(ledger)
  ctx.report.outputs({
    ...(operation === 'list' ? {} : { ...snapshotFields(ledger), status: overallStatus(ledger) }),
    ...(serverStatuses.some(status => status !== '') ? { 'server-status': serverStatuses.join(',') } : {}),
    // A list that could not be read is not an empty one.
    ...(operation === 'list' && ledger.listed === undefined ? {} : { snapshots: snapshotsJson(ledger) }),
    ...(operation === 'list' && ledger.listed !== undefined ? { count: `${ledger.listed.length}` } : {}),
    ...(operation === 'delete'
      ? {
          count: `${ledger.entries.filter(({ status, accepted }) => status === 'deleted' && accepted).length}`,
        }
      : {}),
    ...(ledger.deleted.length === 0
      ? {}
      : { 'deleted-snapshot-ids': ledger.deleted.map(snapshot => snapshot.id).join(',') }),
    ...(ledger.safety.size === 0 ? {} : { 'safety-snapshot-id': safetyIds(ledger) }),
    'duration-seconds': `${Math.round((ctx.clock.now() - ledger.began) / 1_000)}`,
  })
}

/** They pair up with the other lists, which hold what exists; where nothing does, there is nothing to pair up with. */
function serverStatusesOf(ledger: Ledger): readonly string[] {
  const existing = ledger.entries.filter(entry => entry.snapshot !== undefined)
  return (existing.length > 0 ? existing : ledger.entries).map(entry => entry.serverStatus ?? '')
}

/** The job summary of an operation: verdict, table, slots, what was deleted, the step to paste, the timeline. */
export function summaryOf(
  ctx: Context,
  operation: Inputs['operation'],
  ledger: Ledger,
  verdict: Verdict,
): SummaryModel {
  return {
    good: verdict.good,
    verdict: verdict.text,
    next: verdict.next,
    ...resultTable(ctx, ledger),
    facts: factsOf(ledger),
    snippet: operation === 'create' ? restoreSnippet(ctx, ledger) : undefined,
    timeline:
      operation === 'restore' || operation === 'wait' || stopped(ledger)
        ? ledger.entries.flatMap(entry => entry.phases)
        : [],
  }
}

function stopped(ledger: Ledger): boolean {
  return ledger.entries.some(entry => entry.phases.some(phase => phase.name === 'stop'))
}

function factsOf(ledger: Ledger): string[] {
  const facts: string[] = []
  for (const snapshot of ledger.deleted) facts.push(`Deleted to make room: ${snapshot.id} ${snapshot.name}`)
  for (const snapshot of ledger.safety.values())
    facts.push(`Safety snapshot: ${snapshot.id} ${snapshot.name}`)
  for (const entry of ledger.entries)
    if (entry.problem !== undefined && ledger.entries.length > 1)
      facts.push(`${serverLabel(entry)}: ${entry.problem.message}`)
  // What went wrong or is gone must not be crowded out by a fleet's slots.
  return [...slotsOf(ledger).slice(0, Math.max(0, FACTS - facts.length)), ...facts].slice(0, FACTS)
}

const FACTS = 100

function slotsOf(ledger: Ledger): readonly string[] {
  if (ledger.extent === 'planned') return []
  return ledger.entries.flatMap(entry => {
    const used = ledger.slots.get(entry.server)
    return used === undefined ? [] : [`${serverLabel(entry)}: ${used} of ${SLOTS} slots in use`]
  })
}

/** The step that puts the servers back, ready to paste. */
function restoreSnippet(ctx: Context, ledger: Ledger): SummaryModel['snippet'] {
  // One that has failed cannot be restored; one that is still in progress can be, once it is completed.
  const existing = ledger.entries.filter(
    entry => entry.snapshot !== undefined && snapshotPhase(entry.snapshot.status) !== 'failed',
  )
  if (existing.length === 0) return undefined
  return {
    title: 'The step that puts it back',
    yaml: [
      '# It overwrites the server whenever it is reached: in a deploy job it needs the if: of the README.',
      `- uses: ${ctx.origin.action}`,
      '  with:',
      '    operation: restore',
      '    api-token: ${{ secrets.VPS_API_TOKEN }}',
      `    server-id: ${existing.map(entry => entry.server).join(',')}`,
      `    snapshot-id: ${existing.map(entry => snapshotIdOf(entry)).join(',')}`,
    ].join('\n'),
  }
}
