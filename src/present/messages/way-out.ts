/** Every sentence that says what to do next. */
import { serverLabel } from '../../run/labels.ts'
import type { ServerRun } from '../../run/server-run.ts'

export function followStep(list: string, count: number, isRestore: boolean): string {
  const what = isRestore
    ? `follow the ${count === 1 ? 'restore' : 'restores'}`
    : `wait for ${these(list, count)} to complete`
  return `To ${what}, run \`operation: wait\` with \`snapshot-id: ${list}\`.`
}

export function restoreStep(list: string, count: number): string {
  return `To restore ${these(list, count)}, run \`operation: restore\` with \`snapshot-id: ${list}\`.`
}

export function deleteStep(list: string, count: number): string {
  return `To delete ${these(list, count)}, run \`operation: delete\` with \`snapshot-id: ${list}\`.`
}

function these(list: string, count: number): string {
  return count === 1 ? `snapshot ${list}` : 'these snapshots'
}

export function listStep(server: string): string {
  return server === ''
    ? 'To see what exists, run `operation: list`.'
    : `To see what exists, run \`operation: list\` with \`server-id: ${server}\`.`
}

/** Where the runner did not say how the job ended. */
export const IF_DEPLOY_FAILED = 'If the deploy failed, restore the server by hand.'

export function checkApplication(run: ServerRun): string {
  return `Check the application on ${serverLabel(run)}.`
}

export const DO_IT = 'To do it, run the step again with `dry-run: false`.'

export const START_NOW =
  'Start the server in the VPS.org panel if it is stopped; the action tries once more at the end of the job.'
export const START_YOURSELF = 'Check the server in the VPS.org panel, and start it if it is stopped.'

export function reRun(after: string | undefined): string {
  return after === undefined ? 'Re-run the job.' : `${after} re-run the job.`
}
