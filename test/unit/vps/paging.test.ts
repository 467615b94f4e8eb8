import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PAGE_LIMIT, PASS_LIMIT, STALE_PAGE_LIMIT } from '../../../src/vps/paging.ts'
import { API, answer, bench, lost, type Reply, rawSnapshot, refused, TOKEN } from './fake-transport.ts'

const FAR = { deadline: 100_000_000, once: true }
const FIRST = 'GET /snapshots/?page_size=100'
const SHRUNK = answer(404, { detail: 'Invalid page.' })

function page(ids: readonly number[], more: object = {}) {
  return answer(200, { results: ids.map(id => rawSnapshot(id)), ...more })
}
const next = (query: string) => ({ count: 4, next: `${API}/snapshots/${query}` })

async function list(replies: readonly Reply[], query = {}, apiUrl = API) {
  const made = bench(replies, { apiUrl: new URL(apiUrl) })
  const result = await made.clock.run(made.client.listSnapshots(query, FAR))
  const lines = made.transport.lines
  if (!result.ok) return { lines, failure: result.failure }
  const { snapshots, consistent } = result.value
  return { lines, ids: snapshots.map(({ id }) => Number(id)), consistent }
}

describe('next links', () => {
  it('are followed to the end', async () => {
    const pages = [
      page([1, 2], next('?page=2&page_size=100')),
      page([3], next('?page=3&page_size=100')),
      page([4], { next: null }),
    ]
    expect(await list(pages)).toEqual({
      lines: [FIRST, 'GET /snapshots/?page=2&page_size=100', 'GET /snapshots/?page=3&page_size=100'],
      ids: [1, 2, 3, 4],
      consistent: false,
    })
  })

  it('are believed when they end, whatever the count says', async () => {
    for (const end of [null, '', false]) {
      expect(await list([page([1], { count: 9, next: end })])).toEqual({
        lines: [FIRST],
        ids: [1],
        consistent: true,
      })
    }
    expect((await list([page([1], next('?page=2')), page([2])])).lines).toHaveLength(2)
  })

  it('bring a snapshot that moves once, as it was read last', async () => {
    const moved = answer(200, { results: [{ ...rawSnapshot(2), name: 'new' }, rawSnapshot(3)], next: null })
    const made = bench([page([1, 2], next('?page=2')), moved])
    const result = await made.client.listSnapshots({}, FAR)
    expect(result.ok ? result.value.snapshots.map(({ name }) => name) : []).toEqual(['s1', 'new', 's3'])
  })

  it.each([
    ['?cursor=x%3D', '?cursor=x%3D&page_size=100'],
    ['/api/v1/snapshots/?page=2#top?x=1', '?page=2&page_size=100'],
    ['https://user:pw@admin.vps.org/api/v1/snapshots/?page=2', '?page=2&page_size=100'],
    ['http://admin.vps.org/api/v1/snapshots/?page=2', '?page=2&page_size=100'],
    ['https://admin.vps.org:8443/api/v1/snapshots/?page=2', '?page=2&page_size=100'],
    ['https://backend.internal/snapshots/?page=2&page_size=50', '?page=2&page_size=50'],
    ['https://evil.test/?page=2', '?page=2&page_size=100'],
    ['/login?page=2', '?page=2&page_size=100'],
    ['javascript:alert(1)?page=2', '?page=2&page_size=100'],
    ['http://[?page=2', '?page=2&page_size=100'],
    ['?page=2&x=/../../y', '?page=2&x=%2F..%2F..%2Fy&page_size=100'],
    [`?page=${'2'.repeat(1_994)}`, `?page=${'2'.repeat(1_994)}&page_size=100`],
  ])('count by their query alone: %s', async (link, query) => {
    const { lines } = await list([page([1], { next: link }), page([2], { next: null })])
    expect(lines).toEqual([FIRST, `GET /snapshots/${query}`])
  })

  it('keep the filter where they leave it out', async () => {
    const { lines } = await list([page([1], { next: '?page=2' }), page([2], { next: null })], {
      servers: ['12345'],
    })
    expect(lines[1]).toBe('GET /snapshots/?page=2&server_id=12345&page_size=100')
  })

  it.each(['/page/2/', 'x', '?', '?#page=2', `?page=${'2'.repeat(1_995)}`])(
    'need a query: %s',
    async link => {
      const { failure, lines } = await list([page([1], { next: link })])
      expect(failure).toStrictEqual({
        kind: 'unreadable',
        method: 'GET',
        path: '/snapshots/?page_size=100',
        detail: 'its link to the next page has no query',
        repeated: 1,
      })
      expect(lines).toHaveLength(1)
    },
  )

  it('lead nowhere but to the list itself, whatever they are', async () => {
    const url = fc.oneof(
      fc.string(),
      fc.webUrl({ withQueryParameters: true }),
      fc.string().map(text => `?${text}`),
    )
    await fc.assert(
      fc.asyncProperty(url, async link => {
        const { transport, client } = bench([page([1], { next: link }), page([2], { next: null })])
        await client.listSnapshots({}, FAR)
        for (const { request } of transport.sent) {
          expect(request.url.href.startsWith(`${API}/snapshots/?`)).toBe(true)
          expect(request.url.hash + request.url.username).toBe('')
        }
      }),
    )
  })

  it('that lead back are cut off', async () => {
    const { lines, failure } = await list([page([1], next('?page=2')), page([2], next('?page_size=100'))])
    expect(failure).toMatchObject({
      kind: 'unreadable',
      path: '/snapshots/?page=2&page_size=100',
      detail: 'its pages lead back to what was read already',
    })
    expect(lines).toHaveLength(2)
    const itself = await list([page([1], next('?page_size=100'))], { consistent: true })
    expect([itself.lines.length, itself.failure?.kind]).toEqual([1, 'unreadable'])
  })

  it('that bring nothing new are cut off', async () => {
    const same: Reply = ({ url }) => {
      const number = Number(url.searchParams.get('page') ?? 1)
      return answer(200, { results: [rawSnapshot(1)], next: `?page=${number + 1}` })
    }
    const { lines, failure } = await list([same])
    expect([lines.length, failure?.kind]).toEqual([STALE_PAGE_LIMIT + 1, 'unreadable'])
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

  it('that bring the token out show it to nobody', async () => {
    const { failure } = await list([page([1], { next: `?x=${TOKEN}` }), lost('timeout')])
    expect(JSON.stringify(failure)).not.toContain(TOKEN)
  })
})

describe('a page that is missing behind the first one', () => {
  it('means that the list has shrunk: it is read again from its start', async () => {
    const pages = [page([1, 2], next('?page=2')), SHRUNK, page([2], { next: null })]
    expect(await list(pages)).toEqual({
      lines: [FIRST, 'GET /snapshots/?page=2&page_size=100', FIRST],
      ids: [2],
      consistent: true,
    })
  })

  it('is a failure where it stays so', async () => {
    const replies = Array.from({ length: PASS_LIMIT }, () => [page([1], next('?page=2')), SHRUNK]).flat()
    const { lines, failure } = await list(replies)
    expect(lines).toHaveLength(2 * PASS_LIMIT)
    expect(failure).toMatchObject({ kind: 'refused', status: 404, path: '/snapshots/?page=2&page_size=100' })
  })

  it('is the only refusal that is taken so', async () => {
    for (const reply of [refused(403), lost('timeout')]) {
      expect((await list([page([1], next('?page=2')), reply])).lines).toHaveLength(2)
    }
    expect((await list([SHRUNK])).failure).toMatchObject({ kind: 'refused', status: 404 })
  })
})

describe('a list without next links', () => {
  it('is asked for page by page until its count is reached', async () => {
    const counted = { count: 5 }
    expect(await list([page([1, 2], counted), page([3, 4], counted), page([5], counted)])).toEqual({
      lines: [FIRST, `${FIRST}&page=2`, `${FIRST}&page=3`],
      ids: [1, 2, 3, 4, 5],
      consistent: false,
    })
  })

  it('is whole where it has no count, or comes bare', async () => {
    expect(await list([page([1, 2])])).toEqual({ lines: [FIRST], ids: [1, 2], consistent: true })
    expect(await list([answer(200, [rawSnapshot(1)])])).toEqual({
      lines: [FIRST],
      ids: [1],
      consistent: true,
    })
  })

  it('is not whole where a page brings nothing new', async () => {
    expect(await list([page([1, 2], { count: 5 })])).toEqual({
      lines: [FIRST, `${FIRST}&page=2`],
      ids: [1, 2],
      consistent: false,
    })
    expect(await list([page([], { count: 5 })])).toEqual({ lines: [FIRST], ids: [], consistent: false })
  })

  it('ends where the API knows no such page', async () => {
    expect(await list([page([1, 2], { count: 5 }), SHRUNK])).toEqual({
      lines: [FIRST, `${FIRST}&page=2`],
      ids: [1, 2],
      consistent: false,
    })
  })

  it('follows no link of a later page', async () => {
    const pages = [page([1], { count: 3 }), page([2], { count: 3, next: '?page=9' }), page([3], { count: 3 })]
    expect((await list(pages)).lines[2]).toBe(`${FIRST}&page=3`)
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

describe('a list for a choice', () => {
  const consistent = { consistent: true }
  const twoPages = (first: readonly number[], second: readonly number[], count = 4) => [
    page(first, { count, next: '?page=2' }),
    page(second, { count, next: null }),
  ]

  it('is read once where it has one page', async () => {
    expect(await list([page([1, 2], { count: 2, next: null })], consistent)).toEqual({
      lines: [FIRST],
      ids: [1, 2],
      consistent: true,
    })
  })

  it('is read until two readings agree', async () => {
    const same = [...twoPages([4, 3], [2, 1]), ...twoPages([4, 3], [2, 1])]
    expect(await list(same, consistent)).toMatchObject({ ids: [4, 3, 2, 1], consistent: true })
    const moved = [...twoPages([4, 3], [1]), ...same]
    const read = await list(moved, consistent)
    expect([read.lines.length, read.ids, read.consistent]).toEqual([6, [4, 3, 2, 1], true])
  })

  it('is not certain where no two readings in a row agree', async () => {
    const a = twoPages([4, 3], [2, 1])
    const b = twoPages([5, 4], [3, 1])
    const read = await list([...a, ...b, ...a, ...b], consistent)
    expect([read.lines.length, read.consistent]).toEqual([2 * PASS_LIMIT, false])
    const interrupted = [...a, page([4, 3], next('?page=2')), SHRUNK, ...a, ...a]
    expect(await list(interrupted, consistent)).toMatchObject({ ids: [4, 3, 2, 1], consistent: true })
  })

  it('is not certain where it holds less than it says', async () => {
    const read = await list([page([1, 2], { count: 5 })], consistent)
    expect([read.lines.length, read.consistent]).toEqual([2 * PASS_LIMIT, false])
  })

  it('is told apart by items without an id, too', async () => {
    const odd = (ids: readonly unknown[], link: string | null) =>
      answer(200, { results: ids.map(id => ({ ...rawSnapshot(1), id })), next: link })
    const replies = [odd([1, null], '?page=2'), odd([null], null), odd([1], '?page=2'), odd([2, null], null)]
    const read = await list([...replies, ...replies], consistent)
    expect(read.consistent).toBe(false)
    const steady = replies.slice(0, 2)
    expect((await list([...steady, ...steady], consistent)).consistent).toBe(true)
  })
})

describe('a list that changes while it is read', () => {
  type Change = readonly ['front' | 'end' | 'delete', number]

  /** The API: the list changes before each page that is asked for. */
  function world(length: number, changes: readonly (readonly Change[])[], isLinked: boolean) {
    let ids = Array.from({ length }, (_, index) => index + 1)
    let last = length
    const steady = new Set(ids)
    const everThere = new Set(ids)
    let asked = 0
    const change = ([kind, place]: Change): void => {
      last += 1
      if (kind !== 'delete') everThere.add(last)
      if (kind === 'front') ids = [last, ...ids]
      else if (kind === 'end') ids = [...ids, last]
      else for (const id of ids.splice(place % Math.max(1, ids.length), 1)) steady.delete(id)
    }
    const reply: Reply = ({ url }) => {
      for (const each of changes[asked] ?? []) change(each)
      asked += 1
      const number = Number(url.searchParams.get('page') ?? 1)
      const results = ids.slice((number - 1) * 2, number * 2)
      if (number > 1 && results.length === 0) return SHRUNK
      const link = number * 2 < ids.length ? `https://elsewhere.test/?page=${number + 1}` : null
      return page(results, isLinked ? { count: ids.length, next: link } : { count: ids.length })
    }
    return { reply, steady, everThere }
  }

  const change = fc.tuple(fc.constantFrom('front', 'end', 'delete'), fc.nat(20)) as fc.Arbitrary<Change>
  const story = fc.record({
    length: fc.nat(9),
    changes: fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 25 }),
    isLinked: fc.boolean(),
  })

  it('is certain only where nothing is missed that was there all the time', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ length, changes, isLinked }) => {
        const { reply, steady, everThere } = world(length, changes, isLinked)
        const read = await list([reply], { consistent: true })
        if (read.ids === undefined) {
          expect(read.failure).toMatchObject({ kind: 'refused', status: 404 })
          return
        }
        expect(new Set(read.ids).size).toBe(read.ids.length)
        for (const id of read.ids) expect(everThere).toContain(id)
        if (read.consistent) for (const id of steady) expect(read.ids).toContain(id)
      }),
      { numRuns: 1_000 },
    )
  })

  it('becomes certain when it changes no more, and takes a bounded number of requests', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ length, changes, isLinked }) => {
        const { reply } = world(length, changes, isLinked)
        const read = await list([reply], { consistent: true })
        const most = PASS_LIMIT * (length / 2 + changes.flat().length / 2 + 2)
        expect(read.lines.length).toBeLessThanOrEqual(most)
        if (changes.flat().length === 0) expect(read.consistent).toBe(true)
      }),
    )
  })

  it('is read all the same where no choice is made from it', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ length, changes, isLinked }) => {
        const { reply, everThere } = world(length, changes, isLinked)
        const { ids = [] } = await list([reply])
        expect(new Set(ids).size).toBe(ids.length)
        for (const id of ids) expect(everThere).toContain(id)
      }),
    )
  })
})
