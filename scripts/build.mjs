/**
 * Builds dist/ from src/: tsc to a folder of its own, then one minified bundle with its licences.
 * `node scripts/build.mjs [target]`: dist/ when no target is given.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = resolve(process.argv[2] ?? join(root, 'dist'))
const run = (cwd, file, ...args) =>
  execFileSync(process.execPath, [`${root}node_modules/${file}`, ...args], { cwd, stdio: 'inherit' })

// Below the root, so that what is compiled finds the packages; one for each build, so that two do not meet.
mkdirSync(`${root}build`, { recursive: true })
const work = mkdtempSync(`${root}build/`)
try {
  build(work)
} finally {
  rmSync(work, { recursive: true, force: true })
}

function build(folder) {
  run(root, 'typescript/bin/tsc', '--project', 'tsconfig.build.json', '--outDir', folder)

  // The toolkit's packages do nothing when they are imported, but do not say so, and a bundler has to keep all of
  // them: Octokit and an OIDC client that this action never calls, and with them the whole of undici. A copy that does
  // say so lets ncc leave them out, which halves the bundle and a third of the start-up.
  for (const name of ['core', 'github']) {
    const copy = `${folder}/node_modules/@actions/${name}`
    cpSync(`${root}node_modules/@actions/${name}`, copy, { recursive: true })
    const manifest = JSON.parse(readFileSync(`${copy}/package.json`, 'utf8'))
    writeFileSync(`${copy}/package.json`, JSON.stringify({ ...manifest, sideEffects: false }))
  }

  // Run in the folder itself, since the bundle numbers its modules by their paths from there.
  const options = ['--out', 'dist', '--minify', '--license', 'licenses.txt', '--quiet']
  run(folder, '@vercel/ncc/dist/ncc/cli.js', 'build', 'index.js', ...options)

  // Moved into place file by file, so that a test that runs meanwhile finds the old bundle or the new one.
  mkdirSync(target, { recursive: true })
  for (const file of ['index.js', 'package.json', 'licenses.txt']) {
    cpSync(`${folder}/dist/${file}`, join(target, `.${file}`))
    renameSync(join(target, `.${file}`), join(target, file))
  }
}
