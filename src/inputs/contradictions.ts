import type { Gathered } from './gather.ts'
import { INPUTS, type InputName, type InputValues } from './table.ts'

type Values = Partial<InputValues>

/** Good values that cannot both be meant. */
interface Contradiction {
  /** It counts only where the operation uses all of these (or is unknown itself). */
  readonly among: readonly InputName[]
  /** The problem, if there is one. */
  readonly found: (values: Values) => string | undefined
}

/** The inputs that only have an effect after what `wait: false` does not wait for. */
const AFTER_THE_WAIT: readonly { readonly name: InputName; readonly asked: (values: Values) => boolean }[] = [
  { name: 'stop-server', asked: values => values['stop-server'] === true },
  { name: 'keep-last', asked: values => values['keep-last'] !== undefined },
  { name: 'restore-on', asked: values => values['restore-on'] !== undefined },
  { name: 'delete-on', asked: values => values['delete-on'] !== undefined },
  { name: 'health-check', asked: values => values['health-check'] !== undefined },
]

/** The API keeps five snapshots of a server. */
const SLOTS = 5

const CONTRADICTIONS: readonly Contradiction[] = [
  ...AFTER_THE_WAIT.map(({ name, asked }) => ({
    among: ['wait', name] as const,
    found: (values: Values) =>
      values.wait === false && asked(values)
        ? `\`wait\`: "false" contradicts \`${name}\`, which needs the end to be seen. Leave out one of them.`
        : undefined,
  })),
  { among: ['restore-on', 'delete-on'], found: findBothEnds },
  { among: ['keep-last', 'when-full'], found: findKeptSlots },
]

/** Every contradiction among the values, each naming the inputs. */
export function findContradictions({ values }: Gathered): readonly string[] {
  const { operation } = values
  const used = (name: InputName) => operation === undefined || INPUTS[name].operations.includes(operation)
  const found = CONTRADICTIONS.filter(each => each.among.every(used)).map(each => each.found(values))
  return [...found, findTwoChoices(values)].filter(problem => problem !== undefined)
}

function findBothEnds(values: Values): string | undefined {
  const both = (values['restore-on'] ?? []).filter(end => values['delete-on']?.includes(end))
  if (both.length === 0) return undefined
  return `\`restore-on\` and \`delete-on\`: "${both.join(', ')}" stands in both. A snapshot that is restored is kept: leave the word out of one of them.`
}

function findKeptSlots(values: Values): string | undefined {
  const kept = values['keep-last'] ?? 0
  if (kept < SLOTS || values['when-full'] !== 'fail') return undefined
  return `\`keep-last\`: "${kept}" never frees a slot, since a server has ${SLOTS}, so the next create would fail. It takes 1 to ${SLOTS - 1}, or more together with \`when-full: delete-oldest\`.`
}

/** Wrong for every operation that does not take the name for the new snapshot, whether it uses the two or not. */
function findTwoChoices(values: Values): string | undefined {
  const both = values['snapshot-id'] !== undefined && values['snapshot-name'] !== undefined
  if (!both || values.operation === undefined || values.operation === 'create') return undefined
  return '`snapshot-id` and `snapshot-name`: both were given, and they may mean different snapshots. Leave out one of them.'
}
