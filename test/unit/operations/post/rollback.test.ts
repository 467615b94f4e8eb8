import { describe, expect, it } from 'vitest'
import { byHand } from '../../../../src/operations/messages.ts'
import { afterCreate, changed, endOf, postDeeds, ROLLBACK } from '../support/end-of-job.ts'
import { BEFORE, changes, diskOf, levels, MINUTE, NOW, offers, runs } from '../support/restoring.ts'
import { byWorkflow, fleet, WEB } from '../support/scenery.ts'
import { createStage, TOKEN, type Transcript } from '../support/stage.ts'

const STOP = { act: 'power', server: WEB.id, action: 'stop' } as const

/** What the last annotation says. */
function said({ annotations }: Transcript): string {
  return annotations.at(-1)?.text ?? ''
}

describe('the post stage', () => {
  it('does nothing where the main stage left nothing to do', async () => {
    const stage = createStage({ servers: [WEB] })
    await stage.main({ operation: 'list' })
    const seen = await stage.post('failure')
    expect(seen).toMatchObject({ green: true, log: [], calls: [], summary: '', masks: [] })
  })

  it('masks the token first, and writes no outputs', async () => {
    const { seen } = await endOf('failure', ROLLBACK)
    expect(seen.masks).toEqual([TOKEN])
    expect(seen.outputWrites).toEqual([])
  })

  it('does nothing when nothing is asked for', async () => {
    const { seen } = await endOf('failure', {})
    expect(seen).toMatchObject({ green: true, calls: [], summary: '', annotations: [] })
  })

  it('speaks to the same address, with the same pace as the main stage', async () => {
    const settings = { servers: fleet(2, { disk: BEFORE }), settings: { timeline: { restoreMs: 20_000 } } }
    const { seen } = await endOf('failure', { ...ROLLBACK, 'poll-interval': '2s' }, settings)
    expect(seen.green).toBe(true)
    const [, first = 0, second = 0, third = 0] = seen.requests
      .filter(({ path }) => path === '/servers/11/')
      .map(({ after }) => after)
    for (const gap of [second - first, third - second]) expect([2_100, 2_200]).toContain(gap)
  })

  it('cleans up in as many places as the main stage had', async () => {
    const settings = { servers: fleet(3) }
    const inputs = { 'delete-on': 'success', 'max-parallel': '1' }
    const { seen } = await endOf('success', inputs, settings)
    // The next begins only when the one before is seen to be gone.
    const order = seen.calls.map(call => (call.startsWith('DELETE') ? 'delete' : 'read')).join(' ')
    expect(order.match(/delete/g)).toHaveLength(3)
    expect(order).not.toContain('delete delete')
  })

  it('keeps to the time-lapse of the main stage', async () => {
    const timeline = { restoreMs: 1_000, restoreShows: null, snapshotMs: 1_000 }
    const inputs = { ...ROLLBACK, 'api-url': 'http://127.0.0.1:9/api/v1', 'poll-interval': '100ms' }
    const { seen } = await endOf('failure', inputs, { settings: { timeline } })
    expect(seen.green).toBe(true)
    expect(seen.took).toBeLessThan(10_000)
  })

  it('writes no summary where the main stage was told not to', async () => {
    const { seen } = await endOf('failure', { ...ROLLBACK, summary: 'false' })
    expect(seen).toMatchObject({ green: true, summary: '' })
  })
})

describe('restore-on', () => {
  const ENDS = ['success', 'failure', 'cancelled', '', 'skipped'] as const
  const SETTINGS = ['', 'failure', 'cancelled', 'failure,cancelled'] as const
  const CASES = ENDS.flatMap(end => SETTINGS.map(setting => [end, setting] as const))

  it.each(CASES)('at the job status "%s" with restore-on "%s" does what it says', async (end, setting) => {
    const { seen, done } = await endOf(end, setting === '' ? {} : { 'restore-on': setting })
    const restores = end !== '' && setting.split(',').includes(end)
    expect(done).toEqual(restores ? ['restore-begun 801'] : [])
    const isUnknown = setting !== '' && (end === '' || end === 'skipped')
    expect(levels(seen).filter(level => level === 'warning')).toHaveLength(isUnknown ? 1 : 0)
    if (isUnknown) expect(seen).toMatchObject({ green: true, calls: [] })
  })

  it('brings the server back, and says so', async () => {
    const { stage, main } = await afterCreate(ROLLBACK)
    const seen = await stage.post(' Failure ')
    expect(seen.green).toBe(true)
    expect(postDeeds(stage)).toEqual(['restore-begun 801'])
    expect(levels(seen)).toEqual(['notice'])
    for (const text of [said(seen), seen.summary]) expect(text).toContain('801')
    expect(diskOf(stage.world)).toBe(BEFORE)
    expect(main.outputs['status']).toBe('completed')
  })

  it.each([{ 'delete-on': 'success' }, { 'keep-last': '2' }])(
    'is not the only thing that is warned of where the runner does not say how the job ended: %o',
    async inputs => {
      const { seen } = await endOf('nonsense', inputs)
      expect(levels(seen)).toEqual(['warning'])
      expect(seen.calls).toEqual([])
    },
  )

  it.each([
    ['the given timeout', { timeout: '7m' }, 24 * 60, 7],
    ['an hour by default', {}, 61, 60],
  ])('has %s', async (_, inputs, minutes, took) => {
    const settings = { settings: { timeline: { restoreMs: minutes * MINUTE } } }
    const { seen } = await endOf('failure', { ...ROLLBACK, ...inputs }, settings)
    expect(seen.green).toBe(false)
    expect(seen.took).toBeGreaterThan((took - 0.2) * MINUTE)
    expect(seen.took).toBeLessThan((took + 0.1) * MINUTE)
    expect(offers(seen)).toEqual(['wait 801'])
  })

  it('is not cut off before that', async () => {
    const { seen } = await endOf('failure', ROLLBACK, { settings: { timeline: { restoreMs: 59 * MINUTE } } })
    expect(seen.green).toBe(true)
  })

  it('starts a server that the restore left stopped, and checks its health', async () => {
    const inputs = {
      ...ROLLBACK,
      'health-check': 'https://a.example/up, tcp://10.0.0.5:22',
      'health-check-timeout': '20s',
    }
    const { stage, seen, done } = await endOf('failure', inputs, {
      settings: { timeline: { restoreEndsAs: 'stopped' } },
      probe: () => 'refused',
    })
    expect(seen.green).toBe(false)
    expect(done).toEqual(['restore-begun 801', 'power 12345 start'])
    expect(runs(stage.world)).toBe(true)
    for (const target of ['https://a.example/up', 'tcp://10.0.0.5:22']) expect(said(seen)).toContain(target)
  })

  it('leaves it stopped with start-after-restore: false', async () => {
    const inputs = { ...ROLLBACK, 'start-after-restore': 'false' }
    const settings = { settings: { timeline: { restoreEndsAs: 'stopped' } } }
    const { stage, seen, done } = await endOf('failure', inputs, settings)
    expect(seen.green).toBe(true)
    expect(done).toEqual(['restore-begun 801'])
    expect(runs(stage.world)).toBe(false)
  })

  it('that does not work fails the job, and shows what could be restored instead, newest first', async () => {
    const older = [byWorkflow({ id: '700', hours: 48 }), byWorkflow({ id: '701', hours: 24 })]
    const { seen } = await endOf('failure', ROLLBACK, {
      ...{ settings: { timeline: { restoreEndsAs: 'error' } }, snapshots: older },
    })
    expect(seen.green).toBe(false)
    expect(levels(seen)).toEqual(['error'])
    expect(offers(seen)).toEqual(['restore 701'])
    const command =
      'gh workflow run vps-snapshots.yml -f operation=restore -f server-id=12345 -f snapshot-id=701 -f dry-run=false'
    expect(seen.log).toContain(byHand(command))
    expect(seen.summary.indexOf('701')).toBeLessThan(seen.summary.indexOf('700'))
  })

  it('that does not work, with a list that cannot be read, offers the same snapshot', async () => {
    const { stage } = await afterCreate(ROLLBACK)
    stage.world.configureServer(WEB.id, { restoreEndsAs: 'error' })
    stage.faults.add({
      match: { kind: 'list-snapshots' },
      when: 'before',
      fault: { kind: 'status', status: 500, body: '' },
    })
    expect(offers(await stage.post('failure'))).toEqual(['restore 801'])
  })

  it('leaves alone a server that somebody else is restoring', async () => {
    const { stage } = await afterCreate(ROLLBACK)
    stage.world.act({ act: 'restore', snapshot: '801' })
    const seen = await stage.post('failure')
    expect(seen.green).toBe(false)
    expect(changes(seen)).toEqual([])
    expect(offers(seen)).toEqual(['wait 801'])
  })

  it('with an unanswered request offers nothing that restores, but to follow it', async () => {
    const { stage } = await afterCreate(ROLLBACK)
    stage.faults.add(
      { match: { method: 'POST', nth: 1 }, when: 'before', fault: { kind: 'reset' } },
      {
        match: { method: 'POST', path: '/snapshots/*/restore/', from: 2 },
        when: 'before',
        fault: { kind: 'refusal', status: 403 },
      },
    )
    const seen = await stage.post('failure')
    expect(seen.green).toBe(false)
    expect(offers(seen).filter(offer => offer.startsWith('restore'))).toEqual([])
  })

  it('that could not be begun says how to restore by hand', async () => {
    const { stage } = await afterCreate(ROLLBACK, { servers: fleet(2) })
    stage.faults.add({ match: {}, when: 'before', fault: { kind: 'refusal', status: 401 } })
    const seen = await stage.post('failure')
    expect(seen.green).toBe(false)
    expect(offers(seen)).toEqual(['restore 801,802'])
    expect(said(seen)).toContain('801,802')
  })

  it('brings a whole group back, and says which did not come back', async () => {
    const { stage } = await afterCreate(ROLLBACK, { servers: fleet(3, { disk: BEFORE }) })
    stage.world.configureServer('12', { restoreEndsAs: 'error' })
    const seen = await stage.post('failure')
    expect(seen.green).toBe(false)
    expect(postDeeds(stage).toSorted()).toEqual([
      'restore-begun 801',
      'restore-begun 802',
      'restore-begun 803',
    ])
    expect(said(seen)).toContain('web-12')
    expect(['11', '13'].map(id => diskOf(stage.world, id))).toEqual([BEFORE, BEFORE])
  })

  it('prints every failure of a group, also those that the verdict only counts', async () => {
    const servers = fleet(5, { disk: BEFORE, timeline: { restoreEndsAs: 'error' } })
    const { seen } = await endOf('failure', ROLLBACK, { servers })
    for (const { name } of servers) expect(seen.log.join('\n')).toContain(name)
    for (const part of ['2 more', 'web-14', 'web-15']) expect(said(seen)).toContain(part)
  })
})

describe('a rollback after a snapshot step that did not end green', () => {
  const FAILED = { settings: { timeline: { snapshotOutcome: 'failed' as const } } }
  const NEVER = { settings: { timeline: { snapshotOutcome: 'never' as const } } }

  it.each([
    ['failed', FAILED, {}],
    ['timed out', NEVER, { timeout: '5m' }],
  ])('is none: the snapshot %s', async (_, settings, inputs) => {
    const { stage, main } = await afterCreate({ ...ROLLBACK, ...inputs }, settings)
    expect(main.green).toBe(false)
    const seen = await stage.post('failure')
    expect(seen).toMatchObject({ green: true, calls: [] })
    // It was asked for, so that its absence is told.
    expect(seen.summary).not.toBe('')
    expect(diskOf(stage.world)).toBe(NOW)
  })

  it('is none: it was cancelled', async () => {
    const stage = createStage({ servers: [{ ...WEB, disk: BEFORE }] })
    const inputs = { operation: 'create', 'server-id': WEB.id, ...ROLLBACK }
    await stage.main(inputs, { cancel: { afterMs: MINUTE } })
    await stage.clock.advance(10 * MINUTE)
    expect(await stage.post('cancelled')).toMatchObject({ calls: [] })
  })

  type State = Transcript['state']
  it.each<readonly [string, (state: State) => State]>([
    ['it was killed before it ended green', ({ green: _, ...state }) => state],
    ['the state of one server is lost', ({ 'server-0': _, ...state }) => state],
    [
      'one snapshot of the group was not completed',
      state => {
        const snapshot = JSON.parse(state['server-1'] ?? '').snapshot
        return {
          ...state,
          'server-1': changed(state['server-1'], { snapshot: { ...snapshot, completed: false } }),
        }
      },
    ],
    [
      'one server of the group has no snapshot',
      state => ({ ...state, 'server-1': changed(state['server-1'], { snapshot: undefined }) }),
    ],
  ])('is none: %s', async (_, forget) => {
    const { stage, main } = await afterCreate(ROLLBACK, { servers: fleet(2) })
    const seen = await stage.post('failure', { state: forget(main.state) })
    expect(seen).toMatchObject({ green: true, calls: [] })
    expect(Object.keys(main.state).toSorted()).toEqual(['green', 'main', 'plan', 'server-0', 'server-1'])
  })
})

describe('a rollback in a cancelled job', () => {
  it('sends the request, waits until restoring is seen, and ends red', async () => {
    const { stage } = await afterCreate(ROLLBACK, { settings: { timeline: { restoreStaleMs: 10_000 } } })
    const seen = await stage.post('cancelled')
    expect(seen.green).toBe(false)
    expect(levels(seen)).toEqual(['error'])
    expect(offers(seen)).toEqual(['wait 801'])
    expect(seen.took).toBeLessThan(20_000)
    await stage.clock.advance(10 * MINUTE)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('waits half a minute at most', async () => {
    const settings = { settings: { timeline: { restoreStaleMs: 5 * MINUTE } } }
    const { seen } = await endOf('cancelled', ROLLBACK, settings)
    expect(Math.round(seen.took / 1_000)).toBe(30)
  })

  it.each([
    [{}, 2],
    [{ timeout: '1m' }, 1],
  ])(
    'waits half of two minutes, or of a shorter timeout, for a server in transition, then leaves it to the API: %o',
    async (inputs, minutes) => {
      const timeline = { stoppingMs: 60 * MINUTE, snapshotMs: 1_000 }
      const { stage } = await afterCreate({ ...ROLLBACK, ...inputs }, { settings: { timeline } })
      stage.world.act(STOP)
      const seen = await stage.post('cancelled')
      expect(seen.green).toBe(false)
      // The last try comes ten seconds before the end.
      expect(Math.round(seen.took / 1_000)).toBe(minutes * 60 - 10)
      expect(changes(seen)[0]).toBe(`${minutes * 30}s POST /snapshots/801/restore/`)
    },
  )

  it('sends the requests of the whole group', async () => {
    const { seen, done } = await endOf('cancelled', ROLLBACK, { servers: fleet(3, { disk: BEFORE }) })
    expect(seen.green).toBe(false)
    expect(done).toHaveLength(3)
    expect(offers(seen)).toEqual(['wait 801,802,803'])
  })

  it('looks for restoring also where another server took all the time', async () => {
    const { stage } = await afterCreate(ROLLBACK, { servers: fleet(2) })
    const fault = { kind: 'refusal', status: 503 } as const
    stage.faults.add({ match: { method: 'GET', path: '/servers/12/' }, when: 'before', fault })
    const seen = await stage.post('cancelled')
    const posted = seen.calls.indexOf('POST /snapshots/801/restore/')
    expect(seen.calls.slice(posted)).toContain('GET /servers/11/')
  })
})
