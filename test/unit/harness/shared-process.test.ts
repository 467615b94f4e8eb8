import { describe, expect, it } from 'vitest'
import { type RunOptions, runAction, runPost } from '../../harness/index.ts'
import { scriptWriter } from './scripts.ts'

const script = scriptWriter()

const TELL = `
  file('OUTPUT', 'pid=' + process.pid)
  file('OUTPUT', 'env=' + JSON.stringify(process.env))
  file('OUTPUT', 'cwd=' + process.cwd())
  file('OUTPUT', 'listeners=' + ['SIGINT', 'SIGTERM'].map(name => process.listenerCount(name)))
  file('OUTPUT', 'script=' + process.argv[1])`

function run(body: string, options: RunOptions = {}) {
  return runAction({ script: script(body), shares: true, ...options })
}

describe.skipIf(process.platform === 'win32')('a stage that shares its process', () => {
  it('finds nothing of the stage before it', async () => {
    const untidy = `
      process.env.LEFT = 'over'
      process.exitCode = 3
      process.on('SIGTERM', () => {})
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), 100).unref()
      console.log('one')
      console.error('two')`
    const before = await run(TELL + untidy, { env: { ONLY: 'here' } })
    expect(before).toMatchObject({ exitCode: 3, signal: null, log: ['one', 'two'], afterSignalMs: undefined })
    const path = script(`${TELL}; setTimeout(() => console.log('late'), 200)`)
    const after = await runAction({ script: path, shares: true })
    expect(after).toMatchObject({ exitCode: 0, rawStdout: 'late\n', rawStderr: '' })
    expect(after.outputs).toMatchObject({ pid: before.outputs['pid'], listeners: '0,0', script: path })
    expect(after.outputs['cwd']).not.toBe(before.outputs['cwd'])
    const alone = await runAction({ script: path })
    const names = (env = '') => Object.keys(JSON.parse(env)).toSorted()
    expect(names(after.outputs['env'])).toEqual(names(alone.outputs['env']))
  })

  it('loads its modules anew, and has a post stage that shares, too', async () => {
    const main = await run(`${TELL}; module.exports = 1; file('STATE', 'stage=post')`)
    const post = await runPost(main)
    expect(post.outputs['pid']).toBe(main.outputs['pid'])
  })

  it.each([
    ['process.exit(4)', { exitCode: 4, rawStderr: '' }],
    ["throw new Error('mine')", { exitCode: 1, rawStderr: expect.stringContaining('Error: mine') }],
    ["Promise.reject(new Error('mine'))", { exitCode: 1, rawStderr: expect.stringContaining('mine') }],
    ["process.kill(process.pid, 'SIGKILL')", { exitCode: null, signal: 'SIGKILL' }],
  ])('and ends it is told as if it were its own: %s', async (last, end) => {
    const ended = await run(`${TELL}; console.log('said'); ${last}`)
    expect(ended).toMatchObject({ signal: null, ...end, log: expect.arrayContaining(['said']) })
    expect((await run(TELL)).outputs['pid']).not.toBe(ended.outputs['pid'])
  })

  it('and hangs is killed, and reported with its log', async () => {
    // The process is there before the time runs.
    await run('')
    const hangs = run("console.log('begun'); setInterval(() => {}, 1_000)", { hangsAfterMs: 1_000 })
    await expect(hangs).rejects.toThrow('begun')
  })

  it.each<[what: string, options: RunOptions]>([
    ['what tells Node something', { env: { NODE_OPTIONS: '--no-warnings' } }],
    ['what is to be killed', { kill: { when: { at: 'log', line: /never/ } } }],
    ['a file that fails late', { files: { ENV: { afterWrites: 9, effect: 'fails' } } }],
  ])('does not for %s', async (_what, options) => {
    const body = "console.log(process.channel === undefined ? 'alone' : 'shared')"
    expect((await run(body)).log).toEqual(['shared'])
    expect((await run(body, options)).log).toEqual(['alone'])
  })
})
