/**
 * Every sentence that a person reads about inputs. `shown` is a value made safe to print by a `Quote`, with its
 * quotation marks.
 */
import { few, NAMED } from '../domain/few.ts'

/** `a`, `b` or `c`. */
function wordList(words: readonly string[], joint: 'and' | 'or'): string {
  const quoted = words.map(word => `\`${word}\``)
  const last = quoted.at(-1)
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} ${joint} ${last}`
}

/** The first few of many: ten thousand wrong items in a list are one mistake. */
export function firstFew(items: readonly string[], separator: string): string {
  return few(items, NAMED.choice, separator)
}

// --- The verdict of a step whose inputs are invalid ---

const HEADLINE = 150

/** What is said of these problems: the headline, and what does not fit into it. */
export function refusal(problems: readonly string[]): { readonly what: string; readonly state: string } {
  const what = `Invalid input: ${problems[0]} Nothing was sent.`
  if (problems.length === 1 && what.length <= HEADLINE) return { what, state: '' }
  const count = problems.length === 1 ? 'Invalid input.' : `${problems.length} invalid inputs.`
  return { what: `${count} Nothing was sent.`, state: problems.join(' ') }
}

// --- What an input expects, to be read after "Expected" ---

const FIND_IDS = {
  server: 'the setup in the README shows how to list them',
  snapshot: '`operation: list` shows them',
} as const

const EMPTY_VARIABLE = 'A variable whose name is misspelled, or that was saved as a secret, is empty.'

const SEPARATED = 'separated by commas, spaces or line breaks'

export const expects = {
  boolean: '`true` or `false`',
  text: 'text',
  timeout: 'a duration such as 90s, 15m or 1h30m',
  interval: 'a duration such as 5s or 1m',
  age: 'a duration such as 90s, 15m, 1h30m or 2d',
  number: (least: number, most: number) => `a whole number from ${least} to ${most}`,
  keepLast: (most: number) => `a whole number from 1 to ${most}, or more with \`when-full: delete-oldest\``,
  oneOf: (words: readonly string[]) => wordList(words, 'or'),
  anyOf: (words: readonly string[]) => `one or more of ${wordList(words, 'and')}, ${SEPARATED}`,
  orWord: (word: string, other: string) => `\`${word}\` or ${other}`,
  ids: (what: keyof typeof FIND_IDS) =>
    `${what} IDs (digits or UUIDs, not names; ${FIND_IDS[what]}), ${SEPARATED}`,
  apiUrl: 'an `https:` URL (`http:` only for a loopback address) without credentials, query or fragment',
  notifyUrl: 'an `https:` URL (`http:` only for a loopback address) without credentials',
  healthTargets: `\`https://…\`, \`http://…\` or \`tcp://host:port\` without credentials, ${SEPARATED}`,
  apiToken: 'the token alone, as VPS.org showed it when it was created',
  githubToken: 'a token such as `${{ github.token }}`',
  jobStatus: '`success`, `failure` or `cancelled`',
  name: (longest: number) => `ASCII letters, digits, "-" and "_", at most ${longest} characters`,
} as const

// --- What is wrong with a value, without its full stop ---

/** One problem of one input, as it is printed. */
export function problemOf(name: string, complaint: string, expected: string): string {
  return `\`${name}\`: ${complaint}. Expected ${expected}.`
}

export const complaints = {
  notBoolean: (shown: string) => `${shown} is not a boolean`,
  notDuration: (shown: string) => `${shown} is not a valid duration`,
  tooShort: (shown: string, least: string) => `${shown} is shorter than ${least}`,
  tooLong: (shown: string, most: string) => `${shown} is longer than ${most}`,
  notNumber: (shown: string) => `${shown} is not valid`,
  notSupported: (shown: string, meant: string | undefined) =>
    `${shown} is not supported${meant === undefined ? '' : ` (did you mean \`${meant}\`?)`}`,
  inQuotationMarks: (shown: string) => `${shown} has quotation marks around it, which are part of the value`,
  notAscii: (shown: string) => `${shown} contains characters that only look like ASCII letters or digits`,
  emptyList: (shown: string) => `${shown} is an empty list`,
  repeated: (shown: string) => `${shown} is listed more than once`,
  notId: (shown: string, what: string) => `${shown} is not a ${what} ID`,
  noValidName: (shown: string) => `${shown} has no character that a snapshot name may contain`,
  notUrl: (shown: string) => `${shown} is not a URL`,
  notHttps: (shown: string) => `${shown} is not an https URL`,
  credentials: (shown: string) => `${shown} contains credentials`,
  queryOrFragment: (shown: string) => `${shown} contains a query or a fragment`,
  unencrypted: (shown: string, what: string) => `${shown} would send ${what} unencrypted`,
  notHealthTarget: (shown: string) => `${shown} is not supported`,
  noHost: (shown: string) => `${shown} has no valid host`,
  noPort: (shown: string) => `${shown} has no port`,
  notOnlyHostAndPort: (shown: string) => `${shown} has more than a host and a port`,
  bearer: 'the value starts with an authorization scheme such as "Bearer" (value not shown)',
  quotationMarks: 'the value has quotation marks around it (value not shown)',
  whitespace: 'the value contains a space or a line break (value not shown)',
  misplacedToken: 'the value contains the API token (value not shown)',
  notToken: 'the value contains characters that cannot be part of a token (value not shown)',
} as const

export const hiddenCredentials = 'a value with "@" (not shown, because it may contain a password)'

export function shortened(beginning: string): string {
  return `${beginning}…"`
}

/** Where the API token belongs. */
export const withoutToken = 'a value without it: only `api-token` may hold the API token'

/** Stands for a value that is a secret. */
export const hiddenSecret = 'the value (not shown)'

// --- What is missing ---

export const missing = {
  operation: (operations: readonly string[]) =>
    `\`operation\` is empty. Expected ${expects.oneOf(operations)}.`,
  apiToken:
    '`api-token` is empty. Check the name of the secret. Forks get no secrets, Dependabot only its own, and a secret ' +
    'of an environment needs `environment:` on the job.',
  serversToSnapshot: `\`server-id\` is empty. Set it to the IDs of the servers to snapshot (${FIND_IDS.server}). ${EMPTY_VARIABLE}`,
  snapshots:
    '`snapshot-id` is empty. Set `snapshot-id` or `snapshot-name`. An empty value is never treated as `latest`. If ' +
    'the value comes from `steps.<id>.outputs.snapshot-id` or from `needs`, the snapshot step was skipped, it made ' +
    'no snapshot, or the runner dropped the ID because it contains the text of a secret.',
  serversToSearch: (input: string) =>
    `\`server-id\` is empty. \`${input}\` needs the servers to search. ${EMPTY_VARIABLE}`,
} as const

// --- What cannot be combined ---

export const contradictions = {
  needsCompletion: (names: readonly string[], what: string) =>
    `\`wait: false\` cannot be combined with ${wordList(names, 'and')}, which ${names.length === 1 ? 'needs' : 'need'} ` +
    `the ${what} to complete. Move ${names.length === 1 ? 'it' : 'them'} to a later step with \`operation: wait\`, or ` +
    'remove `wait: false`.',
  stopServer:
    '`wait: false` cannot be combined with `stop-server`, which needs the snapshot to complete before it starts the ' +
    'server again. Remove one of them.',
  restoreAndDelete: (ends: readonly string[]) =>
    `${wordList(ends, 'and')} cannot be in both \`restore-on\` and \`delete-on\`. Remove ` +
    `${ends.length === 1 ? 'it' : 'them'} from one of them.`,
  keepAndDelete:
    '`keep: true` cannot be combined with `delete-on`, which would delete the snapshot. Remove one of them.',
  keptSlots: (kept: number, slots: number) =>
    `\`keep-last: ${kept}\` never frees a slot, because a server has only ${slots}. Set 1 to ${slots - 1}, or add ` +
    '`when-full: delete-oldest`.',
  idAndName: '`snapshot-id` and `snapshot-name` cannot be combined. Remove one of them.',
  latestToDelete:
    '`snapshot-id: latest` cannot be combined with `operation: delete`. Set the IDs of the snapshots.',
} as const

// --- What is valid, and may be meant otherwise ---

/** A bare number is taken for seconds. */
export function readAsSeconds(name: string, text: string): string {
  return `\`${name}: ${text}\` means ${text} ${text === '1' ? 'second' : 'seconds'}. Write \`${text}s\` if that is right, or \`${text}m\` for minutes.`
}

// --- Names that are not inputs, and inputs without effect ---

export const unknownNames = {
  /** `shown` is a name made safe to print, without quotation marks. */
  nearMiss: (shown: string, meant: string) =>
    `\`${shown}\` (variable \`INPUT_${shown.toUpperCase()}\`) is not an input of this action. Did you mean \`${meant}\`?`,
  ignored: (shown: readonly string[]) =>
    `Unknown ${shown.length === 1 ? 'input' : 'inputs'} ignored: ${firstFew(
      shown.map(name => `\`${name}\``),
      ', ',
    )}.`,
} as const

export const unused = {
  notice: (operation: string, inputs: readonly string[]) =>
    `Ignored by \`operation: ${operation}\`: ${inputs.join(', ')}.`,
  otherOperations: (name: string, operations: readonly string[]) =>
    `\`${name}\` (only for ${operations.join(', ')})`,
  needs: (name: string, others: readonly string[]) => `\`${name}\` (only with ${wordList(others, 'or')})`,
} as const
