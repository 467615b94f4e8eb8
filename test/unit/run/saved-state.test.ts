import { describe, expect, it } from 'vitest'
import { isCompleted } from '../../../src/policy/statuses.ts'
import type { ServerEvent } from '../../../src/run/events.ts'
import { type Armed, newOperationRun } from '../../../src/run/operation-run.ts'
import { createRecorder } from '../../../src/run/recorder.ts'
import type { SavedPlan } from '../../../src/run/saved-plan.ts'
import { readSavedState, saveBegun, saveChanges, saveGreen } from '../../../src/run/saved-state.ts'
import { snapshotOf } from '../../../src/run/server-run.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'
import { NOW, problem, server, serverRun, snapshot } from './fixtures.ts'

const PLAN: SavedPlan = {
  ...{
    operation: 'create',
    apiToken: 't',
    apiUrl: new URL('https://api.test/'),
    notifyOn: [],
    whenFull: 'fail',
  },
  ...{ summary: true, maxParallel: 1, acceleratedClock: false },
  ...{ restoreOn: ['failure'], deleteOn: [], restoreTimeoutMs: 1, startAfterRestore: true, servers: 2 },
  health: { timeoutMs: 1, targets: [] },
}
const ARMED: Armed = {
  ...{ restoreOn: ['failure'], deleteOn: [], keepLast: undefined },
  ...{ isTooLate: false, isKept: false },
}
const SERVER = { server: '11', serverName: 'web-11', power: 'started' }
const SNAPSHOT = { id: '700', name: 'x', createdAt: null, sizeMb: 5120, completed: true, marker: '' }

/** What is found where these values were saved. */
function find(saved: Readonly<Record<string, unknown>>) {
  return readSavedState(name => (name in saved ? JSON.stringify(saved[name]) : ''))
}

function read(saved: Readonly<Record<string, unknown>>) {
  const found = find(saved)
  if (found.state !== 'found') throw new Error(found.state)
  return found.saved
}

function stateOf(values: ReadonlyMap<string, string>) {
  const found = readSavedState(name => values.get(name) ?? '')
  return found.state === 'found' ? found.saved : undefined
}

/** Every write of the state while these things happen to server 11, after the operation has been armed. */
function savedOf(events: readonly ServerEvent[], isArmed = true) {
  const writes: (readonly [name: string, value: string])[] = []
  const save = (name: string, value: string): undefined => {
    writes.push([name, value])
  }
  const begin = newOperationRun({ operation: 'create', mode: 'wait', jobStatus: 'success' }, NOW)
  const clocks = { clock: new VirtualClock(NOW), api: { clockOffsetMs: () => undefined } }
  const recorder = createRecorder(clocks, begin, (before, after) => saveChanges(save, PLAN, before, after))
  recorder.record({ type: 'servers found', servers: [serverRun()] })
  if (isArmed) recorder.record({ type: 'armed', armed: ARMED })
  for (const event of events) recorder.tracks[0]?.record(event)
  return { writes, recorder }
}

describe('what is saved', () => {
  it('is nothing before something is about to be changed', () => {
    expect(savedOf([{ type: 'server read', server: server() }], false).writes).toEqual([])
  })

  it('is the plan first, then each change of what the post stage needs, once', () => {
    const { writes } = savedOf([
      { type: 'began' },
      { type: 'stop requested' },
      { type: 'status seen', status: 'stopping' },
      { type: 'stopped' },
    ])
    expect(writes.map(([name]) => name)).toEqual(['plan', 'server-0', 'server-0'])
    // How many servers there are is known only now.
    expect(JSON.parse(writes[0]?.[1] ?? '')).toEqual({ ...PLAN, apiUrl: PLAN.apiUrl.href, servers: 1 })
  })

  const accepted: ServerEvent = {
    ...{ type: 'accepted', work: 'snapshot' },
    snapshot: snapshot('802', '11', { status: 'in_progress' }),
  }
  const stopped: readonly ServerEvent[] = [{ type: 'stop requested' }, { type: 'stopped' }]

  it.each<readonly [string, readonly ServerEvent[], string]>([
    ['left as it was', [accepted], 'untouched'],
    ['asked to stop', [{ type: 'stop requested' }], 'stop requested'],
    ['stopped', stopped, 'stopped'],
    [
      'not stopped, since the stop may still land',
      [{ type: 'stop requested' }, { type: 'stop failed', problem: problem() }],
      'stop requested',
    ],
    ['asked to start', [...stopped, { type: 'start requested' }], 'stopped'],
    ['started', [...stopped, { type: 'start requested' }, { type: 'started' }], 'started'],
    [
      'not started, since a stop may still be on its way',
      [...stopped, { type: 'start failed', problem: problem() }],
      'stop requested',
    ],
    ['left stopped, as it was asked', [...stopped, { type: 'left stopped' }], 'untouched'],
  ])('of a server that was %s', (_, events, power) => {
    expect(JSON.parse(savedOf(events).writes.at(-1)?.[1] ?? '')).toMatchObject({ server: '11', power })
  })

  it.each<readonly [string, readonly ServerEvent[], boolean]>([
    ['in progress', [accepted], false],
    ['completed', [accepted, { type: 'succeeded', snapshot: snapshot('802') }], true],
    ['failed', [accepted, { type: 'failed', problem: problem() }], false],
  ])('of a snapshot that is %s', (_, events, completed) => {
    const saved = JSON.parse(savedOf(events).writes.at(-1)?.[1] ?? '')
    expect(saved.snapshot).toMatchObject({ id: '802', completed })
  })

  it('is what the post stage begins with', () => {
    const events: readonly ServerEvent[] = [
      ...[...stopped, accepted],
      ...[{ type: 'succeeded', snapshot: snapshot('802') } as const, { type: 'started' } as const],
    ]
    const { writes, recorder } = savedOf(events)
    const values = new Map(writes)
    const run = stateOf(values)?.servers('restore')[0]
    const was = recorder.run.servers[0]
    expect(run).toMatchObject({
      ...{ goal: 'restore', power: was?.power, task: { state: 'pending' } },
      server: { id: was?.server.id, name: was?.server.name },
      target: { id: '802', name: 'before-802', createdAt: '2026-03-02T01:40:00Z', sizeMb: 5_120 },
    })
  })
})

describe('what is told of a save', () => {
  it('is why it could not be written', () => {
    const fail = (): string => 'no space left on device'
    expect([saveBegun(fail), saveGreen(fail)]).toEqual(Array(2).fill('no space left on device'))
    const run = newOperationRun({ operation: 'create', mode: 'wait', jobStatus: 'success' }, NOW)
    expect(saveChanges(fail, PLAN, run, { ...run, armed: ARMED })).toBe('no space left on device')
    expect(saveChanges(() => undefined, PLAN, run, { ...run, armed: ARMED })).toBeUndefined()
  })

  it('is little: what the API says is cut', () => {
    const long = 'x'.repeat(200_000)
    const events: readonly ServerEvent[] = [
      { type: 'server read', server: server('11', { name: long }) },
      {
        type: 'accepted',
        work: 'snapshot',
        snapshot: snapshot('802', '11', { name: long, description: long }),
      },
    ]
    for (const [, value] of savedOf(events).writes) expect(value.length).toBeLessThan(2_000)
  })
})

describe('what is read', () => {
  it('is nothing where no plan was saved, and lost where not even a beginning was', () => {
    expect(find({ main: 'begun', 'server-0': SERVER, green: true })).toEqual({ state: 'nothing to do' })
    expect(find({ 'server-0': SERVER, green: true })).toEqual({ state: 'lost' })
  })

  it('is all there is', () => {
    const bare = read({ plan: PLAN })
    expect(bare).toMatchObject({ plan: PLAN, isGreen: false, isGroupCompleted: false })
    expect(bare.servers('clean up')).toEqual([])
    const whole = read({
      plan: PLAN,
      'server-0': { ...SERVER, snapshot: SNAPSHOT },
      'server-1': { ...SERVER, server: '12', snapshot: { ...SNAPSHOT, id: '701' } },
      'server-2': SERVER,
      green: true,
    })
    expect(whole).toMatchObject({ isGreen: true, isGroupCompleted: true })
    expect(whole.servers('restore').map(run => snapshotOf(run)?.id)).toEqual(['700', '701'])
    expect(read({ plan: PLAN, green: 'yes' }).isGreen).toBe(false)
  })

  it.each([
    ['a server is missing', { 'server-0': { ...SERVER, snapshot: SNAPSHOT } }],
    ['a snapshot is missing', { 'server-0': { ...SERVER, snapshot: SNAPSHOT }, 'server-1': SERVER }],
    [
      'a snapshot was not seen completed',
      {
        'server-0': { ...SERVER, snapshot: SNAPSHOT },
        'server-1': { ...SERVER, snapshot: { ...SNAPSHOT, completed: false } },
      },
    ],
  ])('is no completed group where %s', (_, saved) => {
    const state = read({ plan: PLAN, ...saved, green: true })
    expect(state.isGroupCompleted).toBe(false)
    const snapshots = state.servers('restore').flatMap(run => snapshotOf(run) ?? [])
    expect(snapshots.map(isCompleted)).toEqual(snapshots.map((_item, index) => index === 0))
  })

  it.each(['untouched', 'stop requested', 'stopped', 'started'])('knows the power %s', power => {
    const state = read({ plan: PLAN, 'server-0': { ...SERVER, power } })
    expect(state.servers('clean up')[0]?.power.state).toBe(power)
  })

  it('holds the health targets', () => {
    const targets = [
      { kind: 'http', url: 'https://shop.test/' },
      { kind: 'tcp', host: 'shop.test', port: 22 },
    ]
    const health = { timeoutMs: 5, targets }
    expect(read({ plan: { ...PLAN, health } }).plan.health).toEqual({
      ...{ timeoutMs: 5 },
      targets: [{ kind: 'http', url: new URL('https://shop.test/') }, targets[1]],
    })
  })

  it.each([
    ['a server that is no id', { ...SERVER, server: '../11' }],
    ['a snapshot that is no id', { ...SERVER, snapshot: { ...SNAPSHOT, id: '../700' } }],
    ['an unknown power', { ...SERVER, power: 'on' }],
  ])('is refused with %s', (_what, saved) => {
    expect(find({ plan: PLAN, 'server-0': saved })).toEqual({ state: 'lost' })
  })

  it.each([
    { kind: 'ftp', url: 'ftp://shop.test/' },
    { kind: 'http', url: 'no address' },
    { kind: 'http', host: 'shop.test', port: 22 },
    { kind: 'tcp', host: 'shop.test' },
    { kind: 'tcp', port: 22 },
  ])('is refused with the health target %j', target => {
    expect(find({ plan: { ...PLAN, health: { timeoutMs: 1, targets: [target] } } })).toEqual({
      state: 'lost',
    })
  })

  it.each(['apiToken', 'apiUrl', 'restoreOn', 'servers', 'health'])('is refused without %s', name => {
    expect(find({ plan: { ...PLAN, [name]: undefined } })).toEqual({ state: 'lost' })
  })
})
