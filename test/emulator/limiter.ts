import { answerWith, type WorldAnswer } from './answers.ts'
import { nginxPage } from './pages.ts'

export interface LimiterOptions {
  /** How many requests a second are let through in the long run. */
  readonly perSecond: number
  /** How many may come at once besides the one. 0 when not given. */
  readonly burst?: number
  /** 429 when not given. */
  readonly status?: 403 | 429 | 503
  /** The headers that tell when the next request will be let through, in seconds. `nothing` when not given. */
  readonly tells?: 'nothing' | 'retry-after' | 'ratelimit' | 'x-ratelimit'
  /** `json` when not given; `html` as nginx answers. */
  readonly body?: 'json' | 'html' | 'empty'
}

/** A token bucket: full at first, refilled steadily, emptied by a token for each request that is let through. */
export class TokenBucket {
  readonly #options: LimiterOptions
  readonly #size: number
  #tokens: number
  #filledAt: number | undefined

  constructor(options: LimiterOptions) {
    this.#options = options
    this.#size = 1 + (options.burst ?? 0)
    this.#tokens = this.#size
  }

  /** Lets a request through, or hands back the refusal. `at` is in milliseconds and never goes back. */
  take(at: number): WorldAnswer | undefined {
    const earned = ((at - (this.#filledAt ?? at)) / 1000) * this.#options.perSecond
    this.#tokens = Math.min(this.#size, this.#tokens + earned)
    this.#filledAt = at
    // A clock of whole milliseconds is never exactly on time for a third of a second.
    if (this.#tokens < 1 - 1e-9) return this.#refusal((1 - this.#tokens) / this.#options.perSecond)
    this.#tokens -= 1
    return undefined
  }

  #refusal(waitSeconds: number): WorldAnswer {
    const { status = 429, body = 'json' } = this.#options
    const seconds = Math.ceil(waitSeconds)
    const headers = this.#headers(String(seconds))
    if (body === 'empty') return { status, headers, body: '' }
    if (body === 'html') {
      const page = nginxPage(status, REASONS[status])
      return { status, headers: { 'content-type': 'text/html', ...headers }, body: page }
    }
    const json = answerWith(status, {
      detail: `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? '' : 's'}.`,
    })
    return { ...json, headers: { ...json.headers, ...headers } }
  }

  #headers(seconds: string): Readonly<Record<string, string>> {
    const limit = String(this.#size)
    switch (this.#options.tells ?? 'nothing') {
      case 'nothing':
        return {}
      case 'retry-after':
        return { 'retry-after': seconds }
      case 'ratelimit':
        return { 'ratelimit-limit': limit, 'ratelimit-remaining': '0', 'ratelimit-reset': seconds }
      case 'x-ratelimit':
        return { 'x-ratelimit-limit': limit, 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': seconds }
    }
  }
}

const REASONS = {
  403: 'Forbidden',
  429: 'Too Many Requests',
  503: 'Service Temporarily Unavailable',
} as const
