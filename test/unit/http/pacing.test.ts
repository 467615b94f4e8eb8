import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  afterAcceptance,
  afterRefusal,
  afterSending,
  BURST,
  BURST_WINDOW_MS,
  FIRST_DISTANCE_MS,
  LONGEST_DISTANCE_MS,
  type Pace,
  Pacer,
  slotAfter,
  UNLIMITED,
} from '../../../src/http/pacing.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'

const CALM = new AbortController().signal
const ROUTE = 'GET /snapshots/'
const FAR = { isChange: false, route: ROUTE, deadline: 1e9, signal: CALM }
const refusedAt = (pace: Pace, now: number, limit = {}): Pace =>
  afterRefusal(pace, limit, { sentAt: now, gapMs: 0 }, now)
const tight = (pace: Pace, sentAt = 1e9) => ({ sentAt, gapMs: pace.distanceMs })

describe('the pace', () => {
  it('has the constants that are documented', () => {
    expect([BURST, BURST_WINDOW_MS, FIRST_DISTANCE_MS, LONGEST_DISTANCE_MS]).toEqual([
      10, 1_000, 1_000, 60_000,
    ])
  })

  it('lets ten requests a second go at once, and no more in any second', () => {
    let pace = UNLIMITED
    for (let sent = 0; sent < 10; sent += 1) {
      expect(slotAfter(pace, 0)).toBeLessThanOrEqual(5_000 + sent)
      pace = afterSending(pace, 5_000 + sent)
    }
    expect(slotAfter(pace, 0)).toBe(6_000)
    expect(slotAfter(pace, 9)).toBe(6_009)
    expect(slotAfter(pace, 10)).toBe(7_000)
  })

  it('doubles from one second with each refusal, up to a minute', () => {
    const distances: number[] = []
    let pace = UNLIMITED
    for (let now = 1; now <= 8; now += 1) {
      pace = refusedAt(pace, now)
      distances.push(pace.distanceMs)
    }
    expect(distances).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  })

  it('counts one refusal of all that were on their way together', () => {
    const once = refusedAt(UNLIMITED, 1_000)
    const again = afterRefusal(once, {}, { sentAt: 1_000, gapMs: 0 }, 1_200)
    expect(again.distanceMs).toBe(1_000)
    expect(again.holdUntil).toBe(2_200)
    expect(afterRefusal(again, {}, { sentAt: 1_001, gapMs: 0 }, 1_200).distanceMs).toBe(2_000)
  })

  it('waits as long as the limiter asks, or else its distance', () => {
    expect(slotAfter(refusedAt(UNLIMITED, 1_000), 0)).toBe(2_000)
    expect(slotAfter(refusedAt(UNLIMITED, 1_000, { waitMs: 3_600_000 }), 0)).toBe(3_601_000)
    expect(slotAfter(refusedAt(UNLIMITED, 1_000, { waitMs: 0 }), 0)).toBe(1_000)
    const held = refusedAt(UNLIMITED, 1_000, { waitMs: 9_000 })
    expect(slotAfter(refusedAt(held, 1_001, { waitMs: 1_000 }), 0)).toBe(10_000)
  })

  it('takes the distance that the limiter names, unless that was kept and refused', () => {
    const named = refusedAt(UNLIMITED, 1, { distanceMs: 600 })
    expect(named.distanceMs).toBe(600)
    expect(refusedAt(named, 2, { distanceMs: 600 }).distanceMs).toBe(1_200)
    expect(refusedAt(named, 2, { distanceMs: 5_000 }).distanceMs).toBe(5_000)
    expect(refusedAt(UNLIMITED, 1, { distanceMs: 86_400_000 }).distanceMs).toBe(60_000)
  })

  it('keeps a tenth more between requests than the limiter wants, since it counts arrivals', () => {
    const pace = afterSending(refusedAt(UNLIMITED, 0, { distanceMs: 1_000, waitMs: 0 }), 5_000)
    expect(slotAfter(pace, 0)).toBe(6_100)
    expect(slotAfter(pace, 2)).toBe(8_300)
  })

  it('halves after five requests in a row that came as soon as they could, and then is as before', () => {
    const distances: number[] = []
    let pace = refusedAt(UNLIMITED, 0)
    for (let accepted = 1; accepted <= 30; accepted += 1) {
      pace = afterAcceptance(pace, tight(pace))
      if (accepted % 5 === 4) distances.push(pace.distanceMs)
    }
    expect(distances).toEqual([1_000, 500, 250, 125, 62.5, 31.25])
    expect(pace.distanceMs).toBe(0)
    expect(afterAcceptance(pace, tight(pace))).toBe(pace)
  })

  it('is bold half as often each time that this was wrong', () => {
    let pace = refusedAt(refusedAt(UNLIMITED, 0), 1)
    for (let accepted = 1; accepted < 10; accepted += 1) pace = afterAcceptance(pace, tight(pace))
    expect(pace.distanceMs).toBe(2_000)
    expect(afterAcceptance(pace, tight(pace)).distanceMs).toBe(1_000)
  })

  it('learns nothing from a request after a long pause, or from one of before', () => {
    const pace = refusedAt(UNLIMITED, 1_000)
    expect(afterAcceptance(pace, { sentAt: 9_000, gapMs: 2_001 })).toBe(pace)
    expect(afterAcceptance(pace, { sentAt: 1_000, gapMs: 0 })).toBe(pace)
    expect(afterAcceptance(pace, { sentAt: 9_000, gapMs: 2_000 }).successes).toBe(1)
  })

  it('stays within its bounds, whatever happens', () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('sent' as const), ms: fc.nat(5_000) }),
      fc.record({ kind: fc.constant('accepted' as const), ms: fc.nat(5_000) }),
      fc.record({
        kind: fc.constant('refused' as const),
        ms: fc.nat(5_000),
        limit: fc.record(
          { waitMs: fc.nat(1e7), distanceMs: fc.double({ min: 0.001, max: 1e9, noNaN: true }) },
          { requiredKeys: [] },
        ),
      }),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), events => {
        let pace = UNLIMITED
        let now = 0
        for (const each of events) {
          now += each.ms
          const sent = { sentAt: now, gapMs: each.ms }
          if (each.kind === 'sent') pace = afterSending(pace, now)
          else if (each.kind === 'accepted') pace = afterAcceptance(pace, sent)
          else pace = afterRefusal(pace, each.limit, sent, now)
          expect(pace.distanceMs === 0 || pace.distanceMs >= 0.001).toBe(true)
          expect(pace.distanceMs).toBeLessThanOrEqual(LONGEST_DISTANCE_MS)
          expect(pace.sent.length).toBeLessThanOrEqual(BURST)
          const slots = [0, 1, 5, 20].map(ahead => slotAfter(pace, ahead))
          expect(slots).toEqual([...slots].sort((one, other) => one - other))
        }
      }),
    )
  })
})

describe('the pacer', () => {
  it('gives turns in their order, changes first', async () => {
    const clock = new VirtualClock(0)
    const pacer = new Pacer(clock)
    pacer.answered({ sentAt: 0, gapMs: 0, route: ROUTE }, {})
    const order: string[] = []
    const wait = async (name: string, isChange: boolean): Promise<void> => {
      await pacer.turn({ ...FAR, isChange })
      order.push(`${name} ${clock.now()}`)
    }
    const all = [wait('read', false), wait('read again', false), wait('change', true), wait('next', true)]
    await clock.run(Promise.all(all))
    expect(order).toEqual(['change 1000', 'next 2100', 'read 3200', 'read again 4300'])
  })

  it('says at once that a turn does not come before the deadline, and gives it to the next', async () => {
    const clock = new VirtualClock(0)
    const pacer = new Pacer(clock)
    pacer.answered({ sentAt: 0, gapMs: 0, route: ROUTE }, { waitMs: 3_600_000 })
    expect(await pacer.turn({ ...FAR, deadline: 3_600_000 })).toEqual({ ok: false, waitMs: 3_600_000 })
    const turn = await clock.run(pacer.turn({ ...FAR, deadline: 3_600_001 }))
    expect(turn).toMatchObject({ ok: true, sentAt: 3_600_000, gapMs: Number.POSITIVE_INFINITY })
  })

  it('lets go before its deadline what is due in any case, and only then', async () => {
    const clock = new VirtualClock(0)
    const pacer = new Pacer(clock)
    pacer.answered({ sentAt: 0, gapMs: 0, route: ROUTE }, { waitMs: 3_600_000 })
    const turn = { ...FAR, isDue: true }
    const sentAt = async (deadline: number): Promise<unknown> => {
      const given = await clock.run(pacer.turn({ ...turn, deadline }))
      return given.ok && given.sentAt
    }
    expect(await sentAt(3_600_000)).toBe(0)
    expect(await sentAt(3_600_001)).toBe(3_600_000)
  })

  it('tries what would never be sent for the sake of another route, at the usual distance', async () => {
    const clock = new VirtualClock(0)
    const pacer = new Pacer(clock)
    await pacer.turn(FAR)
    pacer.answered({ sentAt: 0, gapMs: 0, route: ROUTE }, { waitMs: 3_600_000 })
    const other = { ...FAR, deadline: 3_600_000, route: 'POST /snapshots/*/restore/' }
    expect(await clock.run(pacer.turn(other))).toMatchObject({ ok: true, sentAt: 1_100 })
    pacer.answered({ sentAt: 1_100, gapMs: 1_100, route: other.route }, { waitMs: 3_600_000 })
    expect(await pacer.turn(other)).toMatchObject({ ok: false })
  })

  it('ends a wait with the signal’s reason, and gives the turn to the next', async () => {
    const clock = new VirtualClock(0)
    const pacer = new Pacer(clock)
    pacer.answered({ sentAt: 0, gapMs: 0, route: ROUTE }, {})
    const cancel = new AbortController()
    const reason = new Error('cancelled')
    const first = pacer.turn({ ...FAR, signal: cancel.signal })
    const second = pacer.turn(FAR)
    cancel.abort(reason)
    await expect(first).rejects.toBe(reason)
    // It had reckoned with a turn after the first one's; it is not told that this one is gone.
    expect(await clock.run(second)).toMatchObject({ ok: true, sentAt: 2_100 })
  })

  it('never lets more than ten go in a second, and never fewer than it could', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(400), { minLength: 1, maxLength: 60 }), async pauses => {
        const clock = new VirtualClock(0)
        const pacer = new Pacer(clock)
        const sent: number[] = []
        const arrivals = pauses.map((_, at) => pauses.slice(0, at + 1).reduce((sum, pause) => sum + pause, 0))
        await clock.run(
          Promise.all(
            arrivals.map(async at => {
              await clock.sleep(at)
              await pacer.turn(FAR)
              sent.push(clock.now())
            }),
          ),
        )
        const expected: number[] = []
        for (const [at, arrival] of arrivals.entries()) {
          const tenth = expected[at - BURST]
          expected.push(Math.max(arrival, tenth === undefined ? 0 : tenth + BURST_WINDOW_MS))
        }
        expect(sent).toEqual(expected)
      }),
    )
  })
})
