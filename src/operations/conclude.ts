import { furtherFailures } from '../present/account.ts'
import { finalOutputs } from '../present/outputs.ts'
import { statusOf } from '../present/status.ts'
import { hasSomethingToShow, summaryOf } from '../present/summary.ts'
import { candidatesTable, resultTable } from '../present/tables.ts'
import { titleOf } from '../present/title.ts'
import { verdictOf } from '../present/verdict.ts'
import type { Verdict } from '../report/summary-markup.ts'
import type { Table } from '../report/text-table.ts'
import { apiNow, type Context } from '../run/context.ts'
import type { OperationRun } from '../run/operation-run.ts'
import * as messages from './messages.ts'

/** Writes the outputs, the summary and the verdict of a stage, however it ended. */
export async function conclude(ctx: Context, run: OperationRun): Promise<Verdict> {
  ctx.report.outputs(finalOutputs(run, ctx.clock.now()))
  const now = apiNow(ctx)
  const verdict = verdictOf(run, now)
  printDetails(ctx, run, now)
  await ctx.report.conclude({
    ...verdict,
    title: titleOf(run),
    annotateAs: annotationOf(run),
    summary:
      run.operation === 'post' && !hasSomethingToShow(run)
        ? undefined
        : summaryOf(run, verdict, ctx.origin, now),
  })
  return verdict
}

function annotationOf(run: OperationRun): 'notice' | 'warning' | undefined {
  if (run.rollback === 'job status unknown') return 'warning'
  return run.servers.some(server => statusOf(server) === 'restored') ? 'notice' : undefined
}

/** Says and writes already what is known, before a wait that the runner may not let come to its end. */
export async function announce(ctx: Context, run: OperationRun): Promise<void> {
  ctx.report.outputs(finalOutputs(run, ctx.clock.now()))
  const now = apiNow(ctx)
  const verdict = verdictOf(run, now)
  ctx.report.line(`${verdict.headline} ${verdict.state}`.trim())
  await ctx.report.summarise(summaryOf(run, verdict, ctx.origin, now))
}

// A log of thousands of lines is read by nobody.
const LINES = 100

/** What a person compares by eye, as tables: what there is where something was refused, and each server of a fleet. */
function printDetails(ctx: Context, run: OperationRun, now: number): void {
  for (const failure of furtherFailures(run)) ctx.report.line(failure)
  const candidates = candidatesTable(run, ctx.origin, now)
  if (candidates !== undefined) {
    ctx.report.line(messages.AVAILABLE)
    printTable(ctx, candidates)
  }
  // A plan has been printed line by line.
  if (
    run.servers.length <= 1 ||
    run.mode === 'dry run' ||
    (run.operation === 'post' && run.rollback !== 'due')
  )
    return
  ctx.report.line(messages.RESULTS)
  printTable(ctx, resultTable(run, ctx.origin, now))
}

/** Prints a table to the log; of a long one the beginning. */
export function printTable(ctx: Context, { columns, rows }: Table): void {
  ctx.report.table({ columns, rows: rows.slice(0, LINES) })
  if (rows.length > LINES) ctx.report.line(messages.moreInOutput(rows.length - LINES))
}
