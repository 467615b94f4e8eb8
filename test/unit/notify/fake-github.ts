import type { HttpRequest, HttpResult, HttpTransport } from '../../../src/notify/transport.ts'
import type { VirtualClock } from '../../emulator/virtual-clock.ts'
import { answered } from './support.ts'

export interface FakeComment {
  readonly id: number
  body: string | null
  readonly user: { readonly login: string; readonly type: string } | null
  readonly author_association: string
}

export interface FakePull {
  readonly number: number
  readonly state: 'open' | 'closed'
  readonly merged_at: string | null
}

/** Overrules what GitHub would answer to a request; undefined leaves it to it. */
export type Fault = (
  request: HttpRequest,
  nth: number,
) => HttpResult | undefined | Promise<HttpResult | undefined>

/** GitHub's REST API, as far as a comment needs it, behind the port. */
export class FakeGitHub implements HttpTransport {
  readonly comments = new Map<number, FakeComment[]>()
  readonly sent: { readonly request: HttpRequest; readonly timeoutMs: number; readonly at: number }[] = []
  pulls: readonly FakePull[] = [{ number: 7, state: 'open', merged_at: null }]
  fault: Fault = () => undefined
  readonly #clock: VirtualClock
  #nextId = 100

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  /** `METHOD path` of each request, below `/repos/octo/shop`. */
  get lines(): readonly string[] {
    return this.sent.map(({ request: { method, url } }) => {
      return `${method} ${url.pathname.replace(/^.*\/repos\/octo\/shop/, '')}${url.search}`
    })
  }

  /** What people see on a pull request. */
  bodies(pull: number): readonly (string | null)[] {
    return (this.comments.get(pull) ?? []).map(comment => comment.body)
  }

  add(pull: number, comment: Partial<FakeComment>): void {
    this.#nextId += 1
    const bot = { login: 'github-actions[bot]', type: 'Bot' }
    const all = this.comments.get(pull) ?? []
    all.push({ id: this.#nextId, body: '', user: bot, author_association: 'NONE', ...comment })
    this.comments.set(pull, all)
  }

  async send(request: HttpRequest, { timeoutMs, signal }: Parameters<HttpTransport['send']>[1]) {
    signal?.throwIfAborted()
    this.sent.push({ request, timeoutMs, at: this.#clock.now() })
    return (await this.fault(request, this.sent.length)) ?? this.#answer(request)
  }

  #answer({ method, url, body = '{}' }: HttpRequest): HttpResult {
    if (/\/commits\/[0-9a-f]+\/pulls$/.test(url.pathname)) return answered(200, this.pulls)
    const text: string = JSON.parse(body).body ?? ''
    const pull = Number(/\/issues\/(\d+)\/comments$/.exec(url.pathname)?.[1])
    if (method === 'POST') {
      this.add(pull, { body: text })
      return answered(201, { id: this.#nextId })
    }
    if (method === 'GET') return answered(200, this.#page(pull, url.searchParams))
    const id = Number(/\/issues\/comments\/(\d+)$/.exec(url.pathname)?.[1])
    const comment = [...this.comments.values()].flat().find(candidate => candidate.id === id)
    if (comment === undefined) return answered(404, { message: 'Not Found' })
    comment.body = text
    return answered(200, { id })
  }

  #page(pull: number, query: URLSearchParams): readonly FakeComment[] {
    const size = Number(query.get('per_page'))
    const start = (Number(query.get('page')) - 1) * size
    return (this.comments.get(pull) ?? []).slice(start, start + size)
  }
}
