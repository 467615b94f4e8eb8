import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  type FileTrouble,
  formatTranscript,
  type Kill,
  type PostOptions,
  type RecordedRequest,
  ROOT,
  runAction,
  runPost,
} from '../../harness/index.ts'
import { entryOf } from '../../harness/manifest.ts'
import { scriptWriter } from './scripts.ts'

const script = scriptWriter()

const STAY = 'setInterval(() => {}, 1_000)'

describe.concurrent('a main stage', () => {
  it('has its inputs, a clean environment, a closed stdin, and the workspace around it', async () => {
    const path = script(`
      file('OUTPUT', 'cwd=' + process.cwd())
      for (const [name, value] of Object.entries(process.env)) file('OUTPUT', name + '=' + value)
      process.stdin.on('end', () => file('OUTPUT', 'stdin=ended')).resume()`)
    const env = { HTTPS_PROXY: 'http://p', GITHUB_SHA: undefined, ACT: 'true' }
    const step = {
      with: { 'server-id': '12345', 'api-url': '' },
      jobStatus: 'failure',
      folder: 'Läufer und Jobs-',
    }
    const { outputs } = await runAction({ script: path, ...step, env, run: { attempt: 2 } })
    const { GITHUB_WORKSPACE = '', cwd, ...told } = outputs
    expect(told).toMatchObject({
      ...{
        'INPUT_SERVER-ID': '12345',
        'INPUT_API-URL': '',
        'INPUT_API-TOKEN': '',
        'INPUT_JOB-STATUS': 'failure',
      },
      ...{ 'INPUT_MAX-PARALLEL': '10', GITHUB_ACTIONS: 'true', GITHUB_RUN_ATTEMPT: '2', stdin: 'ended' },
      GITHUB_WORKFLOW_REF: 'owner/shop/.github/workflows/deploy.yml@refs/heads/main',
    })
    const foreign = Object.keys(told).filter(name => !/^(?:GITHUB|RUNNER|INPUT)_/.test(name))
    expect(foreign.toSorted()).toEqual(['ACT', 'CI', 'HOME', 'HTTPS_PROXY', 'PATH', 'stdin'])
    expect(told).not.toHaveProperty('GITHUB_SHA')
    // Where the folder for temporary files is a link (macOS), the process is where that leads.
    const temp = join(GITHUB_WORKSPACE, '..', '..')
    expect(GITHUB_WORKSPACE).toContain('Läufer und Jobs-')
    expect(cwd).toBe(GITHUB_WORKSPACE.replace(temp, realpathSync(temp)))
    await expect(runAction({ with: { 'server-ids': '1' } })).rejects.toThrow('server-ids')
  })

  it('leaves its files, its log, its exit code, and only its own requests', async () => {
    const path = script(`
      file('OUTPUT', 'a<<END\\none\\ntwo\\nEND\\nb=3')
      file('STATE', 'token=secret')
      file('ENV', 'X=y')
      file('PATH', '/opt/tool')
      file('STEP_SUMMARY', '# Done')
      console.log('::add-mask::secret')
      console.log('the secret is out')
      process.stdout.write('no line end')
      process.exitCode = 3`)
    const requests = () => [{ method: 'GET', path: '/before' }]
    const transcript = await runAction({ script: path, requests })
    expect(transcript).toMatchObject({
      ...{ stage: 'main', outputs: { a: 'one\ntwo', b: '3' }, state: { token: 'secret' }, env: { X: 'y' } },
      ...{ paths: ['/opt/tool'], summary: '# Done\n', log: ['the *** is out', 'no line end'] },
      ...{ rawStdout: '::add-mask::secret\nthe secret is out\nno line end', rawStderr: '' },
      ...{ masks: ['secret'], exitCode: 3, signal: null, requests: [], afterSignalMs: undefined },
    })
    expect(transcript.durationMs).toBeGreaterThan(0)
    expect(formatTranscript(transcript)).toContain('--- state\ntoken=***\n--- environment\nX=y\n')
  })

  it('that hangs is killed and reported with its log; one that cannot be started is reported', async () => {
    const hanging = runAction({ script: script(`console.log('begun'); ${STAY}`), hangsAfterMs: 300 })
    await expect(hanging).rejects.toThrow(/did not end/)
    const { exitCode, log } = await runAction({ script: '/nowhere/at-all.js' })
    expect([exitCode, log.join('\n')]).toEqual([1, expect.stringContaining('Cannot find module')])
  })
})

describe.concurrent('a post stage', () => {
  const BOTH = `
    if (post) {
      file('OUTPUT', 'told=' + [process.env.STATE_lines, process.env.EXPORTED, process.env['INPUT_JOB-STATUS'],
        process.env.INPUT_OPERATION].join(' '))
      console.log('hidden')
    } else {
      file('STATE', 'stage=post\\nlines=1')
      file('ENV', 'EXPORTED=yes')
      console.log('::add-mask::hidden')
    }`

  it('has the state, the variables, the masks and the inputs of the main stage, if not lost', async () => {
    const main = await runAction({ script: script(BOTH), with: { operation: 'list' }, jobStatus: 'failure' })
    const told = async (options: PostOptions) => (await runPost(main, options)).outputs['told']
    const post = await runPost(main)
    expect(post).toMatchObject({ stage: 'post', exitCode: 0, log: ['***'], state: {} })
    expect(post.outputs).toEqual({ told: '1 yes failure list' })
    expect(await told({ jobStatus: 'cancelled' })).toBe('1 yes cancelled list')
    // In a composite action inside another one, all inputs but the job's status are lost.
    expect(await told({ nested: true })).toBe('1 yes failure ')
    expect(await told({ state: () => ({ stage: 'post', lines: '2' }) })).toBe('2 yes failure list')
    expect((await runPost(main, { state: () => ({}) })).state).toEqual(main.state)
  })

  it('has an entry of its own', async () => {
    const runs = { using: 'node24', main: 'dist/index.js', post: 'dist/post.js' }
    const entries = [entryOf('main', runs), entryOf('post', runs)]
    expect(entries).toEqual([join(ROOT, 'dist/index.js'), join(ROOT, 'dist/post.js')])
    const main = await runAction({ script: script(''), postScript: script(`console.log('its own')`) })
    expect((await runPost(main)).log).toEqual(['its own'])
  })
})

describe.concurrent('a stage that is killed', () => {
  const SAYS = `process.on('SIGINT', () => { console.log('interrupted'); process.exit(4) })`
  const interrupted = { exitCode: 4, signal: null, log: ['tick', 'tick', 'interrupted'] }
  it.each<[Kill, string, object]>([
    [{ when: { at: 'log', line: /^tick$/, nth: 2 } }, `${SAYS}; console.log('tick\\ntick')`, interrupted],
    // What it had written is kept when it is killed outright.
    [
      { when: { at: 'state', holds: /intent/ }, signal: 'SIGKILL' },
      `file('STATE', 'intent=stop')`,
      { exitCode: null, signal: 'SIGKILL', state: { intent: 'stop' } },
    ],
    [{ when: { at: 'event', happens: Promise.resolve() }, escalate: false }, '', { signal: 'SIGINT' }],
  ])('%j is sent its signal at that moment', async (kill, body, expected) => {
    const transcript = await runAction({ script: script(`${body}; ${STAY}`), kill })
    expect(transcript).toMatchObject(expected)
    expect(transcript.afterSignalMs).toBeGreaterThanOrEqual(0)
  })

  it('is sent the signal at the nth request that matches, of which it must be told', async () => {
    const listeners = new Set<(request: RecordedRequest) => void>()
    const kill = { when: { at: 'request', matches: /^GET \/b$/, nth: 2 }, signal: 'SIGTERM' } as const
    const onRequest = (listener: (request: RecordedRequest) => void) => {
      listeners.add(listener)
      for (const path of ['/a', '/b', '/b']) listener({ method: 'GET', path })
      return () => listeners.delete(listener)
    }
    const { signal } = await runAction({ script: script(STAY), onRequest, kill })
    expect([signal, listeners.size]).toEqual(['SIGTERM', 0])
    await expect(runAction({ script: script(''), kill })).rejects.toThrow('onRequest')
  })
})

describe.concurrent("the runner's files", () => {
  /** Writes to its output file in the four ways in which an action can, and prints what became of each. */
  const WRITES = `
    const fs = require('node:fs')
    const path = process.env.GITHUB_OUTPUT
    const ways = [
      () => fs.appendFileSync(path, 'w1=one\\n'),
      () => fs.writeFileSync(path, 'w2=two\\n', { flag: 'a' }),
      async () => (await import('node:fs/promises')).appendFile(path, 'w3=three\\n'),
      () => fs.promises.writeFile(path, Buffer.from('w4=four\\n'), { flag: 'a' }),
    ]
    void (async () => {
      for (const way of ways) await (async () => way())().then(() => console.log('ok'), ({ code }) => console.log(code))
    })()`
  const ALL = 'w1=one w2=two w3=three w4=four'

  it.runIf(existsSync('/dev/full')).each<[FileTrouble, string, string]>([
    ['unset', Array(4).fill('ERR_INVALID_ARG_TYPE').join(' '), ''],
    ['empty', 'ENOENT ENOENT ENOENT ENOENT', ''],
    ['missing', 'ok ok ok ok', ALL],
    ['dangling', 'ENOENT ENOENT ENOENT ENOENT', ''],
    ['directory', 'EISDIR EISDIR EISDIR EISDIR', ''],
    ['full', 'ENOSPC ENOSPC ENOSPC ENOSPC', ''],
    [{ content: 'w0=zero\n' }, 'ok ok ok ok', `w0=zero ${ALL}`],
    [{ afterWrites: 0, effect: 'fails' }, 'ENOSPC ENOSPC ENOSPC ENOSPC', ''],
    [{ afterWrites: 1, effect: 'fails', code: 'EACCES' }, 'ok EACCES EACCES EACCES', 'w1=one'],
    [{ afterWrites: 2, effect: 'tears' }, 'ok ok ENOSPC ENOSPC', 'w1=one w2=two w3=t'],
    [{ afterWrites: 3, effect: 'tears' }, 'ok ok ok ENOSPC', 'w1=one w2=two w3=three w4=f'],
    [{ afterWrites: 2, effect: 'vanishes' }, 'ok ok ok ok', 'w3=three w4=four'],
    [{ afterWrites: 3, effect: 'vanishes' }, 'ok ok ok ok', 'w4=four'],
    [{ afterWrites: 2, effect: 'directory' }, 'ok ok EISDIR EISDIR', ''],
  ])('with %j four writes end as %s', async (trouble, said, left) => {
    const { log, outputs } = await runAction({ script: script(WRITES), files: { OUTPUT: trouble } })
    const kept = Object.entries(outputs).map(([name, value]) => `${name}=${value}`)
    expect([log.join(' '), kept.join(' ')]).toEqual([said, left])
  })

  it('are spoiled one by one; what is only read, too; and the action sees nothing of the harness', async () => {
    const path = script(`
      file('STATE', 'a=1')
      try { file('STATE', 'b=2') } catch {}
      file('STEP_SUMMARY', '# Done')
      file('OUTPUT', 'event=' + readFileSync(process.env.GITHUB_EVENT_PATH))
      file('OUTPUT', 'names=' + Object.keys(process.env).filter(name => name.startsWith('HARNESS')))`)
    const files = { STATE: { afterWrites: 1, effect: 'fails' }, EVENT_PATH: { content: 'torn {' } } as const
    const { exitCode, state, summary, outputs } = await runAction({ script: path, files })
    expect([exitCode, state, summary]).toEqual([0, { a: '1' }, '# Done\n'])
    expect(outputs).toEqual({ event: 'torn {', names: '' })
  })

  it('that are torn keep what came before, as the runner does, and the transcript says so', async () => {
    const path = script(`file('OUTPUT', 'a=1'); file('OUTPUT', 'b<<END')`)
    const torn = await runAction({ script: path, files: { OUTPUT: { content: '' } } })
    expect(torn.outputs).toEqual({ a: '1' })
    const said = '--- unreadable files\nOUTPUT: no end of the value that begins with: b<<END\n'
    expect(formatTranscript(torn)).toContain(said)
    // Where nobody meant it, it is a mistake of the action.
    await expect(runAction({ script: path })).rejects.toThrow('no end')
  })
})
