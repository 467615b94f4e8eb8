import * as v from 'valibot'
import type { Random } from '../../src/domain/clock.ts'
import { BASE_PATH, type WorldAnswer, type WorldRequest } from './api.ts'

const milliseconds = v.pipe(v.number(), v.minValue(0))
const count = v.pipe(v.number(), v.integer(), v.minValue(1))

/**
 * What goes wrong, as data. `{authorization}` in a body, header or location stands for what the request sent.
 * Times are those of the network: real ones over HTTP, whatever the world's speed, virtual ones on the virtual wire.
 */
export const faultSchema = v.variant('kind', [
  /** Late, but right. Before: the world acts late. After: it acts at once, and its answer is late. */
  v.strictObject({ kind: v.literal('delay'), ms: milliseconds }),
  v.strictObject({
    kind: v.literal('status'),
    status: v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)),
    body: v.exactOptional(v.string()),
    headers: v.exactOptional(v.record(v.string(), v.string())),
  }),
  v.strictObject({ kind: v.literal('redirect'), location: v.string(), status: v.exactOptional(v.number()) }),
  /** The right status with this text in place of the body. */
  v.strictObject({
    kind: v.literal('body'),
    body: v.string(),
    contentType: v.exactOptional(v.string()),
  }),
  /** The right status with a proxy's page in place of the body. */
  v.strictObject({ kind: v.literal('html') }),
  v.strictObject({ kind: v.literal('empty') }),
  /** The right status with a body of so many bytes. */
  v.strictObject({ kind: v.literal('oversized'), bytes: count }),
  v.strictObject({ kind: v.literal('reset') }),
  v.strictObject({ kind: v.literal('close') }),
  /** Half of the body, then the connection is closed. */
  v.strictObject({ kind: v.literal('truncated') }),
  v.strictObject({ kind: v.literal('hang') }),
  /** The right answer, a byte at a time. */
  v.strictObject({ kind: v.literal('drip'), everyMs: milliseconds }),
  v.strictObject({ kind: v.literal('endless-headers'), everyMs: milliseconds }),
  /** No connection is made. On the virtual wire only. */
  v.strictObject({ kind: v.literal('refused') }),
  /** TLS is not agreed upon. On the virtual wire only. */
  v.strictObject({ kind: v.literal('certificate') }),
])

export const faultRuleSchema = v.strictObject({
  /** Which requests: all that fit every given part. Of those that fit, the `nth`, or `from`…`to`, or each `every`th. */
  match: v.exactOptional(
    v.strictObject({
      method: v.exactOptional(v.string()),
      // Below the API's base path, without the query; `*` stands for one segment: `/snapshots/*/restore/`.
      path: v.exactOptional(v.string()),
      nth: v.exactOptional(count),
      from: v.exactOptional(count),
      to: v.exactOptional(count),
      every: v.exactOptional(count),
      /** Probability, from 0 to 1. */
      chance: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
    }),
    {},
  ),
  /** Whether the world acts upon the request. Connections that are never made are always `before`. */
  when: v.picklist(['before', 'after']),
  fault: faultSchema,
})

export type Fault = Readonly<v.InferOutput<typeof faultSchema>>
export type FaultRule = Readonly<v.InferInput<typeof faultRuleSchema>>

/** How an answer travels, or does not. */
export type Delivery =
  | { readonly kind: 'answer'; readonly answer: WorldAnswer }
  | { readonly kind: 'truncated'; readonly answer: WorldAnswer }
  | { readonly kind: 'drip'; readonly answer: WorldAnswer; readonly everyMs: number }
  | { readonly kind: 'endless-headers'; readonly everyMs: number }
  | { readonly kind: 'reset' | 'close' | 'hang' | 'refused' | 'certificate' }

/** What becomes of one request: how long until the world looks at it, whether it does, and what comes back. */
export interface Fate {
  readonly fault: Fault['kind'] | undefined
  readonly acts: boolean
  readonly delayBeforeMs: number
  readonly delayAfterMs: number
  /** `answer` is the world's own; undefined when it did not act. */
  deliver(answer: WorldAnswer | undefined): Delivery
}

interface CountedRule {
  readonly rule: FaultRule
  readonly path: RegExp | undefined
  seen: number
}

const UNTOUCHED: Fate = {
  fault: undefined,
  acts: true,
  delayBeforeMs: 0,
  delayAfterMs: 0,
  deliver: answer => ({ kind: 'answer', answer: answer ?? unacted('GET') }),
}

const HTML_PAGE =
  '<!DOCTYPE html><html><head><title>Gateway</title></head><body><h1>One moment</h1></body></html>'

/** The faults that requests meet. The first rule that applies decides; each counts the requests that fit it. */
export class Faults {
  readonly #random: Random
  #rules: CountedRule[] = []

  constructor(random: Random = () => 0) {
    this.#random = random
  }

  add(...rules: readonly FaultRule[]): void {
    for (const rule of rules) this.#rules.push({ rule, path: pathPattern(rule.match?.path), seen: 0 })
  }

  clear(): void {
    this.#rules = []
  }

  get rules(): readonly FaultRule[] {
    return this.#rules.map(({ rule }) => rule)
  }

  /** Decides what becomes of a request. To be asked once for each. */
  meet(request: Pick<WorldRequest, 'method' | 'url' | 'headers'>): Fate {
    const applying = this.#rules.filter(counted => this.#applies(counted, request))[0]
    return applying === undefined ? UNTOUCHED : fateOf(applying.rule, request)
  }

  #applies(counted: CountedRule, request: Pick<WorldRequest, 'method' | 'url'>): boolean {
    const { method, nth, from, to, every, chance } = counted.rule.match ?? {}
    const path = request.url.pathname.replace(BASE_PATH, '')
    if (method !== undefined && method !== request.method) return false
    if (counted.path !== undefined && !counted.path.test(path)) return false
    counted.seen += 1
    if (nth !== undefined && counted.seen !== nth) return false
    if (counted.seen < (from ?? 1) || counted.seen > (to ?? counted.seen)) return false
    if (every !== undefined && counted.seen % every !== 0) return false
    return chance === undefined || this.#random() < chance
  }
}

function pathPattern(path: string | undefined): RegExp | undefined {
  if (path === undefined) return undefined
  const literal = path.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replaceAll('*', '[^/]+')}$`)
}

function fateOf(rule: FaultRule, request: Pick<WorldRequest, 'method' | 'headers'>): Fate {
  const { fault, when } = rule
  const isLate = fault.kind === 'delay'
  const isConnected = fault.kind !== 'refused' && fault.kind !== 'certificate'
  return {
    fault: fault.kind,
    acts: isConnected && (when === 'after' || isLate || fault.kind === 'drip'),
    delayBeforeMs: isLate && when === 'before' ? fault.ms : 0,
    delayAfterMs: isLate && when === 'after' ? fault.ms : 0,
    deliver: answer => {
      const authorization = request.headers['authorization'] ?? ''
      return delivery(fault, answer ?? unacted(request.method), text =>
        text.replaceAll('{authorization}', authorization),
      )
    },
  }
}

/** What something that stands before the API answers as if the API had acted. */
function unacted(method: string): WorldAnswer {
  const status = method === 'POST' ? 201 : 200
  return { status, headers: { 'content-type': 'application/json' }, body: '{"detail": "accepted"}' }
}

function delivery(fault: Fault, answer: WorldAnswer, fill: (text: string) => string): Delivery {
  switch (fault.kind) {
    case 'reset':
    case 'close':
    case 'hang':
    case 'refused':
    case 'certificate':
      return { kind: fault.kind }
    case 'truncated':
      return { kind: 'truncated', answer: withBody(answer, answer.body || '{"detail": ""}') }
    case 'drip':
      return { kind: 'drip', answer, everyMs: fault.everyMs }
    case 'endless-headers':
      return { kind: 'endless-headers', everyMs: fault.everyMs }
    default:
      return { kind: 'answer', answer: changedAnswer(fault, answer, fill) }
  }
}

type AnswerFault = Extract<
  Fault,
  { kind: 'delay' | 'status' | 'redirect' | 'body' | 'html' | 'empty' | 'oversized' }
>

function changedAnswer(fault: AnswerFault, answer: WorldAnswer, fill: (text: string) => string): WorldAnswer {
  switch (fault.kind) {
    case 'delay':
      return answer
    case 'status':
      return {
        status: fault.status,
        headers: filledHeaders(fault.headers, fill),
        body: fill(fault.body ?? ''),
      }
    case 'redirect':
      return { status: fault.status ?? 307, headers: { location: fill(fault.location) }, body: '' }
    case 'body':
      return withBody(answer, fill(fault.body), fault.contentType)
    case 'html':
      return withBody(answer, HTML_PAGE, 'text/html')
    case 'empty':
      return withBody(answer, '')
    case 'oversized':
      return withBody(answer, `"${'x'.repeat(fault.bytes - 2)}"`)
  }
}

function filledHeaders(
  headers: Readonly<Record<string, string>> | undefined,
  fill: (text: string) => string,
): Readonly<Record<string, string>> {
  const given = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), fill(value)])
  return { 'content-type': 'application/json', ...Object.fromEntries(given) }
}

/** A 204 has no body: with one, it is a 200. */
function withBody(answer: WorldAnswer, body: string, contentType = 'application/json'): WorldAnswer {
  const status = answer.status === 204 && body !== '' ? 200 : answer.status
  return { status, headers: { ...answer.headers, 'content-type': contentType }, body }
}
