import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Kill, type RecordedRequest, ROOT, runAction, runPost } from '../../harness/index.ts'
import { entryOf } from '../../harness/manifest.ts'
import { script } from './scripts.ts'

const STAY = 'setInterval(() => {}, 1_000)'
const TELL = `
  file('OUTPUT', 'env=' + JSON.stringify(process.env))
  file('OUTPUT', 'cwd=' + process.cwd())
  process.stdin.on('end', () => file('OUTPUT', 'stdin=ended')).resume()`

async function told(options: Parameters<typeof runAction>[0]) {
  const { outputs } = await runAction({ script: script(TELL), ...options })
  const env: Readonly<Record<string, string>> = JSON.parse(outputs['env'] ?? '{}')
  return { env, outputs }
}

describe('a main stage', () => {
  it('is given its inputs, with the defaults of action.yml, as the runner does', async () => {
    const { env } = await told({ with: { 'server-id': '12345', 'api-url': '' }, jobStatus: 'failure' })
    expect(env).toMatchObject({
      'INPUT_SERVER-ID': '12345',
      'INPUT_API-URL': '',
      'INPUT_API-TOKEN': '',
      'INPUT_MAX-PARALLEL': '10',
      'INPUT_JOB-STATUS': 'failure',
    })
    await expect(runAction({ with: { 'server-ids': '1' } })).rejects.toThrow('server-ids')
  })

  it('has a clean environment, its workflow run, a closed stdin and the workspace around it', async () => {
    const proxy = { HTTPS_PROXY: 'http://p', GITHUB_SHA: undefined }
    const { env, outputs } = await told({ run: { attempt: 2 }, env: proxy, folder: 'Läufer und Jobs-' })
    expect(env).toMatchObject({
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'owner/shop',
      GITHUB_RUN_ATTEMPT: '2',
      GITHUB_WORKFLOW_REF: 'owner/shop/.github/workflows/deploy.yml@refs/heads/main',
      HTTPS_PROXY: 'http://p',
      GITHUB_WORKSPACE: expect.stringContaining('Läufer und Jobs-'),
    })
    const foreign = Object.keys(env).filter(name => !/^(?:GITHUB|RUNNER|INPUT)_/.test(name))
    expect(foreign.toSorted()).toEqual(['CI', 'HOME', 'HTTPS_PROXY', 'PATH'])
    expect(env).not.toHaveProperty('GITHUB_SHA')
    expect(outputs['stdin']).toBe('ended')
    // Where the folder for temporary files is a link (macOS), the process is where that leads.
    const temp = join(env['GITHUB_WORKSPACE'] ?? '', '..', '..')
    expect(outputs['cwd']).toBe(env['GITHUB_WORKSPACE']?.replace(temp, realpathSync(temp)))
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
      ...{ stage: 'main', outputs: { a: 'one\ntwo', b: '3' }, state: { token: 'secret' }, env: { X: 'y' } },
      ...{ paths: ['/opt/tool'], summary: '# Done\n', log: ['the *** is out', 'no line end'] },
      ...{ rawStdout: '::add-mask::secret\nthe secret is out\nno line end', rawStderr: '' },
      ...{ masks: ['secret'], exitCode: 3, signal: null, requests: [], afterSignalMs: undefined },
    })
    expect(transcript.durationMs).toBeGreaterThan(0)
  })

  it('has only its own requests in the transcript', async () => {
    const requests: RecordedRequest[] = [{ method: 'GET', path: '/before' }]
    expect((await runAction({ script: script(''), requests: () => requests })).requests).toEqual([])
  })

  it('that hangs is killed and reported with its log; one that cannot be started is reported', async () => {
    const path = script(`console.log('begun'); ${STAY}`)
    await expect(runAction({ script: path, hangsAfterMs: 300 })).rejects.toThrow(/did not end/)
    const { exitCode, log } = await runAction({ script: '/nowhere/at-all.js' })
    expect([exitCode, log.join('\n')]).toEqual([1, expect.stringContaining('Cannot find module')])
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

  it.each([
    [
      { jobStatus: 'cancelled' },
      { lines: '"1\\n2"', exported: 'yes', status: 'cancelled', operation: 'list' },
    ],
    // Of the main stage, where nothing else is said; in a composite action inside another one, all inputs but this are lost.
    [{}, { status: 'failure', operation: 'list' }],
    [{ nested: true }, { status: 'failure', operation: 'undefined' }],
    [{ state: () => ({ stage: 'post', lines: '1' }) }, { lines: '"1"' }],
  ])('with %j has the state, the variables and the masks of the main stage', async (options, outputs) => {
    const main = await runAction({ script: both(), with: { operation: 'list' }, jobStatus: 'failure' })
    const after = await runPost(main, options)
    expect(after).toMatchObject({ stage: 'post', exitCode: 0, log: ['***'], state: {}, outputs })
  })

  it('does not take itself for one where its state is lost', async () => {
    const main = await runAction({ script: both() })
    expect((await runPost(main, { state: () => ({}) })).state).toEqual(main.state)
  })

  it('has an entry of its own', async () => {
    const runs = { using: 'node24', main: 'dist/index.js', post: 'dist/post.js' }
    expect([entryOf('main', runs), entryOf('post', runs)]).toEqual([
      ...[join(ROOT, 'dist/index.js'), join(ROOT, 'dist/post.js')],
    ])
    const main = await runAction({ script: both(), postScript: script(`console.log('its own')`) })
    expect([main.log, (await runPost(main)).log]).toEqual([[], ['its own']])
  })
})

describe('a stage that is killed', () => {
  const SAYS = `process.on('SIGINT', () => { console.log('interrupted'); process.exit(4) })`
  it.each<[Kill, string, object]>([
    [
      { when: { at: 'log', line: /^tick$/, nth: 2 } },
      `${SAYS}; console.log('tick'); console.log('tick')`,
      { exitCode: 4, signal: null, log: ['tick', 'tick', 'interrupted'] },
    ],
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
    const path = script(`console.log('asks'); ${STAY}`)
    const { signal } = await runAction({ script: path, onRequest, kill })
    expect([signal, listeners.size]).toEqual(['SIGTERM', 0])
    await expect(runAction({ script: script(''), kill })).rejects.toThrow('onRequest')
  })
})
