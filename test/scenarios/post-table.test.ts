import pLimit from 'p-limit'
import { beforeAll, describe, expect, it } from 'vitest'
import { postStage } from '../../src/stages.ts'
import type { WorldSetup } from '../emulator/settings.ts'
import { VirtualClock } from '../emulator/virtual-clock.ts'
import { createVirtualWire } from '../emulator/virtual-wire.ts'
import { World } from '../emulator/world.ts'
import type { MainTranscript, RecordedRequest, RunOptions } from '../harness/index.ts'
import { createDice } from '../soak/dice.ts'
import { beginStage, ORIGIN_OF_RUN } from '../soak/stage.ts'
import { alignedTable, MINUTE, openScene, type Scene, START, TOKEN } from './scene.ts'

/** How the create ended. But for the first, its snapshot is failed or still in progress. */
const OUTCOMES = ['completed', 'failed', 'timed out', 'cancelled', 'killed'] as const
const JOB_STATUSES = ['success', 'failure', 'cancelled', '', 'nonsense'] as const
/** What the server does when the job has ended; it is somebody else who restores it. */
const SERVER_STATES = ['active', 'stopped', 'restoring', 'error'] as const

type Outcome = (typeof OUTCOMES)[number]
type JobStatus = (typeof JOB_STATUSES)[number]
type ServerState = (typeof SERVER_STATES)[number]

interface Settings {
  readonly restoreOn: readonly string[]
  readonly deleteOn: readonly string[]
}

/** Every end of the job deletes, restores or does neither; a success restores never. */
const SETTINGS: readonly Settings[] = ['', 'delete'].flatMap(success =>
  ['', 'restore', 'delete'].flatMap(failure =>
    ['', 'restore', 'delete'].map(cancelled => {
      const plans = Object.entries({ success, failure, cancelled })
      const ends = (what: string) => plans.filter(([, plan]) => plan === what).map(([end]) => end)
      return { restoreOn: ends('restore'), deleteOn: ends('delete') }
    }),
  ),
)

interface Case {
  readonly outcome: Outcome
  readonly settings: Settings
  readonly jobStatus: JobStatus
}

interface Ended {
  /** What the post stage sent, reads apart. */
  readonly changes: readonly string[]
  /** Each once before a change and once after it; empty when nothing was sent. */
  readonly requests: string
  readonly green: boolean
  readonly status: string
  readonly disk: string
}

type Row = ReadonlyMap<ServerState, Ended>

const CASES: readonly Case[] = OUTCOMES.flatMap(outcome =>
  JOB_STATUSES.flatMap(jobStatus => SETTINGS.map(settings => ({ outcome, jobStatus, settings }))),
)

const PERSONS = {
  id: '700',
  server: '12345',
  name: 'by-hand',
  createdAt: '2026-01-10T08:00:00Z',
  disk: 'version 0',
}

// The processes mostly wait; more of them than this only wait for each other.
const limit = pLimit(10)

const mains = new Map<string, { readonly main: MainTranscript; readonly after: WorldSetup }>()
/** Every case, with the post stage in this process. */
const table = new Map<Case, Row>()
/** Of each kind one, with the post stage as the runner starts it. */
const processes = new Map<Case, Row>()

beforeAll(async () => {
  if (process.platform === 'win32') return
  await Promise.all(
    OUTCOMES.flatMap(outcome => SETTINGS.map(settings => limit(() => runMain(outcome, settings)))),
  )
  for (const each of CASES) table.set(each, await rowOf(each, playPost))
  const ofEachKind = [...new Map(CASES.map(each => [kindOf(each), each])).values()]
  const rows = ofEachKind.map(async each => [each, await rowOf(each, runPost)] as const)
  for (const [each, row] of await Promise.all(rows)) processes.set(each, row)
}, 600_000)

/** What the post stage goes by: of the settings, only what they say of this end of the job. */
function kindOf({ outcome, jobStatus, settings }: Case): string {
  const [restores, deletes] = [settings.restoreOn, settings.deleteOn].map(ends => ends.includes(jobStatus))
  return JSON.stringify([outcome, jobStatus, restores, deletes])
}

// Elsewhere no process can be cancelled as the runner does it.
describe.skipIf(process.platform === 'win32')(
  'the end of the job, for every end of the create, of the job, settings and state of the server',
  () => {
    it('does what it was told, and nothing else', () => {
      const wrong = cells().flatMap(({ at, state, ended }) => {
        const { changes, green, status, disk } = ended
        const expected = expectation(at, state)
        const found = { changes, green, status, disk }
        return JSON.stringify(found) === JSON.stringify(expected) ? [] : [{ at, state, found, expected }]
      })
      expect(wrong).toEqual([])
    })

    it('restores only a snapshot of its own that it saw completed, and only in a job that did not succeed', () => {
      const restored = cells().filter(({ ended }) =>
        ended.changes.some(change => change.startsWith('restore')),
      )
      expect(restored.length).toBeGreaterThan(0)
      for (const { at, ended } of restored) {
        expect(at.outcome).toBe('completed')
        expect(['failure', 'cancelled']).toContain(at.jobStatus)
        expect(ended.changes).toEqual(['restore 802'])
      }
    })

    it('is the same in a process of its own', () => {
      expect(processes.size).toBe(OUTCOMES.length * 10)
      for (const [at, row] of processes) expect(row).toEqual(table.get(at))
    })

    it('is written down in a table for a reader', async () => {
      await expect(renderTable()).toMatchFileSnapshot('fixtures/post-table.md')
    })
  },
)

/** The rule in the words of the documentation. */
function expectation({ outcome, jobStatus, settings }: Case, state: ServerState): Omit<Ended, 'requests'> {
  const busy = state === 'restoring'
  const untouched = { changes: [], green: true, status: state, disk: busy ? BEING_OVERWRITTEN : 'version 2' }
  if (settings.restoreOn.includes(jobStatus) && outcome === 'completed') {
    if (busy) return { ...untouched, green: false }
    const cancelled = jobStatus === 'cancelled'
    return cancelled
      ? { changes: ['restore 802'], green: false, status: 'restoring', disk: BEING_OVERWRITTEN }
      : { changes: ['restore 802'], green: true, status: 'active', disk: 'version 1' }
  }
  return settings.deleteOn.includes(jobStatus) && !busy
    ? { ...untouched, changes: ['delete 802'] }
    : untouched
}

const BEING_OVERWRITTEN = '(being overwritten)'

const EXIT_CODES = { completed: 0, failed: 1, 'timed out': 1, cancelled: 1, killed: null } as const

async function runMain(outcome: Outcome, settings: Settings): Promise<void> {
  const never = outcome !== 'completed' && outcome !== 'failed'
  const scene = await openScene({
    setup: {
      servers: [{ id: '12345', name: 'web-server-01', disk: 'version 1' }],
      snapshots: [PERSONS],
      nextSnapshotId: '802',
      settings: {
        timeline: {
          snapshotMs: 2 * MINUTE,
          snapshotOutcome: never ? 'never' : outcome === 'failed' ? 'failed' : 'completed',
        },
      },
    },
  })
  const inputs = {
    operation: 'create',
    'server-id': '12345',
    'restore-on': settings.restoreOn.join(' '),
    'delete-on': settings.deleteOn.join(' '),
    // Long enough for all that comes before the wait, on a busy machine too.
    timeout: outcome === 'timed out' ? '3s' : '',
  }
  const main = await scene.run(inputs, killOf(outcome))
  expect(main.outputs['snapshot-id']).toBe('802')
  expect(main.exitCode).toBe(EXIT_CODES[outcome])
  mains.set(keyOf(outcome, settings), { main, after: worldAfter(scene) })
  await scene.close()
}

/** The second look at the list after the snapshot was accepted is in the middle of the wait. */
function killOf(outcome: Outcome): Pick<RunOptions, 'kill'> {
  if (outcome !== 'cancelled' && outcome !== 'killed') return {}
  const when = { at: 'request', matches: /^GET .*\/snapshots\//, nth: 3 } as const
  return { kill: { when, signal: outcome === 'killed' ? 'SIGKILL' : 'SIGINT' } }
}

function keyOf(outcome: Outcome, settings: Settings): string {
  return JSON.stringify([outcome, settings])
}

/** What the main stage left, after a deploy has written to the disk. */
function worldAfter({ emulator }: Scene): WorldSetup {
  const { snapshots } = emulator.world.report()
  return {
    servers: [{ id: '12345', name: 'web-server-01', disk: 'version 2' }],
    snapshots: snapshots.map(({ id, server, name, status, description, createdAt, disk }) => ({
      ...{ id, server, name, status, description, disk },
      createdAt: new Date(createdAt).toISOString(),
    })),
    settings: { timeline: { snapshotOutcome: 'never', restoreMs: 3 * MINUTE } },
  }
}

type PlayPost = (at: Case, state: ServerState) => Promise<Ended>

async function rowOf(at: Case, play: PlayPost): Promise<Row> {
  const first = await play(at, 'active')
  // A stage that sends nothing cannot know in which state the server is.
  const silent = first.requests === ''
  const inState = async (state: ServerState) => (silent ? unseen(first, state) : play(at, state))
  const others = SERVER_STATES.filter(state => state !== 'active')
  const rest = await Promise.all(others.map(async state => [state, await inState(state)] as const))
  return new Map([['active', first] as const, ...rest])
}

function unseen(first: Ended, state: ServerState): Ended {
  return { ...first, status: state, disk: state === 'restoring' ? BEING_OVERWRITTEN : first.disk }
}

function runPost(at: Case, state: ServerState): Promise<Ended> {
  return limit(async () => {
    const { main, after } = mainOf(at)
    const scene = await openScene({ setup: after })
    arrange(scene.emulator.world, state)
    const { requests, exitCode } = await scene.post(main, { jobStatus: at.jobStatus })
    await scene.close()
    return endedOf(requests, exitCode === 0, scene.emulator.world)
  })
}

async function playPost(at: Case, state: ServerState): Promise<Ended> {
  const { main, after } = mainOf(at)
  const clock = new VirtualClock(Date.parse(START))
  const world = new World(() => clock.now(), { ...after, settings: { token: TOKEN, ...after.settings } })
  arrange(world, state)
  const wire = createVirtualWire({ world, clock })
  const inputs = { ...main.options.with, 'job-status': at.jobStatus }
  const place = { clock, world, wire, dice: createDice(1), inputs, origin: ORIGIN_OF_RUN }
  const { green, requests } = await clock.run(beginStage(place, postStage, main.state))
  return endedOf(requests, green, world)
}

function mainOf({ outcome, settings }: Case): { readonly main: MainTranscript; readonly after: WorldSetup } {
  const saved = mains.get(keyOf(outcome, settings))
  if (saved === undefined) throw new Error(`no main stage was run for ${keyOf(outcome, settings)}`)
  return saved
}

function arrange(world: World, state: ServerState): void {
  if (state === 'restoring') {
    world.configureServer('12345', { restoreMs: 24 * 60 * MINUTE })
    world.act({ act: 'restore', snapshot: '700' })
  } else if (state !== 'active') world.act({ act: 'status', server: '12345', status: state })
}

function endedOf(requests: readonly RecordedRequest[], green: boolean, world: World): Ended {
  const lines = requests.map(
    ({ method, path, status }) => `${method} ${path.replace('/api/v1', '')} ${status}`,
  )
  const changes = requests.filter(({ method }) => method !== 'GET').map(wordOf)
  const [server] = world.report().servers
  const after = { status: server?.status ?? '', disk: server?.disk ?? '' }
  return { changes, requests: onceEach(lines).join(', '), green, ...after }
}

/** How often something is read again is a matter of time; what is read before and after a change is not. */
function onceEach(lines: readonly string[]): readonly string[] {
  const kept: string[] = []
  for (const line of lines) {
    const lastChange = kept.findLastIndex(each => !each.startsWith('GET'))
    if (!kept.slice(lastChange + 1).includes(line)) kept.push(line)
  }
  return kept
}

function wordOf({ method, path }: { readonly method: string; readonly path: string }): string {
  const [, id] = /\/snapshots\/(\d+)\//.exec(path) ?? []
  return method === 'DELETE'
    ? `delete ${id}`
    : path.endsWith('/restore/')
      ? `restore ${id}`
      : `${method} ${path}`
}

function cells(): readonly { readonly at: Case; readonly state: ServerState; readonly ended: Ended }[] {
  return [...table].flatMap(([at, row]) => [...row].map(([state, ended]) => ({ at, state, ended })))
}

function renderTable(): string {
  const words = new Map<string, Set<string>>()
  for (const { ended } of cells()) {
    const word = cellOf(ended)
    words.set(word, (words.get(word) ?? new Set()).add(ended.requests || 'no request'))
  }
  const meanings = [...words].map(([word, requests]) =>
    [`- **${word}**`, ...[...requests].toSorted().map(each => `  - ${each}`)].join('\n'),
  )
  const sections = [INTRODUCTION, ...OUTCOMES.map(renderOutcome), '## The requests behind each cell']
  return `${[...sections, meanings.join('\n')].join('\n\n')}\n`
}

const INTRODUCTION = `# What the end of the job does

One create of snapshot 802, with \`restore-on\` and \`delete-on\` set in each way there is; then a deploy that writes
"version 2" over "version 1"; then the post stage, for each end of the job and each state of the server. A cell says
what was done to the server and its snapshot, and how the server is afterwards where that was this action's doing. The
post stage is green unless it says "red".`

function renderOutcome(outcome: Outcome): string {
  const head = ['job status', 'restore-on', 'delete-on', ...SERVER_STATES.map(state => `server ${state}`)]
  const rows = CASES.filter(at => at.outcome === outcome).map(at => {
    const row = table.get(at)
    return [
      at.jobStatus === '' ? '(empty)' : at.jobStatus,
      at.settings.restoreOn.join(', '),
      at.settings.deleteOn.join(', '),
      ...SERVER_STATES.map(state => cellOf(row?.get(state))),
    ]
  })
  return [`## The create was ${outcome}`, '', ...alignedTable([head, ...rows])].join('\n')
}

function cellOf(ended: Ended | undefined): string {
  if (ended === undefined) return ''
  const { changes, requests, green, status, disk } = ended
  if (requests === '') return 'nothing'
  const after = changes.some(change => change.startsWith('restore')) ? `: ${status}, ${disk}` : ''
  return `${changes.join(', ') || 'looked only'}${after}${green ? '' : '; red'}`
}
