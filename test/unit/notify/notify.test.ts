import { beforeAll, expect, test, vi } from 'vitest'
import { SHORT_PATIENCE } from '../../../src/notify/attempts.ts'
import { notify } from '../../../src/notify/notify.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'
import { FakeGitHub } from './fake-github.ts'
import { answered, FakeTransport, type Reply, rollback, timing } from './support.ts'

// The clock is virtual, and loading takes real time.
beforeAll(() =>
  Promise.all([
    import('@actions/github/lib/utils'),
    import('../../../src/notify/comment.ts'),
    import('../../../src/notify/webhook.ts'),
  ]),
)

function scene(reply: Reply) {
  const clock = new VirtualClock(1_000_000)
  const receiver = new FakeTransport(clock, [reply])
  const github = new FakeGitHub(clock)
  const base = timing(clock, { patience: SHORT_PATIENCE })
  const webhook = { ...base, url: new URL('https://discord.com/api/webhooks/1/x'), transport: receiver }
  const commit = { repository: 'octo/shop', sha: 'abc123', ref: '', runId: '1' }
  const access = { token: 't', apiUrl: 'https://api.github.com', env: {}, transport: github }
  return { clock, receiver, github, webhook, pullRequests: { ...base, ...commit, ...access } }
}

test('everybody who is named is told', async () => {
  const { clock, receiver, github, ...recipients } = scene(answered(204))
  expect(await clock.run(notify(rollback(), recipients))).toEqual([])
  expect([receiver.sent.length, github.bodies(7).length]).toEqual([1, 1])
})

test('nobody is told where nobody is named', async () => {
  expect(await notify(rollback(), {})).toEqual([])
})

test('each who was not told is a warning, and all together take no longer than one', async () => {
  const { clock, github, webhook, pullRequests } = scene(async () => {
    await clock.sleep(2_000)
    return answered(500)
  })
  github.fault = async () => {
    await clock.sleep(2_000)
    return answered(500, { message: 'unicorn' })
  }
  expect(await clock.run(notify(rollback(), { webhook, pullRequests }))).toEqual([
    expect.stringMatching(/discord\.com.*500/),
    expect.stringMatching(/pull request.*500/),
  ])
  expect(clock.now()).toBe(1_002_000)
})

test('a part of the action that cannot be loaded is a warning, too', async () => {
  const broken = () => {
    throw new Error('no such file')
  }
  vi.doMock('../../../src/notify/webhook.ts', broken)
  vi.doMock('../../../src/notify/comment.ts', broken)
  vi.resetModules()
  const { notify: tell } = await import('../../../src/notify/notify.ts')
  const { webhook, pullRequests } = scene(answered(204))
  expect(await tell(rollback(), { webhook, pullRequests })).toEqual([
    expect.stringMatching(/discord\.com.*internal error/),
    expect.stringMatching(/pull request.*internal error/),
  ])
})
