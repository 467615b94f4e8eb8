import { describe, expect, it } from 'vitest'
import { advice } from '../../../src/run/next-step.ts'
import type { ApiFailure } from '../../../src/vps/failure.ts'
import { explain, reasonOf } from '../../../src/waiting/explain.ts'
import { createContext } from '../operations/support/context.ts'

const REFUSED: ApiFailure = {
  ...{ kind: 'refused', method: 'GET', path: '/snapshots/', detail: 'No.', repeated: 1 },
}

function refusedWith(status: number): ApiFailure {
  // One that names fields is final.
  return { ...REFUSED, status, fields: ['name'] }
}

describe('a failed request as a problem', () => {
  it('did nothing unless said otherwise', async () => {
    const { ctx } = createContext()
    const failure = refusedWith(400)
    expect(await explain(ctx, failure)).toMatchObject({ reason: 'refused', done: 'nothing', state: '' })
    const next = advice('Look at it.')
    const told = await explain(ctx, failure, { done: 'unknown', state: 'So it is.', next: [next] })
    expect(told).toMatchObject({ done: 'unknown', state: 'So it is.' })
    // What the failure itself suggests comes first.
    expect(told.next).toHaveLength(2)
    expect(told.next[1]).toBe(next)
    for (const fact of ['GET /snapshots/', '400', 'No']) expect(told.what).toContain(fact)
  })

  it.each([
    [{ status: 409 }, 'try again'],
    [{ status: 503 }, 'try again'],
    [{ status: 402 }, 'advice'],
    [{ status: 400, fields: ['name'] }, 'advice'],
  ])('can be tried again where it may work later: %o', async (change, kind) => {
    const { ctx } = createContext()
    const { next } = await explain(ctx, { ...REFUSED, ...change })
    expect(next.map(step => step.kind)).toEqual([kind])
  })

  it('is to be listed where it is about a snapshot that does not exist', async () => {
    const { ctx } = createContext()
    const missing: ApiFailure = { ...REFUSED, status: 404, path: '/snapshots/801/restore/' }
    const expired: ApiFailure = { ...REFUSED, kind: 'expired', repeated: 0, last: missing }
    for (const failure of [missing, expired])
      expect((await explain(ctx, failure)).next).toEqual([{ kind: 'list', server: undefined }])
  })

  it('that had no time is explained as what had been answered before, long words and all', async () => {
    const { ctx } = createContext()
    const last = { ...REFUSED, status: 429, detail: 'word '.repeat(30).trim(), retryAfterMs: 60_000 }
    const expired: ApiFailure = { ...REFUSED, kind: 'expired', detail: 'cut off', repeated: 0, last }
    const told = await explain(ctx, expired, { state: 'So it is.' })
    expect(told).toEqual(await explain(ctx, last, { state: 'So it is.' }))
    expect(told.what.length).toBeLessThan(100)
    expect(JSON.stringify(told.next)).toContain('in 1m')
  })

  it('has the reason that it is given, where it is the consequence of something else', async () => {
    const { ctx } = createContext()
    expect((await explain(ctx, refusedWith(401), { reason: 'stop-failed' })).reason).toBe('stop-failed')
  })

  it('names the token’s permissions after a 403, asked for once', async () => {
    const { ctx, clock, wire } = createContext({ settings: { permissions: ['servers:read'] } })
    const both = Promise.all([explain(ctx, refusedWith(403)), explain(ctx, refusedWith(403))])
    for (const { next } of await clock.run(both)) expect(JSON.stringify(next)).toContain('servers:read')
    expect(wire.log.all).toHaveLength(1)
  })

  it.each([
    ['expired', undefined, 'timeout'],
    ['unreachable', undefined, 'unreachable'],
    ['certificate', undefined, 'unreachable'],
    ['redirect', 307, 'unreachable'],
    ['timeout', undefined, 'server-error'],
    ['interrupted', undefined, 'server-error'],
    ['oversized', 200, 'server-error'],
    ['mismatch', 200, 'server-error'],
    ['unreadable', 200, 'server-error'],
    ['refused', 400, 'server-busy'],
    ['refused', 402, 'refused'],
    ['refused', 401, 'unauthorized'],
    ['refused', 403, 'forbidden'],
    ['refused', 404, 'not-found'],
    ['refused', 409, 'server-busy'],
    ['refused', 423, 'server-busy'],
    ['refused', 429, 'rate-limited'],
    ['refused', 500, 'server-error'],
  ] as const)('of kind %s, status %s, is told as %s', (kind, status, reason) => {
    expect(reasonOf({ ...REFUSED, kind, ...(status === undefined ? {} : { status }) })).toBe(reason)
  })

  it('that had no time is told by what had been answered before', () => {
    const told = (last: Partial<ApiFailure>) =>
      reasonOf({ ...REFUSED, kind: 'expired', last: { ...REFUSED, ...last } })
    expect(told({ status: 429 })).toBe('rate-limited')
    expect(told({ kind: 'intermediary', httpStatus: 503 })).toBe('unreachable')
    expect(told({ status: 502 })).toBe('server-error')
  })
})
