import { findContradictions } from './inputs/contradictions.ts'
import { type Gathered, gather } from './inputs/gather.ts'
import { PLANS, type Plan } from './inputs/plans.ts'
import { INPUTS, type InputValues } from './inputs/table.ts'
import type { InputReader, ParsedInputs } from './inputs/types.ts'
import { findUnused } from './inputs/unused.ts'

export type * from './inputs/types.ts'

const NO_PLAN: Plan = { ok: false, problems: [] }

/**
 * Reads every input: the inputs of one operation, or every problem at once, each naming the input, what it held
 * (never the token) and what it takes. Pure, but for `read`; throws only what `read` throws.
 */
export function parseInputs(read: InputReader): ParsedInputs {
  const gathered = gather(read)
  const { operation } = gathered.values
  const plan = operation === undefined ? NO_PLAN : PLANS[operation](gathered)
  const problems = [
    ...findMissing(gathered),
    ...gathered.problems,
    ...findContradictions(gathered),
    ...(plan.ok ? [] : plan.problems),
  ]
  if (operation === undefined || !plan.ok || problems.length > 0) {
    return { ok: false, problems, ...(gathered.token !== '' && { apiToken: gathered.token }) }
  }
  // Without a problem, every input that has a default or that every operation requires is there.
  const values = gathered.values as InputValues
  return { ok: true, inputs: plan.build(values, findUnused(gathered, operation)) }
}

/** What every operation requires and was not given. */
function findMissing({ values, faulty, token }: Gathered): readonly string[] {
  const problems: string[] = []
  if (values.operation === undefined && !faulty.has('operation')) {
    problems.push(`\`operation\`: nothing was given. It takes ${INPUTS.operation.kind.takes}.`)
  }
  if (token === '') {
    problems.push(
      '`api-token`: nothing was given, or the secret is empty. Secrets are not passed to workflows from forks or ' +
        'from Dependabot (which has secrets of its own), an environment’s secrets need the job’s `environment:`, and ' +
        `a secret whose name is misspelt is empty. It takes ${INPUTS['api-token'].kind.takes}.`,
    )
  }
  return problems
}
