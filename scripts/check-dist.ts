/**
 * Requires dist/ to be exactly what src/ builds (files that nobody committed included) and small, with every source of
 * ours and one undici in it, and the licences of all that it holds. Prints every problem and fails where there is one.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { ENTRIES } from './dist/entries.ts'
import { type Files, originOf, partsOf, readFolder, sizeReport } from './dist/sizes.ts'

const ROOT = join(import.meta.dirname, '..')
const DIST = join(ROOT, 'dist')
/** Bytes: what is loaded when a stage starts, and everything. */
const SIZE_LIMITS = { 'at the start': 1_200_000, all: 2_000_000 }
/** Loaded only when somebody is to be told. */
const LAZY = ['comment.js', 'utils.js', 'webhook.js']

/** Builds into a temporary folder. */
function buildAnew(): Files {
  const target = mkdtempSync(join(tmpdir(), 'dist-'))
  try {
    execFileSync(process.execPath, [join(ROOT, 'scripts', 'build.ts'), target], { stdio: 'inherit' })
    return readFolder(target)
  } finally {
    rmSync(target, { recursive: true })
  }
}

function differences(found: Files, built: Files): readonly string[] {
  const names = [...new Set([...found.keys(), ...built.keys()])].toSorted()
  return names.flatMap(name => {
    const here = found.get(name)
    const there = built.get(name)
    if (here === undefined) return [`dist/${name} is missing`]
    if (there === undefined) return [`dist/${name} is not built from src/`]
    return here.equals(there) ? [] : [`dist/${name} is not what src/ builds`]
  })
}

/** A file that was built and not committed would be missing for everybody else. */
function uncommitted(): readonly string[] {
  const git = (...args: readonly string[]) =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const files = git('ls-files', '--others', '--', 'dist').split('\n').filter(Boolean)
    return files.map(file => `${file} is not committed`)
  } catch {
    // Without git, or in an archive of the sources, there is nothing to be committed.
    return []
  }
}

function sizeProblems(found: Files): readonly string[] {
  const sizeOf = (isCounted: (name: string) => boolean): number =>
    [...found].reduce((sum, [name, { length }]) => sum + (isCounted(name) ? length : 0), 0)
  const isAtStart = (name: string): boolean => name.endsWith('.js') && !LAZY.includes(name)
  const sizes = { 'at the start': sizeOf(isAtStart), all: sizeOf(() => true) }
  return Object.entries(SIZE_LIMITS).flatMap(([what, limit]) => {
    // The limits have these keys.
    const size = sizes[what as keyof typeof sizes]
    return size > limit ? [`dist/ (${what}) has ${size} bytes, more than ${limit}`] : []
  })
}

/** The modules in the bundle's files. */
function modulesIn(found: Files): readonly string[] {
  return [...found]
    .filter(([name]) => name.endsWith('.js'))
    .flatMap(([, content]) => partsOf(content.toString('utf8')).map(({ module }) => module))
}

/** A source file that no entry imports, be it for a type, is forgotten or of no use. */
function sourceProblems(sources: Files): readonly string[] {
  const reached = new Set(ENTRIES.map(name => `${name}.ts`))
  // A set hands out what is added meanwhile, too.
  for (const name of reached)
    for (const imported of importsOf(sources.get(name)?.toString('utf8') ?? ''))
      reached.add(posix.join(posix.dirname(name), imported))
  const lost = [...sources.keys()].filter(name => /(?<!\.d)\.ts$/.test(name) && !reached.has(name))
  return lost.map(name => `src/${name} is imported by nothing that is in dist/`)
}

/** The project's own files that a source file imports, as it writes them. */
function importsOf(source: string): readonly string[] {
  const imports = source.matchAll(/\b(?:from|import\(?)\s*'(\.[^']*)'/g)
  return [...imports].flatMap(([, path]) => path ?? [])
}

function undiciProblems(modules: readonly string[]): readonly string[] {
  const copies = modules.filter(module => module.endsWith('/undici/lib/core/errors.js')).length
  return copies === 1 ? [] : [`dist/ holds ${copies} copies of undici instead of one`]
}

function licenceProblems(found: Files, modules: readonly string[]): readonly string[] {
  const named = new Set(found.get('licenses.txt')?.toString('utf8').split('\n'))
  const packages = new Set(modules.filter(module => module.startsWith('node_modules/')).map(originOf))
  const missing = [...packages].filter(name => !named.has(name))
  return missing.map(name => `dist/licenses.txt does not name the licence of ${name}`)
}

const found = readFolder(DIST)
console.log(sizeReport(found))
const modules = modulesIn(found)
const problems = [
  ...differences(found, buildAnew()),
  ...uncommitted(),
  ...sizeProblems(found),
  ...sourceProblems(readFolder(join(ROOT, 'src'))),
  ...undiciProblems(modules),
  ...licenceProblems(found, modules),
]
if (problems.length === 0) console.log('dist/ is exactly what src/ builds')
else {
  for (const problem of problems) console.error(problem)
  console.error('Run npm run build, and commit what it writes to dist/.')
  process.exitCode = 1
}
