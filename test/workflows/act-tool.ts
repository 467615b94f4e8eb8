import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const VERSION = 'v0.2.89'
const MODULE = `github.com/nektos/act@${VERSION}`

/** Something that the tests need is not on this machine; the message says what and how to get it. */
export class Missing extends Error {}

/**
 * The path of the `act` program at the pinned version, which is built on first use and kept in the user's cache.
 * @throws Missing
 */
export function findAct(tell: (line: string) => void): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const folder = join(cache, 'vps-snapshot-action', `act-${VERSION}`)
  const program = join(folder, 'act')
  if (existsSync(program)) return program
  requireGo()
  tell(`Building act ${VERSION} into ${folder} (once, about a minute).`)
  mkdirSync(folder, { recursive: true })
  try {
    execFileSync('go', ['install', MODULE], { env: { ...process.env, GOBIN: folder }, stdio: 'pipe' })
  } catch (error) {
    throw new Missing(`act is missing, and "go install ${MODULE}" failed: ${wordsOf(error)}`)
  }
  return program
}

function requireGo(): void {
  try {
    execFileSync('go', ['version'], { stdio: 'pipe' })
  } catch {
    throw new Missing(
      `act ${VERSION} is missing, and so is Go, which builds it: install Go (https://go.dev/dl/), then run this again.`,
    )
  }
}

function wordsOf(error: unknown): string {
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
  return output === '' ? String(error) : output
}
