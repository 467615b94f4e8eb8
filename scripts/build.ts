/**
 * Builds dist/ from src/: rolldown leaves out what nothing uses and splits what is left into files, ncc packs each of
 * them for Node.
 *
 *   npm run build                     into dist/
 *   npm run build -- --report         and says how large the parts are, by where they come from
 *   npm run build -- <folder>         into another folder
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type OutputChunk, type Plugin, rolldown } from 'rolldown'
import { ENTRIES } from './dist/entries.ts'
import { licencesOf } from './dist/licences.ts'
import { readFolder, sizeReport } from './dist/sizes.ts'

const ROOT = join(import.meta.dirname, '..')
const DIST = join(ROOT, 'dist')
const NCC = join(ROOT, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js')

/**
 * undici's index loads all of undici, and that is most of what this action needs to start. Only its dispatchers are used
 * here, and they need none of these parts: they are empty in dist/. So is HTTP/2, which undici treats as optional. A new
 * version of undici that does need one of them fails the scenarios, which run dist/. Of its parsers the one without SIMD
 * stays: it is what a machine with an old processor takes.
 */
const UNUSED =
  /^node:http2$|[\\/]undici[\\/]lib[\\/](?:(?:cache|interceptor|mock|web)[\\/]|dispatcher[\\/]client-h2\.js)/
const EMPTY = 'module.exports = { constants: {}, CacheStorage: class {} }'

const withoutUnused: Plugin = {
  name: 'without-unused',
  resolveId: { filter: { id: /^node:http2$/ }, handler: id => id },
  load: { filter: { id: UNUSED }, handler: () => EMPTY },
}

/** Makes a file for each entry, one for what they share, one for undici, and one for each `import()`. */
async function bundle(folder: string): Promise<readonly OutputChunk[]> {
  const build = await rolldown({
    cwd: ROOT,
    input: Object.fromEntries(ENTRIES.map(name => [name, join(ROOT, 'src', `${name}.ts`)])),
    platform: 'node',
    plugins: [withoutUnused],
    // The toolkit's packages do nothing when they are imported, but their manifests do not say so.
    treeshake: { moduleSideEffects: id => !/[\\/]node_modules[\\/]@actions[\\/]/.test(id) },
    // As Node itself builds undici: without a second parser that is still an experiment.
    transform: { define: { esbuildDetection: 'true' } },
  })
  const { output } = await build.write({
    dir: folder,
    format: 'cjs',
    minify: false,
    chunkFileNames: '[name].js',
    codeSplitting: {
      groups: [
        { name: 'undici', test: /[\\/]node_modules[\\/]undici[\\/]/, priority: 1 },
        { name: 'shared', minShareCount: 2 },
      ],
    },
  })
  await build.close()
  return output.filter(file => file.type === 'chunk')
}

/** Packs one file; the others stay files of their own. */
function pack(folder: string, file: string, files: readonly string[]): void {
  const others = files.flatMap(other => ['--external', `./${other}`])
  const options = ['build', file, '--out', join('packed', file), '--no-cache', '--quiet', ...others]
  execFileSync(process.execPath, [NCC, ...options], { cwd: folder, stdio: 'inherit' })
}

async function build(folder: string, target: string): Promise<void> {
  const chunks = await bundle(folder)
  const files = chunks.map(({ fileName }) => fileName)
  // For ncc, and for Node where these files end up.
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}\n')
  writeFileSync(join(folder, 'licenses.txt'), licencesOf(chunks.flatMap(({ moduleIds }) => moduleIds)))
  for (const file of files) pack(folder, file, files)

  const made = new Map(files.map(file => [file, join(folder, 'packed', file, 'index.js')]))
  for (const file of ['package.json', 'licenses.txt']) made.set(file, join(folder, file))
  mkdirSync(target, { recursive: true })
  // Moved into place one by one, what is loaded before what loads it: a test that runs meanwhile finds whole files.
  for (const [file, path] of [...made].toReversed()) {
    copyFileSync(path, join(target, `.${file}`))
    renameSync(join(target, `.${file}`), join(target, file))
  }
  // What an earlier build left. Only here: another folder may hold something that is not of a build.
  if (target === DIST)
    for (const file of readFolder(DIST).keys()) if (!made.has(file)) rmSync(join(DIST, file))
}

const { values, positionals } = parseArgs({
  ...{ allowPositionals: true, options: { report: { type: 'boolean' } } },
})
const target = resolve(positionals[0] ?? DIST)
// One folder for each build, so that two do not meet.
mkdirSync(join(ROOT, 'build'), { recursive: true })
const work = mkdtempSync(join(ROOT, 'build', 'dist-'))
try {
  await build(work, target)
} finally {
  rmSync(work, { recursive: true, force: true })
}
if (values.report === true) console.log(sizeReport(readFolder(target)))
