import { answerWith, BASE_PATH, refuse, type WorldAnswer } from './answers.ts'
import type { Json } from './json.ts'
import type { NextLinks, Settings } from './settings.ts'

export interface Listing<T> {
  readonly url: URL
  readonly items: readonly T[]
  readonly show: (item: T) => Json
  readonly isPaged: boolean
  readonly isBare: boolean
  readonly settings: Settings
}

/** A list as Django REST framework answers it: whole, in pages, or as a bare array. */
export function answerList<T>(listing: Listing<T>): WorldAnswer {
  const { url, items, show, isPaged, isBare, settings } = listing
  if (isBare) return answerWith(200, items.map(show))
  if (!isPaged) return answerWith(200, { count: items.length, results: items.map(show) })
  const { pageSize, maxPageSize, nextLinks } = settings
  const size = Math.min(Number(url.searchParams.get('page_size')) || pageSize, maxPageSize)
  const page = Number(url.searchParams.get('page') ?? '1')
  const pages = Math.max(1, Math.ceil(items.length / size))
  if (!Number.isInteger(page) || page < 1 || page > pages) return refuse(404, 'Invalid page.')
  return answerWith(200, {
    count: items.length,
    next: page < pages ? pageLink(url, page + 1, nextLinks) : null,
    previous: page > 1 ? pageLink(url, page - 1, nextLinks) : null,
    results: items.slice((page - 1) * size, page * size).map(show),
  })
}

function pageLink(url: URL, page: number, form: NextLinks): string {
  const link = new URL(url)
  link.searchParams.set('page', String(page))
  switch (form) {
    case 'as-asked':
      break
    case 'other-host':
      link.host = 'api.internal:8000'
      break
    case 'no-port':
      link.port = ''
      break
    case 'no-prefix':
      link.pathname = link.pathname.replace(BASE_PATH, '')
      break
    case 'other-scheme':
      link.protocol = link.protocol === 'https:' ? 'http:' : 'https:'
      break
    case 'relative':
      return link.pathname + link.search
  }
  return link.href
}
