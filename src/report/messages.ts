/** What is said by the log, the annotations and the summary themselves, whatever an operation has to tell. */

/** The title of annotations that are not about how a stage ended. */
export const TITLE = 'VPS.org snapshot'

export function outputsLost(why: string): string {
  return `The step's outputs cannot be written (${why}); their values are printed here instead.`
}

export function summaryLost(why: string): string {
  return `The job summary could not be written: ${why}`
}

/** After the last annotation that the runner shows. */
export function moreInLog(text: string): string {
  return `${text} (More in the log.)`
}

export const UNKNOWN_REASON = 'unknown reason'
export const NO_STATE_FILE = 'GITHUB_STATE is not set'

// ---- in the summary

export const NEXT = 'Next:'
export const AVAILABLE = 'Available snapshots:'
export const BY_FORM = 'Or, with the form from the README:'
export const CHART_TITLE = 'Times in UTC'

export function moreRows(count: number): string {
  return `… and ${count} more`
}
