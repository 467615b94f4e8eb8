/** Every sentence that says what to do next. */

export function followStep(list: string, count: number, isRestore: boolean): string {
  const what = isRestore
    ? `follow the ${count === 1 ? 'restore, and start the server if it ends stopped' : 'restores, and start servers that end stopped'}`
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

export function checkServers(list: string): string {
  return `Check ${list} in the VPS.org panel.`
}

export function checkApplications(list: string, isRestored: boolean): string {
  const orOlder = isRestored ? ' If the snapshot itself is bad, restore an older one.' : ''
  return `Check the application on ${list}.${orOlder}`
}

/** @param list the IDs of what was planned, so that `latest` cannot become another one; empty for a create */
export function doIt(list: string): string {
  return `To do it, run this again with ${list === '' ? '' : `\`snapshot-id: ${list}\` and `}\`dry-run: false\`.`
}

/** @param triesAgain whether the end of the job starts it */
export function startServers(list: string, count: number, triesAgain: boolean): string {
  const start = `Start ${list} in the VPS.org panel if ${count === 1 ? 'it is' : 'they are'} stopped`
  return triesAgain ? `${start}; the action tries once more at the end of the job.` : `${start}.`
}

/**
 * @param before the sentences that say what is to be done first
 * @param isApart whether the last of them does not end with what a person does
 */
export function reRun(before: readonly string[], isApart: boolean): string {
  if (before.length === 0) return 'Re-run the job.'
  const text = before.join(' ')
  return isApart ? `${text} Then re-run the job.` : `${text.slice(0, -1)}, then re-run the job.`
}
