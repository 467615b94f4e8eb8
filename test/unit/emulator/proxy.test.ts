import { type IncomingMessage, type RequestOptions, request } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ProxyOptions, startProxy } from '../../emulator/proxy.ts'
import { startReceiver } from '../../emulator/receiver.ts'
import { AUTHORISED } from './support.ts'

const credentials = { user: 'me', password: 'secret' }
const basic = { 'proxy-authorization': `Basic ${Buffer.from('me:secret').toString('base64')}` }

/** A proxy that finds whatever is asked for at one receiver; `isThere: false`: that has gone. */
async function stage(options: ProxyOptions, isThere = true) {
  const receiver = await startReceiver()
  const { port } = receiver
  const proxy = await startProxy({ route: () => ({ host: '127.0.0.1', port }), ...options })
  onTestFinished(() => proxy.close())
  if (isThere) onTestFinished(() => receiver.close())
  else await receiver.close()
  const ask = (more: RequestOptions) =>
    new Promise<number | undefined>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: proxy.port, ...more })
      asked.on('response', answer => resolve(answer.statusCode))
      asked.on('connect', (answer: IncomingMessage, socket: Socket) => {
        socket.destroy()
        resolve(answer.statusCode)
      })
      asked.on('error', reject).end()
    })
  return { proxy, receiver, ask }
}

describe('a proxy', () => {
  it.each([
    [{}, {}, 200, true],
    [{ credentials }, basic, 200, true],
    [{ credentials }, {}, 407, false],
  ])('with %j opens a tunnel for %j: %i', async (options, headers, status, admitted) => {
    const { ask, proxy } = await stage(options)
    expect(await ask({ method: 'CONNECT', path: 'admin.vps.org:443', headers })).toBe(status)
    const authorization = Object.values(headers)[0]
    expect(proxy.requests).toEqual([
      { kind: 'connect', target: 'admin.vps.org:443', authorization, admitted },
    ])
  })

  it('forwards requests with an absolute target, without what was meant for itself', async () => {
    const { ask, proxy, receiver } = await stage({ credentials })
    const path = 'http://admin.vps.org/api/v1/snapshots/'
    expect(await ask({ path, headers: { ...AUTHORISED, ...basic } })).toBe(204)
    expect(await ask({ path, headers: AUTHORISED })).toBe(407)
    expect(proxy.requests.map(({ kind, admitted }) => [kind, admitted])).toEqual([
      ['absolute', true],
      ['absolute', false],
    ])
    expect(receiver.log.all).toHaveLength(1)
    expect(receiver.log.all[0]?.headers).toMatchObject(AUTHORISED)
    expect(receiver.log.all[0]?.headers).not.toHaveProperty('proxy-authorization')
  })

  it('answers 502 for a place where nobody listens', async () => {
    const { ask } = await stage({}, false)
    expect(await ask({ path: 'http://nobody.test/' })).toBe(502)
  })
})
