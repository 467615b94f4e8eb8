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
]

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
      ...(index === 1 ? { restoreEndsAs: 'stopped' } : {}),
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
  }))
  return { settings: { token }, servers, snapshots, nextSnapshotId: '9000' }
}
