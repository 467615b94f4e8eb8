import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const CLIENT = new URL('../../../src/notify/github-client.ts', import.meta.url).href

// A process of its own: the toolkit is loaded once in each, and reads its environment then.
const SCRIPT = `
  const { openGitHub } = await import(${JSON.stringify(CLIENT)})
  const transport = {
    send: async ({ url }) => ({ ok: true, answer: { status: 200, headers: {}, body: url.href } }),
  }
  const settings = { token: 't', apiUrl: 'https://api.github.com', env: process.env, transport }
  const request = await openGitHub({ ...settings, timeLeft: () => 1000 })
  const { data } = await request('GET /meta', {})
  console.log(data, process.env.GITHUB_EVENT_PATH)
`

test.each([
  ['broken', '{"ref":'],
  ['missing', undefined],
])('the event file may be %s', (name, content) => {
  const folder = mkdtempSync(join(tmpdir(), 'event-'))
  try {
    const path = join(folder, name)
    if (content !== undefined) writeFileSync(path, content)
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
      encoding: 'utf8',
      env: { ...process.env, GITHUB_EVENT_PATH: path },
    })
    expect([stdout, stderr]).toEqual([`https://api.github.com/meta ${path}\n`, ''])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
