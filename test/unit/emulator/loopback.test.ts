import { type RequestOptions, request } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Fault } from '../../emulator/faults.ts'
import { type GithubSetup, SECONDARY_RATE_LIMIT, startGithub } from '../../emulator/github.ts'
import { type ProxyOptions, startProxy } from '../../emulator/proxy.ts'
import { type ReceiverOptions, startReceiver } from '../../emulator/receiver.ts'
import { RequestLog } from '../../emulator/request-log.ts'
import { AUTHORISED, like, spelt } from './support.ts'
import { overHttp } from './wires.ts'

describe('a webhook receiver', () => {
  const open = async (options: ReceiverOptions = {}) => {
    const waits: number[] = []
    const receiver = await startReceiver({ wait: async ms => void waits.push(ms), ...options })
    onTestFinished(() => receiver.close())
    const init = { method: 'POST', body: '{"event":"rollback"}', headers: { 'x-signature': 's1' } }
    const post = () => fetch(`${receiver.origin}/hook?to=ops`, { ...init, redirect: 'manual' })
    return { receiver, waits, post }
  }

  it('writes down method, path, headers and body, in a log that others can share', async () => {
    const log = new RequestLog()
    const { ask } = await overHttp({ log })
    const { receiver, post } = await open({ log })
    const health = await open({ log, name: 'health' })
    await ask('GET /snapshots/')
    expect((await post()).status).toBe(204)
    await health.post()
    const { origin } = receiver
    const posted = { method: 'POST', path: '/hook?to=ops', body: '{"event":"rollback"}', status: 204 }
    expect(log.all.map(({ to }) => to)).toEqual([undefined, 'webhook', 'health'])
    expect(log.all[1]).toMatchObject({ ...posted, origin, headers: { 'x-signature': 's1' } })
  })

  it('can refuse, redirect, be slow, break off, or be down', async () => {
    const { receiver, post, waits } = await open({ status: 200 })
    const faults: readonly Fault[] = [
      ...([
        { kind: 'status', status: 404 },
        { kind: 'redirect', location: 'http://127.0.0.1:1/' },
      ] as const),
      ...([{ kind: 'delay', ms: 9000 }, { kind: 'reset' }] as const),
    ]
    for (const [at, fault] of faults.entries())
      receiver.faults.add({ match: { nth: at + 1 }, when: 'before', fault })
    expect([(await post()).status, (await post()).status, (await post()).status]).toEqual([404, 307, 200])
    await expect(post()).rejects.toThrow()
    expect([(await post()).status, waits]).toEqual([200, [9000]])
    await receiver.close()
    await expect(post()).rejects.toThrow()
    expect(receiver.log.all.map(({ status }) => status)).toEqual([404, 307, 200, null, 200])
  })
})

describe('the emulated GitHub API', () => {
  const comments = [{ id: 31, issue: 7, body: 'Looks good', author: 'reviewer' }]
  const open = async (setup: Partial<GithubSetup>, calls: string) => {
    const pulls = { c0ffee: [7], facade: [] }
    const api = await startGithub({ repository: 'owner/shop', token: 'ghs_token', pulls, comments, ...setup })
    onTestFinished(() => api.close())
    for (const call of calls.trim().split(/\n\s*(?=\w)/)) {
      const [asked = '', expected = ''] = call.replace(/,\n\s*/g, ',').split(' -> ')
      const [, method = '', path, body] = /^(\S+) (\S+) ?(.*)$/.exec(spelt(asked)) ?? []
      const init = { method, ...(body ? { body } : {}), headers: { authorization: 'Bearer ghs_token' } }
      const answer = await fetch(`${api.origin}/repos/${path}`, init)
      const link = answer.headers.get('link')?.replaceAll(`${api.origin}/repos/owner/shop/`, '')
      const came = [answer.status, link, await answer.text()].filter(part => part !== undefined).join(' ')
      expect(came, asked).toMatch(like(expected))
    }
    return api
  }

  it('tells the pull requests of a commit; lists, creates and updates comments; writes down who asked', async () => {
    const calls = `
      GET Owner/Shop/commits/c0ffee/pulls -> 200 [{"number":7,…"html_url":"https://github.com/owner/shop/pull/7"}]
      GET owner/shop/commits/facade/pulls -> 200 []
      POST owner/shop/issues/7/comments {"body":"Rolled back"} -> 201 {"id":32,"body":"Rolled back",
        "user":{"login":"github-actions[bot]","type":"Bot"},"html_url":"https://github.com/owner/shop/pull/7#issuecomment-32"}
      PATCH owner/shop/issues/comments/32 {"body":"Again"} -> 200 {"id":32,"body":"Again",…
      GET owner/shop/issues/7/comments -> 200 [{"id":31,"body":"Looks good",
        "user":{"login":"reviewer","type":"User"},…{"id":32,"body":"Again",…`
    const { log, comments: now } = await open({}, calls)
    expect(log.all.map(({ to, method, status }) => `${to} ${method} ${status}`)).toEqual([
      ...['github GET 200', 'github GET 200', 'github POST 201', 'github PATCH 200', 'github GET 200'],
    ])
    expect(now).toHaveLength(2)
  })

  it('has pages, with links to the others', async () => {
    const five = Array.from({ length: 5 }, (_, id) => ({ id, issue: 7, body: 'x', author: 'a' }))
    await open(
      { comments: five },
      `GET owner/shop/issues/7/comments?per_page=2 -> 200 <issues/7/comments?per_page=2&page=2>; rel="next", <issues/7/comments?per_page=2&page=3>; rel="last" [{"id":0,…{"id":1,…
       GET owner/shop/issues/7/comments?per_page=2&page=3 -> 200 <issues/7/comments?per_page=2&page=2>; rel="prev", <issues/7/comments?per_page=2&page=1>; rel="first" [{"id":4,…
       GET owner/shop/issues/7/comments -> 200 [{"id":0,…{"id":4,…`,
    )
  })

  it('refuses what is not there, not valid, or not allowed, and leaves the comments as they are', async () => {
    const calls = `
      GET owner/other/issues/7/comments -> 404 {"message":"Not Found",…
      GET owner/shop/issues/8/comments -> 404 {"message":"Not Found",…
      POST owner/shop/issues/8/comments {"body":"x"} -> 404 {"message":"Not Found",…
      PATCH owner/shop/issues/comments/9 {"body":"x"} -> 404 {"message":"Not Found",…
      GET owner/shop/nonsense -> 404 {"message":"Not Found",…
      GET owner/shop/commits/abc/pulls -> 422 {"message":"No commit found for SHA: abc",…
      POST owner/shop/issues/7/comments {"body":""} -> 422 {"message":"Validation Failed",…
      POST owner/shop/issues/7/comments text -> 422 {"message":"Validation Failed",…
      POST owner/shop/issues/7/comments {"body":"x*65537"} -> 422 {"message":"Validation Failed",…`
    expect((await open({}, calls)).comments).toEqual(comments)
    const write =
      'POST owner/shop/issues/7/comments {"body":"x"} -> 403 {"message":"Resource not accessible by…'
    const api = await open({ mayComment: false }, `${write}\nGET owner/shop/issues/7/comments -> 200…`)
    api.faults.add({ when: 'before', fault: SECONDARY_RATE_LIMIT })
    const limited = await fetch(api.origin)
    expect([limited.status, await limited.text()]).toEqual([
      403,
      expect.stringContaining('secondary rate limit'),
    ])
    await open({ token: 'another' }, 'GET owner/shop/issues/7/comments -> 401 {"message":"Bad credentials",…')
  })
})

describe('a proxy', () => {
  const credentials = { user: 'me', password: 'secret' }
  const basic = { 'proxy-authorization': `Basic ${Buffer.from('me:secret').toString('base64')}` }
  const tunnel = { method: 'CONNECT', path: 'admin.vps.org:443' }
  const absolute = { path: 'http://admin.vps.org/api/v1/snapshots/' }

  /** A proxy that finds whatever is asked for at one receiver. */
  const open = async (options: ProxyOptions) => {
    const receiver = await startReceiver()
    const proxy = await startProxy({ route: () => ({ host: '127.0.0.1', port: receiver.port }), ...options })
    onTestFinished(async () => void (await Promise.all([proxy.close(), receiver.close()])))
    const ask = (more: RequestOptions) =>
      new Promise<number | undefined>((resolve, reject) => {
        const asked = request({ host: '127.0.0.1', port: proxy.port, ...more })
        asked.on('response', answer => resolve(answer.statusCode))
        asked.on('connect', (answer, socket) => socket.destroy() && resolve(answer.statusCode))
        asked.on('error', reject).end()
      })
    return { proxy, receiver, ask }
  }

  it.each([
    [{}, tunnel, {}, 200],
    [{ credentials }, tunnel, basic, 200],
    [{ credentials }, tunnel, {}, 407],
    [{ credentials }, absolute, { ...AUTHORISED, ...basic }, 204],
    [{ credentials }, absolute, AUTHORISED, 407],
  ])('with %j, asked for %j with %j, answers %i', async (options, target, headers, status) => {
    const { ask, proxy, receiver } = await open(options)
    expect(await ask({ ...target, headers })).toBe(status)
    const kind = target === tunnel ? 'connect' : 'absolute'
    const authorization = (headers as Partial<typeof basic>)['proxy-authorization']
    expect(proxy.requests).toEqual([{ kind, target: target.path, authorization, admitted: status !== 407 }])
    // What was meant for the proxy itself goes no further.
    const expected = status === 204 ? [expect.objectContaining({ path: '/api/v1/snapshots/' })] : []
    expect(receiver.log.all).toEqual(expected)
    expect(receiver.log.all[0]?.headers ?? AUTHORISED).toMatchObject(AUTHORISED)
    expect(receiver.log.all[0]?.headers).not.toMatchObject(basic)
  })

  it('answers 502 for a place where nobody listens', async () => {
    const { ask, receiver } = await open({})
    await receiver.close()
    expect(await ask({ path: 'http://nobody.test/' })).toBe(502)
  })
})
