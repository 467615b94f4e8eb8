import { unknownNames } from './messages.ts'
import type { Quote } from './quote.ts'
import { lettersOf, nearest } from './resemblance.ts'
import { INPUT_NAMES, type InputName } from './rows.ts'

/** Names that inputs had in an earlier draft. None is an alias: each is refused by name, and so is what resembles it. */
const OTHER_NAMES: ReadonlyMap<string, InputName> = new Map([
  ['max-age', 'max-snapshot-age'],
  ['snapshot-before-restore', 'safety-snapshot'],
  ['rollback-on', 'restore-on'],
  ['restore-on-failure', 'restore-on'],
  ['rollback-on-failure', 'restore-on'],
])

/**
 * Words for a guard that other tools use. Only the word itself counts, whatever its letter case and separators, not what
 * resembles it. Ignored with a warning, each would overwrite a server that was only to be checked, or leave a deploy
 * without its rollback. Words that may mean anything (`name`, `check`, `backup`) are not among them: a variable of a job,
 * such as `INPUT_NAME`, must not stop its deploy.
 */
const OTHER_WORDS: readonly (readonly [InputName, readonly string[]])[] = [
  ['dry-run', ['dry', 'plan-only', 'check-only', 'simulate', 'noop', 'what-if']],
  ['safety-snapshot', ['safety', 'safety-backup', 'backup-first', 'backup-before-restore']],
  [
    'restore-on',
    ['on-failure', 'auto-rollback', 'auto-restore', 'rollback-if', 'rollback-when', 'restore-when'],
  ],
]

const BY_WORD: ReadonlyMap<string, InputName> = new Map(
  OTHER_WORDS.flatMap(([name, words]) => words.map(word => [lettersOf(word), name] as const)),
)

const CANDIDATES: readonly string[] = [...INPUT_NAMES, ...OTHER_NAMES.keys()]

/** The input for which other tools have this word. */
export function otherWordFor(name: string): InputName | undefined {
  return BY_WORD.get(lettersOf(name))
}

/** The input that was probably meant by a name that is none. */
export function resembling(name: string): string | undefined {
  const word = otherWordFor(name)
  if (word !== undefined) return word
  const found = nearest(name, CANDIDATES)
  return found === undefined ? undefined : (OTHER_NAMES.get(found) ?? found)
}

/**
 * What to say about names that are not inputs. One that resembles an input is a problem, also where its value is empty:
 * an expression that is empty today may turn a rollback on, or a dry run off, on the day that counts.
 * @param mayBeInherited whether the runner may have added inputs of an enclosing composite action; then none is a problem
 */
export function findUnknown(
  names: Iterable<string>,
  quote: Quote,
  mayBeInherited: boolean,
): { readonly problems: readonly string[]; readonly warnings: readonly string[] } {
  const known: readonly string[] = INPUT_NAMES
  const problems: string[] = []
  const ignored: string[] = []
  for (const name of names) {
    if (known.includes(name)) continue
    const shown = quote(name).slice(1, -1)
    const meant = mayBeInherited ? undefined : resembling(name)
    if (meant === undefined) ignored.push(shown)
    else problems.push(unknownNames.nearMiss(shown, meant))
  }
  return { problems, warnings: ignored.length === 0 ? [] : [unknownNames.ignored(ignored)] }
}
