import type { RunOrigin } from '../domain/origin.ts'

/** The longest name that is sent. The API documents the letters of a name (`A-Za-z0-9_-`), not its length. */
export const NAME_LIMIT = 64

/**
 * Makes a snapshot name of any text: each run of characters that the API does not take becomes one `-`, none is left
 * at either end, and what is longer than `NAME_LIMIT` is cut. Undefined when nothing is left.
 */
export function makeValidName(
  text: string,
): { readonly name: string; readonly changed: boolean } | undefined {
  const name = cutName(text, NAME_LIMIT)
  return name === '' ? undefined : { name, changed: name !== text }
}

/** `shop-9876543210-1`: repository, run id and attempt. Only the repository's part is ever cut. */
export function defaultName(origin: RunOrigin): string {
  const run = `${origin.runId}-${origin.attempt}`
  const repository = origin.repository.slice(origin.repository.lastIndexOf('/') + 1)
  const prefix = cutName(repository, NAME_LIMIT - run.length - 1)
  return prefix === '' ? run : `${prefix}-${run}`
}

function cutName(text: string, limit: number): string {
  const valid = text.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+/, '')
  return valid.slice(0, limit).replace(/-+$/, '')
}
