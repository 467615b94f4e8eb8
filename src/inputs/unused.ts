import { unused } from './messages.ts'
import type { RawInputs } from './raw.ts'
import { type InputName, OPERATIONS, ROWS } from './rows.ts'
import type { Operation } from './types.ts'

const BY_A_RESTORE: readonly InputName[] = ['restore-on']
const BY_A_START: readonly InputName[] = ['restore-on', 'stop-server']

/** Inputs that have an effect only together with one of some others, by operation. */
const NEEDS: { readonly [N in InputName]?: { readonly [O in Operation]?: readonly InputName[] } } = {
  'health-check': { create: BY_A_START },
  'health-check-timeout': { create: ['health-check'], restore: ['health-check'], wait: ['health-check'] },
  'start-after-restore': { create: BY_A_RESTORE },
  'github-token': { create: BY_A_RESTORE, wait: BY_A_RESTORE },
  'notify-on': Object.fromEntries(OPERATIONS.map(operation => [operation, ['notify-url']])),
}

/** One line that names every input which was given and has no effect, and why; none when there is no such input. */
export function findUnused({ given }: RawInputs, operation: Operation): readonly string[] {
  const found = ROWS.filter(row => given.has(row.name)).flatMap(({ name, operations }) => {
    if (!operations.includes(operation)) return [unused.otherOperations(name, operations)]
    const needed = NEEDS[name]?.[operation] ?? []
    const isMet = needed.length === 0 || needed.some(other => given.has(other))
    return isMet ? [] : [unused.needs(name, needed)]
  })
  return found.length === 0 ? [] : [unused.notice(operation, found)]
}
