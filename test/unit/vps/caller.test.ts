import { describe, expect, it } from 'vitest'
import type { TransportResult } from '../../../src/http/http-transport.ts'
import type { ClientSettings } from '../../../src/vps/client.ts'
import { type ApiResult, isAmbiguous } from '../../../src/vps/failure.ts'
import { CREATED, calls, FAR, failureOf, OK_LIST } from './calls.ts'
import { answer, type Bench, bench, lost, refused, serverId, snapshotId } from './fake-transport.ts'

/** The transport's answer after so many milliseconds, or until it is cut. */
function answeredAfter(ms: number, result: TransportResult, made: () => Bench) {
  return (_: unknown, { signal }: { readonly signal?: AbortSignal }): Promise<TransportResult> =>
    made()
      .clock.sleep(ms, signal)
      .then(() => result)
}

describe('repetition', () => {
  it('of a read goes on until there is an answer, and tells of each', async () => {
    const made = bench([lost('interrupted', 'reset'), refused(502), answer(200, 'no JSON'), OK_LIST])
    const result = await made.clock.run(calls.list(made))
    expect(result.ok).toBe(true)
    expect(made.transport.sent.map(({ at }) => at - 1_000_000)).toEqual([0, 500, 1_500, 3_500])
    expect(made.retries.map(({ failure, delayMs }) => [failure.kind, failure.repeated, delayMs])).toEqual([
      ['interrupted', 1, 500],
      ['refused', 2, 1_000],
      ['unreadable', 3, 2_000],
    ])
  })

  it('ends at the deadline with the last failure', async () => {
    const made = bench([refused(500, 'down')])
    const failure = failureOf(await made.clock.run(calls.remove(made, { deadline: 1_004_000 })))
    expect(failure).toMatchObject({ kind: 'refused', status: 500, detail: 'down', repeated: 4 })
    expect(made.clock.now()).toBe(1_003_500)
  })

  it('of a read ends after five minutes', async () => {
    const made = bench([answer(429)])
    await made.clock.run(calls.account(made))
    expect(made.clock.now()).toBeGreaterThan(1_000_000 + 280_000)
    expect(made.clock.now()).toBeLessThan(1_000_000 + 300_000)
  })

  it('does not follow a sleep that lasted beyond the deadline', async () => {
    const made = bench([refused(500)])
    const late = { now: () => made.clock.now(), sleep: (ms: number) => made.clock.sleep(ms + 10_000) }
    const slow = bench([refused(500, 'down')], { clock: late })
    const failure = failureOf(await made.clock.run(calls.remove(slow, { deadline: 1_009_000 })))
    expect(failure).toMatchObject({ kind: 'refused', detail: 'down', repeated: 1 })
    expect(slow.transport.sent).toHaveLength(1)
  })

  it('is not done for a poll', async () => {
    const made = bench([refused(500), OK_LIST])
    const result = await made.client.listSnapshots({}, { ...FAR, once: true })
    expect(failureOf(result).status).toBe(500)
    expect([made.transport.sent.length, made.retries]).toEqual([1, []])
  })

  it('of a POST is done only where it certainly did nothing', async () => {
    const made = bench([lost('unreachable'), answer(429, '', { 'retry-after': '9' }), refused(500)])
    const failure = failureOf(await made.clock.run(calls.create(made)))
    expect(failure).toMatchObject({ status: 500, repeated: 3 })
    expect(made.transport.sent.map(({ at }) => at - 1_000_000)).toEqual([0, 500, 9_500])
    for (const kind of ['timeout', 'interrupted', 'oversized', 'certificate'] as const) {
      const once = bench([lost(kind)])
      expect(failureOf(await calls.create(once)).kind).toBe(kind)
      expect(once.transport.sent).toHaveLength(1)
    }
  })

  it('needs neither listener', async () => {
    const made = bench([refused(500), OK_LIST])
    const { client } = bench([], { transport: made.transport, clock: made.clock })
    const quiet = await made.clock.run(client.listSnapshots({}, FAR))
    expect(quiet.ok).toBe(true)
  })
})

describe('the deadline', () => {
  it('that has passed lets nothing be sent', async () => {
    const made = bench([OK_LIST])
    expect(await calls.list(made, { deadline: 1_000_000 })).toStrictEqual({
      ok: false,
      failure: {
        kind: 'expired',
        method: 'GET',
        path: '/snapshots/?server_id=12345&page_size=100',
        detail: '',
        repeated: 0,
      },
    })
    expect(made.transport.sent).toEqual([])
  })

  it('makes a time-out of its own making an expiry', async () => {
    const made = bench([lost('timeout', 'no answer')])
    expect(failureOf(await calls.create(made, { deadline: 1_059_999 }))).toStrictEqual({
      kind: 'expired',
      method: 'POST',
      path: '/snapshots/',
      detail: 'no answer',
      repeated: 1,
    })
    expect(failureOf(await calls.create(made, { deadline: 1_060_000 })).kind).toBe('timeout')
    const coded = bench([
      { ok: false, failure: { kind: 'certificate', reason: 'old', code: 'CERT_HAS_EXPIRED' } },
    ])
    expect(failureOf(await calls.list(coded))).toMatchObject({
      kind: 'certificate',
      code: 'CERT_HAS_EXPIRED',
    })
    const unreachable = bench([lost('unreachable')])
    expect(failureOf(await calls.create(unreachable, { deadline: 1_059_999, once: true })).kind).toBe(
      'unreachable',
    )
  })
})

describe('a delete that meets 404', () => {
  it('at first finds the snapshot gone', async () => {
    expect(await calls.remove(bench([refused(404)]))).toStrictEqual({ ok: true, value: 'gone' })
  })

  it.each([refused(500), refused(408), lost('timeout'), lost('interrupted')])(
    'after an unanswered try has deleted it',
    async first => {
      const made = bench([first, answer(429), refused(404)])
      expect(await made.clock.run(calls.remove(made))).toStrictEqual({ ok: true, value: 'deleted' })
    },
  )

  it.each([answer(429), lost('unreachable')])('after a try that did nothing finds it gone', async first => {
    const made = bench([first, refused(404)])
    expect(await made.clock.run(calls.remove(made))).toStrictEqual({ ok: true, value: 'gone' })
  })
})

describe('an answer that the API did not write', () => {
  const PAGE = answer(403, '<html><title>Just a moment...</title>')

  it('is asked for again by a read, whatever its status, and named when that has no end', async () => {
    for (const status of [400, 401, 403, 404, 405, 500, 503]) {
      const made = bench([answer(status, '<html>'), answer(status), answer(status, 'oops'), OK_LIST])
      expect((await made.clock.run(calls.list(made))).ok).toBe(true)
    }
    const endless = bench([PAGE])
    const failure = failureOf(await endless.clock.run(calls.list(endless)))
    expect(failure).toMatchObject({ kind: 'intermediary', httpStatus: 403, detail: 'Just a moment...' })
    expect(failure.status).toBeUndefined()
    expect(endless.clock.now()).toBeLessThan(1_000_000 + 300_000)
  })

  it.each([answer(404, '<html>'), answer(404), answer(404, 'not found')])(
    'says nothing about a snapshot that is to be deleted',
    async page => {
      const made = bench([page, refused(404)])
      expect(await made.clock.run(calls.remove(made))).toStrictEqual({ ok: true, value: 'gone' })
      expect(made.transport.sent).toHaveLength(2)
    },
  )

  it.each([
    ['a page', answer(200, '<html><title>Maintenance</title>'), 'intermediary', 'Maintenance'],
    ['text', answer(200, 'come back later'), 'unreadable', 'the response is not JSON'],
  ] as const)('is no yes with 200: %s', async (_, first, kind, detail) => {
    for (const name of ['remove', 'power'] as const) {
      const failure = failureOf(await calls[name](bench([first]), { ...FAR, once: true }))
      expect(failure).toMatchObject({ kind, httpStatus: 200, detail })
      expect(isAmbiguous(failure)).toBe(true)
    }
    const made = bench([first, refused(404)])
    expect(await made.clock.run(calls.remove(made))).toStrictEqual({ ok: true, value: 'deleted' })
  })

  it('is a lost answer to a create, and never repeated blindly', async () => {
    const made = bench([answer(201, '<html>')])
    const failure = failureOf(await calls.create(made))
    expect(failure).toMatchObject({ kind: 'intermediary', httpStatus: 201, bodyForm: 'html' })
    expect([isAmbiguous(failure), made.transport.sent.length]).toEqual([true, 1])
    const challenged = bench([PAGE])
    const nothing = failureOf(await calls.create(challenged))
    expect([isAmbiguous(nothing), challenged.transport.sent.length]).toEqual([false, 1])
  })
})

describe('a burst', () => {
  const timesOf = async (settings: Partial<ClientSettings>) => {
    const made = bench([answer(200, [])], settings)
    await made.clock.run(Promise.all(Array.from({ length: 25 }, () => calls.list(made))))
    return new Set(made.transport.sent.map(({ at }) => at - 1_000_000))
  }

  it('is of ten requests a second, and of any number in time-lapse', async () => {
    expect(await timesOf({})).toEqual(new Set([0, 1_000, 2_000]))
    expect(await timesOf({ burst: Number.POSITIVE_INFINITY })).toEqual(new Set([0]))
  })

  it('in time-lapse keeps the distance that a limiter has taught, too', async () => {
    const made = bench([answer(429), answer(200, [])], { burst: Number.POSITIVE_INFINITY })
    await made.clock.run(Promise.all([calls.list(made), calls.list(made)]))
    await made.clock.run(Promise.all([calls.list(made), calls.list(made)]))
    expect(made.transport.sent.map(({ at }) => at - 1_000_000)).toEqual([0, 0, 1_100, 2_200, 3_300])
  })
})

describe('a request that no time is left for', () => {
  const ONCE = { ...FAR, once: true }
  const OVER = { deadline: 1_000_000, once: true }
  const PAGE = '<html><title>Down for maintenance</title></html>'

  it('goes with what the API answered to the same one before', async () => {
    const made = bench([refused(502, 'first'), refused(500, 'second'), OK_LIST])
    const { kind } = failureOf(await calls.restore(made, ONCE))
    const second = failureOf(await calls.restore(made, ONCE))
    expect([kind, second.detail]).toEqual(['refused', 'second'])
    const failure = failureOf(await calls.restore(made, OVER))
    expect(failure).toStrictEqual({
      ...{ kind: 'expired', method: 'POST', path: second.path, detail: '', repeated: 0 },
      last: second,
    })
    expect(isAmbiguous(failure)).toBe(false)
  })

  it('is asked as often as it likes, and still tells that answer', async () => {
    const made = bench([refused(409, 'busy')])
    await calls.restore(made, ONCE)
    for (const _ of [1, 2]) {
      const { last } = failureOf(await calls.restore(made, OVER))
      expect(last?.detail).toBe('busy')
      expect(last?.last).toBeUndefined()
    }
  })

  it('goes without one where the last answer was good, or came to another request', async () => {
    const good = bench([refused(500), OK_LIST])
    await calls.list(good, ONCE)
    await calls.list(good, ONCE)
    expect(failureOf(await calls.list(good, OVER)).last).toBeUndefined()
    const other = bench([refused(409, 'full')])
    await calls.create(other, ONCE)
    const request = { server: serverId('777'), name: 'another', description: '' }
    expect(failureOf(await other.client.createSnapshot(request, OVER)).last).toBeUndefined()
    expect(failureOf(await calls.list(other, OVER)).last).toBeUndefined()
    expect(failureOf(await calls.create(other, OVER)).last?.detail).toBe('full')
  })

  it('takes a page of a list for the same question as any other', async () => {
    const made = bench([refused(500, 'down')])
    await calls.list(made, ONCE)
    const failure = failureOf(await made.client.listSnapshots({}, OVER))
    expect(failure.last?.detail).toBe('down')
  })

  it.each([
    [429, 'refused'],
    [503, 'intermediary'],
  ])('behind the %i of a page, tells of that page, whichever request it answered', async (status, kind) => {
    const made = bench([answer(status, PAGE, { 'retry-after': '90' })])
    await calls.restore(made, ONCE)
    const request = { snapshot: snapshotId('999'), server: serverId('777') }
    const failure = failureOf(await made.client.restoreSnapshot(request, { deadline: 1_060_000, once: true }))
    expect(made.transport.sent).toHaveLength(1)
    expect(failure).toMatchObject({ kind: 'expired', repeated: 0, path: '/snapshots/999/restore/' })
    expect(failure.last).toMatchObject({ kind, httpStatus: status, path: '/snapshots/801/restore/' })
    expect(failure.last?.detail).toBe('Down for maintenance')
    expect(failure.last?.retryAfterMs).toBe(90_000)
  })

  it('that merely had ten others before it in the same second, blames nobody', async () => {
    const made = bench([OK_LIST])
    await made.clock.run(Promise.all(Array.from({ length: 10 }, () => calls.account(made, ONCE))))
    const failure = failureOf(await calls.restore(made, { deadline: 1_000_500, once: true }))
    expect(failure).toStrictEqual({
      ...{ kind: 'expired', method: 'POST', path: '/snapshots/801/restore/', detail: '', repeated: 0 },
    })
  })

  it('is one that could not even connect in its last moment', async () => {
    const late: TransportResult = lost('unreachable', 'no connection within 0.9s')
    const made: Bench = bench([refused(409, 'busy'), answeredAfter(896, late, () => made)])
    await calls.restore(made, ONCE)
    const cutOff = async (deadline: number) =>
      failureOf(await made.clock.run<ApiResult<unknown>>(calls.restore(made, { deadline, once: true })))
    const cut = await cutOff(1_000_900)
    expect(cut).toMatchObject({ kind: 'expired', repeated: 0, last: { detail: 'busy' } })
    expect(isAmbiguous(cut)).toBe(false)
    // With more time than that, and where it failed before its time was over, the network is what is wrong.
    const began = made.clock.now()
    const unreachable = { kind: 'unreachable', repeated: 1 }
    expect(await cutOff(began + 1_000)).toMatchObject(unreachable)
    expect(await cutOff(made.clock.now() + 999)).toMatchObject(unreachable)
  })

  it('is a read that was cut off, too; a change that was cut off may have acted', async () => {
    const made = bench([refused(500, 'down'), refused(500, 'down'), lost('timeout')])
    await calls.list(made, ONCE)
    await calls.restore(made, ONCE)
    const soon = { deadline: 1_000_900, once: true }
    expect(failureOf(await calls.list(made, soon))).toMatchObject({
      kind: 'expired',
      last: { detail: 'down' },
    })
    const cut = failureOf(await calls.restore(made, soon))
    expect(cut).toMatchObject({ kind: 'expired', repeated: 1 })
    expect(cut.last).toBeUndefined()
    expect(isAmbiguous(cut)).toBe(true)
  })
})

describe('a limiter', () => {
  it('that asks for more time than is left ends the call now', async () => {
    const made = bench([answer(429, '', { 'retry-after': '3600' })])
    const failure = failureOf(await calls.list(made, { deadline: 1_000_000 + 3_600_000 }))
    expect(failure).toMatchObject({ kind: 'refused', status: 429, retryAfterMs: 3_600_000, repeated: 1 })
    const next = failureOf(await calls.list(made, { deadline: 1_000_000 + 3_600_000 }))
    const unsent = { kind: 'expired', method: 'GET', path: failure.path, detail: '', repeated: 0 }
    expect(next).toStrictEqual({ ...unsent, last: failure })
    expect(made.transport.sent).toHaveLength(1)
    expect(made.clock.now()).toBe(1_000_000)
  })

  it('that asks for an hour is obeyed where there is an hour', async () => {
    const made = bench([answer(429, '', { 'retry-after': '3600' }), answer(204)])
    expect((await made.clock.run(calls.remove(made))).ok).toBe(true)
    expect(made.clock.now()).toBe(1_000_000 + 3_600_000)
  })

  it('slows every request of the client, not only the one that it refused', async () => {
    const made = bench([answer(503), OK_LIST])
    const all = ['list', 'create', 'list', 'power'] as const
    await calls.server(made, { ...FAR, once: true })
    await made.clock.run(Promise.all(all.map(name => calls[name](made, { ...FAR, once: true }))))
    expect(made.transport.sent.map(({ at }) => at - 1_000_000)).toEqual([0, 1_100, 2_200, 3_300, 4_400])
    expect(made.transport.sent.map(({ request }) => request.method)).toEqual([
      'GET',
      'POST',
      'POST',
      'GET',
      'GET',
    ])
  })

  it('is not what answers 500, 404 or a 503 of the API’s own', async () => {
    for (const reply of [answer(500), refused(404), refused(503), answer(503, 'no healthy upstream')]) {
      const made = bench([reply])
      await calls.server(made, { ...FAR, once: true })
      await calls.server(made, { ...FAR, once: true })
      expect(made.clock.now()).toBe(1_000_000)
    }
  })

  it('holds a request that is cancelled', async () => {
    const made = bench([answer(429)])
    await calls.create(made, { ...FAR, once: true })
    const reason = new Error('cancelled')
    made.clock.at(1_000_500, () => made.cancel.abort(reason))
    await expect(made.clock.run(calls.create(made))).rejects.toBe(reason)
    expect([made.clock.now(), made.transport.sent.length]).toEqual([1_000_500, 1])
  })
})

describe('cancellation', () => {
  const reason = new Error('cancelled')

  it('before a call lets nothing be sent', async () => {
    for (const name of ['list', 'create', 'remove'] as const) {
      const made = bench([OK_LIST])
      made.cancel.abort(reason)
      await expect(calls[name](made)).rejects.toBe(reason)
      expect(made.transport.sent).toEqual([])
    }
  })

  it('during a read ends it at once', async () => {
    const made = bench([
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason))
        }),
    ])
    const call = calls.list(made)
    made.cancel.abort(reason)
    await expect(call).rejects.toBe(reason)
    expect(made.clock.now()).toBe(1_000_000)
  })

  it('between two tries ends the wait', async () => {
    const made = bench([refused(500)])
    made.clock.at(1_000_200, () => made.cancel.abort(reason))
    await expect(made.clock.run(calls.list(made))).rejects.toBe(reason)
    expect([made.clock.now(), made.transport.sent.length]).toEqual([1_000_200, 1])
  })

  it.each(['create', 'remove'] as const)('during a %s waits a second for its answer', async name => {
    const made: Bench = bench([
      answeredAfter(1_500, answer(name === 'create' ? 201 : 204, CREATED), () => made),
    ])
    made.clock.at(1_000_501, () => made.cancel.abort(reason))
    const result = await made.clock.run<ApiResult<unknown>>(calls[name](made))
    expect(result.ok).toBe(true)
    expect(made.clock.now()).toBe(1_001_500)
  })

  it('during a POST ends it after that second', async () => {
    const made: Bench = bench([answeredAfter(5_000, answer(201, CREATED), () => made)])
    made.clock.at(1_000_100, () => made.cancel.abort(reason))
    await expect(made.clock.run(calls.create(made))).rejects.toBe(reason)
    expect(made.clock.now()).toBe(1_001_100)
  })

  it('hands on what came in that second, and repeats nothing', async () => {
    const made: Bench = bench([answeredAfter(500, refused(500, 'down'), () => made)])
    made.clock.at(1_000_100, () => made.cancel.abort(reason))
    const failure = failureOf(await made.clock.run<ApiResult<unknown>>(calls.remove(made)))
    expect([failure.status, made.transport.sent.length, made.retries]).toEqual([500, 1, []])
  })

  it('leaves no listener and no wait behind a request that was answered', async () => {
    const made = bench([answer(204)])
    await calls.remove(made)
    made.cancel.abort(reason)
    expect(made.clock.pending).toBe(0)
    expect(made.transport.sent[0]?.options.signal?.aborted).toBe(false)
  })
})

describe('the debug lines', () => {
  it('name each exchange and its outcome, never a body', async () => {
    const made: Bench = bench([
      async () => {
        await made.clock.sleep(120)
        return lost('timeout', 'slow')
      },
      OK_LIST,
    ])
    await made.clock.run(calls.list(made))
    expect(made.lines).toEqual([
      'GET /snapshots/?server_id=12345&page_size=100: timeout (slow) after 120 ms',
      'GET /snapshots/?server_id=12345&page_size=100: 200 after 0 ms',
    ])
  })
})
