import { expect } from 'vitest'
import { type Inputs, type ParsedInputs, type ParseOptions, parseInputs } from '../../../src/inputs.ts'

export type Texts = Readonly<Record<string, string>>

export const TOKEN = 'vps_secretsecret'
export const UUID = '0f8fad5b-d9cb-469f-a165-70867728950e'

/** Parses exactly these texts. */
export function parse(texts: Texts, options?: ParseOptions): ParsedInputs {
  return parseInputs(new Map(Object.entries(texts)), options)
}

/** The inputs of an operation to which these texts and a token were given; fails where there is a problem. */
export function inputsOf<O extends Inputs['operation']>(
  operation: O,
  texts: Texts = {},
): Extract<Inputs, { operation: O }> {
  const parsed = parse({ operation, 'api-token': TOKEN, ...texts })
  if (!parsed.ok) expect.fail(parsed.problems.join('\n'))
  expect(parsed.inputs.operation).toBe(operation)
  // The operation was just compared.
  return parsed.inputs as Extract<Inputs, { operation: O }>
}

/** The problems of these texts with a token; fails where there is none. */
export function problemsOf(texts: Texts): readonly string[] {
  const parsed = parse({ 'api-token': TOKEN, ...texts })
  if (parsed.ok) expect.fail('there was no problem')
  return parsed.problems
}

export const CREATE: Texts = { operation: 'create', 'server-id': '12345' }
export const RESTORE: Texts = { operation: 'restore', 'snapshot-id': '801' }
export const WAIT: Texts = { operation: 'wait', 'snapshot-id': '801' }

/** The inputs that these problems name first, in order. */
export function namedIn(problems: readonly string[]): readonly string[] {
  return problems.map(problem => /^`([a-z_-]+)/.exec(problem)?.[1] ?? problem)
}

/** What was given, and beneath it what is said of it: for a file in which an editor reads all of it. */
export function wordings(cases: readonly Texts[], say: (texts: Texts) => readonly string[]): string {
  const shown = cases.map(texts => {
    const given = Object.entries(texts).map(([name, text]) => `${name}: ${JSON.stringify(text)}`)
    return [given.join(', '), ...say(texts).map(sentence => `  ${sentence}`), ''].join('\n')
  })
  return shown.join('\n')
}
