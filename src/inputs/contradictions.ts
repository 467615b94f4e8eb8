import { SLOTS } from '../domain/limits.ts'
import { contradictions } from './messages.ts'
import type { RawInputs } from './raw.ts'
import { type InputName, uses } from './rows.ts'

type Values = RawInputs['values']

/** Valid values that cannot both be meant. */
interface Contradiction {
  /** It counts only where the operation uses all of these, or is not known. */
  readonly among: readonly InputName[]
  readonly find: (values: Values, isUsed: (name: InputName) => boolean) => string | undefined
}

const CONTRADICTIONS: readonly Contradiction[] = [
  { among: ['wait'], find: findAfterWait },
  {
    among: ['wait', 'stop-server'],
    find: values => (!values.wait && values['stop-server'] ? contradictions.stopServer : undefined),
  },
  { among: ['restore-on', 'delete-on'], find: findBothEnds },
  {
    among: ['keep', 'delete-on'],
    find: values =>
      values.keep && values['delete-on'].length > 0 ? contradictions.keepAndDelete : undefined,
  },
  { among: ['keep-last', 'when-full'], find: findKeptSlots },
]

/** Every contradiction among the values, each naming the inputs. */
export function findContradictions({ values }: RawInputs): readonly string[] {
  const { operation } = values
  const isUsed = (name: InputName) => operation === undefined || uses(operation, name)
  const found = CONTRADICTIONS.filter(each => each.among.every(isUsed)).map(each => each.find(values, isUsed))
  return [...found, findTwoChoices(values)].filter(problem => problem !== undefined)
}

/** What only has an effect after that which `wait: false` does not wait for. A step with `operation: wait` takes it. */
function findAfterWait(values: Values, isUsed: (name: InputName) => boolean): string | undefined {
  if (values.wait) return undefined
  const asked: readonly (readonly [InputName, boolean])[] = [
    ['restore-on', values['restore-on'].length > 0],
    ['delete-on', values['delete-on'].length > 0],
    ['keep-last', values['keep-last'] !== undefined],
    ['health-check', values['health-check'].length > 0],
  ]
  const names = asked.filter(([name, isAsked]) => isAsked && isUsed(name)).map(([name]) => name)
  const what = values.operation === 'restore' ? 'restore' : 'snapshot'
  return names.length === 0 ? undefined : contradictions.needsCompletion(names, what)
}

function findBothEnds(values: Values): string | undefined {
  const both = values['restore-on'].filter(end => values['delete-on'].includes(end))
  return both.length === 0 ? undefined : contradictions.restoreAndDelete(both)
}

function findKeptSlots(values: Values): string | undefined {
  const kept = values['keep-last'] ?? 0
  return kept < SLOTS || values['when-full'] !== 'fail' ? undefined : contradictions.keptSlots(kept, SLOTS)
}

/** Wrong for every operation that does not take the name for the new snapshot, whether it uses the two or not. */
function findTwoChoices(values: Values): string | undefined {
  const both = values['snapshot-id'] !== undefined && values['snapshot-name'] !== undefined
  const isChoice = values.operation !== undefined && values.operation !== 'create'
  return both && isChoice ? contradictions.idAndName : undefined
}
