import type { Caller, CallOptions } from './caller.ts'
import type { ApiFailure, ApiResult } from './failure.ts'
import * as messages from './messages.ts'
import type { Page, Reader } from './schemas.ts'

/** More pages than any list has; where there are more, something is wrong. */
export const PAGE_LIMIT = 1_000
/** How many pages in a row may bring nothing new before the links count as endless. */
export const STALE_PAGE_LIMIT = 10
/** How many times a list that changes while it is read is read from its start. */
export const PASS_LIMIT = 4
// Longer than any link that a list gives.
const LINK_LIMIT = 2_000

/** A list and how it is read. */
export interface Listing<T> {
  /** Of the first page, below the API's base, with its query. */
  readonly path: string
  readonly read: Reader<Page<T>>
  /** What tells one item from another; undefined for an item that cannot be told, and counts as one of its own. */
  readonly identify: (item: T) => string | undefined
  /** For a choice: reads again until it is certain that nothing was missed, `PASS_LIMIT` times at most. */
  readonly consistent?: boolean
}

export interface Listed<T> {
  /** Each item once, as it was read last. */
  readonly items: readonly T[]
  /** How many pages the list has. */
  readonly pages: number
  /**
   * Whether it is certain that nothing was missed: the list has one page, or two readings in a row brought the same
   * items in the same order. (An item gets onto a page that was read already only when one before it vanishes, and the
   * second reading lacks that one. `count` does not tell: a delete and a create between two pages leave it as it was.)
   */
  readonly consistent: boolean
}

/** What comes after a page. */
type Step =
  | { readonly to: 'page'; readonly path: string }
  | { readonly to: 'end'; readonly isWhole: boolean }
  | { readonly to: 'nowhere'; readonly problem: string }

/** One reading of a list, from its first page to its last. */
class Pass<T> {
  readonly items = new Map<string, T>()
  pages = 0
  /** Whether the list has ended, and held as many items as it said. */
  isWhole = false
  readonly #listing: Listing<T>
  readonly #visited = new Set<string>()
  #stalePages = 0
  #isLinked: boolean | undefined

  constructor(listing: Listing<T>) {
    this.#listing = listing
    this.#visited.add(listing.path)
  }

  /** Adds a page; an item that was there before takes its new form. */
  add(page: Page<T>): Step {
    this.pages += 1
    this.#isLinked ??= page.next !== undefined
    const before = this.items.size
    for (const [index, item] of page.items.entries()) {
      this.items.set(this.#listing.identify(item) ?? `${this.pages}/${index}`, item)
    }
    this.#stalePages = this.items.size > before ? 0 : this.#stalePages + 1
    const step = this.#isLinked ? stepByLink(this.#listing.path, page) : this.#stepByNumber(page)
    this.isWhole = step.to === 'end' && step.isWhole
    return step.to === 'page' ? this.#unlessEndless(step) : step
  }

  /** Whether a 404 is the end: where pages are asked for by number, one behind the last need not exist. */
  get endsWithMissingPage(): boolean {
    return this.#isLinked === false
  }

  #stepByNumber({ count }: Page<T>): Step {
    if (count === undefined || this.items.size >= count) return { to: 'end', isWhole: true }
    if (this.#stalePages > 0) return { to: 'end', isWhole: false }
    return { to: 'page', path: `${this.#listing.path}&page=${this.pages + 1}` }
  }

  #unlessEndless(step: Step & { readonly to: 'page' }): Step {
    if (this.#visited.has(step.path) || this.#stalePages >= STALE_PAGE_LIMIT) {
      return { to: 'nowhere', problem: messages.PAGES_IN_CIRCLES }
    }
    this.#visited.add(step.path)
    return this.pages < PAGE_LIMIT ? step : { to: 'nowhere', problem: messages.tooManyPages(PAGE_LIMIT) }
  }
}

type PassResult<T> =
  | { readonly state: 'read'; readonly pass: Pass<T> }
  | { readonly state: 'shrunk' | 'failed'; readonly failure: ApiFailure }

/**
 * Reads every page of a list. Of a `next` link only the query counts: host, port, scheme and prefix are often those of
 * something in between, and the token goes to the list's own address only. An API that gives no such link, but a
 * `count` above what it sent, is asked for `?page=2` and so on.
 */
export async function readPages<T>(
  caller: Caller,
  listing: Listing<T>,
  options: CallOptions,
): Promise<ApiResult<Listed<T>>> {
  let previous: Pass<T> | undefined
  for (let passes = 1; ; passes += 1) {
    const result = await readOnce(caller, listing, options)
    const isLast = passes === PASS_LIMIT
    if (result.state === 'read') {
      const { items, pages } = result.pass
      const consistent = isCertain(result.pass, previous)
      if (consistent || isLast || listing.consistent !== true) {
        return { ok: true, value: { items: [...items.values()], pages, consistent } }
      }
    } else if (isLast || result.state === 'failed') {
      return { ok: false, failure: result.failure }
    }
    previous = result.state === 'read' ? result.pass : undefined
  }
}

type ReadItems = Pick<Pass<unknown>, 'pages' | 'isWhole'> & { readonly items: ReadonlyMap<string, unknown> }

function isCertain(pass: ReadItems, previous: ReadItems | undefined): boolean {
  if (!pass.isWhole || pass.pages === 1) return pass.isWhole
  return previous?.isWhole === true && orderOf(pass) === orderOf(previous)
}

function orderOf({ items }: ReadItems): string {
  return [...items.keys()].join()
}

async function readOnce<T>(
  caller: Caller,
  listing: Listing<T>,
  options: CallOptions,
): Promise<PassResult<T>> {
  const pass = new Pass(listing)
  let { path } = listing
  for (;;) {
    const answer = await caller.call({ method: 'GET', path, decode: { read: listing.read } }, options)
    if (!answer.ok) return afterFailure(pass, answer.failure)
    const step = pass.add(answer.value)
    if (step.to === 'end') return { state: 'read', pass }
    if (step.to === 'nowhere') {
      const failure = caller.failure({ method: 'GET', path }, 'unreadable', step.problem)
      return { state: 'failed', failure }
    }
    path = step.path
  }
}

/** A page that is missing behind the first one: the list has become shorter since the page before was read. */
function afterFailure<T>(pass: Pass<T>, failure: ApiFailure): PassResult<T> {
  const isMissing = pass.pages > 0 && failure.kind === 'refused' && failure.status === 404
  if (!isMissing) return { state: 'failed', failure }
  if (!pass.endsWithMissingPage) return { state: 'shrunk', failure }
  pass.isWhole = false
  return { state: 'read', pass }
}

function stepByLink(start: string, { next }: Page<unknown>): Step {
  if (next === undefined || next === null || next === '') return { to: 'end', isWhole: true }
  const query = next.length > LINK_LIMIT ? '' : (/\?([^#]+)/.exec(next)?.[1] ?? '')
  if (query === '') return { to: 'nowhere', problem: messages.LINK_WITHOUT_QUERY }
  return { to: 'page', path: withQuery(start, new URLSearchParams(query)) }
}

/** The list's own path with the query of a link, in which what was asked for (the filter, the page's size) stays. */
function withQuery(start: string, query: URLSearchParams): string {
  const [path = '', own = ''] = start.split('?')
  for (const [key, value] of new URLSearchParams(own)) {
    if (!query.has(key)) query.append(key, value)
  }
  return `${path}?${query}`
}
