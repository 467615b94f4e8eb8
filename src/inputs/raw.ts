import { complaints, problemOf, withoutToken } from './messages.ts'
import { type Quote, quoteWithout } from './quote.ts'
import { type InputName, type InputRow, type InputValues, ROWS } from './rows.ts'
import type { InputTexts } from './types.ts'

type RequiredName = 'operation' | 'api-token'

/** Every input parsed by itself, before any is held against another. */
export interface RawInputs {
  /** An input that is invalid has the value of one that was not given. */
  readonly values: Omit<InputValues, RequiredName> & Partial<Pick<InputValues, RequiredName>>
  /** The inputs that are valid and say something else than their default does, in whatever spelling. */
  readonly given: ReadonlySet<InputName>
  readonly invalidNames: ReadonlySet<InputName>
  /** Durations that were given as a number without a unit. */
  readonly bareNumbers: ReadonlyMap<InputName, string>
  /** One for each invalid input, in the order of the table. */
  readonly problems: readonly string[]
  /** What was given as a secret, without spaces around it, valid or not; an address also as it will be used. */
  readonly secrets: readonly string[]
  readonly quote: Quote
}

// A shorter token is none, and would be found in values by chance.
const SHORTEST_TOKEN = 8

/** Parses every input by itself, in the order of the table; never throws. */
export function parseEach(texts: InputTexts): RawInputs {
  const textOf = ({ name }: InputRow) => (texts.get(name) ?? '').trim()
  const secretTexts = ROWS.filter(row => row.secret).map(textOf)
  const secrets = new Set(secretTexts.filter(text => text !== ''))
  const quote = quoteWithout([...secrets])
  const token = (texts.get('api-token') ?? '').trim()
  const values: Partial<Record<InputName, unknown>> = {}
  const given = new Set<InputName>()
  const bareNumbers = new Map<InputName, string>()
  const problems = new Map<InputName, string>()

  /** Sent as part of a name, a description or an address, the token would be kept or seen where nobody expects it. */
  const holdsToken = (row: InputRow) =>
    row.name !== 'api-token' && token.length >= SHORTEST_TOKEN && textOf(row).includes(token)

  function valueFor(row: InputRow, text: string): unknown {
    if (text === '') return row.default === undefined ? row.otherwise : valueFor(row, row.default)
    const result = row.parser.parse(text, quote)
    if (result.ok && result.isBareNumber === true) bareNumbers.set(row.name, text)
    if (result.ok) return result.value
    const complaint = slipIn(row, text, quote) ?? result.complaint
    problems.set(row.name, problemOf(row.name, complaint, row.parser.expects))
    return valueFor(row, '')
  }

  for (const row of ROWS) {
    const value = valueFor(row, textOf(row))
    values[row.name] = value
    if (holdsToken(row) && !problems.has(row.name))
      problems.set(row.name, problemOf(row.name, complaints.misplacedToken, withoutToken))
    // URL may spell an address in another way than it was given (its host in lower case).
    if (row.secret && value instanceof URL) secrets.add(value.href)
    // `5m` and `300s` are the same.
    if (JSON.stringify(value) !== JSON.stringify(valueFor(row, ''))) given.add(row.name)
  }
  return {
    // Every row has set its value, by its own parser.
    values: values as RawInputs['values'],
    given,
    invalidNames: new Set(problems.keys()),
    bareNumbers,
    problems: [...problems.values()],
    secrets: [...secrets],
    quote,
  }
}

const QUOTATION_MARKS = /^["'`“”„‘’«»]+|["'`“”„‘’«»]+$/gu

/** What keeps a value from being valid that looks valid to a person: more helpful than what it is not. */
function slipIn({ parser, secret }: InputRow, text: string, quote: Quote): string | undefined {
  // What is wrong with a secret is said without showing it.
  if (secret) return undefined
  const isMeant = (meant: string) => meant !== text && parser.parse(meant, quote).ok
  if (isMeant(text.replace(QUOTATION_MARKS, ''))) return complaints.inQuotationMarks(quote(text))
  return isMeant(text.normalize('NFKC')) ? complaints.notAscii(quote(text)) : undefined
}
