/**
 * Requires dist/ to be exactly what src/ builds (files that nobody committed included), to be small, to hold one undici
 * and to name the licences of what is bundled. Prints every problem and fails where there is one.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const DIST = join(ROOT, 'dist')
const SIZE_LIMIT = 1_200_000
/** What the bundle is made of besides src/. */
const BUNDLED = ['@actions/core', '@actions/github', 'p-limit', 'undici', 'valibot']

type Files = ReadonlyMap<string, Buffer>

function readFolder(folder: string): Files {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry =>
    entry.isFile(),
  )
  const paths = entries.map(entry => join(entry.parentPath, entry.name)).toSorted()
  return new Map(paths.map(path => [path.slice(folder.length + 1), readFileSync(path)]))
}

/** Builds into a temporary folder. */
function buildAnew(): Files {
  const target = mkdtempSync(join(tmpdir(), 'dist-'))
  try {
    execFileSync(process.execPath, [join(ROOT, 'scripts', 'build.mjs'), target], { stdio: 'inherit' })
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

function sizeProblem(found: Files): readonly string[] {
  const size = [...found.values()].reduce((sum, content) => sum + content.length, 0)
  console.log(`dist/ has ${size.toLocaleString('en')} bytes of ${SIZE_LIMIT.toLocaleString('en')} at most`)
  return size > SIZE_LIMIT ? [`dist/ has ${size} bytes, more than ${SIZE_LIMIT}`] : []
}

function undiciProblem(found: Files): readonly string[] {
  const code = found.get('index.js')?.toString('utf8') ?? ''
  const copies = code.split('class UndiciError extends Error').length - 1
  return copies === 1 ? [] : [`dist/index.js holds ${copies} copies of undici instead of one`]
}

function licenceProblems(found: Files): readonly string[] {
  const named = new Set(found.get('licenses.txt')?.toString('utf8').split('\n'))
  const missing = BUNDLED.filter(name => !named.has(name))
  return missing.map(name => `dist/licenses.txt does not name the licence of ${name}`)
}

const found = readFolder(DIST)
const problems = [
  ...differences(found, buildAnew()),
  ...uncommitted(),
  ...sizeProblem(found),
  ...undiciProblem(found),
  ...licenceProblems(found),
]
if (problems.length === 0) console.log('dist/ is exactly what src/ builds')
else {
  for (const problem of problems) console.error(problem)
  console.error('Run npm run build, and commit what it writes to dist/.')
  process.exitCode = 1
}
