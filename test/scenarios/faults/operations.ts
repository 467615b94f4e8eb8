import type { ServerSpec, SnapshotSpec, WorldSetup } from '../../emulator/settings.ts'
import type { Act } from '../../emulator/world-types.ts'
import type { Wish } from '../../soak/story.ts'

/** One request of an operation, by what tells it from the others: the `nth` of its kind. */
export interface Step {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** `*` stands for one segment. */
  readonly path: string
  readonly nth: number
  /** Where each of three servers is read on its own. `nth` when it is not given. */
  readonly nthOfThree?: number
}

/** What the action is made to do in a cell, and the world that it finds. */
export interface Play {
  readonly name: string
  readonly operation: Wish['operation']
  readonly inputs: Readonly<Record<string, string>>
  readonly wish: Partial<Wish>
  readonly steps: readonly Step[]
  /** The faults meet the post stage, not the main one. */
  readonly inPost?: boolean
  readonly jobStatus: string
  /** The snapshots that the inputs name: one on each server. */
  readonly names: boolean
  /** Those of them that are not finished when the step begins. */
  readonly snapshotStatus?: string
  /** An earlier step of this very run made them. */
  readonly areOwn?: boolean
  /** How many older snapshots of this workflow are on each server. */
  readonly shelf?: number
  /** In what state a restore leaves the first server; running by default. */
  readonly endsStopped?: boolean
  /** A cancelled job has no time to see the end of its rollback: its post stage is red in any case. */
  readonly endsRed?: boolean
  /** What somebody did before. */
  readonly before?: (snapshot: string) => Act
}

const LIST = { method: 'GET', path: '/snapshots/' } as const
const SERVER = { method: 'GET', path: '/servers/*/' } as const
const CREATE = { method: 'POST', path: '/snapshots/' } as const
const RESTORE = { method: 'POST', path: '/snapshots/*/restore/' } as const
const DELETE = { method: 'DELETE', path: '/snapshots/*/' } as const
const POWER = { method: 'POST', path: '/servers/*/power/' } as const

export const PLAYS: readonly Play[] = [
  {
    name: 'create',
    operation: 'create',
    inputs: {},
    wish: {},
    jobStatus: 'success',
    names: false,
    steps: [
      { name: 'list before', ...LIST, nth: 1 },
      { name: 'server before', ...SERVER, nth: 1 },
      { name: 'create', ...CREATE, nth: 1 },
      { name: 'progress', ...LIST, nth: 3 },
    ],
  },
  {
    name: 'create with stop-server',
    operation: 'create',
    inputs: { 'stop-server': 'true' },
    wish: { stopServer: true },
    jobStatus: 'success',
    names: false,
    // The lists are those of a create without it.
    steps: [
      { name: 'server before', ...SERVER, nth: 1 },
      { name: 'stop', ...POWER, nth: 1 },
      { name: 'create', ...CREATE, nth: 1 },
      { name: 'start', ...POWER, nth: 2 },
    ],
  },
  {
    name: 'restore',
    operation: 'restore',
    inputs: {},
    wish: {},
    jobStatus: 'success',
    names: true,
    steps: [
      { name: 'list before', ...LIST, nth: 1 },
      { name: 'server before', ...SERVER, nth: 1 },
      { name: 'restore', ...RESTORE, nth: 1 },
      { name: 'progress', ...SERVER, nth: 3, nthOfThree: 8 },
    ],
  },
  {
    name: 'delete',
    operation: 'delete',
    inputs: {},
    wish: {},
    jobStatus: 'success',
    names: true,
    steps: [
      { name: 'list before', ...LIST, nth: 1 },
      { name: 'server before', ...SERVER, nth: 1 },
      { name: 'delete', ...DELETE, nth: 1 },
      { name: 'list afterwards', ...LIST, nth: 2 },
    ],
  },
  {
    name: 'list',
    operation: 'list',
    inputs: {},
    wish: {},
    jobStatus: 'success',
    names: false,
    steps: [{ name: 'list', ...LIST, nth: 1 }],
  },
  {
    name: 'wait for a snapshot',
    operation: 'wait',
    inputs: {},
    wish: {},
    jobStatus: 'success',
    names: true,
    snapshotStatus: 'in_progress',
    steps: [
      { name: 'list before', ...LIST, nth: 1 },
      { name: 'progress', ...LIST, nth: 2 },
    ],
  },
  {
    name: 'wait for a restore',
    operation: 'wait',
    inputs: {},
    wish: {},
    jobStatus: 'success',
    names: true,
    before: snapshot => ({ act: 'restore', snapshot }),
    steps: [
      { name: 'list before', ...LIST, nth: 1 },
      { name: 'server', ...SERVER, nth: 1 },
      { name: 'progress', ...SERVER, nth: 3, nthOfThree: 8 },
    ],
  },
  {
    name: 'the end of a failed job',
    operation: 'create',
    inputs: { 'restore-on': 'failure' },
    wish: { restoreOn: ['failure'] },
    jobStatus: 'failure',
    names: false,
    inPost: true,
    steps: [
      { name: 'list before', ...LIST, nth: 1 },
      { name: 'server before', ...SERVER, nth: 1 },
      { name: 'restore', ...RESTORE, nth: 1 },
      { name: 'progress', ...SERVER, nth: 3, nthOfThree: 8 },
    ],
  },
  // The fast form: an earlier step made the snapshots, and this one takes the create's part.
  {
    name: 'armed wait',
    operation: 'wait',
    inputs: { 'restore-on': 'failure' },
    wish: { restoreOn: ['failure'] },
    jobStatus: 'failure',
    names: true,
    areOwn: true,
    snapshotStatus: 'in_progress',
    steps: [
      { name: 'list before', ...LIST, nth: 1 },
      { name: 'progress', ...LIST, nth: 2 },
    ],
  },
  {
    name: 'armed wait for what is completed',
    operation: 'wait',
    inputs: { 'restore-on': 'failure' },
    wish: { restoreOn: ['failure'] },
    jobStatus: 'failure',
    names: true,
    areOwn: true,
    steps: [{ name: 'server', ...SERVER, nth: 1 }],
  },
  {
    name: 'the end of a failed job after a wait',
    operation: 'wait',
    inputs: { 'restore-on': 'failure' },
    wish: { restoreOn: ['failure'] },
    jobStatus: 'failure',
    names: true,
    areOwn: true,
    inPost: true,
    steps: [
      { name: 'list before', ...LIST, nth: 1 },
      { name: 'server before', ...SERVER, nth: 1 },
      { name: 'restore', ...RESTORE, nth: 1 },
      { name: 'progress', ...SERVER, nth: 3, nthOfThree: 8 },
    ],
  },
  {
    name: 'create on a full server',
    operation: 'create',
    inputs: { 'when-full': 'delete-oldest' },
    wish: { whenFull: true },
    jobStatus: 'success',
    names: false,
    shelf: 5,
    steps: [
      { name: 'delete', ...DELETE, nth: 1 },
      { name: 'create', ...CREATE, nth: 1 },
    ],
  },
  {
    name: 'restore with a safety snapshot',
    operation: 'restore',
    inputs: { 'safety-snapshot': 'true' },
    wish: { safety: true },
    jobStatus: 'success',
    names: true,
    steps: [
      { name: 'safety snapshot', ...CREATE, nth: 1 },
      { name: 'restore', ...RESTORE, nth: 1 },
    ],
  },
  {
    name: 'restore that leaves its server stopped',
    operation: 'restore',
    inputs: {},
    wish: {},
    jobStatus: 'success',
    names: true,
    endsStopped: true,
    steps: [{ name: 'start', ...POWER, nth: 1 }],
  },
  {
    name: 'keep-last at the end of a job',
    operation: 'create',
    inputs: { 'keep-last': '2' },
    wish: { keepLast: true },
    jobStatus: 'success',
    names: false,
    inPost: true,
    shelf: 3,
    steps: [
      { name: 'list before', ...LIST, nth: 1 },
      { name: 'delete', ...DELETE, nth: 1 },
      { name: 'list afterwards', ...LIST, nth: 2 },
    ],
  },
  {
    name: 'delete-on at the end of a job',
    operation: 'create',
    inputs: { 'delete-on': 'success' },
    wish: { deleteOn: ['success'] },
    jobStatus: 'success',
    names: false,
    inPost: true,
    steps: [
      { name: 'server before', ...SERVER, nth: 1 },
      { name: 'delete', ...DELETE, nth: 1 },
    ],
  },
  {
    name: 'the end of a cancelled job',
    operation: 'create',
    inputs: { 'restore-on': 'cancelled' },
    wish: { restoreOn: ['cancelled'] },
    jobStatus: 'cancelled',
    names: false,
    inPost: true,
    endsRed: true,
    steps: [
      { name: 'list before', ...LIST, nth: 1 },
      { name: 'server before', ...SERVER, nth: 1 },
      { name: 'restore', ...RESTORE, nth: 1 },
    ],
  },
]

/** Whether the end of the job has something to do, or may have. */
export function hasPost({ operation, wish }: Play): boolean {
  return operation === 'create' || (wish.restoreOn ?? []).length > 0
}

export const WORKFLOW = 'owner/shop/.github/workflows/deploy.yml'
export const RUN_ID = '9876543210'
const OWN_MARKER = markerOf(RUN_ID)

function markerOf(run: string): string {
  return `[vps-snapshot-action workflow=${WORKFLOW} run=${run} attempt=1 purpose=deploy key=k801xyz9]`
}

export const SERVERS = ['12345', '12346', '12347'] as const

const SLOW_SNAPSHOT = 25 * 60_000
const SLOW_RESTORE = 25 * 60_000

/** The world in which a play begins, with so many servers. */
export function setupOf(play: Play, count: number, token: string): WorldSetup {
  const servers: ServerSpec[] = SERVERS.slice(0, count).map((id, index) => ({
    id,
    name: `web-server-0${index + 1}`,
    disk: `content of ${id}`,
    // Where there are several, one is left stopped by its restore.
    timeline: {
      // What is waited for must not be over before the action looks, on a machine that is busy.
      restoreMs: SLOW_RESTORE,
      ...(index === 1 || play.endsStopped === true ? { restoreEndsAs: 'stopped' } : {}),
      ...(play.snapshotStatus === undefined ? {} : { snapshotMs: SLOW_SNAPSHOT }),
    },
  }))
  const snapshots: SnapshotSpec[] = servers.map(({ id }, index) => ({
    id: String(801 + 10 * index),
    server: id,
    name: `before-${index}`,
    status: play.snapshotStatus ?? 'completed',
    ...(play.snapshotStatus === undefined ? { createdAt: '2026-01-15T18:30:00Z' } : {}),
    disk: `content in ${801 + 10 * index}`,
    ...(play.areOwn === true ? { description: `for a deploy ${OWN_MARKER}` } : {}),
  }))
  const shelf = servers.flatMap(({ id }, index) => shelfOf(id, 700 + 10 * index, play.shelf ?? 0))
  const all = play.shelf === undefined ? snapshots : shelf
  return { settings: { token }, servers, snapshots: all, nextSnapshotId: '9000' }
}

/** Older snapshots of this workflow, a day apart. */
function shelfOf(server: string, first: number, count: number): readonly SnapshotSpec[] {
  return Array.from({ length: count }, (_, index) => ({
    id: String(first + index),
    server,
    name: `older-${index}`,
    status: 'completed',
    createdAt: `2026-01-${10 - count + index}T10:00:00Z`.replace(/-(\d)T/, '-0$1T'),
    disk: `older content ${first + index}`,
    description: `for a deploy ${markerOf(`900000000${index}`)}`,
  }))
}
