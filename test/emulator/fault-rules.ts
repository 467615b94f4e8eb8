import * as v from 'valibot'
import { jsonSchema } from './json.ts'
import { actSchema } from './world-types.ts'

const milliseconds = v.pipe(v.number(), v.minValue(0))
const count = v.pipe(v.number(), v.integer(), v.minValue(1))
const status = v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599))

/** Every kind of request that the action sends, each by its method and its path below the base path. */
export const REQUEST_KINDS = {
  'list-snapshots': { method: 'GET', path: '/snapshots/' },
  create: { method: 'POST', path: '/snapshots/' },
  restore: { method: 'POST', path: '/snapshots/*/restore/' },
  delete: { method: 'DELETE', path: '/snapshots/*/' },
  'list-servers': { method: 'GET', path: '/servers/' },
  'read-server': { method: 'GET', path: '/servers/*/' },
  power: { method: 'POST', path: '/servers/*/power/' },
  account: { method: 'GET', path: '/account/me/' },
} as const
export type RequestKind = keyof typeof REQUEST_KINDS
export const REQUEST_KIND_NAMES = Object.keys(REQUEST_KINDS) as RequestKind[]

/**
 * What goes wrong, as data. `{authorization}` in a body, header or location stands for what the request sent.
 * Times are those of the network: real ones over HTTP, whatever the world's speed, virtual ones on the virtual wire.
 */
export const faultSchema = v.variant('kind', [
  /** Late, but right. Before: the world acts late. After: it acts at once, and its answer is late. */
  v.strictObject({ kind: v.literal('delay'), ms: milliseconds }),
  /** A refusal in the API's own form where no `body` is given; with `body: ''`, of something in between. */
  v.strictObject({
    kind: v.literal('status'),
    status,
    body: v.exactOptional(v.string()),
    headers: v.exactOptional(v.record(v.string(), v.string())),
  }),
  v.strictObject({ kind: v.literal('redirect'), location: v.string(), status: v.exactOptional(v.number()) }),
  /** The right status with this text in place of the body. */
  v.strictObject({ kind: v.literal('body'), body: v.string() }),
  /** The right status with a proxy's page in place of the body. */
  v.strictObject({ kind: v.literal('html') }),
  v.strictObject({ kind: v.literal('empty') }),
  /** A page for browsers in place of the answer, of at least so many bytes. */
  v.strictObject({
    kind: v.literal('challenge'),
    status,
    bytes: v.exactOptional(count),
    unclosed: v.exactOptional(v.boolean()),
  }),
  /** A refusal in the API's own form: `detail`, or messages by field. */
  v.strictObject({
    kind: v.literal('refusal'),
    status,
    detail: v.exactOptional(v.string()),
    fields: v.exactOptional(v.record(v.string(), v.array(v.string()))),
  }),
  /** The right answer with other fields; a path is `server.id`, `results.0.name`, or `results.*.name` for every item. */
  v.strictObject({
    kind: v.literal('fields'),
    set: v.exactOptional(v.record(v.string(), jsonSchema)),
    remove: v.exactOptional(v.array(v.string())),
  }),
  /** Others do something just before or just after the world acts. */
  v.strictObject({ kind: v.literal('meanwhile'), do: v.array(actSchema) }),
  /** A box in between sends the request twice, and hands on the second answer. */
  v.strictObject({ kind: v.literal('doubled') }),
  /** A token bucket, of the requests that fit: the rule applies only to those that it refuses. */
  v.strictObject({
    kind: v.literal('limiter'),
    perSecond: v.pipe(v.number(), v.gtValue(0)),
    burst: v.exactOptional(v.pipe(v.number(), v.minValue(0))),
    status: v.exactOptional(v.picklist([403, 429, 503])),
    tells: v.exactOptional(v.picklist(['nothing', 'retry-after', 'ratelimit', 'x-ratelimit'])),
    body: v.exactOptional(v.picklist(['json', 'html', 'empty'])),
  }),
  /** The right answer, compressed. A wire that is virtual brings it as one that has been decoded. */
  v.strictObject({ kind: v.literal('encoded'), encoding: v.picklist(['gzip', 'br', 'deflate']) }),
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
      kind: v.exactOptional(v.picklist(REQUEST_KIND_NAMES)),
      method: v.exactOptional(v.string()),
      // Below the API's base path, without the query; `*` stands for one segment: `/snapshots/*/restore/`.
      path: v.exactOptional(v.string()),
      /** What its query holds: `page=2`. */
      query: v.exactOptional(v.string()),
      nth: v.exactOptional(count),
      from: v.exactOptional(count),
      to: v.exactOptional(count),
      every: v.exactOptional(count),
      /** So long since the first that fitted, in the network's time. */
      forMs: v.exactOptional(milliseconds),
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
