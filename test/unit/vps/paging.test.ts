import { describe, expect, it } from 'vitest'
import { PAGE_LIMIT } from '../../../src/vps/paging.ts'
import { API, answer, bench, type Reply, rawSnapshot, serverId, TOKEN } from './fake-wire.ts'

const FAR = { deadline: 100_000_000 }
const SERVER = serverId('12345')

function page(ids: readonly number[], more: object = {}): Reply {
  return answer(200, { results: ids.map(id => rawSnapshot(id)), ...more })
}
const next = (query: string) => ({ count: 4, next: `${API}/snapshots/${query}` })

async function list(replies: readonly Reply[], query = {}, apiUrl = API) {
  const made = bench(replies, { apiUrl: new URL(apiUrl) })
  const result = await made.client.listSnapshots(query, FAR)
  const lines = made.wire.lines
  if (!result.ok) return { lines, failure: result.failure }
  const { snapshots, count, requests, pages, complete } = result.value
  const value = { snapshots: snapshots.map(({ id }) => id), count, requests }
  return { lines, value, size: { pages, complete } }
}

describe('listSnapshots', () => {
  it('reads a single page', async () => {
    expect(await list([page([801, 798], { count: 2 })], { server: SERVER })).toEqual({
      size: { pages: 1, complete: true },
      lines: ['GET /snapshots/?server_id=12345'],
      value: { snapshots: ['801', '798'], count: 2, requests: 1 },
    })
  })

  it('asks for large pages where it wants all servers', async () => {
    expect((await list([page([801])])).lines).toEqual(['GET /snapshots/?page_size=100'])
  })

  it('drops snapshots of other servers where the filter was ignored, and what is not to be kept', async () => {
    const mixed = answer(200, {
      count: 3,
      results: [rawSnapshot(1), rawSnapshot(2, { id: 7 }), rawSnapshot(3)],
    })
    const { value } = await list([mixed], { server: SERVER })
    expect(value).toEqual({ snapshots: ['1', '3'], count: 3, requests: 1 })
    const kept = await list([mixed], { keep: ({ id }: { id: string }) => id !== '1' })
    expect(kept.value?.snapshots).toEqual(['2', '3'])
    const both = await list([mixed], { server: SERVER, keep: ({ id }: { id: string }) => id !== '1' })
    expect(both.value?.snapshots).toEqual(['3'])
  })

  it('counts by itself where the API does not', async () => {
    expect((await list([page([5, 6])])).value).toEqual({ snapshots: ['5', '6'], count: 2, requests: 1 })
    expect((await list([answer(200, [rawSnapshot(5)])])).value?.count).toBe(1)
  })
})

describe('next links', () => {
  it('are followed to the end', async () => {
    const pages = [page([1, 2], next('?page=2')), page([3], next('?page=3')), page([4], { next: null })]
    expect(await list(pages)).toEqual({
      size: { pages: 3, complete: true },
      lines: ['GET /snapshots/?page_size=100', 'GET /snapshots/?page=2', 'GET /snapshots/?page=3'],
      value: { snapshots: ['1', '2', '3', '4'], count: 4, requests: 3 },
    })
  })

  it('are believed when they end, whatever the count says', async () => {
    expect((await list([page([1], { count: 9, next: null })])).lines).toHaveLength(1)
    expect((await list([page([1], { count: 9, next: '' })])).lines).toHaveLength(1)
    expect((await list([page([1], next('?page=2')), page([2])])).lines).toHaveLength(2)
  })

  it('do not bring the same snapshot twice', async () => {
    const { value } = await list([page([1, 2], next('?page=2')), page([2, 3], { next: null })])
    expect(value?.snapshots).toEqual(['1', '2', '3'])
  })

  it.each([
    ['?cursor=x', '/snapshots/?cursor=x'],
    ['/api/v1/snapshots/?page=2#top', '/snapshots/?page=2'],
    ['https://user:pw@admin.vps.org/api/v1/snapshots/?page=2', '/snapshots/?page=2'],
    ['http://admin.vps.org/api/v1/snapshots/?page=2', '/snapshots/?page=2'],
  ])('may be written as %s', async (link, path) => {
    const { lines } = await list([page([1], { next: link }), page([2], { next: null })])
    expect(lines).toEqual(['GET /snapshots/?page_size=100', `GET ${path}`])
  })

  it.each([
    ['https://evil.test/api/v1/snapshots/?page=2', 'its next page is at evil.test, which is not asked'],
    [
      'https://admin.vps.org:444/api/v1/snapshots/',
      'its next page is at admin.vps.org:444, which is not asked',
    ],
    ['http://evil.test/api/v1/snapshots/', 'its next page is at evil.test, which is not asked'],
    ['ftp://admin.vps.org/api/v1/snapshots/', 'its next page is at admin.vps.org, which is not asked'],
    ['https://admin.vps.org/login', 'its next page is at /login, outside of the API'],
    [
      'https://admin.vps.org/api/v10/snapshots/',
      'its next page is at /api/v10/snapshots/, outside of the API',
    ],
    ['/api/v1/../secret/', 'its next page is at /api/secret/, outside of the API'],
    [`/${TOKEN}/`, 'its next page is at /***/, outside of the API'],
  ])('are not followed to %s', async (link, detail) => {
    const { lines, failure } = await list([page([1], { next: link })])
    expect(failure).toStrictEqual({
      kind: 'redirect',
      method: 'GET',
      path: '/snapshots/?page_size=100',
      detail,
      repeated: 1,
    })
    expect(lines).toHaveLength(1)
  })

  it('are not followed from http to https', async () => {
    const api = 'http://127.0.0.1:8080/api'
    const { failure } = await list([page([1], { next: 'https://127.0.0.1:8080/api/x' })], {}, api)
    expect(failure?.detail).toBe('its next page is at 127.0.0.1:8080, which is not asked')
  })

  it.each(['http://[', `?page=${'2'.repeat(2_000)}`])('have to be links', async link => {
    const { failure } = await list([page([1], { next: link })])
    expect(failure).toMatchObject({ kind: 'unreadable', detail: 'its link to the next page is none' })
  })

  it('may be as long as links are', async () => {
    const link = `?page=${'2'.repeat(1_994)}`
    expect((await list([page([1], { next: link }), page([2], { next: null })])).lines).toHaveLength(2)
  })

  it('that lead back are cut off', async () => {
    const { lines, failure } = await list([page([1], next('?page=2')), page([2], next('?page_size=100'))])
    expect(failure).toStrictEqual({
      kind: 'unreadable',
      method: 'GET',
      path: '/snapshots/?page=2',
      detail: 'its pages lead back to one that was read already',
      repeated: 1,
    })
    expect(lines).toHaveLength(2)
    const itself = await list([page([1], next('?page_size=100'))])
    expect(itself.failure?.detail).toBe('its pages lead back to one that was read already')
  })

  it('that never end are cut off after a thousand pages', async () => {
    const endless: Reply = ({ url }) => {
      const number = Number(url.searchParams.get('page') ?? 1)
      return answer(200, { results: [rawSnapshot(number)], next: `?page=${number + 1}` })
    }
    const { lines, failure } = await list([endless])
    expect([PAGE_LIMIT, lines.length]).toEqual([1_000, 1_000])
    expect(failure).toMatchObject({ kind: 'unreadable', detail: 'the list has more than 1000 pages' })
  })

  it('end with a failure where a page is not answered', async () => {
    const { failure } = await list([page([1], next('?page=2')), answer(404, { detail: 'Invalid page.' })])
    expect(failure).toMatchObject({ kind: 'refused', status: 404, path: '/snapshots/?page=2' })
  })
})

describe('a list without next links', () => {
  it('is asked for page by page until its count is reached', async () => {
    const counted = { count: 5 }
    expect(
      await list([page([1, 2], counted), page([3, 4], counted), page([5], counted)], { server: SERVER }),
    ).toEqual({
      size: { pages: 3, complete: true },
      lines: [
        'GET /snapshots/?server_id=12345',
        'GET /snapshots/?server_id=12345&page=2',
        'GET /snapshots/?server_id=12345&page=3',
      ],
      value: { snapshots: ['1', '2', '3', '4', '5'], count: 5, requests: 3 },
    })
  })

  it('ends when a page brings nothing new', async () => {
    const { lines, value } = await list([page([1, 2], { count: 5 })])
    expect(lines).toEqual(['GET /snapshots/?page_size=100', 'GET /snapshots/?page_size=100&page=2'])
    expect(value).toEqual({ snapshots: ['1', '2'], count: 5, requests: 2 })
  })

  it('ends at once when it is empty', async () => {
    expect((await list([page([], { count: 5 })])).lines).toHaveLength(1)
  })

  it('ends where the API knows no such page', async () => {
    const { value } = await list([page([1, 2], { count: 5 }), answer(404, { detail: 'Invalid page.' })])
    expect(value).toEqual({ snapshots: ['1', '2'], count: 5, requests: 2 })
  })

  it('is a failure where its first page is not known', async () => {
    expect((await list([answer(404)])).failure).toMatchObject({ kind: 'refused', status: 404 })
  })

  it('is not followed by a link on a later page', async () => {
    const pages = [page([1], { count: 3 }), page([2], { next: 'https://evil.test/' }), page([3])]
    expect((await list(pages)).value?.snapshots).toEqual(['1', '2', '3'])
  })

  it('is cut off after a thousand pages', async () => {
    let number = 0
    const endless: Reply = () => {
      number += 1
      return answer(200, { count: 5_000, results: [rawSnapshot(number)] })
    }
    const { lines, failure } = await list([endless])
    expect([lines.length, failure?.detail]).toEqual([1_000, 'the list has more than 1000 pages'])
  })
})

describe('a list that may take only so many requests', () => {
  const linked = (ids: readonly number[], number: number) => page(ids, { next: `?page=${number}` })

  it('is cut off as soon as its count tells that it takes more', async () => {
    const { lines, value, size } = await list([page([1, 2], { count: 7, ...{ next: '?page=2' } })], {
      atMostRequests: 3,
    })
    expect(lines).toHaveLength(1)
    expect([value?.count, value?.requests, size]).toEqual([7, 1, { pages: 4, complete: false }])
  })

  it('is read to its end where it takes no more', async () => {
    const pages = [page([1, 2], { count: 5, next: '?page=2' }), linked([3, 4], 3), page([5], { next: null })]
    const { lines, size } = await list(pages, { atMostRequests: 3 })
    expect([lines.length, size]).toEqual([3, { pages: 3, complete: true }])
  })

  it('is read so far where it has no count', async () => {
    const { lines, size } = await list([linked([1], 2), linked([2], 3), linked([3], 4)], {
      atMostRequests: 2,
    })
    expect([lines.length, size]).toEqual([2, { pages: 3, complete: false }])
  })

  it('is a failure all the same where its pages lead back', async () => {
    const { failure } = await list([page([1], { next: '?page_size=100' })], { atMostRequests: 1 })
    expect(failure?.detail).toBe('its pages lead back to one that was read already')
  })

  it('has a page even where it is empty', async () => {
    expect((await list([page([], { count: 0 })], { atMostRequests: 1 })).size).toEqual({
      pages: 1,
      complete: true,
    })
    expect((await list([page([], { count: 2, next: null })])).size).toEqual({ pages: 2, complete: true })
  })
})
