import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const CLI = fileURLToPath(new URL('../../emulator/cli.ts', import.meta.url))

async function run(...args: readonly string[]) {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += String(chunk)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    errors += String(chunk)
  })
  const [code] = await once(child, 'close')
  return { code, output, errors }
}

describe('the emulator as a program', () => {
  it('starts, says how to point the action at it, logs requests, and ends on a signal', async () => {
    const child = spawn(
      process.execPath,
      [CLI, '--snapshots', 'reference', '--speed', '1', '--start', '2025-01-16T16:15:00Z'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const lines: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line)
      const state = /^State: curl (\S+)\/_emulator\/state$/.exec(line)?.[1]
      if (state !== undefined) {
        const headers = { authorization: 'Bearer vps_emulated_token' }
        const answer = await fetch(`${state}/api/v1/snapshots/`, { headers })
        expect(await answer.json()).toMatchObject({ count: 2 })
        child.kill('SIGTERM')
      }
    }
    if (child.exitCode === null) await once(child, 'exit')
    expect(child.exitCode).toBe(0)
    expect(lines.join('\n')).toMatch(/api-url: http:\/\/127\.0\.0\.1:[0-9]+\/api\/v1\n/)
    expect(lines).toContain('  poll-interval: 15000ms')
    expect(lines.at(-1)).toMatch(/^2025-01-16T16:1[5-9]:\S+Z GET \/api\/v1\/snapshots\/ 200$/)
  })

  it('explains itself', async () => {
    const { code, output } = await run('--help')
    expect([code, output.split('\n')[0]]).toEqual([0, 'Usage: npm run emulator -- [options]'])
  })

  it.each([
    [['--speed', '0'], '--speed does not take "0"'],
    [['--port', '70000'], '--port does not take "70000"'],
    [['--servers', 'web'], '--servers takes id=name,…, not "web"'],
    [['--ids', 'guid'], '--ids takes integer or uuid, not "guid"'],
    [['--start', 'soon'], '--start does not take "soon"'],
    [['--snapshots', 'reference', '--servers', '1=x'], '--snapshots reference needs server 12345'],
  ])('refuses %j', async (args, message) => {
    expect(await run(...args)).toEqual({ code: 1, output: '', errors: `${message}\n` })
  })
})
