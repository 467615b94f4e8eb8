import { parse } from 'yaml'
import { readManifest } from '../harness/manifest.ts'
import { codeBlocks, documents, filesOf, readText } from './markdown.ts'

/** A step of a workflow that uses this action. */
export interface Step {
  readonly where: string
  readonly id: string | undefined
  readonly condition: string | undefined
  readonly with: Readonly<Record<string, string>>
}

/** A workflow, or a part of one, that a document shows. */
export interface Snippet {
  readonly where: string
  readonly code: string
  readonly steps: readonly Step[]
}

/** Every example. */
export function examples(): readonly Snippet[] {
  const paths = filesOf('examples/*.yml').toSorted()
  return paths.map(path => snippetOf(path, readText(path)))
}

/** Every piece of YAML in the documents. */
export function snippets(): readonly Snippet[] {
  return documents().flatMap(({ path, text }) => {
    const blocks = codeBlocks(text).filter(({ language }) => language === 'yaml')
    return blocks.map(({ code }, index) => snippetOf(`${path}, YAML ${index + 1}`, code))
  })
}

function snippetOf(where: string, code: string): Snippet {
  return { where, code, steps: stepsIn(parse(code), where) }
}

function stepsIn(value: unknown, where: string): readonly Step[] {
  if (Array.isArray(value)) return value.flatMap(item => stepsIn(item, where))
  if (!isRecord(value)) return []
  const { uses, with: inputs } = value
  const own = typeof uses === 'string' && /^(?:OWNER\/vps-snapshot-action@|\.\/$)/.test(uses)
  if (!own) return Object.values(value).flatMap(item => stepsIn(item, where))
  // A line that only shows how a version is named.
  if (!isRecord(inputs)) return []
  const given = Object.entries(inputs).map(([name, text]) => [name, String(text)] as const)
  return [{ where, id: textOf(value['id']), condition: textOf(value['if']), with: Object.fromEntries(given) }]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

// What stands in the examples, and what the runner would put there.
const EXPRESSIONS: readonly (readonly [expression: RegExp, value: string])[] = [
  [/^secrets\.VPS_API_TOKEN$/, 'vps_token'],
  [/^vars\.VPS_SERVER_IDS$/, '12345, 12346'],
  [/^vars\.\w*SERVER_ID$/, '12345'],
  [/^vars\.VPS_HEALTH_CHECK$/, 'https://www.example.com/health'],
  [/^vars\.VPS_DRILL_HEALTH_CHECK$/, 'https://drill.example.com/health'],
  [/^secrets\.NOTIFY_URL$/, 'https://hooks.slack.com/services/T/B/x'],
  [/^job\.status$/, 'success'],
  [/^github\.token$/, 'ghs_token'],
  [/^matrix\.server-id$/, '12345'],
  [/^(?:steps|needs)\.\w+\.outputs\.snapshot-id$/, '802'],
  [/^inputs\.operation$/, 'restore'],
  [/^inputs\.server-id \|\| vars\.VPS_SERVER_ID$/, '12345'],
  [/^inputs\.snapshot-id$/, 'latest'],
  [/^inputs\.dry-run && inputs\.operation != 'wait'$/, 'true'],
  [/^inputs\.(?:safety-snapshot|keep)$/, 'false'],
  [/^inputs\.name$/, 'before-upgrade'],
  [/^inputs\.reason$/, 'The database is upgraded'],
]

/** The inputs of a step as the action would read them, defaults of action.yml included. */
export function textsOf(step: Step): ReadonlyMap<string, string> {
  const defaults = Object.entries(readManifest().inputs).map(
    ([name, input]) => [name, input.default ?? ''] as const,
  )
  return new Map([...defaults, ...Object.entries(step.with)].map(([name, text]) => [name, evaluate(text)]))
}

function evaluate(text: string): string {
  return text.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => {
    const known = EXPRESSIONS.find(([pattern]) => pattern.test(expression.trim()))
    if (known === undefined) throw new Error(`no value is known for ${expression}`)
    return known[1]
  })
}
