import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The licences of every package that some of these modules (absolute paths) belong to, one below the other. */
export function licencesOf(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap(packageFolder))
  const licences = [...folders].map(licenceOf).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return licences.map(({ name, licence, text }) => `${name}\n${licence}\n${text}\n`).join('\n')
}

/** The folder of the package that a module was installed with; none for this project's own modules. */
function packageFolder(module: string): readonly string[] {
  return /^[^\0]*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(module) ?? []
}

interface Licence {
  readonly name: string
  readonly licence: string
  readonly text: string
}

function licenceOf(folder: string): Licence {
  // npm installs no package without a name; a licence that is not there would be written as undefined, and be seen.
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>
  const file = readdirSync(folder).find(name => /^licen[cs]e(?:\.|$)/i.test(name))
  if (file === undefined) throw new Error(`${folder} has no text of its licence`)
  const text = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim()
  return { name: String(manifest['name']), licence: String(manifest['license']), text }
}
