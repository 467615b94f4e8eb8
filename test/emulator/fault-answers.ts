import { STATUS_CODES } from 'node:http'
import { answerWith, type WorldAnswer } from './answers.ts'
import type { Fault } from './fault-rules.ts'
import { isRecord, type Json, parseJson, toJson } from './json.ts'
import { htmlPage } from './pages.ts'

/** How an answer travels, or does not. */
export type Delivery =
  | { readonly kind: 'answer' | 'truncated'; readonly answer: WorldAnswer }
  | { readonly kind: 'encoded'; readonly answer: WorldAnswer; readonly encoding: 'gzip' | 'br' | 'deflate' }
  | { readonly kind: 'drip'; readonly answer: WorldAnswer; readonly everyMs: number }
  | { readonly kind: 'endless-headers'; readonly everyMs: number }
  | { readonly kind: 'reset' | 'close' | 'hang' | 'refused' | 'certificate' }

/** What a fault makes of an answer. `fill` puts what the request sent into what the fault says. */
export function deliveryOf(
  fault: Exclude<Fault, { kind: 'limiter' }>,
  answer: WorldAnswer,
  fill: (text: string) => string,
): Delivery {
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
    case 'encoded':
      return { kind: 'encoded', answer, encoding: fault.encoding }
    default:
      return { kind: 'answer', answer: changedAnswer(fault, answer, fill) }
  }
}

type AnswerFault = Exclude<Fault, { kind: 'limiter' | Exclude<Delivery['kind'], 'answer'> }>

function changedAnswer(fault: AnswerFault, answer: WorldAnswer, fill: (text: string) => string): WorldAnswer {
  switch (fault.kind) {
    case 'delay':
    case 'meanwhile':
    case 'doubled':
      return answer
    case 'status':
      return {
        status: fault.status,
        headers: filledHeaders(fault.headers, fill),
        body: fill(fault.body ?? refusalBody(fault.status)),
      }
    case 'refusal':
      return answerWith(fault.status, fault.fields ?? { detail: fault.detail ?? 'Try again later.' })
    case 'challenge':
      return { status: fault.status, headers: { 'content-type': 'text/html' }, body: htmlPage(fault) }
    case 'redirect':
      return { status: fault.status ?? 307, headers: { location: fill(fault.location) }, body: '' }
    case 'body':
      return withBody(answer, fill(fault.body))
    case 'fields':
      return withBody(answer, toJson(edited(parseJson(answer.body || '{}'), fault)))
    case 'html':
      return withBody(answer, htmlPage(), 'text/html')
    case 'empty':
      return withBody(answer, '')
    case 'oversized':
      return withBody(answer, `"${'x'.repeat(fault.bytes - 2)}"`)
  }
}

/**
 * The API writes every refusal of its own as JSON; the words say no more than the status does. Nothing has to come with
 * any other status, and with 204 and 304 nothing can.
 */
function refusalBody(status: number): string {
  return status < 400 ? '' : toJson({ detail: STATUS_CODES[status] ?? 'Error' })
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

function edited(value: Json, fault: Extract<Fault, { kind: 'fields' }>): Json {
  const set = Object.entries(fault.set ?? {})
  const withSet = set.reduce((result, [path, by]) => edit(result, path.split('.'), () => by), value)
  return (fault.remove ?? []).reduce(
    (result, path) => edit(result, path.split('.'), () => undefined),
    withSet,
  )
}

/** Changes what is at a path; undefined takes it away. What the path does not lead to stays as it is. */
function edit(value: Json, [step = '', ...rest]: readonly string[], by: () => Json | undefined): Json {
  const isEnd = rest.length === 0
  const change = (part: Json) => (isEnd ? by() : edit(part, rest, by))
  if (Array.isArray(value))
    return value.flatMap((item: Json, index) =>
      step === '*' || step === String(index) ? (change(item) ?? []) : [item],
    )
  if (!isRecord(value) || (!isEnd && value[step] === undefined)) return value
  const { [step]: part = null, ...others } = value
  const changed = change(part)
  return changed === undefined ? others : { ...others, [step]: changed }
}
