import type { PollConfig } from '../../../../src/policy/poll-config.ts'
import { createReport } from '../../../../src/report/report.ts'
import type { Context } from '../../../../src/run/context.ts'
import { createClient } from '../../../../src/vps/client.ts'
import { permissionsReader } from '../../../../src/waiting/explain.ts'
import { createRetryLog } from '../../../../src/waiting/retry-log.ts'
import { Faults } from '../../../emulator/faults.ts'
import { DEFAULT_SETTINGS } from '../../../emulator/settings.ts'
import { VirtualClock } from '../../../emulator/virtual-clock.ts'
import { createVirtualWire } from '../../../emulator/virtual-wire.ts'
import { World } from '../../../emulator/world.ts'
import { createRecorder } from './recorder.ts'
import { ORIGIN, START, type StageSettings } from './stage.ts'

/** What an operation works with, for tests of one module by itself; the world is at the end of the wire as in a stage. */
export function createContext(settings: StageSettings & { readonly pace?: PollConfig } = {}) {
  const clock = new VirtualClock(START)
  const world = new World(() => clock.now(), { nextSnapshotId: '802', ...settings })
  const faults = new Faults()
  faults.add(...(settings.faults ?? []))
  const wire = createVirtualWire({ world, clock, faults, latencyMs: settings.latencyMs ?? 100 })
  const runner = createRecorder()
  const controller = new AbortController()
  const random = settings.random ?? (() => 0.5)
  const around = { clock, random, signal: controller.signal }
  const apiUrl = new URL('https://api.test/api/v1/')
  const report = createReport(runner, { summary: true, outputs: true })
  const api = createClient({ ...around, apiUrl, token: DEFAULT_SETTINGS.token, transport: wire })
  const ctx: Context = {
    ...around,
    api,
    permissions: permissionsReader({ api, clock }),
    said: new Set(),
    report,
    logRetry: createRetryLog(report, clock),
    origin: { ...ORIGIN, ...settings.origin },
    pace: settings.pace ?? { acceleratedClock: false },
    maxParallel: 10,
    probe: () => Promise.resolve(undefined),
  }
  return { ctx, clock, world, faults, wire, runner, controller }
}
