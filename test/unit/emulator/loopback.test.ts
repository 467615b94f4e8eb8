import { type RequestOptions, request } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type GithubSetup, SECONDARY_RATE_LIMIT, startGithub } from '../../emulator/github.ts'
import { type ProxyOptions, startProxy } from '../../emulator/proxy.ts'
import { type ReceiverOptions, startReceiver } from '../../emulator/receiver.ts'
import { RequestLog } from '../../emulator/request-log.ts'
import { AUTHORISED, conversations, stage } from './support.ts'
import { fetched, overHttp } from './wires.ts'

describe('a webhook receiver', () => {
  const POST = 'POST /hook?to=ops {"event":"rollback"}'
  const open = async (options: ReceiverOptions = {}) => {
    const receiver = await startReceiver({ wait: async () => {}, ...options })
    onTestFinished(() => receiver.close())
    const { faults, log, origin } = receiver
    return { ...stage(), faults, log, origin, ask: (asked: string) => fetched(asked, origin), receiver }
  }

  conversations(open)`
    can refuse, redirect, be slow, or break off:
      POST /hook -> 204
      fault {"match":{"nth":1},"when":"before","fault":{"kind":"status","status":404}}; POST /hook -> 404 {…
      fault {"match":{"nth":1},"when":"before","fault":{"kind":"redirect","location":"http://127.0.0.1:1/"}}
      POST /hook -> 307 http://127.0.0.1:1/; POST /hook -> 204
      fault {"match":{"nth":1},"when":"before","fault":{"kind":"delay","ms":9000}}; POST /hook -> 204
      fault {"when":"before","fault":{"kind":"reset"}}; POST /hook -> nothing
  `

  it('writes down method, path, headers and body, in a log that others can share; it can go down', async () => {
    const log = new RequestLog()
    const api = await overHttp({ log })
    const { ask, origin, receiver } = await open({ log, status: 200 })
    const health = await open({ log, name: 'health' })
    await api.ask('GET /snapshots/')
    expect(await ask(POST)).toMatchObject({ status: 200 })
    await health.ask(POST)
    expect(log.all.map(({ to }) => to)).toEqual([undefined, 'webhook', 'health'])
    const posted = { method: 'POST', path: '/hook?to=ops', body: '{"event":"rollback"}', status: 200 }
    expect(log.all[1]).toMatchObject({ ...posted, origin, headers: AUTHORISED })
    await receiver.close()
    expect(await ask(POST)).toBeUndefined()
  })
})

describe('the emulated GitHub API', () => {
  const comments = [{ id: 31, issue: 7, body: 'Looks good', author: 'reviewer' }]
  const setup = { repository: 'owner/shop', pulls: { c0ffee: [7], facade: [] }, comments }
  const open = async (more: Partial<GithubSetup> = {}) => {
    const api = await startGithub({ ...setup, token: AUTHORISED.authorization.slice(7), ...more })
    onTestFinished(() => api.close())
    return {
      ...stage(),
      faults: api.faults,
      log: api.log,
      ask: (asked: string) => fetched(asked, api.origin),
    }
  }

  conversations(open)`
    tells the pull requests of a commit, and lists, creates and updates comments:
      GET /repos/Owner/Shop/commits/c0ffee/pulls -> 200 [{"number":7,…"html_url":"https://github.com/owner/shop/pull/7"}]
      GET /repos/owner/shop/commits/facade/pulls -> 200 []
      POST /repos/owner/shop/issues/7/comments {"body":"Rolled back"} -> 201
        {"id":32,"body":"Rolled back","user":{"login":"github-actions[bot]","type":"Bot"},
        "html_url":"https://github.com/owner/shop/pull/7#issuecomment-32"}
      PATCH /repos/owner/shop/issues/comments/32 {"body":"Again"} -> 200 {"id":32,"body":"Again",…
      GET /repos/owner/shop/issues/7/comments -> 200
        [{"id":31,"body":"Looks good","user":{"login":"reviewer","type":"User"},…{"id":32,"body":"Again",…
    has pages, with links to the others:
      POST /repos/owner/shop/issues/7/comments {"body":"b"}; POST /repos/owner/shop/issues/7/comments {"body":"c"}
      GET /repos/owner/shop/issues/7/comments?per_page=1 -> 200
        <http…/comments?per_page=1&page=2>…rel="next", <http…&page=3>…rel="last" [{"id":31,…
      GET /repos/owner/shop/issues/7/comments?per_page=1&page=2 -> 200 …rel="next"…rel="prev"…{"id":32,…
      GET /repos/owner/shop/issues/7/comments?per_page=1&page=3 -> 200
        <http…&page=2>…rel="prev", <http…&page=1>…rel="first" [{"id":33,…
    refuses what is not there or not valid, and leaves the comments as they are:
      GET /repos/owner/other/issues/7/comments -> 404 {"message":"Not Found",…
      GET /repos/owner/shop/issues/8/comments -> 404 {"message":"Not Found",…
      POST /repos/owner/shop/issues/8/comments {"body":"x"} -> 404 {"message":"Not Found",…
      PATCH /repos/owner/shop/issues/comments/9 {"body":"x"} -> 404 {"message":"Not Found",…
      GET /repos/owner/shop/nonsense -> 404 {"message":"Not Found",…
      GET /repos/owner/shop/commits/abc/pulls -> 422 {"message":"No commit found for SHA: abc",…
      POST /repos/owner/shop/issues/7/comments {"body":""} -> 422 {"message":"Validation Failed",…
      POST /repos/owner/shop/issues/7/comments text -> 422 {"message":"Validation Failed",…
      POST /repos/owner/shop/issues/7/comments {"body":"x*65537"} -> 422 {"message":"Validation Failed",…
      GET /repos/owner/shop/issues/7/comments -> 200 [{"id":31,…"html_url":"…-31"}]
  `
  conversations(() => open({ mayComment: false }))`
    refuses comments to a token without the permission:
      POST /repos/owner/shop/issues/7/comments {"body":"x"} -> 403 {"message":"Resource not accessible by integration",…
      GET /repos/owner/shop/issues/7/comments -> 200…
  `
  conversations(() => open({ token: 'another' }))`
    refuses everything to another token:
      GET /repos/owner/shop/issues/7/comments -> 401 {"message":"Bad credentials",…
  `

  it('can be asked too much, and writes down who was asked', async () => {
    const { ask, faults, log } = await open()
    faults.add({ when: 'before', fault: SECONDARY_RATE_LIMIT })
    const limited = { status: 403, body: expect.stringContaining('secondary rate limit') }
    expect(await ask('GET /repos/owner/shop')).toMatchObject(limited)
    expect(log.all).toMatchObject([{ to: 'github', method: 'GET', status: 403 }])
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
