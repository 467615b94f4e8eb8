import { beforeAll, describe, expect, test, vi } from 'vitest'
import { SHORT_PATIENCE } from '../../../src/notify/attempts.ts'
import { type CommentSettings, commentOnPullRequests } from '../../../src/notify/comment.ts'
import type { Notification } from '../../../src/notify/notification.ts'
import type { HttpResult } from '../../../src/notify/transport.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'
import { FakeGitHub } from './fake-github.ts'
import { answered, rollback, timing, unanswered } from './support.ts'

const SHA = '6dcb09b5b57875f334f61aebed695e2e4193db5e'

// The clock is virtual, and loading Octokit takes real time.
beforeAll(() => import('@actions/github/lib/utils'))

function scene() {
  const clock = new VirtualClock(1_000_000)
  const github = new FakeGitHub(clock)
  const comment = (
    changes: Partial<CommentSettings> = {},
    notification: Notification = rollback(),
  ): Promise<string | undefined> =>
    clock.run(
      commentOnPullRequests(notification, {
        token: 'ghs_t0ken',
        apiUrl: 'https://api.github.com',
        env: {},
        transport: github,
        repository: 'octo/shop',
        sha: SHA,
        ref: 'refs/heads/main',
        runId: '9876543210',
        ...timing(clock),
        ...changes,
      }),
    )
  return { clock, github, comment, tookMs: () => clock.now() - 1_000_000 }
}

const forbidden = answered(403, { message: 'Resource not accessible by integration' })

describe('a comment', () => {
  test('is written on the pull request of the commit, with the token, to the API alone', async () => {
    const { github, comment } = scene()
    expect(await comment()).toBeUndefined()
    expect(github.lines).toEqual([
      `GET /commits/${SHA}/pulls`,
      'GET /issues/7/comments?per_page=100&page=1',
      'POST /issues/7/comments',
    ])
    for (const { request } of github.sent) {
      expect(request.url.origin).toBe('https://api.github.com')
      expect(request.headers['authorization']).toBe('token ghs_t0ken')
      expect(request.headers['user-agent']).toMatch(/^vps-snapshot-action/)
    }
    expect(github.bodies(7)).toMatchSnapshot()
  })

  test('leaves the environment as it was', async () => {
    const { comment } = scene()
    const env = { GITHUB_EVENT_PATH: '/event.json' }
    await comment({ env })
    expect(env).toEqual({ GITHUB_EVENT_PATH: '/event.json' })
  })

  test('goes to an enterprise server by GITHUB_API_URL', async () => {
    const { github, comment } = scene()
    expect(await comment({ apiUrl: 'https://ghe.example/api/v3/' })).toBeUndefined()
    expect(github.sent[0]?.request.url.href).toBe(
      `https://ghe.example/api/v3/repos/octo/shop/commits/${SHA}/pulls`,
    )
  })

  test('is not written where there is no pull request', async () => {
    const { github, comment } = scene()
    github.pulls = []
    expect(await comment()).toBeUndefined()
    expect(github.lines).toEqual([`GET /commits/${SHA}/pulls`])
  })

  test('goes to open and merged pull requests, three at most, never to abandoned ones', async () => {
    const { github, comment } = scene()
    github.pulls = [
      { number: 1, state: 'closed', merged_at: null },
      { number: 2, state: 'closed', merged_at: '2026-11-25T02:00:00Z' },
      { number: 3, state: 'open', merged_at: null },
      { number: 4, state: 'open', merged_at: null },
      { number: 5, state: 'open', merged_at: null },
    ]
    await comment()
    expect([...github.comments.keys()]).toEqual([2, 3, 4])
  })

  test('goes to the pull request whose merge commit was deployed', async () => {
    const { github, comment } = scene()
    await comment({ ref: 'refs/pull/42/merge' })
    expect(github.lines).toEqual(['GET /issues/42/comments?per_page=100&page=1', 'POST /issues/42/comments'])
  })
})

describe('a second comment of the same run', () => {
  test('takes the place of the first', async () => {
    const { github, comment } = scene()
    await comment()
    await comment({}, rollback({ headline: 'Rolled back, but the health check failed' }))
    expect(github.lines.at(-1)).toBe('PATCH /issues/comments/101')
    expect(github.bodies(7).length).toBe(1)
    expect(github.bodies(7)[0]).toContain('health check failed')
  })

  test('is found behind a hundred others, and looked for on ten pages at most', async () => {
    const { github, comment } = scene()
    for (let index = 0; index < 150; index += 1) github.add(7, { body: 'Looks good', user: null })
    await comment()
    await comment()
    expect(github.bodies(7).length).toBe(151)
    for (let index = 0; index < 1_000; index += 1) github.add(8, { body: null })
    await comment({ ref: 'refs/pull/8/head' })
    expect(github.lines.filter(line => line.startsWith('GET /issues/8/')).length).toBe(10)
    expect(github.lines.at(-1)).toBe('POST /issues/8/comments')
  })

  test('is a new one for another run, another job and another server', async () => {
    const { github, comment } = scene()
    await comment()
    await comment({ runId: '1' })
    await comment({}, rollback({ job: 'other' }))
    await comment({}, rollback({ servers: rollback().servers.map(server => ({ ...server, id: '9' })) }))
    expect(github.bodies(7).length).toBe(4)
  })

  test('never takes the place of one by a stranger that bears the same marker', async () => {
    const { github, comment } = scene()
    await comment()
    const [body = null] = github.bodies(7)
    github.comments.clear()
    github.add(7, { body, user: { login: 'mallory', type: 'User' }, author_association: 'CONTRIBUTOR' })
    await comment()
    expect(github.lines.at(-1)).toBe('POST /issues/7/comments')
    github.comments.clear()
    github.add(7, { body, user: { login: 'octocat', type: 'User' }, author_association: 'OWNER' })
    await comment()
    expect(github.lines.at(-1)).toMatch(/^PATCH/)
  })

  test('is none where the answer to the first one was lost', async () => {
    const { github, comment } = scene()
    github.fault = request => {
      if (request.method !== 'POST') return undefined
      github.add(7, { body: JSON.parse(request.body ?? '{}').body })
      return unanswered('interrupted', 'connection reset')
    }
    expect(await comment()).toBeUndefined()
    expect(github.bodies(7).length).toBe(1)
    expect(github.lines.at(-1)).toMatch(/^PATCH/)
  })
})

// Each with what the warning must name.
const AT_ONCE: readonly (readonly [title: string, answer: HttpResult, ...facts: readonly string[]])[] = [
  ['a missing permission', forbidden, '403', 'contents: read', 'pull-requests: write'],
  ['a repository that is not shown', answered(404, { message: 'Not Found' }), '404', 'pull-requests: write'],
  ['a wrong token', answered(401, { message: 'Bad credentials' }), '401', 'github-token'],
  ['an unknown commit', answered(422, { message: 'No commit found' }), '422', 'commit'],
  ['something else', answered(410, { message: 'Gone' }), '410'],
  ['a redirect', answered(301, '', { location: 'https://evil.example/' }), 'redirect'],
  ['a certificate', unanswered('certificate', 'expired'), 'expired'],
]

const AFTER_THREE: typeof AT_ONCE = [
  ['a bad gateway', answered(502, '<html>'), '502'],
  ['a challenge page', answered(403, '<html>'), '403', 'GITHUB_API_URL'],
  ['a maintenance page', answered(200, '<html>'), '200', 'GITHUB_API_URL'],
  ['no content', answered(204), '200', 'GITHUB_API_URL'],
  [
    'a limit without a time',
    answered(403, { message: 'limit' }, { 'x-ratelimit-remaining': '0' }),
    'limit',
    '403',
  ],
  ['no connection', unanswered('unreachable', 'connection refused'), 'connection refused'],
]

function named([title, answer, ...facts]: (typeof AT_ONCE)[number]) {
  return { title, answer, facts }
}

async function warningFor(answer: HttpResult) {
  const { github, comment, tookMs } = scene()
  github.fault = () => answer
  return { warning: (await comment()) ?? '', sent: github.sent.length, tookMs: tookMs() }
}

describe('what goes wrong is one warning', () => {
  test.each(AT_ONCE.map(named))('$title, at once', async ({ answer, facts }) => {
    const { warning, sent } = await warningFor(answer)
    for (const fact of facts) expect(warning).toContain(fact)
    expect(warning).not.toContain('evil')
    expect(sent).toBe(1)
  })

  test.each(AFTER_THREE.map(named))('$title, after three tries', async ({ answer, facts }) => {
    const { warning, ...cost } = await warningFor(answer)
    for (const fact of facts) expect(warning).toContain(fact)
    expect(cost).toEqual({ sent: 3, tookMs: 375 + 750 })
  })

  test('which reads as the file shows', async () => {
    const lines: string[] = []
    for (const [title, answer] of [...AT_ONCE, ...AFTER_THREE])
      lines.push(title, `  ${(await warningFor(answer)).warning}`)
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('__snapshots__/comment-warnings.txt')
  })

  test('a rate limit that ends in time is waited for, any other not', async () => {
    const { github, comment, tookMs } = scene()
    const limited = (headers: Record<string, string>) => answered(403, { message: 'rate limit' }, headers)
    github.fault = (_, nth) =>
      nth === 1 ? limited({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1003' }) : undefined
    expect(await comment()).toBeUndefined()
    expect(tookMs()).toBe(3_000)
    github.fault = () => limited({ 'retry-after': '60' })
    expect(await comment()).toMatch(/limit.*403/)
    github.fault = () => answered(429, { message: 'secondary' }, { 'retry-after': '60' })
    expect(await comment()).toMatch(/limit.*429/)
  })

  test('one locked pull request keeps no other from its comment', async () => {
    const { github, comment } = scene()
    github.pulls = [1, 2, 3].map(number => ({ number, state: 'open', merged_at: null }))
    github.fault = ({ method, url }) =>
      method === 'POST' && !url.pathname.includes('/issues/3/') ? forbidden : undefined
    expect(await comment()).toContain('403')
    expect([...github.comments.keys()]).toEqual([3])
  })

  test('an answer with a status that does not exist', async () => {
    const { github, comment } = scene()
    github.fault = () => ({ ok: true, answer: { status: 999, headers: {}, body: '' } })
    expect(await comment()).toContain('GITHUB_API_URL')
  })

  test('what GitHub says of deprecation is not printed', async () => {
    const printed = vi.spyOn(console, 'warn')
    const { github, comment } = scene()
    github.fault = () => answered(200, [], { deprecation: 'true', sunset: '::error::x' })
    await comment()
    expect(printed).not.toHaveBeenCalled()
  })
})

describe('time', () => {
  test('a GitHub that never answers costs ten seconds at most, two after a cancel', async () => {
    for (const [patience, limitMs] of [
      [undefined, 10_000],
      [SHORT_PATIENCE, 2_000],
    ] as const) {
      const { clock, github, comment, tookMs } = scene()
      github.fault = async () => {
        await clock.sleep(github.sent.at(-1)?.timeoutMs ?? 0)
        return unanswered('timeout', 'no answer in time')
      }
      expect(await comment(patience && { patience })).toContain('no answer in time')
      expect(tookMs()).toBeLessThanOrEqual(limitMs)
      expect(tookMs()).toBeGreaterThan(limitMs / 2)
    }
  })

  test('a slow GitHub gets no request after the end', async () => {
    const { clock, github, comment, tookMs } = scene()
    github.pulls = [1, 2, 3].map(number => ({ number, state: 'open', merged_at: null }))
    github.fault = async () => {
      await clock.sleep(1_000)
      return undefined
    }
    expect(await comment({ patience: SHORT_PATIENCE })).toContain('no time left')
    expect([tookMs(), github.sent.length]).toEqual([2_000, 2])
  })

  test('a cancelled step ends it at once', async () => {
    for (const delayMs of [0, 100]) {
      const cancel = new AbortController()
      const { clock, github, comment } = scene()
      github.fault = async () => {
        clock.at(clock.now() + delayMs, () => cancel.abort(new Error('SIGINT')))
        await clock.sleep(1)
        return answered(503, '')
      }
      expect(await comment({ signal: cancel.signal })).toContain('cancelled')
      expect(github.sent.length).toBe(1)
    }
  })
})
