import { BASE_PATH, type WorldAnswer } from '../../emulator/api.ts'
import { REFERENCE_INSTANT, REFERENCE_SETUP } from '../../emulator/reference.ts'
import {
  DEFAULT_SETTINGS,
  type SettingsChange,
  type TimelineChange,
  type WorldSetup,
} from '../../emulator/settings.ts'
import { World } from '../../emulator/world.ts'

export const AUTHORISED = { authorization: `Bearer ${DEFAULT_SETTINGS.token}` }

export interface Stage {
  readonly world: World
  /** Moves time on. */
  pass(ms: number): void
  /** Asks the API; `path` begins below its base path. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): WorldAnswer
  /** The status that reads of server 12345 show. */
  status(): string
}

/** A world whose time passes only when the test says so. */
export function stage(setup: WorldSetup = REFERENCE_SETUP, startAt = REFERENCE_INSTANT): Stage {
  let now = startAt
  const world = new World(() => now, setup)
  const ask: Stage['ask'] = (method, path, body, headers = AUTHORISED) => {
    const url = new URL(`http://127.0.0.1:9${BASE_PATH}${path}`)
    const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
    return world.handle({ method, url, headers, body: text })
  }
  return {
    world,
    pass: ms => {
      now += ms
    },
    ask,
    status: () => JSON.parse(ask('GET', '/servers/12345/').body).status,
  }
}

export function reference(timeline: TimelineChange = {}, settings: SettingsChange = {}): Stage {
  return stage({ ...REFERENCE_SETUP, settings: { ...settings, timeline } })
}

/** An item of a list, as far as tests look at it. */
export interface Listed {
  readonly id: unknown
  readonly status: string
  readonly server: { readonly id: unknown } | null
  readonly created_at: unknown
}

export function listOf(ask: Stage['ask'], query = ''): readonly Listed[] {
  return JSON.parse(ask('GET', `/snapshots/${query}`).body).results
}
