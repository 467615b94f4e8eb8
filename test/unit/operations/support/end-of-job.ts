import { BEFORE, deeds, NOW } from './restoring.ts'
import { idsOf, WEB } from './scenery.ts'
import { createStage, type Inputs, type Stage, type StageSettings, type Transcript } from './stage.ts'

export const ROLLBACK = { 'restore-on': 'failure,cancelled' }

/** A main stage that took its snapshots, and a deploy to each server after it. */
export async function afterCreate(
  inputs: Inputs,
  settings: StageSettings = {},
): Promise<{ readonly stage: Stage; readonly main: Transcript }> {
  const servers = settings.servers ?? [{ ...WEB, disk: BEFORE }]
  const stage = createStage({ nextSnapshotId: '801', ...settings, servers })
  const main = await stage.main({ operation: 'create', 'server-id': idsOf(servers), ...inputs })
  for (const { id } of servers) stage.world.deploy(id, NOW)
  return { stage, main }
}

/** What the post stage did to the world, beside the snapshots of the main stage. */
export function postDeeds(stage: Stage): readonly string[] {
  return deeds(stage.world).filter(deed => !deed.startsWith('snapshot-created'))
}

/** The post stage at this end of the job, after such a main stage; what it did besides. */
export async function endOf(
  jobStatus: string,
  inputs: Inputs,
  settings: StageSettings = {},
): Promise<{ readonly stage: Stage; readonly seen: Transcript; readonly done: readonly string[] }> {
  const { stage } = await afterCreate(inputs, settings)
  const seen = await stage.post(jobStatus)
  return { stage, seen, done: postDeeds(stage) }
}

/** A piece of saved state of which some fields are others; undefined: the field is missing. */
export function changed(text: string | undefined, change: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...JSON.parse(text ?? ''), ...change })
}
