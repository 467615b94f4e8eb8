import { describe, expect, it } from 'vitest'
import { countRequests, pollLimit } from '../../../bench/fleet-requests.ts'
import {
  accountOf,
  oneProcessEach,
  SERVERS,
  serverIds,
  snapshotDurations,
} from '../../../bench/fleet-world.ts'
import { seededRandom } from '../../../bench/random.ts'

const POST = { method: 'POST', path: '/api/v1/snapshots/' }
const get = (path: string) => ({ method: 'GET', path: `/api/v1${path}` })
const page = (number: number) => get(`/snapshots/?page_size=100${number === 1 ? '' : `&page=${number}`}`)
const filtered = (server: number) => get(`/snapshots/?server_id=${server}`)

describe('countRequests', () => {
  it('counts all, and polls only after the last change', () => {
    const requests = [page(1), page(2), get('/servers/1/'), POST, page(1), POST, page(1)]
    expect(countRequests(requests)).toEqual({ all: 7, polls: [1] })
  })

  it('takes the pages of a list for one poll', () => {
    const requests = [POST, page(1), page(2), page(3), page(1), page(2), page(3)]
    expect(countRequests(requests).polls).toEqual([3, 3])
  })

  it('takes a filtered request for each server for one poll', () => {
    const requests = [POST, filtered(1), filtered(2), filtered(1), filtered(2), filtered(2)]
    expect(countRequests(requests).polls).toEqual([2, 2, 1])
  })

  it('takes a look at the first page and the filtered requests after it for one poll', () => {
    expect(countRequests([POST, page(1), filtered(1), filtered(2), filtered(1)]).polls).toEqual([3, 1])
  })

  it('takes filtered requests after a whole list for another poll', () => {
    expect(countRequests([POST, page(1), page(2), filtered(1), filtered(2)]).polls).toEqual([2, 2])
  })

  it('finds no polls where nothing was listed', () => {
    expect(countRequests([POST, get('/servers/1/')]).polls).toEqual([])
  })
})

describe('pollLimit', () => {
  it('is the pages or the servers, whichever is less', () => {
    expect([pollLimit(5_000, 10, 100), pollLimit(5_000, 1_000, 100), pollLimit(101, 50, 100)]).toEqual([
      10, 50, 2,
    ])
  })
})

describe('the account of the fleets', () => {
  it.each([1, 10, 100, 1_000])('has 5,000 snapshots once %i servers have their new ones', fleet => {
    const { servers = [], snapshots = [] } = accountOf(fleet)
    expect([servers.length, snapshots.length + fleet]).toEqual([SERVERS, 5_000])
    expect(new Set(snapshots.map(snapshot => snapshot.id)).size).toBe(snapshots.length)
    const full = new Set(snapshots.filter(({ name }) => name === 'nightly-5').map(({ server }) => server))
    expect(serverIds(fleet).filter(id => full.has(id))).toEqual([])
  })

  it.each([10, 100, 1_000])('spreads %i durations evenly over the documented range', count => {
    const sorted = [...snapshotDurations(count)].sort((one, other) => one - other)
    const step = (7 * 60_000) / count
    expect(sorted).toEqual(Array.from({ length: count }, (_, index) => 180_000 + step * index))
  })
})

describe('oneProcessEach', () => {
  it('polls every 15 s from the acceptance to the end, after a read and a request', () => {
    // A snapshot of three minutes: twelve polls, the last at its very end.
    expect(oneProcessEach(1)).toEqual({ requests: 14, delayMs: 0 })
  })
})

describe('seededRandom', () => {
  it('gives the same numbers every time, uniform in [0, 1)', () => {
    const [one, other] = [seededRandom(7), seededRandom(7)]
    const numbers = Array.from({ length: 10_000 }, one)
    expect(numbers).toEqual(Array.from({ length: 10_000 }, other))
    expect(numbers.reduce((sum, number) => sum + number, 0) / numbers.length).toBeCloseTo(0.5, 1)
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...numbers)).toBeLessThan(1)
  })
})
