/** Who else is told at the end of a stage, and who is not. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { HttpRequest, HttpTransport } from '../../src/http/http-transport.ts'
import { answered } from './notify/support.ts'
import { BEFORE, deployed, restoring } from './operations/support/restoring.ts'
import { refuse, WEB } from './operations/support/scenery.ts'
import { createStage, type Inputs, type StageSettings, TOKEN } from './operations/support/stage.ts'

const HOOK = { 'notify-url': 'https://hooks.test/secret-path' }
const PULLS = { 'github-token': 'ghs_of_github' }
const ALL = { ...HOOK, ...PULLS, 'notify-on': 'rollback, failure, success' }

/** Takes everything; of each commit one pull request is known. */
class Listener implements HttpTransport {
  readonly requests: HttpRequest[] = []
  readonly timeouts: number[] = []
  status = 200

  send(request: HttpRequest, { timeoutMs }: Parameters<HttpTransport['send']>[1]) {
    this.requests.push(request)
    this.timeouts.push(timeoutMs)
    if (request.method !== 'GET') return Promise.resolve(answered(this.status, { id: 1 }))
    const isCommit = request.url.pathname.endsWith('/pulls')
    return Promise.resolve(answered(200, isCommit ? [{ number: 7, state: 'open' }] : []))
  }

  /** The hosts that were written to, each once. */
  get told(): readonly string[] {
    const written = this.requests.filter(({ method }) => method !== 'GET')
    return [...new Set(written.map(({ url }) => url.host))]
  }

  /** The events of which the webhook was told. */
  get events(): readonly string[] {
    return this.requests
      .filter(({ url }) => url.host === 'hooks.test')
      .map(({ body }) => JSON.parse(body ?? '').event)
  }
}

function listening(settings: StageSettings = {}) {
  const listener = new Listener()
  const env = { GITHUB_REF: 'refs/heads/main', GITHUB_API_URL: 'https://ghe.test/api/v3' }
  return { listener, around: { env, notifyTransport: listener, ...settings } }
}

it('warns of a webhook that fails before the way out, which stays the last line', async () => {
  const { listener, around } = listening({ faults: [refuse({ method: 'POST' }, 402)] })
  listener.status = 500
  const seen = await createStage({ servers: [WEB], ...around }).main({
    operation: 'create',
    'server-id': WEB.id,
    ...HOOK,
  })
  expect(seen.printed.at(-2)).toMatch(/^warning: .*hooks\.test/)
  expect(seen.printed.at(-1)).toMatch(/^Next: /)
})

/** A create whose job ended so. */
async function jobOf(inputs: Inputs, jobStatus: string, settings: StageSettings = {}) {
  const { listener, around } = listening(settings)
  const stage = createStage({ servers: [{ ...WEB, disk: BEFORE }], ...around })
  await stage.main({
    operation: 'create',
    'server-id': WEB.id,
    'restore-on': 'failure, cancelled',
    ...inputs,
  })
  listener.requests.length = 0
  listener.timeouts.length = 0
  return { listener, seen: await stage.post(jobStatus) }
}

// They are loaded when somebody is to be told; on a clock that is virtual, that would be for ever.
beforeAll(async () => {
  await Promise.all([
    import('../../src/notify/webhook.ts'),
    import('../../src/notify/comment.ts'),
    import('@actions/github/lib/utils'),
  ])
})

describe('the main stage', () => {
  it('is cancelled while others are told: no rollback is armed, whatever was said', async () => {
    const stage = createStage({ servers: [WEB], cancelOnTell: true })
    const seen = await stage.main({
      ...ALL,
      ...{ operation: 'create', 'server-id': WEB.id, 'restore-on': 'failure, cancelled' },
    })
    expect(seen.green).toBe(false)
    expect(seen.outputs).toMatchObject({ status: 'completed', reason: 'cancelled' })
    expect(seen.state['green']).toBeUndefined()
    expect(seen.summary).not.toMatch(/is restored to this snapshot/)
  })

  it('tells nobody where the inputs name nobody', async () => {
    const { listener, around } = listening()
    expect((await deployed({}, around).main(restoring())).green).toBe(true)
    expect(listener.requests).toEqual([])
  })

  it('tells the webhook and the pull request of a restore, without the token of VPS.org', async () => {
    const { listener, around } = listening()
    expect((await deployed({}, around).main(restoring(ALL))).green).toBe(true)
    expect(listener.told.toSorted()).toEqual(['ghe.test', 'hooks.test'])
    expect(listener.events).toEqual(['rollback'])
    expect(JSON.stringify(listener.requests)).not.toContain(TOKEN)
  })

  it('tells pull requests of a restore though notify-on does not ask for it', async () => {
    const { listener, around } = listening()
    await deployed({}, around).main(restoring({ ...ALL, 'notify-on': 'failure' }))
    expect(listener.told).toEqual(['ghe.test'])
    const body = listener.requests.find(({ method }) => method === 'POST')?.body
    expect(body).toContain(WEB.name)
  })

  it('tells pull requests nothing of a create, nor of a dry run of a restore', async () => {
    const { listener, around } = listening()
    await deployed({}, around).main({ operation: 'create', 'server-id': WEB.id, ...ALL })
    expect(listener.told).toEqual(['hooks.test'])
    expect(listener.events).toEqual(['success'])
    await deployed({}, around).main(restoring({ ...ALL, 'dry-run': 'true' }))
    expect(listener.told).toEqual(['hooks.test'])
    expect(listener.events).toEqual(['success'])
  })

  it('tells of a failure whoever asked for failures', async () => {
    const { listener, around } = listening({ faults: [refuse({ method: 'POST' }, 403)] })
    const seen = await deployed({}, around).main({ operation: 'create', 'server-id': WEB.id, ...ALL })
    expect(seen.green).toBe(false)
    expect(listener.events).toEqual(['failure'])
  })

  it('tells nobody when it is ended by a signal', async () => {
    const { listener, around } = listening()
    const cancel = { request: 'POST /snapshots/801/restore/', nth: 1 }
    const seen = await deployed({}, around).main(restoring(ALL), { cancel })
    expect(seen).toMatchObject({ green: false, outputs: { reason: 'cancelled' } })
    expect(listener.requests).toEqual([])
  })

  it('is as green as before when nobody could be told, and warns of each', async () => {
    const { listener, around } = listening()
    listener.status = 403
    const seen = await deployed({}, around).main(restoring(ALL))
    expect(seen.green).toBe(true)
    const warnings = seen.annotations.filter(({ level }) => level === 'warning')
    expect(warnings).toHaveLength(2)
    expect(JSON.stringify(seen.printed)).not.toContain('secret-path')
  })
})

describe('the address of GitHub', () => {
  it('is that of github.com where the environment names none, or an empty one', async () => {
    for (const env of [{}, { GITHUB_API_URL: '' }]) {
      const { listener, around } = listening({ env })
      await deployed({}, around).main(restoring(PULLS))
      expect(listener.told).toEqual(['api.github.com'])
      // Without a ref, the commit is asked for its pull requests.
      expect(listener.requests[0]?.url.pathname).toMatch(/\/commits\/[0-9a-f]+\/pulls$/)
    }
  })

  it('and the pull request are those of the environment', async () => {
    const env = { GITHUB_REF: 'refs/pull/42/merge', GITHUB_API_URL: 'https://ghe.test/api/v3' }
    const { listener, around } = listening({ env })
    await deployed({}, around).main(restoring(PULLS))
    expect(listener.told).toEqual(['ghe.test'])
    for (const { url } of listener.requests) expect(url.pathname).toContain('/issues/42/comments')
  })
})

describe('the end of the job', () => {
  it('tells of a rollback that was due', async () => {
    const { listener, seen } = await jobOf(ALL, 'failure')
    expect(seen.green).toBe(true)
    expect(listener.told.toSorted()).toEqual(['ghe.test', 'hooks.test'])
    expect(listener.events).toEqual(['rollback'])
  })

  it('adds nothing to a success', async () => {
    const { listener } = await jobOf(ALL, 'success')
    expect(listener.requests).toEqual([])
  })

  it('of a cancelled job has no patience', async () => {
    const patient = await jobOf(HOOK, 'failure')
    const hurried = await jobOf(HOOK, 'cancelled')
    expect(patient.listener.timeouts).toEqual([5_000])
    expect(hurried.listener.timeouts).toEqual([2_000])
  })
})

describe('a stage that has not even begun', () => {
  it('tells of inputs that are invalid, as far as they name who is to be told', async () => {
    const { listener, around } = listening()
    const given = { ...ALL, operation: 'create', 'server-id': 'x', timeout: 'ten' }
    const seen = await createStage({ servers: [WEB], ...around }).main(given)
    expect(seen.green).toBe(false)
    expect(seen.outputs).toMatchObject({ status: 'failed', reason: 'invalid-input' })
    expect(seen.summary).toContain('timeout')
    expect(listener.events).toEqual(['failure'])
  })

  it('tells nobody of an operation without a name, or at an address that is none', async () => {
    const { listener, around } = listening()
    const stage = createStage({ servers: [WEB], ...around })
    expect((await stage.main({ ...ALL, operation: 'creates' })).green).toBe(false)
    expect((await stage.main({ ...ALL, operation: 'list', 'notify-url': 'hook' })).green).toBe(false)
    expect(listener.requests).toEqual([])
  })

  it.each([
    ['failure', { 'restore-on': 'failure' }, ['rollback'], 'Not rolled back'],
    ['success', { 'stop-server': 'true' }, ['failure'], 'End of the job failed'],
  ] as const)('tells of a lost state at the end of a job (%s)', async (jobStatus, inputs, events, title) => {
    const { listener, around } = listening()
    const given = { ...ALL, operation: 'create', 'server-id': WEB.id, ...inputs }
    const post = await createStage({ servers: [WEB], ...around }).post(jobStatus, {
      state: {},
      inputs: given,
    })
    expect(post.green).toBe(false)
    expect(post.annotations).toMatchObject([{ level: 'error', title }])
    expect(post.summary).toContain('the runner lost')
    expect(listener.events).toEqual(events)
  })
})
