/**
 * Writes the tables of inputs and outputs in README.md, between their markers, from action.yml.
 * With `--check` it changes nothing and fails where they differ.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Manifest, ROOT, readManifest } from '../test/harness/manifest.ts'

/** The inputs as the README groups them, each input once, in the order of action.yml. */
export const INPUT_GROUPS: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: 'Essentials', names: ['operation', 'api-token', 'server-id', 'snapshot-id', 'dry-run'] },
  {
    title: 'Rollback',
    names: [
      ...['restore-on', 'health-check', 'health-check-timeout', 'start-after-restore', 'safety-snapshot'],
      ...['max-snapshot-age', 'notify-url', 'notify-on', 'github-token'],
    ],
  },
  { title: 'Retention', names: ['keep-last', 'delete-on', 'when-full', 'keep'] },
  { title: 'Snapshot', names: ['snapshot-name', 'description', 'stop-server'] },
  { title: 'Waiting', names: ['wait', 'timeout', 'poll-interval', 'max-parallel'] },
  { title: 'Advanced', names: ['summary', 'api-url', 'job-status'] },
]

/** Rarely needed, so that the README shows it folded. */
const FOLDED_GROUP = 'Advanced'

/** README's text with its tables as action.yml has them. Throws where a pair of markers is missing. */
export function withTables(readme: string, manifest: Manifest): string {
  const row = (name: string): readonly string[] => [code(name), meaning(manifest.inputs[name])]
  const shown = INPUT_GROUPS.filter(({ title }) => title !== FOLDED_GROUP)
  const folded = INPUT_GROUPS.filter(({ title }) => title === FOLDED_GROUP)
  const inputs = [
    table(
      ['Input', 'Meaning'],
      shown.flatMap(({ title, names }) => [[`**${title}**`, ''], ...names.map(row)]),
    ),
    ...folded.map(
      ({ title, names }) =>
        `<details>\n<summary>${title} inputs</summary>\n\n${table(['Input', 'Meaning'], names.map(row))}\n\n</details>`,
    ),
  ].join('\n\n')
  const outputs = Object.entries(manifest.outputs).map(([name, { description }]) => [code(name), description])
  return replaceBetween(
    replaceBetween(readme, 'inputs', inputs),
    'outputs',
    table(['Output', 'Value'], outputs),
  )
}

/** In one line: what action.yml says, and the default that it has. */
function meaning(input: Manifest['inputs'][string] | undefined): string {
  const { required, default: usual, description } = input ?? { description: '' }
  const ending = required === true ? ' **Required.**' : usual === undefined ? '' : ` Default: ${code(usual)}.`
  return `${description.trim()}${ending}`
}

function replaceBetween(text: string, what: string, content: string): string {
  const begin = `<!-- ${what}:begin -->`
  const end = `<!-- ${what}:end -->`
  const from = text.indexOf(begin)
  const to = text.indexOf(end, from)
  if (from < 0 || to < 0) throw new Error(`README.md needs the markers ${begin} and ${end}, in this order`)
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').trim().replaceAll('|', '\\|')
}

function code(text: string): string {
  return `\`${text}\``
}

function main(check: boolean): void {
  const path = join(ROOT, 'README.md')
  if (!existsSync(path)) throw new Error('README.md is missing')
  const readme = readFileSync(path, 'utf8')
  const wanted = withTables(readme, readManifest())
  if (wanted === readme) return
  if (check)
    throw new Error('The tables in README.md differ from action.yml. Run node scripts/readme-tables.ts')
  writeFileSync(path, wanted)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    main(process.argv.includes('--check'))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
