import type { Kind } from './kinds.ts'
import { type Quote, quoteWithout } from './quote.ts'
import { INPUT_NAMES, INPUTS, type InputName, type InputValues } from './table.ts'
import type { InputReader } from './types.ts'

/** Every input read by itself, before any is held against another. */
export interface Gathered {
  /** The good values, defaults included. */
  readonly values: Partial<InputValues>
  /** The inputs that hold something else than nothing or their default. */
  readonly given: ReadonlySet<InputName>
  /** The inputs whose value is not one of its kind. */
  readonly faulty: ReadonlySet<InputName>
  /** One for each of `faulty`, in the order of the table. */
  readonly problems: readonly string[]
  /** What was given as the token, without blanks around it; '' when nothing was. */
  readonly token: string
}

/** Reads every input of the table. */
export function gather(read: InputReader): Gathered {
  const token = read('api-token').trim()
  const quote = quoteWithout(token)
  const values: Partial<InputValues> = {}
  const given = new Set<InputName>()
  const problems = new Map<InputName, string>()

  function take<N extends InputName>(name: N): void {
    const { kind, default: usual = '' } = INPUTS[name]
    const held = read(name).trim()
    const text = held === '' ? usual : held
    if (text === '') return
    const reading = kind.read(text, quote)
    if (!reading.ok) {
      problems.set(name, complain(name, reading.complaint, kind))
      return
    }
    Object.assign(values, { [name]: reading.value })
    if (!meansDefault(kind, reading.value, usual, quote)) given.add(name)
  }

  for (const name of INPUT_NAMES) take(name)
  return { values, given, faulty: new Set(problems.keys()), problems: [...problems.values()], token }
}

function complain(name: InputName, complaint: string, kind: Kind<unknown>): string {
  const end = complaint.endsWith('?') ? '' : '.'
  return `\`${name}\`: ${complaint}${end} It takes ${kind.takes}.`
}

/** Whether a value says no more than the default does, also in another spelling (`5m` and `300s`). */
function meansDefault<T>(kind: Kind<T>, value: T, usual: string, quote: Quote): boolean {
  if (usual === '') return false
  const reading = kind.read(usual, quote)
  return reading.ok && reading.value === value
}
