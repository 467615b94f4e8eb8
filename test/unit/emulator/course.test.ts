import { describe, expect, it } from 'vitest'
import type { TimelineChange } from '../../emulator/settings.ts'
import { reference, type Stage } from './support.ts'

const MINUTE = 60_000
const CREATE = { server_id: 12345, name: 'x' }

/**
 * Takes steps in turn (a power action, a restore, or a time: `20000`, `8m`, `8m-1`), and tells what is to be seen after
 * each: the status of the answer, the server's status as reads show it, and whether it really runs.
 */
function taken({ ask, pass, status, world }: Stage, course: string): readonly string[] {
  const send = (step: string) => {
    const [, minutes, ms] = /^(?:(\d+)m)?(-?\d+)?$/.exec(step) ?? [undefined]
    const [, restored] = /^restore (\d+)$/.exec(step) ?? []
    if (restored !== undefined) return `${ask('POST', `/snapshots/${restored}/restore/`).status} `
    if (minutes === undefined && ms === undefined)
      return `${ask('POST', '/servers/12345/power/', { action: step }).status} `
    pass(Number(minutes ?? 0) * MINUTE + Number(ms ?? 0))
    return ''
  }
  return stepsOf(course).map(line => {
    const [step = ''] = line.split(': ')
    return `${step}: ${send(step)}${status()} ${world.server('12345')?.running ? 'runs' : 'down'}`
  })
}

function stepsOf(course: string): readonly string[] {
  return course.split(/,\s+/)
}

describe('the course of a restore', () => {
  it.each<[string, TimelineChange, string]>([
    [
      'is shown at once, keeps others out, and ends running',
      {},
      `restore 801: 200 restoring down, restore 798: 400 restoring down,
        hard_stop: 400 restoring down, 8m-1: restoring down, 1: active runs`,
    ],
    [
      'can be stale, then stopped, then restoring, then left stopped',
      { restoreStaleMs: 3000, restoreStoppedMs: 7000, restoreEndsAs: 'stopped' },
      `restore 801: 200 active runs, 2999: active runs, 1: stopped down, 6999: stopped down,
        1: restoring down, 8m-10001: restoring down, 1: stopped down`,
    ],
    [
      'need never be seen',
      { restoreShows: null, restoreStoppedMs: 1000 },
      `restore 801: 200 active down, 1m: active down, restore 801: 400 active down, 7m: active runs`,
    ],
    [
      'can be shown by another word, and fail',
      { restoreShows: 'rebuilding', restoreEndsAs: 'error' },
      `restore 801: 200 rebuilding down, 8m: error down, restore 798: 200 rebuilding down`,
    ],
    [
      'can begin late: the server works until then, and what was asked for twice is done twice',
      { restoreBeginsMs: MINUTE },
      `restore 801: 200 active runs, restore 801: 200 active runs, 1m-1: active runs,
        1: restoring down, 8m: restoring down, 8m: active runs`,
    ],
  ])('%s', (_title, timeline, course) => {
    expect(taken(reference(timeline), course)).toEqual(stepsOf(course))
  })

  it.each([
    [{}, ['restore-begun', 'stopped', 'restore-ended', 'running'], 'content of 2025-01-15'],
    [
      { restoreEndsAs: 'error' },
      ['restore-begun', 'stopped', 'restore-failed'],
      '(left by a failed restore)',
    ],
    [
      { restoreBeginsMs: MINUTE },
      ['restore-accepted', 'restore-begun', 'stopped', 'restore-ended', 'running'],
      'content of 2025-01-15',
    ],
  ])('with %j is recorded as %j and leaves its disk', (timeline, kinds, disk) => {
    const { ask, pass, world } = reference(timeline)
    ask('POST', '/snapshots/801/restore/')
    pass(MINUTE)
    expect(world.report().servers[0]).toMatchObject({ activity: 'restoring', disk: '(being overwritten)' })
    pass(8 * MINUTE)
    expect(world.report().servers[0]).toMatchObject({ activity: null, disk })
    expect(world.events.map(({ kind }) => kind)).toEqual(kinds)
  })

  it('can be answered in words that are not listed', () => {
    const { ask } = reference({}, { restoreAnswer: { status: 'queued', server: 'rebuilding' } })
    expect(JSON.parse(ask('POST', '/snapshots/801/restore/').body)).toMatchObject({
      ...{ status: 'queued', server: { status: 'rebuilding' } },
    })
  })

  it('is not accepted from a status that is none to restore from, nor, where that is set, during a snapshot', () => {
    const { ask, pass, world } = reference({}, { restoreWhileSnapshotting: 'refused' })
    world.act({ act: 'status', server: '12345', status: 'suspended' })
    expect(ask('POST', '/snapshots/801/restore/').status).toBe(400)
    world.act({ act: 'status', server: '12345', status: 'active' })
    ask('POST', '/snapshots/', CREATE)
    expect(ask('POST', '/snapshots/801/restore/').status).toBe(400)
    pass(5 * MINUTE)
    expect(ask('POST', '/snapshots/801/restore/').status).toBe(200)
  })

  it('lets a snapshot be taken of the half-written disk, unless it is told not to', () => {
    const { ask, world } = reference()
    ask('POST', '/snapshots/801/restore/')
    expect(ask('POST', '/snapshots/', CREATE).status).toBe(201)
    expect(world.snapshot('802')?.disk).toBe('(being overwritten)')
    world.configure({ createWhileRestoring: 'refused' })
    expect(ask('POST', '/snapshots/', CREATE)).toMatchObject({
      ...{ status: 400, body: '{"detail":"Server is not in a valid state for this action."}' },
    })
  })
})

describe('power', () => {
  it.each<[string, TimelineChange, string]>([
    [
      'stops and starts by way of what it passes through',
      {},
      `start: 200 active runs, stop: 200 stopping runs, start: 400 stopping runs,
        20000: stopped down, start: 200 starting down, 30000: active runs`,
    ],
    [
      'can go straight, after a stale while; reads can lag while the truth is on time',
      { showsTransitions: false, powerStaleMs: 1000, readLagMs: 500 },
      `1m: active runs, stop: 200 active runs, 20999: active runs, 1: active down, 499: active down,
        1: stopped down`,
    ],
    [
      'can land late: a start in between is accepted and changes nothing',
      { stopLandsMs: 10 * MINUTE, stoppingMs: 0 },
      `stop: 200 active runs, 1m: active runs, start: 200 active runs, 9m-1: active runs,
        1: stopped down`,
    ],
    [
      'does nothing late to a server that is down by then',
      { stopLandsMs: MINUTE },
      `stop: 200 active runs, hard_stop: 200 stopped down, 1m: stopped down`,
    ],
    [
      'restarts; a hard stop ends whatever it interrupts; a start can fail',
      { startEndsAs: 'error' },
      `restart: 200 stopping runs, 20000: starting down, hard_stop: 200 stopped down,
        1m: stopped down, start: 200 starting down, 30000: error down`,
    ],
  ])('%s', (_title, timeline, course) => {
    const played = reference(timeline)
    expect(taken(played, course)).toEqual(stepsOf(course))
    const told = played.world.events.flatMap(({ kind, detail }) => (kind === 'power' ? [detail] : []))
    expect(told).toEqual([...course.matchAll(/(\w+): 200/g)].map(([, action]) => action))
  })

  it('refuses what is no action; can be answered without a body', () => {
    const { ask } = reference({}, { powerAnswerStatus: 204 })
    const power = (action: string) => ask('POST', '/servers/12345/power/', { action })
    expect(power('explode')).toMatchObject({
      ...{ status: 400, body: '{"action":["\\"explode\\" is not a valid choice."]}' },
    })
    expect(power('stop')).toEqual({ status: 204, headers: {}, body: '' })
  })
})
