import { describe, expect, it, onTestFinished } from 'vitest'
import type { Fault } from '../../emulator/faults.ts'
import { type GithubSetup, SECONDARY_RATE_LIMIT, startGithub, WORKFLOW_BOT } from '../../emulator/github.ts'
import { type ReceiverOptions, startReceiver } from '../../emulator/receiver.ts'
import { RequestLog } from '../../emulator/request-log.ts'
import { startEmulator } from '../../emulator/server.ts'

async function receiving(options: ReceiverOptions = {}) {
  const waits: number[] = []
  const wait = (ms: number) => {
    waits.push(ms)
    return Promise.resolve()
  }
  const receiver = await startReceiver({ wait, ...options })
  onTestFinished(() => receiver.close())
  const post = () =>
    fetch(`${receiver.origin}/hook?to=ops`, {
      ...{ method: 'POST', body: '{"event":"rollback"}', headers: { 'x-signature': 's1' } },
      redirect: 'manual',
    })
  return { receiver, post, waits }
}

describe('a webhook receiver', () => {
  it('writes down method, path, headers and body', async () => {
    const { receiver, post } = await receiving()
    expect((await post()).status).toBe(204)
    expect(receiver.log.all).toMatchObject([
      {
        ...{ to: 'webhook', method: 'POST', path: '/hook?to=ops', body: '{"event":"rollback"}', status: 204 },
        ...{ origin: receiver.origin, headers: { 'x-signature': 's1' } },
      },
    ])
  })

  it.each<[Fault, number]>([
    [{ kind: 'status', status: 404 }, 404],
    [{ kind: 'status', status: 500 }, 500],
    [{ kind: 'redirect', location: 'http://127.0.0.1:1/' }, 307],
  ])('can answer with %j', async (fault, status) => {
    const { receiver, post } = await receiving({ status: 200 })
    receiver.faults.add({ match: { nth: 1 }, when: 'before', fault })
    expect([(await post()).status, (await post()).status]).toEqual([status, 200])
  })

  it('can be slow, break off, or be down', async () => {
    const { receiver, post, waits } = await receiving()
    receiver.faults.add(
      { match: { nth: 1 }, when: 'before', fault: { kind: 'delay', ms: 9000 } },
      { match: { nth: 2 }, when: 'before', fault: { kind: 'reset' } },
    )
    expect([(await post()).status, waits]).toEqual([204, [9000]])
    await expect(post()).rejects.toThrow()
    await receiver.close()
    await expect(post()).rejects.toThrow()
    expect(receiver.log.all.map(({ status }) => status)).toEqual([204, null])
  })

  it('can share the log of the emulated API, in the order in which they were asked', async () => {
    const log = new RequestLog()
    const emulator = await startEmulator({ log })
    onTestFinished(() => emulator.close())
    const { post } = await receiving({ log, name: 'health' })
    await fetch(`${emulator.apiUrl}/snapshots/`)
    await post()
    expect(log.all.map(({ to, path }) => [to, path])).toEqual([
      [undefined, '/api/v1/snapshots/'],
      ['health', '/hook?to=ops'],
    ])
  })
})

const SHA = '0123456789abcdef0123456789abcdef01234567'
const SETUP: GithubSetup = {
  repository: 'owner/shop',
  token: 'ghs_token',
  pulls: { [SHA]: [7], ['f'.repeat(40)]: [] },
  comments: [{ id: 31, issue: 7, body: 'Looks good', author: 'reviewer' }],
}
const COMMENTS = '/repos/owner/shop/issues/7/comments'

async function github(setup: Partial<GithubSetup> = {}) {
  const api = await startGithub({ ...SETUP, ...setup })
  onTestFinished(() => api.close())
  const ask = async (method: string, path: string, body?: string, token = SETUP.token) => {
    const init = { method, headers: { authorization: `Bearer ${token}` } }
    const answer = await fetch(`${api.origin}${path}`, body === undefined ? init : { ...init, body })
    return { status: answer.status, link: answer.headers.get('link'), json: JSON.parse(await answer.text()) }
  }
  return { api, ask }
}

describe('the emulated GitHub API', () => {
  it('tells the pull requests of a commit', async () => {
    const { ask } = await github()
    expect(await ask('GET', `/repos/Owner/Shop/commits/${SHA}/pulls`)).toMatchObject({
      ...{ status: 200, json: [{ number: 7, html_url: 'https://github.com/owner/shop/pull/7' }] },
    })
    const none = await ask('GET', `/repos/owner/shop/commits/${'f'.repeat(40)}/pulls`)
    expect(none).toEqual({ status: 200, link: null, json: [] })
  })

  it('lists, creates and updates comments', async () => {
    const { ask, api } = await github()
    const url = 'https://github.com/owner/shop/pull/7#issuecomment-32'
    expect(await ask('POST', COMMENTS, '{"body":"Rolled back"}')).toEqual({
      ...{ status: 201, link: null },
      json: { id: 32, body: 'Rolled back', user: { login: WORKFLOW_BOT, type: 'Bot' }, html_url: url },
    })
    expect((await ask('PATCH', '/repos/owner/shop/issues/comments/32', '{"body":"Again"}')).status).toBe(200)
    expect((await ask('GET', COMMENTS)).json).toMatchObject([
      { id: 31, body: 'Looks good', user: { login: 'reviewer', type: 'User' } },
      { id: 32, body: 'Again' },
    ])
    expect(api.comments).toHaveLength(2)
    expect(api.log.all.map(({ to, method, status }) => [to, method, status])).toEqual([
      ...[
        ['github', 'POST', 201],
        ['github', 'PATCH', 200],
      ],
      ['github', 'GET', 200],
    ])
  })

  it('has pages, with links to the others', async () => {
    const comments = Array.from({ length: 5 }, (_, id) => ({ id, issue: 7, body: 'x', author: 'a' }))
    const { ask, api } = await github({ comments })
    const page = async (query: string) => {
      const { link, json } = await ask('GET', `${COMMENTS}?${query}`)
      const ids = json.map(({ id }: { id: number }) => id)
      return [ids, link?.replaceAll(`${api.origin}${COMMENTS}`, '') ?? null]
    }
    expect(await page('per_page=2')).toEqual([
      ...[[0, 1], '<?per_page=2&page=2>; rel="next", <?per_page=2&page=3>; rel="last"'],
    ])
    expect(await page('per_page=2&page=3')).toEqual([
      ...[[4], '<?per_page=2&page=2>; rel="prev", <?per_page=2&page=1>; rel="first"'],
    ])
    expect(await page('')).toEqual([[0, 1, 2, 3, 4], null])
  })

  it.each([
    ['GET', COMMENTS, undefined, 'wrong', 401, 'Bad credentials'],
    ['GET', '/repos/owner/other/issues/7/comments', undefined, 'ghs_token', 404, 'Not Found'],
    ['GET', '/repos/owner/shop/issues/8/comments', undefined, 'ghs_token', 404, 'Not Found'],
    ['POST', '/repos/owner/shop/issues/8/comments', '{"body":"x"}', 'ghs_token', 404, 'Not Found'],
    ['PATCH', '/repos/owner/shop/issues/comments/9', '{"body":"x"}', 'ghs_token', 404, 'Not Found'],
    ['GET', '/repos/owner/shop/nonsense', undefined, 'ghs_token', 404, 'Not Found'],
    [
      'GET',
      '/repos/owner/shop/commits/abc/pulls',
      undefined,
      'ghs_token',
      422,
      'No commit found for SHA: abc',
    ],
    ['POST', COMMENTS, '{"body":""}', 'ghs_token', 422, 'Validation Failed'],
    ['POST', COMMENTS, 'text', 'ghs_token', 422, 'Validation Failed'],
    ['POST', COMMENTS, `{"body":"${'x'.repeat(65_537)}"}`, 'ghs_token', 422, 'Validation Failed'],
  ])('%s %s (%#) is refused', async (method, path, body, token, status, message) => {
    const { ask, api } = await github()
    expect(await ask(method, path, body, token)).toMatchObject({ status, json: { message } })
    expect(api.comments).toEqual(SETUP.comments)
  })

  it('refuses comments to a token without the permission, and everything to one that asks too much', async () => {
    const { ask, api } = await github({ mayComment: false })
    expect(await ask('POST', COMMENTS, '{"body":"x"}')).toMatchObject({
      ...{ status: 403, json: { message: 'Resource not accessible by integration' } },
    })
    expect((await ask('GET', COMMENTS)).status).toBe(200)
    api.faults.add({ when: 'before', fault: SECONDARY_RATE_LIMIT })
    const limited = await ask('GET', COMMENTS)
    expect([limited.status, limited.json.message]).toEqual([
      ...[403, expect.stringContaining('secondary rate limit')],
    ])
  })
})
