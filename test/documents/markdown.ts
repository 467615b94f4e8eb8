import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { ROOT } from '../harness/manifest.ts'

/** A document of this project that people read. */
export interface Document {
  /** From the repository's root, with forward slashes. */
  readonly path: string
  readonly text: string
}

/** A fenced block of code, without the indentation that a list around it gives it. */
export interface CodeBlock {
  readonly language: string
  readonly code: string
}

/** The files that fit, by their paths from the repository's root, with forward slashes. */
export function filesOf(...patterns: readonly string[]): readonly string[] {
  return globSync(patterns, { cwd: ROOT }).map(path => path.replaceAll('\\', '/'))
}

/** Every document: those in the root, in docs/ and beside what they describe. */
export function documents(): readonly Document[] {
  const paths = filesOf('*.md', 'docs/*.md', 'test/emulator/*.md', '.github/**/*.md')
  return paths.map(path => ({ path, text: readText(path) }))
}

/** A file's text by its path from the repository's root. */
export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8').replaceAll('\r\n', '\n')
}

/** The fenced code blocks of a document, those in lists too. */
export function codeBlocks(text: string): readonly CodeBlock[] {
  const blocks = [...text.matchAll(/^( *)```(\w*)\n(.*?)^\1```$/gms)]
  return blocks.map(([, indent = '', language = '', code = '']) => {
    const lines = code.split('\n').map(line => line.slice(indent.length))
    return { language, code: lines.join('\n') }
  })
}

/** What is left of a document without its code blocks. */
function prose(text: string): string {
  return text.replace(/^( *)```\w*\n.*?^\1```$/gms, '')
}

/** The anchors that GitHub gives to a document's headings. */
export function anchors(text: string): ReadonlySet<string> {
  return new Set([...prose(text).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) => slug(heading)))
}

/** What stands under the heading with this anchor, up to the next heading of its level or above. */
export function section(text: string, anchor: string): string {
  const headings = [...text.matchAll(/^(#{1,6}) (.*)$/gm)]
  const start = headings.find(([, , heading = '']) => slug(heading) === anchor)
  const end = headings.find(
    ({ index, 1: level = '' }) => index > (start?.index ?? 0) && level.length <= (start?.[1]?.length ?? 0),
  )
  return start === undefined ? '' : text.slice(start.index, end?.index)
}

/** The words in code of the first column of the table under a heading, each with the other cells of its row. */
export function tableRows(
  text: string,
  anchor: string,
): readonly (readonly [name: string, cells: readonly string[]])[] {
  return [...section(text, anchor).matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(
    ([, name = '', rest = '']) => [name, rest.split(' | ')],
  )
}

function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-')
}

/** The links of a document that do not leave the repository, images too. */
export function localLinks(text: string): readonly string[] {
  const links = [/\]\(([^)\s]+)\)/g, / src(?:set)?="([^"]+)"/g].flatMap(link => [
    ...prose(text).matchAll(link),
  ])
  const targets = links.map(([, target = '']) => target)
  return targets.filter(target => !/^[a-z]+:/i.test(target))
}

/** What is wrong with a link; undefined where it leads somewhere. */
export function brokenLink(from: Document, link: string): string | undefined {
  // A page of the repository on GitHub, beside its files.
  if (/^(?:\.\.\/)+actions\//.test(link)) return undefined
  const [file = '', anchor] = link.split('#', 2)
  const path = file === '' ? from.path : posix.join(dirname(from.path), file)
  if (!existsSync(join(ROOT, path))) return `${from.path}: ${link} leads to no file`
  if (anchor === undefined || anchors(readText(path)).has(anchor)) return undefined
  return `${from.path}: ${link} leads to no heading`
}
