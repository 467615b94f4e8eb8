import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** The content of each file, by its path in the folder, with slashes. */
export type Files = ReadonlyMap<string, Buffer>

/** Every file of a folder and of the folders in it. */
export function readFolder(folder: string): Files {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry =>
    entry.isFile(),
  )
  const paths = entries.map(entry => join(entry.parentPath, entry.name)).toSorted()
  return new Map(paths.map(path => [relative(folder, path).replaceAll('\\', '/'), readFileSync(path)]))
}

/** A module in a bundle; the name is its path in the repository, and the build's own for what the tools add. */
export interface Part {
  readonly module: string
  readonly bytes: number
}

export const BUILD_CODE = 'of the build'

/** Takes a file of the bundle apart: a line with nothing but a module's path stands before each module. */
export function partsOf(code: string): readonly Part[] {
  const pieces = code.split(/^\/\/ ((?:src|node_modules)\/\S+)$/m)
  const [head = '', ...rest] = pieces
  const parts: Part[] = [{ module: BUILD_CODE, bytes: Buffer.byteLength(head) }]
  for (let index = 0; index < rest.length; index += 2) {
    const [module = '', text = ''] = rest.slice(index, index + 2)
    parts.push({ module, bytes: Buffer.byteLength(text) })
  }
  return parts
}

/** Where a module comes from: `src/vps`, `undici`, `@actions/core`. */
export function originOf(module: string): string {
  const pattern = /^node_modules\/((?:@[^/]+\/)?[^/]+)|^(src(?:\/[^/]+(?=\/))?)/
  const [, library, own] = pattern.exec(module) ?? []
  return library ?? own ?? module
}

/** Files and their sizes, and the sizes of what they are made of, as lines. Bytes. */
export function sizeReport(files: Files): string {
  const lines: string[] = []
  let sum = 0
  for (const [name, content] of files) {
    sum += content.length
    lines.push(line(name, content.length))
    if (!name.endsWith('.js')) continue
    for (const [origin, bytes] of byOrigin(content.toString('utf8'))) lines.push(line(`  ${origin}`, bytes))
  }
  return [...lines, line('in all', sum)].join('\n')
}

function byOrigin(code: string): readonly (readonly [string, number])[] {
  const sums = new Map<string, number>()
  for (const { module, bytes } of partsOf(code)) {
    const origin = originOf(module)
    sums.set(origin, (sums.get(origin) ?? 0) + bytes)
  }
  return [...sums].toSorted(([, one], [, other]) => other - one)
}

function line(name: string, bytes: number): string {
  return name.padEnd(40) + bytes.toLocaleString('en').padStart(10)
}
