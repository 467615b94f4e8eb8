import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { faultSchema, REQUEST_KIND_NAMES } from '../../emulator/faults.ts'
import { DEFAULT_SETTINGS, DEFAULT_TIMELINE } from '../../emulator/settings.ts'
import { actSchema } from '../../emulator/world-types.ts'
import { AUTHORISED } from './support.ts'

const fileOf = (name: string) => fileURLToPath(new URL(`../../emulator/${name}`, import.meta.url))
// Windows ends a process at once, whatever it would do about a signal.
const SIGNALS = process.platform !== 'win32'

/** What the program says until its end; once it listens, it is asked for its snapshots, and ended then. */
async function play(
  args: string,
  end: (child: ChildProcess) => unknown = () => {},
  stdin: 'pipe' | 'ignore' = 'ignore',
) {
  const command = [fileOf('cli.ts'), ...args.split(' ')]
  const child = spawn(process.execPath, command, { stdio: [stdin, 'pipe', 'pipe'] })
  let said = ''
  child.stderr?.on('data', chunk => {
    said += chunk
  })
  child.stdout?.on('data', async chunk => {
    said += chunk
    const origin = /^State: curl (\S+)\/_emulator\/state$/m.exec(String(chunk))?.[1]
    if (origin === undefined) return
    const answer = await fetch(`${origin}/api/v1/snapshots/`, { headers: AUTHORISED })
    said += `\n${await answer.text()}\n`
    end(child)
  })
  const [code] = await once(child, 'close')
  return { code, said }
}

describe.concurrent('the emulator as a program', () => {
  it('says how to point the action at it, logs requests, and ends when its stdin is closed', async () => {
    const args = '--snapshots reference --speed 2 --start 2025-01-16T16:15:00Z'
    const { code, said } = await play(args, child => child.stdin?.end(), 'pipe')
    expect(code).toBe(0)
    expect(said).toMatch(/^ {2}api-url: http:\/\/127\.0\.0\.1:[0-9]+\/api\/v1\n/m)
    expect(said).toMatch(/^ {2}poll-interval: 7500ms\n/m)
    expect(said).toMatch(/^\{"count":2,/m)
    expect(said).toMatch(/^2025-01-16T16:1[5-9]:\S+Z GET \/api\/v1\/snapshots\/ 200$/m)
  })

  it.runIf(SIGNALS)('goes on without anything to read from, and ends on a signal', async () => {
    const { code, said } = await play('--quiet', child => child.kill('SIGTERM'))
    expect([code, said]).toEqual([0, expect.not.stringContaining('GET /api')])
  })

  it.each([
    ['--help', 0, /^Usage: npm run emulator -- \[options\]\n/],
    ['--speed 0', 1, /^--speed does not take "0"\n$/],
    ['--port 70000', 1, /^--port does not take "70000"\n$/],
    ['--servers web', 1, /^--servers takes id=name,…, not "web"\n$/],
    ['--ids guid', 1, /^--ids takes integer or uuid, not "guid"\n$/],
    ['--identifiers name', 1, /^--identifiers takes both or number or uuid, not "name"\n$/],
    ['--start soon', 1, /^--start does not take "soon"\n$/],
    ['--snapshots reference --servers 1=x', 1, /^--snapshots reference needs server 12345\n$/],
  ])('explains itself, or what it does not take: %s', async (args, expected, said) => {
    expect(await play(args)).toEqual({ code: expected, said: expect.stringMatching(said) })
  })
})

describe("the emulator's page", () => {
  it.each([
    ['setting', Object.keys(DEFAULT_SETTINGS)],
    ['part of a timeline', Object.keys(DEFAULT_TIMELINE)],
    ['fault', faultSchema.options.map(({ entries }) => entries.kind.literal)],
    ['act', actSchema.options.map(({ entries }) => entries.act.literal)],
    ['kind of request', REQUEST_KIND_NAMES],
  ])('names every %s', (_what, names) => {
    const page = readFileSync(fileOf('README.md'), 'utf8')
    expect(names.filter(name => !page.includes(`\`${name}\``))).toEqual([])
  })
})
