import { describe, expect, it } from 'vitest'
import { type RecordedRequest, runAction, runPost } from '../../harness/index.ts'
import { script } from './scripts.ts'

const STAY = 'setInterval(() => {}, 1_000)'

describe('a main stage', () => {
  it('is given its inputs, with the defaults of action.yml, as the runner does', async () => {
    const path = script(`
      const inputs = Object.entries(process.env).filter(([name]) => name.startsWith('INPUT_'))
      file('OUTPUT', 'inputs=' + JSON.stringify(Object.fromEntries(inputs)))`)
    const given = { 'server-id': '12345', 'api-url': '' }
    const { outputs } = await runAction({ script: path, with: given, jobStatus: 'failure' })
    expect(JSON.parse(outputs['inputs'] ?? '')).toMatchObject({
      'INPUT_SERVER-ID': '12345',
      'INPUT_API-URL': '',
      'INPUT_API-TOKEN': '',
      'INPUT_MAX-PARALLEL': '10',
      'INPUT_JOB-STATUS': 'failure',
    })
  })

  it('refuses an input that action.yml does not have', async () => {
    await expect(runAction({ with: { 'server-ids': '1' } })).rejects.toThrow('server-ids')
  })

  it('has a clean environment, its workflow run, a closed stdin and the workspace around it', async () => {
    const path = script(`
      const { cwd, env, stdin } = process
      file('OUTPUT', 'env=' + JSON.stringify(env) + '\\ncwd=' + cwd())
      stdin.on('end', () => file('OUTPUT', 'stdin=ended')).resume()`)
    const { outputs } = await runAction({
      script: path,
      run: { attempt: 2 },
      env: { HTTPS_PROXY: 'http://p' },
    })
    const env: Record<string, string> = JSON.parse(outputs['env'] ?? '')
    expect(env).toMatchObject({
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'owner/shop',
      GITHUB_RUN_ATTEMPT: '2',
      GITHUB_WORKFLOW_REF: 'owner/shop/.github/workflows/deploy.yml@refs/heads/main',
      HTTPS_PROXY: 'http://p',
    })
    const foreign = Object.keys(env).filter(name => !/^(?:GITHUB|RUNNER|INPUT)_/.test(name))
    expect(foreign.toSorted()).toEqual(['CI', 'HOME', 'HTTPS_PROXY', 'PATH'])
    expect(outputs['cwd']).toBe(env['GITHUB_WORKSPACE'])
    expect(outputs['stdin']).toBe('ended')
  })

  it('leaves its files, its log and its exit code', async () => {
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
    const transcript = await runAction({ script: path })
    expect(transcript).toMatchObject({
      stage: 'main',
      outputs: { a: 'one\ntwo', b: '3' },
      state: { token: 'secret' },
      env: { X: 'y' },
      paths: ['/opt/tool'],
      summary: '# Done\n',
      log: ['the *** is out', 'no line end'],
      rawStdout: '::add-mask::secret\nthe secret is out\nno line end',
      rawStderr: '',
      masks: ['secret'],
      exitCode: 3,
      signal: null,
      requests: [],
      afterSignalMs: undefined,
    })
    expect(transcript.durationMs).toBeGreaterThan(0)
  })

  it('has only its own requests in the transcript', async () => {
    const requests: RecordedRequest[] = [{ method: 'GET', path: '/before' }]
    const path = script('')
    const main = await runAction({ script: path, requests: () => requests })
    expect(main.requests).toEqual([])
  })

  it('that does not end is killed and reported with its log', async () => {
    const path = script(`console.log('begun'); ${STAY}`)
    await expect(runAction({ script: path, hangsAfterMs: 300 })).rejects.toThrow(/did not end/)
  })

  it('that cannot be started is reported', async () => {
    const { exitCode, log } = await runAction({ script: '/nowhere/at-all.js' })
    expect(exitCode).toBe(1)
    expect(log.join('\n')).toContain('Cannot find module')
  })
})

describe('a post stage', () => {
  const both = () =>
    script(`
      if (!post) {
        file('STATE', 'stage=post')
        file('STATE', 'lines<<E\\n1\\n2\\nE')
        file('ENV', 'EXPORTED=yes')
        console.log('::add-mask::hidden')
      } else {
        file('OUTPUT', 'lines=' + JSON.stringify(process.env.STATE_lines))
        file('OUTPUT', 'exported=' + process.env.EXPORTED)
        file('OUTPUT', 'status=' + process.env['INPUT_JOB-STATUS'])
        file('OUTPUT', 'operation=' + process.env.INPUT_OPERATION)
        console.log('hidden')
      }`)

  it('has the state, the exported variables and the masks of the main stage', async () => {
    const main = await runAction({ script: both(), with: { operation: 'list' } })
    const after = await runPost(main, { jobStatus: 'cancelled' })
    expect(after).toMatchObject({ stage: 'post', exitCode: 0, log: ['***'], state: {} })
    expect(after.outputs).toEqual({
      lines: '"1\\n2"',
      exported: 'yes',
      status: 'cancelled',
      operation: 'list',
    })
  })

  it('has the job status of the main stage where nothing else is said', async () => {
    const main = await runAction({ script: both(), jobStatus: 'failure' })
    expect((await runPost(main)).outputs['status']).toBe('failure')
  })

  it('has no input but the job status in a nested composite action', async () => {
    const main = await runAction({ script: both(), with: { operation: 'list' } })
    const { outputs } = await runPost(main, { nested: true, jobStatus: 'failure' })
    expect(outputs).toMatchObject({ status: 'failure', operation: 'undefined' })
  })
})

describe('a stage that is killed', () => {
  it('is sent SIGINT when a line appears in the log', async () => {
    const path = script(`
      process.on('SIGINT', () => { console.log('interrupted'); process.exit(4) })
      console.log('tick'); console.log('tick'); ${STAY}`)
    const kill = { when: { at: 'log', line: /^tick$/, nth: 2 } } as const
    const transcript = await runAction({ script: path, kill })
    expect(transcript).toMatchObject({ exitCode: 4, signal: null })
    expect(transcript.log.at(-1)).toBe('interrupted')
    expect(transcript.afterSignalMs).toBeGreaterThanOrEqual(0)
  })

  it('keeps what it had written when it is killed outright', async () => {
    const path = script(`file('STATE', 'intent=stop'); ${STAY}`)
    const kill = { when: { at: 'state', holds: /intent/ }, signal: 'SIGKILL' } as const
    const transcript = await runAction({ script: path, kill })
    expect(transcript).toMatchObject({ exitCode: null, signal: 'SIGKILL', state: { intent: 'stop' } })
  })

  it('is sent the signal at the nth request that matches', async () => {
    const listeners = new Set<(request: RecordedRequest) => void>()
    const path = script(`console.log('asks'); ${STAY}`)
    const transcript = await runAction({
      script: path,
      onRequest: listener => {
        listeners.add(listener)
        for (const each of ['/a', '/b', '/b']) listener({ method: 'GET', path: each })
        return () => listeners.delete(listener)
      },
      kill: { when: { at: 'request', matches: /^GET \/b$/, nth: 2 }, signal: 'SIGTERM', escalate: false },
    })
    expect(transcript.signal).toBe('SIGTERM')
    expect(listeners.size).toBe(0)
  })

  it('is sent the signal when something else has happened, once', async () => {
    const path = script(STAY)
    const kill = { when: { at: 'event', happens: Promise.resolve() }, escalate: false } as const
    expect((await runAction({ script: path, kill })).signal).toBe('SIGINT')
  })

  it('at a request needs to be told of requests', async () => {
    const kill = { when: { at: 'request', matches: /x/ } } as const
    await expect(runAction({ script: script(''), kill })).rejects.toThrow('onRequest')
  })
})
