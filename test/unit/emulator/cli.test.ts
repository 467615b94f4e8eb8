import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const CLI = fileURLToPath(new URL('../../emulator/cli.ts', import.meta.url))
// Windows ends a process at once, whatever it would do about a signal.
const SIGNALS = process.platform !== 'win32'

function start(args: readonly string[], stdin: 'pipe' | 'ignore' = 'ignore') {
  const command = [CLI, ...args]
  const child =
    stdin === 'pipe'
      ? spawn(process.execPath, command)
      : spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] })
  // Listened for from the start: a process that has ended is never heard of again.
  const closed = once(child, 'close')
  const errors: string[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(String(chunk)))
  return { child, closed, errors }
}

/** Starts the program, asks it for the snapshots once it listens, and ends it then. */
async function play(args: readonly string[], stdin: 'pipe' | 'ignore', end: (child: ChildProcess) => void) {
  const { child, closed, errors } = start(args, stdin)
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    const origin = /^State: curl (\S+)\/_emulator\/state$/.exec(line)?.[1]
    if (origin === undefined) continue
    const headers = { authorization: 'Bearer vps_emulated_token' }
    lines.push(await (await fetch(`${origin}/api/v1/snapshots/`, { headers })).text())
    end(child)
  }
  const [code] = await closed
  return { code, lines, errors }
}
type ChildProcess = ReturnType<typeof start>['child']

describe('the emulator as a program', () => {
  it('says how to point the action at it, logs requests, and ends when its stdin is closed', async () => {
    const args = ['--snapshots', 'reference', '--speed', '1', '--start', '2025-01-16T16:15:00Z']
    const { code, lines, errors } = await play(args, 'pipe', child => child.stdin?.end())
    expect([code, errors]).toEqual([0, []])
    expect(lines.join('\n')).toMatch(/api-url: http:\/\/127\.0\.0\.1:[0-9]+\/api\/v1\n/)
    expect(lines).toContain('  poll-interval: 15000ms')
    expect(lines.join('\n')).toMatch(/"count":2,/)
    expect(lines.join('\n')).toMatch(/^2025-01-16T16:1[5-9]:\S+Z GET \/api\/v1\/snapshots\/ 200$/m)
  })

  it.runIf(SIGNALS)('goes on without anything to read from, and ends on a signal', async () => {
    const { code } = await play(['--quiet'], 'ignore', child => child.kill('SIGTERM'))
    expect(code).toBe(0)
  })

  it('explains itself', async () => {
    const { child, closed } = start(['--help'])
    const output: string[] = []
    child.stdout.on('data', (chunk: Buffer) => output.push(String(chunk)))
    expect((await closed)[0]).toBe(0)
    expect(output.join('')).toMatch(/^Usage: npm run emulator -- \[options\]\n/)
  })

  it.each([
    [['--speed', '0'], '--speed does not take "0"'],
    [['--port', '70000'], '--port does not take "70000"'],
    [['--servers', 'web'], '--servers takes id=name,…, not "web"'],
    [['--ids', 'guid'], '--ids takes integer or uuid, not "guid"'],
    [['--identifiers', 'name'], '--identifiers takes both or number or uuid, not "name"'],
    [['--start', 'soon'], '--start does not take "soon"'],
    [['--snapshots', 'reference', '--servers', '1=x'], '--snapshots reference needs server 12345'],
  ])('refuses %j', async (args, message) => {
    const { closed, errors } = start(args)
    expect((await closed)[0]).toBe(1)
    expect(errors.join('')).toBe(`${message}\n`)
  })
})
