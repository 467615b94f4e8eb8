import { describe, expect, it } from 'vitest'
import type { Fault, FaultRule } from '../../../emulator/faults.ts'
import { byHand, byWorkflow, WEB } from '../support/scenery.ts'
import { createStage, LOOPBACK, START, type Stage, type StageSettings } from '../support/stage.ts'

const STOP = { operation: 'create', 'server-id': '12345', 'stop-server': 'true' }

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } }, ...more })
}

/** What happened in the world, with its instants. */
function story({ world }: Stage): readonly string[] {
  return world.events.map(({ at, kind, detail }) => `${at - START} ${detail ?? kind}`)
}

function power(
  fault: Fault,
  when: 'before' | 'after',
  match: Partial<FaultRule['match']> = { nth: 1 },
): FaultRule {
  return { match: { method: 'POST', path: '/servers/*/power/', ...match }, when, fault }
}

function reads(fault: Fault, from: number, to = 1_000): FaultRule {
  return { match: { method: 'GET', path: '/servers/*/', from, to }, when: 'before', fault }
}

const OUT: Fault = { kind: 'status', status: 503 }

describe('a create with stop-server', () => {
  it('stops the server, takes the snapshot, and starts the server again', async () => {
    const played = stage()
    const { green, log, calls, outputs, stateWrites, annotations } = await played.main(STOP)
    expect(green).toBe(true)
    expect(log).toEqual([
      'Stopping web-server-01.',
      'web-server-01 is stopped.',
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'Snapshot 802 of web-server-01 is completed.',
      'Starting web-server-01.',
      'web-server-01 is active.',
      'Snapshot 802 of web-server-01 completed in 1m 28s (5.0 GiB, slot 1 of 5).',
    ])
    expect(story(played)).toEqual([
      '250 stop',
      '20250 stopped',
      '27950 snapshot-created',
      '87950 snapshot-completed',
      '88750 start',
      '118750 running',
    ])
    expect(calls.filter(call => call.startsWith('POST'))).toEqual([
      'POST /servers/12345/power/',
      'POST /snapshots/',
      'POST /servers/12345/power/',
    ])
    expect(outputs['status']).toBe('completed')
    expect(outputs['server-status']).toBe('active')
    expect(
      stateWrites
        .slice(2)
        .map(
          ([name, value]) => `${name} ${JSON.parse(value).power} ${JSON.parse(value).snapshot?.completed}`,
        ),
    ).toEqual([
      'entry-0 stop intended undefined',
      'entry-0 stopped undefined',
      'entry-0 stopped false',
      'entry-0 stopped true',
      'entry-0 started true',
      'green undefined undefined',
    ])
    expect(annotations).toEqual([])
  })

  it('saves the intent before the stop is sent', async () => {
    const played = stage()
    const { state, requests } = await played.main(STOP, {
      cancel: { request: 'POST /servers/12345/power/', nth: 1 },
    })
    expect(JSON.parse(state['entry-0'] ?? '')).toEqual({
      server: '12345',
      serverName: 'web-server-01',
      power: 'stop intended',
    })
    expect(requests.at(-1)?.path).toBe('/servers/12345/power/')
  })

  it('shows the phases in the summary', async () => {
    const { summary } = await stage().main(STOP)
    expect(summary.split('\n').filter(line => / :\d| :crit/.test(line))).toEqual([
      'stop :2026-03-02 02:40:00, 2026-03-02 02:40:27',
      'snapshot :2026-03-02 02:40:27, 2026-03-02 02:41:28',
      'start :2026-03-02 02:41:28, 2026-03-02 02:42:06',
    ])
  })

  it('leaves a server that does not run as it is', async () => {
    const played = stage({ servers: [{ ...WEB, status: 'stopped' }] })
    const { green, log, state } = await played.main(STOP)
    expect(green).toBe(true)
    expect(log).toEqual([
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'Snapshot 802 of web-server-01 is completed.',
      'Snapshot 802 of web-server-01 completed in 1m 1s (5.0 GiB, slot 1 of 5).',
    ])
    expect(story(played).some(line => line.endsWith('start'))).toBe(false)
    expect(JSON.parse(state['entry-0'] ?? '').power).toBe('untouched')
  })

  it('says how the stop and the start come along once a minute', async () => {
    const { main } = stage({
      settings: { timeline: { snapshotMs: 5_000, stoppingMs: 70_000, startingMs: 65_000 } },
    })
    const { green, log } = await main(STOP)
    expect(green).toBe(true)
    expect(log).toEqual([
      'Stopping web-server-01.',
      'web-server-01 is stopping, 1m 8s after the request to stop it.',
      'web-server-01 is stopped.',
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'Snapshot 802 of web-server-01 is completed.',
      'Starting web-server-01.',
      'web-server-01 is active.',
      'Snapshot 802 of web-server-01 completed in 1m 26s (5.0 GiB, slot 1 of 5).',
    ])
  })

  it('refuses before the stop when no slot is free', async () => {
    const snapshots = ['1', '2', '3', '4', '5'].map(id => byHand({ id }))
    const played = stage({ snapshots })
    const { green, verdict } = await played.main(STOP)
    expect(green).toBe(false)
    expect(verdict).toContain('web-server-01 has no free slot (5 of 5 in use): ')
    expect(played.world.events).toEqual([])
    const refused = await stage({ snapshots }).main({ ...STOP, 'when-full': 'delete-oldest' })
    expect(refused.verdict).toContain('web-server-01 has no free slot (5 of 5 in use): ')
    expect(refused.calls).toHaveLength(2)
  })

  it('makes room while the server is stopped where the rule allows it', async () => {
    const snapshots = [...['1', '2', '3', '4'].map(id => byHand({ id })), byWorkflow({ id: '5' })]
    const played = stage({ snapshots })
    const { green, outputs } = await played.main({ ...STOP, 'when-full': 'delete-oldest' })
    expect(green).toBe(true)
    expect(outputs['deleted-snapshot-ids']).toBe('5')
  })

  it('starts the server when the snapshot is refused', async () => {
    const played = stage({
      faults: [
        {
          match: { method: 'POST', path: '/snapshots/' },
          when: 'before',
          fault: { kind: 'status', status: 404 },
        },
      ],
    })
    const { green, verdict, log, outputs } = await played.main(STOP)
    expect(green).toBe(false)
    expect(log).toEqual([
      'Stopping web-server-01.',
      'web-server-01 is stopped.',
      'Starting web-server-01.',
      'web-server-01 is active.',
      'Next: Check the id: what it names was deleted, or it belongs to another account than the token.',
      'POST /snapshots/ was answered with 404. No snapshot was taken.',
    ])
    expect(verdict).toBe('POST /snapshots/ was answered with 404. No snapshot was taken.')
    expect(story(played)).toEqual(['250 stop', '20250 stopped', '28150 start', '58150 running'])
    expect(outputs['server-status']).toBe('active')
  })

  it('starts the server when the snapshot fails', async () => {
    const played = stage({ settings: { timeline: { snapshotMs: 60_000, snapshotOutcome: 'failed' } } })
    const { green, verdict, state, summary } = await played.main(STOP)
    expect(green).toBe(false)
    expect(verdict).toBe('Snapshot 802 of web-server-01 failed: the API says "failed".')
    expect(summary).toContain('snapshot :crit, ')
    expect(summary).not.toContain('start :crit, ')
    expect(story(played).at(-1)).toMatch(/running$/)
    expect(JSON.parse(state['entry-0'] ?? '').power).toBe('started')
  })

  it('starts the server after the deadline, in time of its own', async () => {
    const played = stage({ settings: { timeline: { snapshotOutcome: 'never' } } })
    const { green, verdict, outputs, took } = await played.main({ ...STOP, timeout: '2m' })
    expect(green).toBe(false)
    expect(verdict).toBe('Snapshot 802 of web-server-01 was not completed within 2m; it goes on at VPS.org.')
    expect(outputs['status']).toBe('timed_out')
    expect(outputs['server-status']).toBe('active')
    expect(took).toBe(157_900)
    expect(played.world.report().servers[0]?.running).toBe(true)
  })

  it('says both when the snapshot fails and the server does not start', async () => {
    const played = stage({
      settings: { timeline: { snapshotMs: 60_000, snapshotOutcome: 'failed', startingMs: 600_000 } },
    })
    const { verdict, log, outputs, state } = await played.main(STOP)
    expect(verdict).toBe(
      'Snapshot 802 of web-server-01 failed: the API says "failed". web-server-01 was stopped for its snapshot and could not be started again: web-server-01 was asked to start and did not become active in time; its last status was starting.',
    )
    expect(log.at(-2)).toBe(
      'Next: Start the server now, in the VPS.org panel; the action tries once more at the end of the job. Look at the server in the VPS.org panel and start it there if it is not active. Delete it, since it holds a slot (operation: delete), and run the job again; if it fails again, ask VPS.org support.',
    )
    expect(outputs['status']).toBe('failed')
    expect(JSON.parse(state['entry-0'] ?? '').power).toBe('stopped')
  })

  it('is red when the server does not start in two minutes, though the snapshot is completed', async () => {
    const played = stage({ settings: { timeline: { snapshotMs: 60_000, startingMs: 600_000 } } })
    const { green, verdict, log, outputs, state, took, summary } = await played.main(STOP)
    expect(green).toBe(false)
    expect(verdict).toBe(
      'web-server-01 was stopped for its snapshot and could not be started again: web-server-01 was asked to start and did not become active in time; its last status was starting.',
    )
    expect(log.at(-2)).toBe(
      'Next: Start the server now, in the VPS.org panel; the action tries once more at the end of the job. Look at the server in the VPS.org panel and start it there if it is not active.',
    )
    expect(outputs['status']).toBe('timed_out')
    expect(JSON.parse(outputs['snapshots'] ?? '')[0].status).toBe('completed')
    expect(state['green']).toBeUndefined()
    expect(JSON.parse(state['entry-0'] ?? '').power).toBe('stopped')
    expect(summary).toContain('start :crit, ')
    expect(summary).not.toContain('stop :crit, ')
    expect(summary).not.toContain('snapshot :crit, ')
    expect(took).toBe(208_600)
  })

  it('notices that somebody else started the server, and does not start it again', async () => {
    const played = stage({
      happenings: [{ afterMs: 60_000, act: { act: 'power', server: WEB.id, action: 'start' } }],
    })
    const { green, log, calls, took } = await played.main(STOP)
    expect(green).toBe(true)
    expect(log.at(-1)).toBe('Snapshot 802 of web-server-01 completed in 1m 28s (5.0 GiB, slot 1 of 5).')
    // Once it was seen stopped, one look at it running is enough.
    expect(took).toBe(93_800)
    expect(calls.filter(call => call === 'POST /servers/12345/power/')).toHaveLength(1)
  })

  it('waits for a server that is being started by somebody else', async () => {
    const played = stage({
      happenings: [{ afterMs: 80_000, act: { act: 'power', server: WEB.id, action: 'start' } }],
    })
    const { green, log, calls } = await played.main(STOP)
    expect(green).toBe(true)
    expect(log).toEqual([
      'Stopping web-server-01.',
      'web-server-01 is stopped.',
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'Snapshot 802 of web-server-01 is completed.',
      'Snapshot 802 of web-server-01 completed in 1m 28s (5.0 GiB, slot 1 of 5).',
    ])
    expect(calls.filter(call => call === 'POST /servers/12345/power/')).toHaveLength(1)
  })

  it('cannot start a server whose status never settles', async () => {
    const played = stage({
      settings: { timeline: { snapshotMs: 60_000 } },
      happenings: [{ afterMs: 60_000, act: { act: 'status', server: WEB.id, status: 'error' } }],
    })
    const { verdict, log } = await played.main(STOP)
    expect(verdict).toBe(
      'web-server-01 was to be started again, and its status did not settle in time; the last one was error.',
    )
    expect(log.at(-2)).toBe('Next: Look at the server in the VPS.org panel and start it if it is stopped.')
  })

  it('says that the server may be stopped when it can no longer be read', async () => {
    const played = stage()
    played.faults.add(reads({ kind: 'status', status: 401 }, 6))
    const { verdict, log, outputs } = await played.main(STOP)
    expect(verdict).toBe(
      'No snapshot of web-server-01 was taken: GET /servers/12345/ was answered with 401. Whether web-server-01 became stopped was not seen. GET /servers/12345/ was answered with 401. web-server-01 may be stopped.',
    )
    expect(log.at(-2)).toBe(
      'Next: The API token is wrong, incomplete, expired or revoked. Make a new one under API tokens in your VPS.org account (https://admin.vps.org) and pass it whole.',
    )
    expect(outputs['status']).toBe('failed')
  })

  it('says that it could not be started when the server was never readable again', async () => {
    const played = stage()
    played.faults.add(reads(OUT, 6))
    const { verdict, outputs, took } = await played.main(STOP)
    expect(verdict).toBe(
      'No snapshot of web-server-01 was taken: web-server-01 was asked to stop and did not become stopped in time; its last status was stopping. web-server-01 was to be started again, and its status did not settle in time; the last one was stopping.',
    )
    expect(outputs['status']).toBe('failed')
    expect(took).toBe(1_920_000)
  })
})

describe('a stop', () => {
  it('that does not come to pass in time fails the create, and the server is watched and started', async () => {
    const played = stage({ settings: { timeline: { stoppingMs: 130_000 } } })
    const { green, verdict, log, outputs, calls } = await played.main({ ...STOP, timeout: '1m' })
    expect(green).toBe(false)
    expect(verdict).toBe(
      'No snapshot of web-server-01 was taken: web-server-01 was asked to stop and did not become stopped in time; its last status was stopping.',
    )
    expect(log).toEqual([
      'Stopping web-server-01.',
      'Starting web-server-01.',
      'web-server-01 is active.',
      'Next: Look at the server in the VPS.org panel, then run the job again.',
      'No snapshot of web-server-01 was taken: web-server-01 was asked to stop and did not become stopped in time; its last status was stopping.',
    ])
    expect(outputs['status']).toBe('failed')
    expect(calls).not.toContain('POST /snapshots/')
    expect(played.world.report().servers[0]?.running).toBe(true)
  })

  it('whose end cannot be read is no longer waited for', async () => {
    const played = stage({ faults: [reads({ kind: 'status', status: 401 }, 2, 2)] })
    const { verdict, log, outputs } = await played.main(STOP)
    expect(verdict).toBe(
      'No snapshot of web-server-01 was taken: GET /servers/12345/ was answered with 401. Whether web-server-01 became stopped was not seen.',
    )
    expect(log).toEqual([
      'Stopping web-server-01.',
      'Starting web-server-01.',
      'web-server-01 is active.',
      'Next: The API token is wrong, incomplete, expired or revoked. Make a new one under API tokens in your VPS.org account (https://admin.vps.org) and pass it whole.',
      'No snapshot of web-server-01 was taken: GET /servers/12345/ was answered with 401. Whether web-server-01 became stopped was not seen.',
    ])
    expect(outputs['status']).toBe('failed')
    expect(played.world.report().servers[0]?.running).toBe(true)
  })

  it.each<readonly [string, Fault, string]>([
    ['hung', { kind: 'hang' }, 'had no answer in time: no answer within 60000 ms'],
    ['reset', { kind: 'reset' }, 'was cut off before its answer was complete: connection reset'],
    ['answered with 500', { kind: 'status', status: 500 }, 'was answered with 500'],
  ])('that was obeyed, though its request %s, is seen by the status', async (_text, fault, words) => {
    const played = stage({ faults: [power(fault, 'after')] })
    const { green, log, calls } = await played.main(STOP)
    expect(green).toBe(true)
    expect(log.slice(0, 2)).toEqual([
      'Stopping web-server-01.',
      `POST /servers/12345/power/ ${words}. Reading what web-server-01 does.`,
    ])
    expect(calls.filter(call => call === 'POST /servers/12345/power/')).toHaveLength(2)
  })

  it('that lands late is watched for, and the server is started after it', async () => {
    const played = stage({ faults: [power({ kind: 'delay', ms: 90_000 }, 'before')] })
    const { green, verdict } = await played.main({ ...STOP, timeout: '65s' })
    expect(green).toBe(false)
    expect(verdict).toBe(
      'No snapshot of web-server-01 was taken: POST /servers/12345/power/ had no answer in time: no answer within 60000 ms. Whether web-server-01 obeyed was not seen.',
    )
    expect(story(played)).toEqual(['90250 stop', '110250 stopped', '118850 start', '148850 running'])
  })

  it('that is refused for the moment is not tried again', async () => {
    const played = stage({ faults: [power({ kind: 'status', status: 409 }, 'before')] })
    const { green, calls, summary } = await played.main(STOP)
    expect(green).toBe(false)
    expect(calls.filter(call => call === 'POST /servers/12345/power/')).toHaveLength(1)
    expect(summary).toContain('stop :crit, ')
  })

  it('whose lost request did nothing is sent once more after a settle window', async () => {
    const played = stage({ faults: [power({ kind: 'reset' }, 'before')] })
    const { green, log, requests } = await played.main(STOP)
    expect(green).toBe(true)
    expect(log.slice(0, 5)).toEqual([
      'Stopping web-server-01.',
      'POST /servers/12345/power/ was cut off before its answer was complete: connection reset. Reading what web-server-01 does.',
      'web-server-01 shows no sign of the request; sending it once more.',
      'Stopping web-server-01.',
      'web-server-01 is stopped.',
    ])
    const [first, second] = requests.filter(({ path }) => path === '/servers/12345/power/')
    expect((second?.after ?? 0) - (first?.after ?? 0)).toBe(68_000)
  })

  it('keeps the settle window of time-lapse', async () => {
    const played = stage({ faults: [power({ kind: 'reset' }, 'before')] })
    const { requests } = await played.main({ ...STOP, ...LOOPBACK, 'poll-interval': '1s' })
    const [first, second] = requests.filter(({ path }) => path === '/servers/12345/power/')
    expect((second?.after ?? 0) - (first?.after ?? 0)).toBe(12_300)
  })

  it('whose request is lost twice fails, and is not sent a third time', async () => {
    const played = stage({ faults: [power({ kind: 'reset' }, 'before', { to: 2 })] })
    const { green, verdict, log, outputs, calls, requests } = await played.main(STOP)
    expect(green).toBe(false)
    expect(verdict).toBe(
      'No snapshot of web-server-01 was taken: POST /servers/12345/power/ was cut off before its answer was complete: connection reset. web-server-01 is active.',
    )
    expect(log).toEqual([
      'Stopping web-server-01.',
      'POST /servers/12345/power/ was cut off before its answer was complete: connection reset. Reading what web-server-01 does.',
      'web-server-01 shows no sign of the request; sending it once more.',
      'Stopping web-server-01.',
      'POST /servers/12345/power/ was cut off before its answer was complete: connection reset. Reading what web-server-01 does.',
      'Next: Look at the present state before doing it again: the request may have been acted upon.',
      'No snapshot of web-server-01 was taken: POST /servers/12345/power/ was cut off before its answer was complete: connection reset. web-server-01 is active.',
    ])
    // A stop that was asked for may still land: the server is watched for a settle window.
    const last = requests.filter(({ path }) => path.endsWith('/power/')).at(-1)
    expect((requests.at(-1)?.after ?? 0) - (last?.after ?? 0)).toBe(135_800)
    expect(outputs['status']).toBe('failed')
    expect(calls.filter(call => call === 'POST /servers/12345/power/')).toHaveLength(2)
  })

  it('that is refused by a server which is stopped by then is done', async () => {
    const played = stage({
      faults: [power({ kind: 'status', status: 400 }, 'before')],
      happenings: [{ afterMs: 250, act: { act: 'status', server: WEB.id, status: 'stopped' } }],
    })
    const { green, log } = await played.main(STOP)
    expect(green).toBe(true)
    expect(log.slice(0, 4)).toEqual([
      'Stopping web-server-01.',
      'POST /servers/12345/power/ was answered with 400. Reading what web-server-01 does.',
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'Snapshot 802 of web-server-01 is completed.',
    ])
  })

  it('that is refused by a server which is stopping by then is waited for', async () => {
    const played = stage({
      faults: [power({ kind: 'status', status: 400, body: '{"detail": "Busy."}' }, 'after')],
    })
    const { green, log, calls } = await played.main(STOP)
    expect(green).toBe(true)
    expect(log.slice(0, 3)).toEqual([
      'Stopping web-server-01.',
      'POST /servers/12345/power/ was answered with 400: Busy. Reading what web-server-01 does.',
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
    ])
    expect(calls.filter(call => call === 'POST /servers/12345/power/')).toHaveLength(2)
  })

  it('that is refused otherwise fails at once, with the server’s status', async () => {
    const played = stage({
      settings: { permissions: ['snapshots:read', 'snapshots:write', 'servers:read'] },
    })
    const { green, verdict, log, requests, outputs } = await played.main(STOP)
    expect(green).toBe(false)
    expect(verdict).toBe(
      'No snapshot of web-server-01 was taken: POST /servers/12345/power/ was answered with 403: This token lacks the permission "servers:write". web-server-01 is active.',
    )
    expect(log).toEqual([
      'Stopping web-server-01.',
      'POST /servers/12345/power/ was answered with 403: This token lacks the permission "servers:write". Reading what web-server-01 does.',
      'Next: Give the API token the permission that the API names, in your VPS.org account (https://admin.vps.org). It has snapshots:read, snapshots:write, servers:read.',
      'No snapshot of web-server-01 was taken: POST /servers/12345/power/ was answered with 403: This token lacks the permission "servers:write". web-server-01 is active.',
    ])
    expect(requests.filter(({ path }) => path === '/servers/12345/power/')).toHaveLength(1)
    expect(requests[3]?.path).toBe('/servers/12345/')
    expect(outputs['status']).toBe('failed')
  })

  it('whose lost request cannot be looked for is not sent again', async () => {
    const played = stage({
      faults: [power({ kind: 'reset' }, 'before'), reads({ kind: 'status', status: 401 }, 2, 2)],
    })
    const { green, verdict, calls } = await played.main(STOP)
    expect(green).toBe(false)
    expect(verdict).toBe(
      'No snapshot of web-server-01 was taken: POST /servers/12345/power/ was cut off before its answer was complete: connection reset. Whether web-server-01 obeyed was not seen.',
    )
    expect(calls.filter(call => call === 'POST /servers/12345/power/')).toHaveLength(1)
  })

  it('whose server cannot be read after a refusal is in an unknown state', async () => {
    const played = stage({
      faults: [power({ kind: 'status', status: 400 }, 'before'), reads({ kind: 'status', status: 401 }, 2)],
    })
    const { verdict, log } = await played.main(STOP)
    expect(verdict).toBe(
      'No snapshot of web-server-01 was taken: POST /servers/12345/power/ was answered with 400. Whether web-server-01 obeyed was not seen. GET /servers/12345/ was answered with 401. web-server-01 may be stopped.',
    )
    expect(log.at(-2)).toBe(
      'Next: The API token is wrong, incomplete, expired or revoked. Make a new one under API tokens in your VPS.org account (https://admin.vps.org) and pass it whole. Correct what the API names.',
    )
  })
})

describe('a start', () => {
  it('whose request is lost but obeyed is seen by the status', async () => {
    const played = stage({ faults: [power({ kind: 'reset' }, 'after', { nth: 2 })] })
    const { green, log } = await played.main(STOP)
    expect(green).toBe(true)
    expect(log.slice(-5)).toEqual([
      'Snapshot 802 of web-server-01 is completed.',
      'Starting web-server-01.',
      'POST /servers/12345/power/ was cut off before its answer was complete: connection reset. Reading what web-server-01 does.',
      'web-server-01 is active.',
      'Snapshot 802 of web-server-01 completed in 1m 28s (5.0 GiB, slot 1 of 5).',
    ])
  })

  it('that was obeyed at once needs no further read', async () => {
    const played = stage({
      settings: { timeline: { snapshotMs: 60_000, startingMs: 0 } },
      faults: [power({ kind: 'reset' }, 'after', { nth: 2 })],
    })
    const { green, log } = await played.main(STOP)
    expect(green).toBe(true)
    expect(log.slice(-3)).toEqual([
      'Starting web-server-01.',
      'POST /servers/12345/power/ was cut off before its answer was complete: connection reset. Reading what web-server-01 does.',
      'Snapshot 802 of web-server-01 completed in 1m 28s (5.0 GiB, slot 1 of 5).',
    ])
  })

  it('that is refused fails with the words of the API', async () => {
    const played = stage({
      faults: [power({ kind: 'status', status: 402, body: '{"detail": "Unpaid."}' }, 'before', { nth: 2 })],
    })
    const { green, verdict, log, outputs, state } = await played.main(STOP)
    expect(green).toBe(false)
    expect(verdict).toBe(
      'web-server-01 was stopped for its snapshot and could not be started again: POST /servers/12345/power/ was answered with 402: Unpaid. web-server-01 is stopped.',
    )
    expect(log.at(-2)).toBe(
      'Next: Start the server now, in the VPS.org panel; the action tries once more at the end of the job. Check that api-url is the address of the VPS.org API.',
    )
    expect(outputs['status']).toBe('failed')
    expect(JSON.parse(state['entry-0'] ?? '').power).toBe('stopped')
  })

  it.each([400, 409, 423])(
    'that is refused with %i for the moment is tried again every ten seconds',
    async status => {
      const played = stage({ faults: [power({ kind: 'status', status }, 'before', { from: 2, to: 3 })] })
      const { green, log, requests } = await played.main(STOP)
      expect(green).toBe(true)
      expect(log.filter(line => line.startsWith('Starting'))).toHaveLength(3)
      const starts = requests.filter(({ path }) => path.endsWith('/power/')).slice(1)
      const [first = { after: 0 }] = starts
      expect(starts.map(({ after }) => after - first.after)).toEqual([0, 10_200, 20_400])
    },
  )

  it('is tried again at the given interval', async () => {
    const played = stage({
      faults: [power({ kind: 'status', status: 409 }, 'before', { from: 2, to: 3 })],
    })
    const { requests } = await played.main({ ...STOP, 'poll-interval': '2s' })
    const starts = requests.filter(({ path }) => path.endsWith('/power/')).slice(1)
    const [first = { after: 0 }] = starts
    expect(starts.map(({ after }) => after - first.after)).toEqual([0, 2_200, 4_400])
  })

  it('that is refused for two minutes fails', async () => {
    const played = stage({ faults: [power({ kind: 'status', status: 409 }, 'before', { from: 2 })] })
    const { green, verdict, requests } = await played.main(STOP)
    expect(green).toBe(false)
    expect(verdict).toBe(
      'web-server-01 was stopped for its snapshot and could not be started again: POST /servers/12345/power/ was answered with 409. web-server-01 is stopped.',
    )
    expect(requests.filter(({ path }) => path.endsWith('/power/'))).toHaveLength(1 + 12)
  })

  it('whose answers are lost after refusals is still sent twice and no more', async () => {
    const played = stage({
      faults: [
        power({ kind: 'status', status: 409 }, 'before', { nth: 2 }),
        power({ kind: 'reset' }, 'before', { from: 3 }),
      ],
    })
    const { green, requests } = await played.main(STOP)
    expect(green).toBe(false)
    expect(requests.filter(({ path }) => path.endsWith('/power/'))).toHaveLength(1 + 1 + 2)
  })
})

describe('the health check of a stopped server', () => {
  const CHECKED = {
    ...STOP,
    'health-check': 'https://shop.test/up?token=hidden tcp://shop.test:22 tcp://[::1]:80',
    'health-check-timeout': '20s',
  }

  it('is made once it runs again, all targets at a time', async () => {
    const { main } = stage()
    const { green, log, probings, summary } = await main(CHECKED)
    expect(green).toBe(true)
    expect(log.slice(-3)).toEqual([
      'Checking the health of web-server-01: https://shop.test/up, tcp://shop.test:22, tcp://[::1]:80.',
      'The health check of web-server-01 passed.',
      'Snapshot 802 of web-server-01 completed in 1m 28s (5.0 GiB, slot 1 of 5).',
    ])
    expect(probings.map(({ after, timeoutMs }) => `${after} ${timeoutMs}`)).toEqual([
      '126500 10000',
      '126500 10000',
      '126500 10000',
    ])
    expect(summary).toContain('health check :')
    expect(summary).not.toContain('health check :crit')
  })

  it('is repeated every three seconds until it passes', async () => {
    const { main } = stage({
      probe: ({ target, after }) =>
        target.kind === 'http' && after < 135_000 ? 'answered with 502' : undefined,
    })
    const { green, probings, debugLines } = await main(CHECKED)
    expect(green).toBe(true)
    const http = probings.filter(({ target }) => target.kind === 'http')
    const [first = { after: 0 }] = http
    expect(http.map(({ after }) => after - first.after)).toEqual([0, 3_000, 6_000, 9_000])
    expect(probings.length - http.length).toBe(2)
    expect(debugLines.filter(line => line.startsWith('https://shop.test'))[0]).toBe(
      'https://shop.test/up: answered with 502',
    )
  })

  it('is repeated at the given interval', async () => {
    let left = 3
    const { main } = stage({
      probe: ({ target }) => {
        if (target.kind === 'http') left -= 1
        return left > 0 ? 'ECONNREFUSED' : undefined
      },
    })
    const { probings } = await main({
      ...CHECKED,
      'health-check': 'https://shop.test/',
      'poll-interval': '2s',
    })
    const [first = { after: 0 }] = probings
    expect(probings.map(({ after }) => after - first.after)).toEqual([0, 2_000, 4_000])
  })

  it('fails with each target that does not answer, and why', async () => {
    const { main } = stage({ probe: ({ target }) => (target.kind === 'tcp' ? 'ECONNREFUSED' : undefined) })
    const { green, verdict, log, outputs, state, summary, probings } = await main(CHECKED)
    expect(green).toBe(false)
    expect(verdict).toBe(
      'Snapshot 802 is completed, but web-server-01 did not pass its health check within 20s: tcp://shop.test:22: ECONNREFUSED; tcp://[::1]:80: ECONNREFUSED.',
    )
    expect(log.at(-2)).toBe('Next: Look at the server: it runs, but what was to answer does not.')
    expect(outputs['status']).toBe('failed')
    expect(state['green']).toBeUndefined()
    expect(summary).toContain('health check :crit')
    const ssh = probings.filter(({ target }) => target.kind === 'tcp' && target.port === 22)
    const [first = { after: 0 }] = ssh
    expect(ssh.map(({ after, timeoutMs }) => `${after - first.after} ${timeoutMs}`)).toEqual([
      '0 10000',
      '3000 10000',
      '6000 10000',
      '9000 10000',
      '12000 8000',
      '15000 5000',
      '18000 2000',
    ])
  })

  it('is not made when the snapshot failed', async () => {
    const { main } = stage({ settings: { timeline: { snapshotMs: 60_000, snapshotOutcome: 'failed' } } })
    const { probings } = await main(CHECKED)
    expect(probings).toEqual([])
  })
})
