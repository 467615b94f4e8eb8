import type { Random } from '../../src/domain/clock.ts'
import { BASE_PATH, type WorldAnswer, type WorldRequest } from './answers.ts'
import { type Delivery, deliveryOf } from './fault-answers.ts'
import { type Fault, type FaultRule, REQUEST_KINDS } from './fault-rules.ts'
import { TokenBucket } from './limiter.ts'
import type { Act } from './world-types.ts'

export type { Delivery } from './fault-answers.ts'
export {
  type Fault,
  type FaultRule,
  faultRuleSchema,
  faultSchema,
  REQUEST_KIND_NAMES,
  REQUEST_KINDS,
  type RequestKind,
} from './fault-rules.ts'

/** Whoever answers requests, and what others can do there. */
export interface Backend {
  handle(request: WorldRequest): WorldAnswer
  act?(act: Act): unknown
  /** Headers of everything that comes from there, pages of boxes in between included. */
  clockHeaders?(): Readonly<Record<string, string>>
}

/** What becomes of one request: how long until the world looks at it, whether it does, and what comes back. */
export interface Fate {
  readonly fault: Fault['kind'] | undefined
  readonly acts: boolean
  readonly delayBeforeMs: number
  readonly delayAfterMs: number
  /** Lets the world act, as often as it is to; undefined when it is not to. */
  ask(backend: Backend, request: WorldRequest): WorldAnswer | undefined
  /** `answer` is the world's own; undefined when it did not act. */
  deliver(answer: WorldAnswer | undefined): Delivery
}

type Met = Pick<WorldRequest, 'method' | 'url' | 'headers'>

interface CountedRule {
  readonly rule: FaultRule
  readonly match: NonNullable<FaultRule['match']>
  readonly path: RegExp | undefined
  readonly bucket: TokenBucket | undefined
  seen: number
  firstAt: number | undefined
}

const UNTOUCHED: Fate = {
  fault: undefined,
  acts: true,
  delayBeforeMs: 0,
  delayAfterMs: 0,
  ask: (backend, request) => backend.handle(request),
  deliver: answer => ({ kind: 'answer', answer: answer ?? unacted('GET') }),
}

/** The faults that requests meet. The first rule that applies decides; each counts the requests that fit it. */
export class Faults {
  readonly #random: Random
  #rules: CountedRule[] = []

  constructor(random: Random = () => 0) {
    this.#random = random
  }

  add(...rules: readonly FaultRule[]): void {
    for (const rule of rules) {
      const { kind, ...more } = rule.match ?? {}
      const match = { ...(kind === undefined ? {} : REQUEST_KINDS[kind]), ...more }
      const bucket = rule.fault.kind === 'limiter' ? new TokenBucket(rule.fault) : undefined
      this.#rules.push({ rule, match, path: pathPattern(match.path), bucket, seen: 0, firstAt: undefined })
    }
  }

  clear(): void {
    this.#rules = []
  }

  get rules(): readonly FaultRule[] {
    return this.#rules.map(({ rule }) => rule)
  }

  /** Decides what becomes of a request that comes at an instant of the network's time. To be asked once for each. */
  meet(request: Met, at = 0): Fate {
    const fates = this.#rules.flatMap(counted => {
      if (!this.#applies(counted, request, at)) return []
      const { fault, when } = counted.rule
      if (fault.kind !== 'limiter') return [fateOf(fault, when, request)]
      const refusal = counted.bucket?.take(at)
      return refusal === undefined ? [] : [refusedBy(refusal)]
    })
    return fates[0] ?? UNTOUCHED
  }

  #applies(counted: CountedRule, request: Met, at: number): boolean {
    const { method, query, nth, from, to, every, forMs, chance } = counted.match
    const path = request.url.pathname.replace(BASE_PATH, '')
    if (method !== undefined && method !== request.method) return false
    if (counted.path !== undefined && !counted.path.test(path)) return false
    if (query !== undefined && !request.url.search.includes(query)) return false
    counted.seen += 1
    counted.firstAt ??= at
    if (nth !== undefined && counted.seen !== nth) return false
    if (counted.seen < (from ?? 1) || counted.seen > (to ?? counted.seen)) return false
    if (every !== undefined && counted.seen % every !== 0) return false
    if (forMs !== undefined && at - counted.firstAt >= forMs) return false
    return chance === undefined || this.#random() < chance
  }
}

/** The same delivery with these headers, where it has an answer that lacks them. */
export function withHeaders(delivery: Delivery, headers: Readonly<Record<string, string>>): Delivery {
  if (!('answer' in delivery)) return delivery
  const { answer } = delivery
  return { ...delivery, answer: { ...answer, headers: { ...headers, ...answer.headers } } }
}

function pathPattern(path: string | undefined): RegExp | undefined {
  if (path === undefined) return undefined
  const literal = path.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replaceAll('*', '[^/]+')}$`)
}

function refusedBy(refusal: WorldAnswer): Fate {
  const deliver = (): Delivery => ({ kind: 'answer', answer: refusal })
  return { ...UNTOUCHED, fault: 'limiter', acts: false, ask: () => undefined, deliver }
}

// Without the right answer there is nothing that could be late, drip, be doubled or be changed.
const ALWAYS_ACTED: readonly Fault['kind'][] = ['delay', 'drip', 'doubled', 'meanwhile', 'fields', 'encoded']

function fateOf(
  fault: Exclude<Fault, { kind: 'limiter' }>,
  when: FaultRule['when'],
  request: Pick<WorldRequest, 'method' | 'headers'>,
): Fate {
  const isConnected = fault.kind !== 'refused' && fault.kind !== 'certificate'
  const acts = isConnected && (when === 'after' || ALWAYS_ACTED.includes(fault.kind))
  const delayMs = fault.kind === 'delay' ? fault.ms : 0
  return {
    fault: fault.kind,
    acts,
    delayBeforeMs: when === 'before' ? delayMs : 0,
    delayAfterMs: when === 'after' ? delayMs : 0,
    ask: (backend, asked) => (acts ? askThrough(fault, when, backend, asked) : undefined),
    deliver: answer => {
      const authorization = request.headers['authorization'] ?? ''
      return deliveryOf(fault, answer ?? unacted(request.method), text =>
        text.replaceAll('{authorization}', authorization),
      )
    },
  }
}

function askThrough(
  fault: Fault,
  when: FaultRule['when'],
  backend: Backend,
  request: WorldRequest,
): WorldAnswer {
  const acts = fault.kind === 'meanwhile' ? fault.do : []
  const meanwhile = () => {
    for (const act of acts) backend.act?.(act)
  }
  if (when === 'before') meanwhile()
  if (fault.kind === 'doubled') backend.handle(request)
  const answer = backend.handle(request)
  if (when === 'after') meanwhile()
  return answer
}

/** What something that stands before the API answers as if the API had acted. */
function unacted(method: string): WorldAnswer {
  const status = method === 'POST' ? 201 : 200
  return { status, headers: { 'content-type': 'application/json' }, body: '{"detail": "accepted"}' }
}
