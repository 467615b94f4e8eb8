import { describe, expect, it } from 'vitest'
import type { HttpRequest, TransportResult } from '../../../src/http/http-transport.ts'
import type { VpsClient } from '../../../src/vps/client.ts'
import type { ApiResult } from '../../../src/vps/failure.ts'
import { retryDelay } from '../../../src/vps/retry.ts'
import type { VirtualClock } from '../../emulator/virtual-clock.ts'
import { answer, type Bench, bench, rawSnapshot, serverId } from './fake-transport.ts'

const START = 1_000_000
const DEADLINE = START + 30 * 60_000
const POLLS = 10

interface Limit {
  readonly perSecond: number
  /** Requests beyond the rate that are let through at once. */
  readonly burst: number
  readonly refusal: TransportResult
}

/** A token bucket, as nginx and Django's framework have it: it fills all the time and holds `burst` beyond one. */
function tokenBucket(now: () => number, { perSecond, burst }: Limit): () => boolean {
  let tokens = burst + 1
  let filledAt = now()
  return () => {
    tokens = Math.min(burst + 1, tokens + ((now() - filledAt) * perSecond) / 1_000)
    filledAt = now()
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}

/** The API, in front of which a limiter may stand; each request arrives up to 40 ms late, as networks are. */
function apiBehind(limit: Limit | undefined): Bench {
  let luck = 0
  const latency = (): number => {
    luck = (luck * 37 + 11) % 41
    return luck
  }
  const made: Bench = bench([
    async request => {
      await made.clock.sleep(latency())
      const result = admits() ? served(request) : (limit?.refusal ?? answer(500))
      await made.clock.sleep(20)
      return result
    },
  ])
  const admits = limit === undefined ? () => true : tokenBucket(() => made.clock.now(), limit)
  return made
}

function served({ method, url }: HttpRequest): TransportResult {
  if (method === 'POST') return answer(201, rawSnapshot(801, null))
  if (url.pathname.endsWith('/snapshots/')) return answer(200, { count: 0, results: [] })
  return answer(200, { id: Number(url.pathname.split('/').at(-2)), name: 'web', status: 'active' })
}

async function answered<T>(result: Promise<ApiResult<T>>): Promise<void> {
  expect(await result).toMatchObject({ ok: true })
}

/** A create as an operation makes it: look, send, and look again before it is sent again. */
async function create(client: VpsClient, clock: VirtualClock, id: number): Promise<void> {
  const server = serverId(String(id))
  const options = { deadline: DEADLINE }
  await answered(client.listSnapshots({ servers: [server] }, options))
  for (let sent = 1; ; sent += 1) {
    await answered(client.readServer({ id: server }, options))
    const result = await client.createSnapshot(
      { server, name: 'x', description: '' },
      { ...options, once: true },
    )
    if (result.ok) return
    const now = clock.now()
    const { failure } = result
    const question = { failure, sent, now, began: now, deadline: DEADLINE, random: () => 0.5 }
    await clock.sleep(retryDelay({ ...question, afterLook: true }) ?? Number.NaN)
  }
}

/** Creates for so many servers, then polls for all; how many requests that took. */
async function requestsFor(servers: number, limit?: Limit): Promise<number> {
  const { client, clock, transport } = apiBehind(limit)
  const operation = async (): Promise<void> => {
    await Promise.all(Array.from({ length: servers }, (_, at) => create(client, clock, at + 1)))
    for (let poll = 0; poll < POLLS; poll += 1) {
      await clock.sleep(7_500)
      await answered(client.listSnapshots({}, { deadline: DEADLINE }))
    }
  }
  await clock.run(operation())
  expect(clock.now()).toBeLessThan(DEADLINE)
  return transport.sent.length
}

const RETRY_AFTER = answer(429, { detail: 'Request was throttled.' }, { 'retry-after': '1' })
const SILENT = answer(429, { detail: 'Too many requests.' })
const PAGE = answer(503, '<html><head><title>503 Service Temporarily Unavailable</title>')

describe('behind a limiter', () => {
  it.each([
    ['one request a second without burst, Retry-After', 1, 0, RETRY_AFTER],
    ['one request a second without burst, 429 alone', 1, 0, SILENT],
    ['one request a second without burst, a page with 503', 1, 0, PAGE],
    ['ten requests a second with a burst of two, Retry-After', 10, 2, RETRY_AFTER],
    ['ten requests a second with a burst of two, 429 alone', 10, 2, SILENT],
    ['ten requests a second with a burst of two, a page with 503', 10, 2, PAGE],
    ['one request every five seconds', 0.2, 0, SILENT],
    ['thirty requests a second', 30, 0, PAGE],
  ])('of %s, one server, six and twenty get their snapshot', async (_, perSecond, burst, reply) => {
    for (const servers of [1, 6, 20]) {
      const unlimited = await requestsFor(servers)
      const limited = await requestsFor(servers, { perSecond, burst, refusal: reply })
      expect(limited).toBeLessThanOrEqual(2 * unlimited)
    }
  })
})
