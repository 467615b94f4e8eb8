import type { Caller, CallOptions } from './caller.ts'
import type { ApiFailure, ApiResult } from './failure.ts'
import type { Page, Reader } from './schemas.ts'

/** More pages than any list has; where there are more, something is wrong. */
export const PAGE_LIMIT = 1_000
// Longer than any link that a list gives; the path of a link is shown in errors.
const LINK_LIMIT = 2_000

/** A list and what is done with it. */
export interface Listing<T> {
  /** Of the first page, below the API's base, with its query. */
  readonly path: string
  readonly read: Reader<Page<T>>
  /** What tells one item from another; an item that moves to the next page while it is read is taken once. */
  readonly identify: (item: T) => string
  readonly take: (item: T) => void
  /** More requests than this are not sent; the list is then not complete. */
  readonly atMostRequests?: number | undefined
}

export interface Listed {
  /** As the API says on the first page; where it does not, how many there were. */
  readonly count: number
  /** How many pages were asked for. */
  readonly requests: number
  /** How many pages there are, as far as the first one tells. */
  readonly pages: number
  readonly complete: boolean
}

type Failing = { readonly step: 'fail'; readonly kind: ApiFailure['kind']; readonly detail: string }
type Step = { readonly step: 'end' } | { readonly step: 'read'; readonly path: string } | Failing

interface Progress<T> {
  /** The page that was read last. */
  readonly page: Page<T>
  readonly path: string
  readonly first: Page<T>
  readonly requests: number
  readonly found: number
  /** How many items of the last page had not been seen before. */
  readonly fresh: number
}

/**
 * Reads every page of a list. A `next` link is followed only on the API's own origin and below its base path. An API
 * that gives no such link, but a `count` above what it sent, is asked for `?page=2` and so on.
 */
export async function readPages<T>(
  caller: Caller,
  listing: Listing<T>,
  options: CallOptions,
): Promise<ApiResult<Listed>> {
  const { atMostRequests = Number.POSITIVE_INFINITY } = listing
  const seen = new Set<string>()
  const visited = new Set<string>()
  let path = listing.path
  let first: Page<T> | undefined
  for (let requests = 1; ; requests += 1) {
    visited.add(path)
    const answer = await readPage(caller, { path, read: listing.read, first }, options)
    if (!answer.ok) return answer
    const page = answer.value
    first ??= page
    const fresh = takeFresh(listing, page, seen)
    const progress = { page, path, first, requests, found: seen.size, fresh }
    const next = unlessEndless(stepAfter(listing.path, progress, caller.base), visited, requests)
    const listed = { count: first.count ?? seen.size, requests, pages: pagesOf(first, next, requests) }
    if (next.step === 'end') return { ok: true, value: { ...listed, complete: true } }
    if (next.step === 'fail') {
      return { ok: false, failure: caller.failure({ method: 'GET', path }, next.kind, next.detail) }
    }
    if (listed.pages > atMostRequests) return { ok: true, value: { ...listed, complete: false } }
    path = next.path
  }
}

function readPage<T>(
  caller: Caller,
  { path, read, first }: { path: string; read: Reader<Page<T>>; first: Page<T> | undefined },
  options: CallOptions,
): Promise<ApiResult<Page<T>>> {
  const call = { method: 'GET' as const, path, understand: { read } }
  // Where pages are asked for by number, one beyond the last is answered with 404.
  if (first === undefined || first.next !== undefined) return caller.call(call, options)
  return caller.call(
    { ...call, onMissing: () => ({ count: undefined, items: [], next: undefined }) },
    options,
  )
}

/** The first page tells, or the reading itself: a list without a count shows its length only as it is read. */
function pagesOf(first: Page<unknown>, next: Step, requests: number): number {
  const known = next.step === 'end' ? requests : requests + 1
  return Math.max(known, Math.ceil((first.count ?? 0) / Math.max(1, first.items.length)))
}

function takeFresh<T>({ identify, take }: Listing<T>, page: Page<T>, seen: Set<string>): number {
  const before = seen.size
  for (const item of page.items) {
    const identity = identify(item)
    if (!seen.has(identity)) take(item)
    seen.add(identity)
  }
  return seen.size - before
}

function stepAfter(start: string, progress: Progress<unknown>, base: URL): Step {
  const { page, path, first, requests, found, fresh } = progress
  if (first.next !== undefined) return stepByLink(page.next ?? null, base, path)
  if (first.count === undefined || found >= first.count || fresh === 0) return { step: 'end' }
  return { step: 'read', path: `${start}&page=${requests + 1}` }
}

function unlessEndless(next: Step, visited: ReadonlySet<string>, requests: number): Step {
  if (next.step !== 'read') return next
  if (visited.has(next.path)) return failing('unreadable', 'its pages lead back to one that was read already')
  return requests < PAGE_LIMIT ? next : failing('unreadable', `the list has more than ${PAGE_LIMIT} pages`)
}

function failing(kind: ApiFailure['kind'], detail: string): Failing {
  return { step: 'fail', kind, detail }
}

function stepByLink(link: string | null, base: URL, current: string): Step {
  if (link === null || link === '') return { step: 'end' }
  const target = link.length > LINK_LIMIT ? null : URL.parse(link, new URL(`.${current}`, base).href)
  if (target === null) return failing('unreadable', 'its link to the next page is none')
  if (originOf(target, base) !== base.origin) {
    return failing('redirect', `its next page is at ${target.host}, which is not asked`)
  }
  if (!target.pathname.startsWith(base.pathname)) {
    return failing('redirect', `its next page is at ${target.pathname}, outside of the API`)
  }
  return { step: 'read', path: target.pathname.slice(base.pathname.length - 1) + target.search }
}

/**
 * An API behind a gateway that ends TLS often believes that it is asked over http, and writes its links so. Such a
 * link is read as the https that was asked; nothing is ever sent over http.
 */
function originOf(target: URL, base: URL): string {
  const sameHost = target.host === base.host
  return target.protocol === 'http:' && base.protocol === 'https:' && sameHost ? base.origin : target.origin
}
