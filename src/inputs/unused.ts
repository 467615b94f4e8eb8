import type { Gathered } from './gather.ts'
import { INPUT_NAMES, INPUTS, type InputName, type InputValues } from './table.ts'
import type { Operation } from './types.ts'

interface Need {
  readonly what: string
  readonly met: (values: Partial<InputValues>, operation: Operation) => boolean
}

const A_RESTORE_LATER: Need = {
  what: '`restore-on`',
  met: (values, operation) => operation !== 'create' || values['restore-on'] !== undefined,
}

const A_START_LATER: Need = {
  what: '`restore-on` or `stop-server`',
  met: (values, operation) => values['stop-server'] === true || A_RESTORE_LATER.met(values, operation),
}

/** Inputs that have an effect only together with others. */
const NEEDS: { readonly [N in InputName]?: Need } = {
  'start-after-restore': A_RESTORE_LATER,
  'health-check': A_START_LATER,
  'health-check-timeout': {
    what: '`health-check`',
    met: values => values['health-check'] !== undefined,
  },
}

/** One line that names every input which was given and has no effect, and why; none when there is no such input. */
export function findUnused({ values, given }: Gathered, operation: Operation): readonly string[] {
  const unused = INPUT_NAMES.filter(name => given.has(name)).flatMap(name => {
    const why = whyUnused(name, values, operation)
    return why === undefined ? [] : [`\`${name}\` (${why})`]
  })
  return unused.length === 0 ? [] : [`Not used by \`operation: ${operation}\`: ${unused.join(', ')}.`]
}

function whyUnused(name: InputName, values: Partial<InputValues>, operation: Operation): string | undefined {
  const { operations } = INPUTS[name]
  if (!operations.includes(operation)) return `for ${operations.join(', ')}`
  const need = NEEDS[name]
  return need === undefined || need.met(values, operation) ? undefined : `only with ${need.what}`
}
