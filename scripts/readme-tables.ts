/**
 * Writes the tables of inputs and outputs in README.md, between their markers, from action.yml.
 * With `--check` it changes nothing and fails where they differ.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Manifest, ROOT, readManifest } from '../test/harness/manifest.ts'

/** README's text with its tables as action.yml has them. Throws where a pair of markers is missing. */
export function withTables(readme: string, manifest: Manifest): string {
  const inputs = Object.entries(manifest.inputs).map(([name, { required, default: usual, description }]) => [
    code(name),
    required === true ? '**required**' : usual === undefined ? '' : code(usual),
    description,
  ])
  const outputs = Object.entries(manifest.outputs).map(([name, { description }]) => [code(name), description])
  const withInputs = replaceBetween(readme, 'inputs', table(['Input', 'Default', 'Meaning'], inputs))
  return replaceBetween(withInputs, 'outputs', table(['Output', 'Value'], outputs))
}

function replaceBetween(text: string, what: string, content: string): string {
  const begin = `<!-- ${what}:begin -->`
  const end = `<!-- ${what}:end -->`
  const from = text.indexOf(begin)
  const to = text.indexOf(end, from)
  if (from < 0 || to < 0) throw new Error(`README.md lacks the markers ${begin} and ${end}, in this order`)
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
  if (!existsSync(path))
    throw new Error('README.md is missing: there is nothing to hold the tables of action.yml in')
  const readme = readFileSync(path, 'utf8')
  const wanted = withTables(readme, readManifest())
  if (wanted === readme) return
  if (check)
    throw new Error('the tables of README.md are not those of action.yml: run node scripts/readme-tables.ts')
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
