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
import { safetyIds } from './restore.ts'
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
function goesOn({ accepted, status, problem, stopAsked }: Entry): boolean {
  if (status === 'restored' || status === 'completed' || stopAsked) return false
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
