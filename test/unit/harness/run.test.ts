import { describe, expect, it } from 'vitest'
import { type FileTroubles, formatTranscript, type Kill, runAction, runPost } from '../../harness/index.ts'
import { scriptWriter } from './scripts.ts'

const script = scriptWriter()

const STAY = 'setInterval(() => {}, 1_000)'

describe.concurrent('a stage', () => {
  it('has its inputs, a clean environment, a closed stdin, and the workspace around it', async () => {
    const path = script(`
      file('OUTPUT', 'cwd=' + process.cwd())
      for (const [name, value] of Object.entries(process.env)) file('OUTPUT', name + '=' + value)
      process.stdin.on('end', () => file('OUTPUT', 'stdin=ended')).resume()`)
    const env = { HTTPS_PROXY: 'http://p', GITHUB_SHA: undefined }
    const step = { with: { 'api-url': '' }, jobStatus: 'failure', run: { attempt: 2 } }
    const { outputs } = await runAction({ script: path, ...step, env })
    expect(outputs).toMatchObject({
      ...{ 'INPUT_API-URL': '', 'INPUT_JOB-STATUS': 'failure', 'INPUT_MAX-PARALLEL': '10' },
      ...{ GITHUB_RUN_ATTEMPT: '2', stdin: 'ended' },
    })
    const foreign = Object.keys(outputs).filter(name => !/^(?:GITHUB|RUNNER|INPUT)_/.test(name))
    expect(foreign.toSorted()).toEqual(['CI', 'HOME', 'HTTPS_PROXY', 'PATH', 'cwd', 'stdin'])
    expect(outputs['cwd']).toMatch(/action-step-\w+.workspace$/)
    expect(outputs).not.toHaveProperty('GITHUB_SHA')
    await expect(runAction({ with: { 'server-ids': '1' } })).rejects.toThrow('server-ids')
  })

  it('leaves its files, its log, its exit code, and only its own requests', async () => {
    const path = script(`
      file('OUTPUT', 'a=1')
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
      ...{ outputs: { a: '1' }, state: { token: 'secret' }, env: { X: 'y' }, paths: ['/opt/tool'] },
      ...{ log: ['the *** is out', 'no line end'], masks: ['secret'], requests: [], summary: '# Done\n' },
      ...{ exitCode: 3, signal: null, afterSignalMs: undefined },
    })
    expect(formatTranscript(transcript)).toContain('--- state\ntoken=***\n--- environment\nX=y\n')
  })

  it('that hangs is killed and reported with its log; one that cannot be started is reported', async () => {
    const hanging = runAction({ script: script(`console.log('begun'); ${STAY}`), hangsAfterMs: 300 })
    await expect(hanging).rejects.toThrow(/did not end.*begun/s)
    const { exitCode, log } = await runAction({ script: '/nowhere/at-all.js' })
    expect([exitCode, log.join('\n')]).toEqual([1, expect.stringContaining('Cannot find module')])
  })

  it('after the job has the state, the variables, the masks and the inputs of the main stage', async () => {
    const path = script(`
      const { EXPORTED, INPUT_WAIT, 'INPUT_JOB-STATUS': status } = process.env
      if (post) console.log(['hidden', EXPORTED, INPUT_WAIT, status].join(' '))
      else file('STATE', 'stage=post')
      file('ENV', 'EXPORTED=yes')
      console.log('::add-mask::hidden')`)
    const main = await runAction({ script: path, jobStatus: 'failure' })
    expect((await runPost(main)).log).toEqual(['*** yes true failure'])
    expect((await runPost(main, { jobStatus: 'cancelled' })).log).toEqual(['*** yes true cancelled'])
    // In a composite action inside another one, all inputs but the job's status are lost.
    expect((await runPost(main, { nested: true })).log).toEqual(['*** yes  failure'])
    expect((await runPost(main, { state: () => ({}) })).state).toEqual(main.state)
  })

  const SAYS = `process.on('SIGINT', () => { console.log('interrupted'); process.exit(4) })`
  it.each<[Kill, string, object]>([
    [
      { when: { at: 'log', line: /^tick$/, nth: 2 } },
      `${SAYS}; console.log('tick'); setTimeout(() => console.log('tick'), 200)`,
      { exitCode: 4, signal: null, log: ['tick', 'tick', 'interrupted'] },
    ],
    // What it had written is kept when it is killed outright.
    [
      { when: { at: 'state', holds: /intent/ }, signal: 'SIGKILL' },
      `file('STATE', 'intent=stop')`,
      { exitCode: null, signal: 'SIGKILL', state: { intent: 'stop' } },
    ],
    [{ when: { at: 'event', happens: Promise.resolve() }, escalate: false }, '', { signal: 'SIGINT' }],
  ])('that is killed, %j, is sent its signal at that moment', async (kill, body, expected) => {
    const transcript = await runAction({ script: script(`${body}; ${STAY}`), kill })
    expect(transcript).toMatchObject(expected)
    expect(transcript.afterSignalMs).toBeGreaterThanOrEqual(0)
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

  it.each([
    [{ afterWrites: 1, effect: 'fails' }, 'ok ENOSPC ENOSPC ENOSPC', 'w1=one'],
    [{ afterWrites: 2, effect: 'tears' }, 'ok ok ENOSPC ENOSPC', 'w1=one w2=two w3=t'],
    [{ afterWrites: 3, effect: 'tears' }, 'ok ok ok ENOSPC', 'w1=one w2=two w3=three w4=f'],
  ] as const)('with %j four writes end as %s', async (trouble, said, left) => {
    const { log, outputs } = await runAction({ script: script(WRITES), files: { OUTPUT: trouble } })
    const kept = Object.entries(outputs).map(([name, value]) => `${name}=${value}`)
    expect([log.join(' '), kept.join(' ')]).toEqual([said, left])
  })

  it('are spoiled one by one; what is only read, too; and the action sees nothing of the harness', async () => {
    const path = script(`
      for (const name of ['STATE', 'PATH'])
        try { file(name, 'b=2') } catch ({ code }) { file('OUTPUT', name + '=' + code) }
      file('STEP_SUMMARY', '# Done')
      file('OUTPUT', 'event=' + readFileSync(process.env.GITHUB_EVENT_PATH))
      file('OUTPUT', 'names=' + Object.keys(process.env).filter(name => name.startsWith('HARNESS')))`)
    const STATE = { afterWrites: 0, effect: 'fails' } as const
    const files: FileTroubles = { STATE, PATH: 'directory', EVENT_PATH: { content: '{' } }
    const { state, summary, outputs } = await runAction({ script: path, files })
    expect([state, summary]).toEqual([{}, '# Done\n'])
    expect(outputs).toEqual({ STATE: 'ENOSPC', PATH: 'EISDIR', event: '{', names: '' })
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
