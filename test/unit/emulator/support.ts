import { expect, it } from 'vitest'
import { BASE_PATH, type WorldAnswer, type WorldRequest } from '../../emulator/api.ts'
import { answerControl, CONTROL_PATH } from '../../emulator/control.ts'
import { Faults } from '../../emulator/faults.ts'
import { REFERENCE_INSTANT, REFERENCE_SETUP } from '../../emulator/reference.ts'
import { RequestLog } from '../../emulator/request-log.ts'
import { DEFAULT_SETTINGS, type WorldSetup } from '../../emulator/settings.ts'
import { World } from '../../emulator/world.ts'

export const AUTHORISED = { authorization: `Bearer ${DEFAULT_SETTINGS.token}` }
const ORIGIN = 'http://127.0.0.1:9'
type Answer = Pick<WorldAnswer, 'status' | 'body'> | undefined

/** What conversations are held with. Its time passes only when a test says so. */
export interface Stage {
  readonly world: World
  pass(ms: number): void
  /** Asks `METHOD /path {…}`, with a path of the API below its base path. Undefined when no whole answer comes. */
  ask(asked: string, headers?: WorldRequest['headers']): Answer | Promise<Answer>
}

/** The world with its faults and controls in process, without a network. */
export function stage(setup: WorldSetup = REFERENCE_SETUP) {
  let now = REFERENCE_INSTANT
  const pass = (ms: number) => {
    now += ms
  }
  const played = {
    ...{
      world: new World(() => now, setup),
      faults: new Faults(),
      log: new RequestLog(),
      pass,
      advance: pass,
    },
    reset: (other?: WorldSetup) => {
      played.world = new World(() => now, other)
    },
    ask: (asked: string, headers: WorldRequest['headers'] = AUTHORISED): Answer => {
      const request = { ...requestOf(asked, ORIGIN), headers }
      if (request.url.pathname.startsWith(CONTROL_PATH)) return answerControl(played, request)
      const fate = played.faults.meet(request, now)
      const delivery = fate.deliver(fate.ask(played.world, request))
      return 'answer' in delivery ? delivery.answer : undefined
    },
  }
  return played
}

export function requestOf(asked: string, origin: string) {
  const [, method = '', path = '', body = ''] = /^(\S+) (\S+) ?(.*)$/s.exec(asked) ?? []
  const base = /^\/(?:_emulator|repos)\b/.test(path) ? '' : BASE_PATH
  return { method, url: new URL(`${base}${path}`, origin), body }
}

/** What stands for a request that is often made. */
const SHORT: readonly (readonly [step: RegExp, asked: string])[] = [
  [/^create$/, 'POST /snapshots/ {"server_id":12345,"name":"x"}'],
  [/^restore (\S+)$/, 'POST /snapshots/$1/restore/'],
  [/^delete (\S+)$/, 'DELETE /snapshots/$1/'],
  [/^(start|stop|restart|hard_stop)$/, 'POST /servers/12345/power/ {"action":"$1"}'],
  [/^others (.*)$/, `POST ${CONTROL_PATH}act $1`],
  [/^disk$/, `GET ${CONTROL_PATH}servers/12345/disk`],
  [/^state$/, `GET ${CONTROL_PATH}state`],
  [/^fault (.*)$/, `POST ${CONTROL_PATH}faults $1`],
  [/^reset (.*)$/, `POST ${CONTROL_PATH}reset $1`],
  [/^settings (.*)$/, `PUT ${CONTROL_PATH}settings $1`],
  [/^times (.*)$/, `PUT ${CONTROL_PATH}settings {"timeline":$1}`],
]

/**
 * Conversations, each a test of its own, in a template: a title that ends with a colon, and below it the steps, which `;`
 * or the line ends, with what comes of each (what is not said has to go well), where `…` is anything. A time (`20000`, `8m`, `8m-1`) passes, and the server
 * is seen: its status, and whether it really runs; so it is after a short form of a change. `METHOD /path {…}` shows the
 * whole answer, `list` what is listed, `events` what happened. `as …` asks once with another authorization.
 */
export function conversations(open: () => Stage | Promise<Stage> = stage) {
  return ({ raw: [text = ''] }: TemplateStringsArray): void => {
    for (const paragraph of text.trim().split(/\n {4}(?=\S)/)) {
      const [title = '', steps = ''] = paragraph.split(/:\n(.*)/s)
      it(title, async () => {
        const played = await open()
        for (const written of steps.split(/;\s+|\n\s*(?=\w)/).map(joined)) {
          const [step = '', expected = /^\d/.test(written) ? '…' : '2…'] = written.split(/ ?-> ?/)
          expect(await outcomeOf(played, step), step).toMatch(like(expected))
        }
      })
    }
  }
}

/** A step on one line: where a line ends, a status is followed by a space, and anything else by what comes next. */
function joined(step: string): string {
  return step
    .replace(/(-> \d+)\n\s+/, '$1 ')
    .replace(/\n\s+/g, '')
    .trim()
}

/** A pattern for a text in which `…` is anything, and `x*9` nine of them. */
export function like(text: string): RegExp {
  const literal = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replaceAll('…', '.*')}$`, 's')
}

async function outcomeOf(played: Stage, step: string): Promise<string> {
  const { ask, world, pass } = played
  if (step === 'list') return listed((await ask('GET /snapshots/'))?.body ?? '')
  if (step === 'events') return world.events.map(({ kind }) => kind).join(' ')
  const [, who, told = step] = /^as (.*): (.*)$/.exec(step) ?? []
  const [, minutes = '0', ms = '0'] = /^(?:(\d+)m)?(-?\d+)?$/.exec(step) ?? []
  pass(Number(minutes) * 60_000 + Number(ms))
  if (/^\d/.test(step)) return seen(played)
  const [pattern, short] = SHORT.find(([short]) => short.test(told)) ?? [/^/, '']
  const long = told.replace(pattern, short).replace(/(\w)\*(\d+)/, (_, char, times) => char.repeat(times))
  const answer = await ask(
    long,
    who === undefined ? undefined : who === 'nobody' ? {} : { authorization: who },
  )
  const isChange = short !== '' && !long.includes(CONTROL_PATH)
  if (isChange) return `${answer?.status} ${await seen(played)}`
  return answer === undefined ? 'nothing' : `${answer.status} ${answer.body}`.trim()
}

function listed(body: string): string {
  const items: readonly { readonly id: unknown; readonly status: unknown }[] = JSON.parse(body).results
  return items.map(({ id, status }) => `${id} ${status}`).join(', ')
}

async function seen({ ask, world }: Stage): Promise<string> {
  const { status } = JSON.parse((await ask('GET /servers/12345/'))?.body ?? '')
  return `${status} ${world.server('12345')?.running ? 'runs' : 'down'}`
}
