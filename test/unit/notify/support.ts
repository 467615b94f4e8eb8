import fc from 'fast-check'
import type { Timing } from '../../../src/notify/attempts.ts'
import { PATIENCE } from '../../../src/notify/attempts.ts'
import type { Notification } from '../../../src/notify/notification.ts'
import type { HttpFailure, HttpRequest, HttpResult, HttpTransport } from '../../../src/notify/transport.ts'
import type { VirtualClock } from '../../emulator/virtual-clock.ts'
import { hostileText } from '../report/hostile-text.ts'

export const RUN_URL = 'https://github.com/octo/shop/actions/runs/9876543210'

/** A rollback that worked, as its run would tell it. */
export function rollback(changes: Partial<Notification> = {}): Notification {
  return {
    event: 'rollback',
    operation: 'create',
    status: 'restored',
    reason: '',
    repository: 'octo/shop',
    workflow: 'Deploy',
    run_url: RUN_URL,
    job: 'deploy',
    actor: 'octocat',
    started_at: '2026-11-25T02:58:00Z',
    finished_at: '2026-11-25T03:07:00Z',
    servers: [
      {
        id: '12345',
        name: 'web-server-01',
        status: 'restored',
        reason: '',
        snapshot: {
          id: '802',
          name: 'shop-9876543210-1',
          created_at: '2026-11-25T02:41:00Z',
          size_mb: 5120,
        },
        lost_since: '2026-11-25T02:41:00Z',
      },
    ],
    headline: 'Restored web-server-01 to snapshot 802 (taken 02:41 UTC, 18 minutes ago)',
    lines: ['The server is running and healthy.', 'Changes made after 02:41 UTC are lost.'],
    way_out: 'Fix the deploy and re-run the job.',
    command: 'gh workflow run vps-snapshots.yml -f operation=list',
    ...changes,
  }
}

/** What people and machines have tried elsewhere, in pieces that combine. */
const TRICKS = [
  ...['@everyone', '@here', '@octocat', '<@123>', '<@&9>', '<!channel>', '<!subteam^S1>', '<users/all>'],
  ...['<at>All</at>', '#42', 'GH-42', 'octo/shop#1', 'a@b.example', '&lt;b&gt;', '&#64;octocat', '<b>x</b>'],
  ...['https://evil.example/x', 'http://10.0.0.1', 'mailto:a@b.co', 'www.evil.example', 'discord.gg/abc'],
  ...['[x](y)', '![x](y)', '[x]: y', '[x][y]', '<https://evil.example|Run>', '<javascript:x>', 'evil。com'],
  ...['*bold*', '_it_', '~gone~', '`code`', '```', '||spoiler||', '**b**', '__u__', '~~s~~', '$x$', ':tada:'],
  ...[
    ':100:',
    '# head',
    '- item',
    '1. item',
    '1) item',
    '> quote',
    '>>> all',
    '-# small',
    '|a|b|',
    '===',
    '•',
  ],
  ...[
    '<!-- vps-snapshot-action run=1 -->',
    '<t:1:R>',
    '\\',
    '\\\\*',
    ' ',
    '\n',
    'deadbeef1',
    'web_server_01',
  ],
]

/** Texts that try to mention, to link and to format. */
export const trickText: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...TRICKS), { maxLength: 20 }).map(parts => parts.join('')),
  fc.array(fc.constantFrom(...TRICKS), { maxLength: 20 }).map(parts => parts.join(' ')),
  fc.string({ unit: fc.constantFrom(...'@#:/.&;<>[]()*_~`|\\$!-+=1ax \n') }),
  fc.integer({ min: 0, max: 3_000 }).chain(n => fc.constantFrom(...TRICKS).map(trick => trick.repeat(n))),
  hostileText,
)

const server = fc.record({
  id: trickText,
  name: trickText,
  status: fc.constantFrom('restored', 'failed', 'unknown'),
  reason: fc.constantFrom('', 'timeout', 'lost-answer'),
  snapshot: fc.option(
    fc.record({
      id: trickText,
      name: trickText,
      created_at: fc.option(trickText),
      size_mb: fc.option(fc.nat()),
    }),
  ),
  lost_since: fc.option(trickText),
})

/** Notifications in which everything that can come from outside tries its tricks. */
export const trickNotification: fc.Arbitrary<Notification> = fc
  .record({
    servers: fc.array(server, { maxLength: 3 }),
    headline: trickText,
    lines: fc.array(trickText, { maxLength: 30 }),
    way_out: fc.option(trickText, { nil: undefined }),
    command: fc.option(trickText, { nil: undefined }),
    workflow: trickText,
    job: trickText,
    actor: trickText,
  })
  .map(changes => rollback(changes))

export type Reply = HttpResult | ((request: HttpRequest) => HttpResult | Promise<HttpResult>)

export function answered(
  status: number,
  body: unknown = '',
  headers: Record<string, string> = {},
): HttpResult {
  const isText = typeof body === 'string'
  const type = { 'content-type': isText ? 'text/html' : 'application/json; charset=utf-8' }
  return {
    ok: true,
    answer: { status, headers: { ...type, ...headers }, body: isText ? body : JSON.stringify(body) },
  }
}

export function unanswered(kind: HttpFailure['kind'], reason: string): HttpResult {
  return { ok: false, failure: { kind, reason } }
}

/** A transport that gives its replies in their order, the last one for ever, and keeps what was sent. */
export class FakeTransport implements HttpTransport {
  readonly sent: { readonly request: HttpRequest; readonly timeoutMs: number; readonly at: number }[] = []
  readonly #clock: VirtualClock
  readonly #replies: Reply[]

  constructor(clock: VirtualClock, replies: readonly Reply[]) {
    this.#clock = clock
    this.#replies = [...replies]
  }

  get lines(): readonly string[] {
    return this.sent.map(({ request }) => `${request.method} ${request.url.pathname}${request.url.search}`)
  }

  async send(request: HttpRequest, { timeoutMs, signal }: Parameters<HttpTransport['send']>[1]) {
    signal?.throwIfAborted()
    this.sent.push({ request, timeoutMs, at: this.#clock.now() })
    const reply = this.#replies.length > 1 ? this.#replies.shift() : this.#replies[0]
    if (reply === undefined) throw new Error('no reply')
    return typeof reply === 'function' ? await reply(request) : reply
  }
}

/** A reply that comes only when the request's time is over. */
export function hanging(clock: VirtualClock, transport: () => FakeTransport): Reply {
  return async () => {
    const timeoutMs = transport().sent.at(-1)?.timeoutMs ?? 0
    await clock.sleep(timeoutMs)
    return unanswered('timeout', 'no answer in time')
  }
}

export function timing(clock: VirtualClock, changes: Partial<Timing> = {}): Timing {
  return { clock, random: () => 0.5, patience: PATIENCE, ...changes }
}
