import { findContradictions } from './inputs/contradictions.ts'
import { missing } from './inputs/messages.ts'
import { parseEach, type RawInputs } from './inputs/raw.ts'
import { type Inputs, requestOf } from './inputs/requests.ts'
import { OPERATIONS } from './inputs/rows.ts'
import type { InputTexts } from './inputs/types.ts'
import { findUnknown } from './inputs/unknown-names.ts'

export { refusal } from './inputs/messages.ts'
export type * from './inputs/requests.ts'
export { parseJobStatus } from './inputs/rows.ts'
export { readInputTexts } from './inputs/source.ts'
export type * from './inputs/types.ts'

interface Told {
  /** What must be masked before anything is printed: everything given as a secret, valid or not. */
  readonly secrets: readonly string[]
  /** One line that names the given inputs which do not exist, none of which resembles one that does; or none. */
  readonly warnings: readonly string[]
}

/** Every problem at once, or the request of one operation. */
export type ParsedInputs =
  | ({ readonly ok: true; readonly inputs: Inputs } & Told)
  | ({
      readonly ok: false
      readonly problems: readonly string[]
      /** Every input by itself; an invalid one as if it had not been given. */
      readonly values: RawInputs['values']
    } & Told)

export interface ParseOptions {
  /**
   * The step is in a composite action on a runner that passes the action's own inputs on to its steps as well (act, and
   * those of Gitea and Forgejo): then a name that resembles an input may be somebody else's, and is a warning only.
   */
  readonly mayInheritInputs?: boolean
}

/**
 * Parses every input: the request of one operation, or every problem at once, each naming the input, what it held
 * (never a secret) and what is expected. Pure; never throws.
 */
export function parseInputs(
  texts: InputTexts,
  { mayInheritInputs = false }: ParseOptions = {},
): ParsedInputs {
  const raw = parseEach(texts)
  const { operation } = raw.values
  const unknown = findUnknown(texts.keys(), raw.quote, mayInheritInputs)
  const request = operation === undefined ? undefined : requestOf(operation, raw)
  const problems = [
    ...unknown.problems,
    ...findMissing(raw),
    ...raw.problems,
    ...findContradictions(raw),
    ...(request?.ok === false ? request.problems : []),
  ]
  const told: Told = { secrets: raw.secrets, warnings: unknown.warnings }
  return request?.ok && problems.length === 0
    ? { ok: true, inputs: request.value, ...told }
    : { ok: false, problems, values: raw.values, ...told }
}

/** What every operation requires and was not given. */
function findMissing({ values, invalidNames }: RawInputs): readonly string[] {
  const isMissing = (name: 'operation' | 'api-token') => values[name] === undefined && !invalidNames.has(name)
  return [
    ...(isMissing('operation') ? [missing.operation(OPERATIONS)] : []),
    ...(isMissing('api-token') ? [missing.apiToken] : []),
  ]
}
