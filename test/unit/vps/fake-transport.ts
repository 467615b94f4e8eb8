import type { ServerId, SnapshotId } from '../../../src/domain/ids.ts'
import { parseServerId, parseSnapshotId } from '../../../src/domain/ids.ts'
import type {
  HttpRequest,
  HttpTransport,
  TransportFailure,
  TransportOptions,
  TransportResult,
} from '../../../src/http/http-transport.ts'
import { type ClientSettings, createClient, type VpsClient } from '../../../src/vps/client.ts'
import type { ApiFailure } from '../../../src/vps/failure.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'

export const TOKEN = 'vps_t0p_s3cret'
export const API = 'https://admin.vps.org/api/v1'

export function serverId(text: string): ServerId {
  const id = parseServerId(text)
  if (id === undefined) throw new Error(`no server id: ${text}`)
  return id
}

export function snapshotId(text: string): SnapshotId {
  const id = parseSnapshotId(text)
  if (id === undefined) throw new Error(`no snapshot id: ${text}`)
  return id
}

/** An answer of the API; text as it is, anything else as JSON. */
export function answer(
  status: number,
  body: unknown = '',
  headers: Record<string, string> = {},
): TransportResult {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { ok: true, answer: { status, headers, body: text } }
}

/** An error as the API itself writes it. */
export function refused(
  status: number,
  detail = 'No.',
  headers: Record<string, string> = {},
): TransportResult {
  return answer(status, { detail }, headers)
}

export function lost(kind: TransportFailure['kind'], reason = 'why'): TransportResult {
  return { ok: false, failure: { kind, reason } }
}

export type Reply =
  | TransportResult
  | ((request: HttpRequest, options: TransportOptions) => TransportResult | Promise<TransportResult>)

/** A transport that gives its replies in their order and keeps what was sent. */
export class FakeTransport implements HttpTransport {
  readonly sent: {
    readonly request: HttpRequest
    readonly options: TransportOptions
    readonly at: number
  }[] = []
  readonly #replies: Reply[]
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock, replies: readonly Reply[]) {
    this.#clock = clock
    this.#replies = [...replies]
  }

  /** `METHOD path` of each request, below the API's base where it is there. */
  get lines(): readonly string[] {
    return this.sent.map(({ request }) => `${request.method} ${request.url.href.replace(API, '')}`)
  }

  async send(request: HttpRequest, options: TransportOptions): Promise<TransportResult> {
    this.sent.push({ request, options, at: this.#clock.now() })
    const reply = this.#replies.length > 1 ? this.#replies.shift() : this.#replies[0]
    if (reply === undefined) throw new Error('no reply')
    return typeof reply === 'function' ? await reply(request, options) : reply
  }
}

export interface Bench {
  readonly client: VpsClient
  readonly transport: FakeTransport
  readonly clock: VirtualClock
  readonly cancel: AbortController
  readonly retries: { readonly failure: ApiFailure; readonly delayMs: number }[]
  readonly lines: string[]
}

/** A client on a fake transport and a virtual clock. The last reply is given for ever. */
export function bench(replies: readonly Reply[], settings: Partial<ClientSettings> = {}): Bench {
  const clock = new VirtualClock(1_000_000)
  const transport = new FakeTransport(clock, replies)
  const cancel = new AbortController()
  const retries: { failure: ApiFailure; delayMs: number }[] = []
  const lines: string[] = []
  const client = createClient({
    apiUrl: new URL(API),
    token: TOKEN,
    transport,
    clock,
    random: () => 0.5,
    signal: cancel.signal,
    onRetry: note => retries.push(note),
    debug: line => lines.push(line),
    ...settings,
  })
  return { client, transport, clock, cancel, retries, lines }
}

/** A snapshot as the API writes it. */
export function rawSnapshot(id: number, server: unknown = { id: 12345, name: 'web-server-01' }): object {
  return {
    id,
    server,
    name: `s${id}`,
    status: 'completed',
    size_mb: 5120,
    created_at: '2025-01-15T18:30:00Z',
    description: '',
  }
}
