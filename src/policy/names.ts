import { NAME_LIMIT } from '../domain/limits.ts'
import type { WorkflowRun } from '../domain/workflow-run.ts'

/**
 * Makes a snapshot name of any text: each run of characters other than `A-Za-z0-9_-`, the only ones that the API
 * accepts, becomes one `-`, none is left at either end, and what is longer than `NAME_LIMIT` is cut. Undefined when
 * nothing is left.
 */
export function makeValidName(
  text: string,
): { readonly name: string; readonly changed: boolean } | undefined {
  const name = cutName(text, NAME_LIMIT)
  return name === '' ? undefined : { name, changed: name !== text }
}

/** `shop-9876543210-1`: repository, run id and attempt. Only the repository's part is ever cut. */
export function defaultName(run: WorkflowRun): string {
  const suffix = shortDefaultName(run)
  const repository = run.repository.slice(run.repository.lastIndexOf('/') + 1)
  const prefix = cutName(repository, NAME_LIMIT - suffix.length - 1)
  return prefix === '' ? suffix : `${prefix}-${suffix}`
}

/** `9876543210-1`: for an API that refuses the default name, perhaps because of its length. */
export function shortDefaultName({ runId, attempt }: WorkflowRun): string {
  return `${runId}-${attempt}`
}

function cutName(text: string, limit: number): string {
  const valid = text.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+/, '')
  return valid.slice(0, limit).replace(/-+$/, '')
}
