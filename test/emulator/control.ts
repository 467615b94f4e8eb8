import * as v from 'valibot'
import type { WorldAnswer, WorldRequest } from './answers.ts'
import { type Faults, faultRuleSchema } from './faults.ts'
import type { RequestLog } from './request-log.ts'
import { settingsChangeSchema, setupSchema, timelineChangeSchema, type WorldSetup } from './settings.ts'
import type { World } from './world.ts'
import { actSchema } from './world-types.ts'

/** Everything below it steers the emulator and is no part of the API. */
export const CONTROL_PATH = '/_emulator/'

/** What the control endpoints steer. */
export interface Steered {
  readonly world: World
  readonly faults: Faults
  readonly log: RequestLog
  advance(ms: number): void
  reset(setup?: WorldSetup): void
}

export interface ControlAnswer extends Pick<WorldAnswer, 'status' | 'body'> {
  readonly contentType: string
}

interface Endpoint {
  readonly method: string
  readonly path: RegExp
  /** Throws an error whose message is for the one who asked. */
  readonly answer: (steered: Steered, body: string, id: string) => unknown
}

const rulesSchema = v.union([
  v.array(faultRuleSchema),
  v.pipe(
    faultRuleSchema,
    v.transform(rule => [rule]),
  ),
])
const timedActSchema = v.union([
  v.strictObject({ afterMs: v.number(), do: actSchema }),
  v.pipe(
    actSchema,
    v.transform(act => ({ afterMs: 0, do: act })),
  ),
])
const VIRTUAL_ONLY: readonly string[] = ['refused', 'certificate']

const ENDPOINTS: readonly Endpoint[] = [
  { method: 'GET', path: /^state$/, answer: ({ world }) => world.report() },
  { method: 'GET', path: /^requests$/, answer: ({ log }) => log.all },
  { method: 'DELETE', path: /^requests$/, answer: ({ log }) => log.clear() },
  { method: 'GET', path: /^servers\/([^/]+)\/disk$/, answer: ({ world }, _body, id) => diskOf(world, id) },
  {
    method: 'PUT',
    path: /^servers\/([^/]+)\/disk$/,
    answer: ({ world }, body, id) => world.deploy(id, body),
  },
  {
    method: 'PUT',
    path: /^servers\/([^/]+)\/timeline$/,
    answer: ({ world }, body, id) => world.configureServer(id, read(timelineChangeSchema, body)),
  },
  {
    method: 'PUT',
    path: /^settings$/,
    answer: ({ world }, body) => world.configure(read(settingsChangeSchema, body)),
  },
  { method: 'GET', path: /^faults$/, answer: ({ faults }) => faults.rules },
  { method: 'POST', path: /^faults$/, answer: addFaults },
  { method: 'DELETE', path: /^faults$/, answer: ({ faults }) => faults.clear() },
  { method: 'POST', path: /^act$/, answer: act },
  {
    method: 'POST',
    path: /^advance$/,
    answer: (steered, body) => steered.advance(read(v.strictObject({ ms: v.number() }), body).ms),
  },
  {
    method: 'POST',
    path: /^reset$/,
    answer: (steered, body) => steered.reset(body === '' ? undefined : read(setupSchema, body)),
  },
]

/** Answers a control request: 200 with JSON (or a disk as text), 204, 400 with what is wrong, 404. */
export function answerControl(steered: Steered, request: WorldRequest): ControlAnswer {
  const path = request.url.pathname.slice(CONTROL_PATH.length)
  const endpoint = ENDPOINTS.find(known => known.method === request.method && known.path.test(path))
  if (endpoint === undefined) return { status: 404, contentType: 'text/plain', body: 'no such control\n' }
  try {
    const id = endpoint.path.exec(path)?.[1] ?? ''
    return shown(endpoint.answer(steered, request.body, id))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { status: 400, contentType: 'text/plain', body: `${message}\n` }
  }
}

function shown(value: unknown): ControlAnswer {
  if (value === undefined) return { status: 204, contentType: 'text/plain', body: '' }
  if (typeof value === 'string') return { status: 200, contentType: 'text/plain', body: value }
  return { status: 200, contentType: 'application/json', body: JSON.stringify(value) }
}

function read<T>(schema: v.GenericSchema<unknown, T>, body: string): T {
  const parsed = v.safeParse(schema, JSON.parse(body))
  if (parsed.success) return parsed.output
  const problems = parsed.issues.map(issue => `${v.getDotPath(issue) ?? 'body'}: ${issue.message}`)
  throw new Error(problems.join('\n'))
}

function diskOf(world: World, id: string): string {
  world.settle()
  const server = world.server(id)
  if (server === undefined) throw new Error(`there is no server ${id}`)
  return server.disk
}

function addFaults({ faults }: Steered, body: string): undefined {
  const rules = read(rulesSchema, body)
  const impossible = rules.find(({ fault }) => VIRTUAL_ONLY.includes(fault.kind))
  if (impossible !== undefined)
    throw new Error(`a server that listens cannot do "${impossible.fault.kind}": it is for the virtual wire`)
  faults.add(...rules)
}

function act({ world }: Steered, body: string): { readonly id: string } | undefined {
  const timed = read(timedActSchema, body)
  if (timed.afterMs > 0) {
    world.actAt(world.now() + timed.afterMs, timed.do)
    return undefined
  }
  const outcome = world.act(timed.do)
  if (!outcome.ok) throw new Error(`refused: ${outcome.refusal}`)
  return { id: outcome.value }
}
