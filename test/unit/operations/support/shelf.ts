import { expect } from 'vitest'
import type { WorldSetup } from '../../../emulator/settings.ts'
import { changes, red } from './restoring.ts'
import { byHand, byWorkflow, WEB } from './scenery.ts'
import { createStage, type StageSettings, type Transcript } from './stage.ts'

export const DB = { id: '777', name: 'db-01' }

/** One server with a snapshot of each kind, and another server with one. */
export const SHELF: WorldSetup = {
  servers: [WEB, DB],
  snapshots: [
    byWorkflow({ id: '801', hours: 72 }),
    byHand({ id: '802', hours: 30 }),
    byWorkflow({ id: '803', hours: 5, status: 'failed' }),
    byWorkflow({ id: '804', hours: 4, purpose: 'safety' }),
    byWorkflow({ id: '805', hours: 3, workflow: 'octo/shop/.github/workflows/nightly.yml' }),
    byHand({ id: '901', server: DB.id, hours: 2 }),
  ],
}

/** What a restore of the shelf's first server could take, newest first. */
export const RESTORABLE = ['805', '804', '802', '801']

/** Runs a restore that is refused for this reason before it changes anything. */
export async function refused(
  reason: string,
  inputs: Readonly<Record<string, string>>,
  settings: StageSettings = SHELF,
): Promise<Transcript> {
  const seen = await createStage(settings).main({ operation: 'restore', ...inputs })
  expect(seen).toMatchObject(red('failed', reason))
  expect(changes(seen)).toEqual([])
  return seen
}
