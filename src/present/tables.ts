import type { Snapshot } from '../domain/entities.ts'
import type { WorkflowRun } from '../domain/workflow-run.ts'
import { compareNewestFirst, uniqueById } from '../policy/recency.ts'
import type { Cell, Table } from '../report/text-table.ts'
import { allProblems, type OperationRun } from '../run/operation-run.ts'
import { type ServerRun, snapshotOf } from '../run/server-run.ts'
import { textOf, whatWentWrong } from './account.ts'
import * as titles from './messages/titles.ts'
import { ageText, makerCell, serverCell, sizeText, snapshotText } from './snapshot-cells.ts'
import { statusOf } from './status.ts'

// An account may have thousands; these are what a person would look at first, and operation: list has them all.
const CANDIDATES = 10

/** What became of each server, or each snapshot of a list: the same for the log and the summary. */
export function resultTable({ listed, servers }: OperationRun, origin: WorkflowRun, now: number): Table {
  return listed === undefined
    ? {
        columns: titles.RESULT_COLUMNS,
        rows: servers.map(server => serverRow(server, now)),
      }
    : snapshotTable(listed, origin, now)
}

/** The snapshots among which a person could choose instead; undefined where nothing was refused that has any. */
export function candidatesTable(run: OperationRun, origin: WorkflowRun, now: number): Table | undefined {
  const candidates = uniqueById(allProblems(run).flatMap(problem => problem.candidates ?? []))
  if (candidates.length === 0) return undefined
  const shown = candidates.toSorted(compareNewestFirst).slice(0, CANDIDATES)
  return snapshotTable(shown, origin, now)
}

function snapshotTable(snapshots: readonly Snapshot[], origin: WorkflowRun, now: number): Table {
  const isOfSeveral = new Set(snapshots.map(({ server }) => server.id)).size > 1
  return {
    columns: titles.snapshotColumns(isOfSeveral),
    rows: snapshots.map(snapshot => [
      snapshotText(snapshot),
      ageText(snapshot, now),
      isOfSeveral ? serverCell(snapshot.server) : sizeText(snapshot),
      snapshot.status,
      makerCell(snapshot, origin),
    ]),
  }
}

function serverRow(run: ServerRun, now: number): readonly Cell[] {
  const { server } = run
  const snapshot = snapshotOf(run)
  const account = whatWentWrong(run)
  return [
    serverCell(server),
    // An output's value is not a word.
    statusOf(run).replaceAll('_', ' '),
    snapshot === undefined ? '–' : snapshot.id,
    snapshot === undefined ? '–' : ageText(snapshot, now),
    account === undefined ? '' : textOf(account),
  ]
}
