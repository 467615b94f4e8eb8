import { Cancelled } from '../domain/clock.ts'
import type { Inputs } from '../inputs.ts'
import { noteCancel } from './cancel.ts'
import { announce, conclude } from './conclude.ts'
import type { Context } from './context.ts'
import { create } from './create.ts'
import { deleteSnapshots } from './delete.ts'
import { type Ledger, newLedger } from './ledger.ts'
import { list } from './list.ts'
import { restore } from './restore.ts'
import { wait } from './wait.ts'

/**
 * Runs one operation and tells how it ended, also when it is cancelled in the middle.
 * @returns whether the step is green
 */
export async function runMain(ctx: Context, inputs: Inputs): Promise<boolean> {
  const ledger = newLedger(ctx.clock.now())
  for (const notice of inputs.notices) ctx.report.notice(notice)
  try {
    await operate(ctx, inputs, ledger)
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error
    noteCancel(ledger, error, inputs.operation)
  }
  const verdict = await conclude(ctx, inputs.operation, ledger)
  return verdict.good
}

function operate(ctx: Context, inputs: Inputs, ledger: Ledger): Promise<void> {
  switch (inputs.operation) {
    case 'create':
      return create(ctx, inputs, ledger)
    case 'restore':
      return restore(ctx, inputs, ledger, () => announce(ctx, inputs.operation, ledger))
    case 'delete':
      return deleteSnapshots(ctx, inputs, ledger)
    case 'list':
      return list(ctx, inputs, ledger)
    case 'wait':
      return wait(ctx, inputs, ledger)
  }
}
