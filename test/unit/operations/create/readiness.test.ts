import { describe, expect, it } from 'vitest'
import { byHand, WEB } from '../support/scenery.ts'
import { createStage, START, type StageSettings } from '../support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const SNAPSHOT = byHand({ id: '700' })

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } }, ...more })
}

function status(afterMs: number, text: string) {
  return { afterMs, act: { act: 'status', server: WEB.id, status: text } } as const
}

/** When the snapshot was asked for, in milliseconds since the beginning. */
function askedAfter({ requests }: { readonly requests: readonly { method: string; after: number }[] }) {
  return requests.find(({ method }) => method === 'POST')?.after
}

describe('before a create', () => {
  it.each(['starting', 'Stopping', 'restarting', 'rebooting'])(
    'waits while the server is %s',
    async passing => {
      const { main } = stage({
        servers: [{ ...WEB, status: passing }],
        happenings: [status(9_000, 'active')],
      })
      const transcript = await main(CREATE)
      expect(transcript.green).toBe(true)
      expect(transcript.printed.slice(0, 4)).toEqual([
        'group: Before anything is changed',
        `web-server-01 (12345) is ${passing}; waiting until it settles.`,
        'endgroup',
        'group: Snapshots',
      ])
      expect(askedAfter(transcript)).toBe(13_000)
    },
  )

  it('waits for the end of a restore, says a heartbeat, and never takes a snapshot of a half-restored disk', async () => {
    const { main, world } = stage({
      snapshots: [SNAPSHOT],
      settings: { timeline: { snapshotMs: 60_000, restoreMs: 100_000 } },
      happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '700' } }],
    })
    const { green, log } = await main(CREATE)
    expect(green).toBe(true)
    expect(log).toEqual([
      'web-server-01 (12345) is restoring; waiting until it settles.',
      'Still waiting for web-server-01 (12345) to settle, for 1m 9s now.',
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'web-server-01 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'Snapshot 802 of web-server-01 is completed.',
      'Snapshot 802 of web-server-01 completed in 1m 1s (5.0 GiB, slot 2 of 5).',
    ])
    expect(world.events.map(({ at, kind }) => `${at - START} ${kind}`)).toEqual([
      '0 restore-begun',
      '0 stopped',
      '100000 restore-ended',
      '100000 running',
      '110050 snapshot-created',
      '170050 snapshot-completed',
    ])
  })

  it('says a status once, and the next one when it changes', async () => {
    const { main } = stage({
      servers: [{ ...WEB, status: 'stopping' }],
      happenings: [status(4_000, 'starting'), status(30_000, 'active')],
    })
    const { log } = await main(CREATE)
    expect(log.slice(0, 3)).toEqual([
      'web-server-01 (12345) is stopping; waiting until it settles.',
      'web-server-01 (12345) is starting; waiting until it settles.',
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
    ])
  })

  it('waits for a young snapshot that is in progress', async () => {
    const { main } = stage({
      snapshots: [
        byHand({ id: '700', status: 'in_progress', hours: 0.4 }),
        byHand({ id: '699', status: 'completed', hours: 0.1 }),
      ],
      happenings: [
        { afterMs: 3_000, act: { act: 'snapshot-status', snapshot: '700', status: 'in_progress' } },
        { afterMs: 20_000, act: { act: 'snapshot-status', snapshot: '700', status: 'completed' } },
      ],
      settings: { timeline: { snapshotMs: 25 * 60_000 } },
    })
    const transcript = await main({ ...CREATE, wait: 'false' })
    expect(transcript.green).toBe(true)
    expect(transcript.log).toEqual([
      'Snapshot 700 of web-server-01 (12345) is in progress; waiting until it is done.',
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'web-server-01 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'Snapshot 802 of web-server-01 is accepted and in progress; take it up with operation: wait, snapshot-id: 802.',
    ])
    expect(askedAfter(transcript)).toBe(28_400)
    expect(transcript.calls.slice(0, 5)).toEqual([
      'GET /snapshots/?server_id=12345',
      'GET /servers/12345/',
      'GET /snapshots/?server_id=12345',
      'GET /servers/12345/',
      'GET /snapshots/?server_id=12345',
    ])
  })

  it('does not wait for an unfinished snapshot of half an hour or more, nor for one of an unlisted status', async () => {
    const { main } = stage({
      snapshots: [
        byHand({ id: '700', status: 'in_progress', hours: 0.5 }),
        byHand({ id: '701', status: 'archiving', hours: 0.1 }),
        byHand({ id: '702', status: 'failed', hours: 0.1 }),
      ],
      settings: { timeline: { snapshotMs: 60_000, snapshotOutcome: 'never' } },
    })
    const transcript = await main({ ...CREATE, wait: 'false' })
    expect(transcript.green).toBe(true)
    expect(transcript.annotations.map(({ level, text }) => `${level}: ${text}`)).toEqual([
      'warning: Snapshot 701 of web-server-01 (12345) has the status "archiving" (6 minutes old) and is not waited for: it counts as stuck.',
      'warning: Snapshot 700 of web-server-01 (12345) has the status "in_progress" (30 minutes old) and is not waited for: it counts as stuck.',
    ])
    expect(transcript.log).toEqual([
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'web-server-01 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'Snapshot 802 of web-server-01 is accepted and in progress; take it up with operation: wait, snapshot-id: 802.',
    ])
    expect(askedAfter(transcript)).toBe(200)
  })

  it('does not wait for an unfinished snapshot without a date', async () => {
    const { main, faults } = stage()
    const undated = {
      id: 700,
      name: 'x',
      status: 'in_progress',
      server: { id: 12345, name: 'web-server-01' },
    }
    faults.add({
      match: { method: 'GET', path: '/snapshots/', nth: 1 },
      when: 'before',
      fault: { kind: 'body', body: JSON.stringify({ count: 1, results: [undated] }) },
    })
    const transcript = await main(CREATE)
    expect(transcript.annotations[0]?.text).toBe(
      'Snapshot 700 of web-server-01 (12345) has the status "in_progress" (age unknown) and is not waited for: it counts as stuck.',
    )
    expect(askedAfter(transcript)).toBe(200)
  })

  it.each(['error', 'failed', 'suspended'])(
    'goes on with a server that keeps the status %s for a settle window',
    async text => {
      const { main } = stage({ servers: [{ ...WEB, status: text }] })
      const transcript = await main(CREATE)
      expect(transcript.green).toBe(true)
      expect(transcript.log.slice(0, 3)).toEqual([
        `web-server-01 (12345) has the status "${text}"; looking whether it stays so.`,
        `web-server-01 (12345) keeps the status "${text}"; going on all the same.`,
        'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      ])
      expect(askedAfter(transcript)).toBe(69_200)
    },
  )

  it('does not care for the letter case of a strange status', async () => {
    const { main } = stage({
      servers: [{ ...WEB, status: 'suspended' }],
      happenings: [status(40_000, 'Suspended')],
    })
    expect(askedAfter(await main(CREATE))).toBe(69_200)
  })

  it('begins the settle window anew when a strange status changes', async () => {
    const { main } = stage({
      servers: [{ ...WEB, status: 'suspended' }],
      happenings: [status(40_000, 'Suspended'), status(50_000, 'error')],
    })
    const transcript = await main(CREATE)
    expect(transcript.log.slice(0, 4)).toEqual([
      'web-server-01 (12345) has the status "suspended"; looking whether it stays so.',
      'web-server-01 (12345) has the status "Suspended"; looking whether it stays so.',
      'web-server-01 (12345) has the status "error"; looking whether it stays so.',
      'Still waiting for web-server-01 (12345) to settle, for 1m 9s now.',
    ])
    expect(askedAfter(transcript)).toBe(120_200)
  })

  it('gives up at the deadline with what the server was last', async () => {
    const { main, world } = stage({ servers: [{ ...WEB, status: 'starting' }] })
    const { green, verdict, log, outputs, took } = await main({ ...CREATE, timeout: '3m' })
    expect(green).toBe(false)
    expect(verdict).toBe(
      'The server did not settle within 3m: it was still starting. No snapshot of it was taken.',
    )
    expect(log).toEqual([
      'web-server-01 (12345) is starting; waiting until it settles.',
      'Still waiting for web-server-01 (12345) to settle, for 1m 9s now.',
      'Still waiting for web-server-01 (12345) to settle, for 2m 10s now.',
      'Next: Look at the server in the VPS.org panel, then run the job again.',
      'The server did not settle within 3m: it was still starting. No snapshot of it was taken.',
    ])
    expect(outputs['status']).toBe('failed')
    expect(took).toBe(180_000)
    expect(world.events).toEqual([])
  })

  it('gives up at the deadline when the server cannot be read at all', async () => {
    const { main } = stage({
      faults: [{ match: { path: '/servers/*/' }, when: 'before', fault: { kind: 'status', status: 502 } }],
    })
    const { verdict, log, took } = await main({ ...CREATE, timeout: '1m' })
    expect(verdict).toBe(
      'The server did not settle within 1m: its status could not be read. GET /servers/12345/ was answered with 502. No snapshot of it was taken.',
    )
    expect(log).toEqual([
      'GET /servers/12345/ was answered with 502. Trying again in 0.5 s.',
      'GET /servers/12345/ was answered with 502 (sent 8 times). This is no answer; the wait goes on.',
      'Next: Look at the server in the VPS.org panel, then run the job again.',
      'The server did not settle within 1m: its status could not be read. GET /servers/12345/ was answered with 502. No snapshot of it was taken.',
    ])
    expect(took).toBe(60_000)
  })

  it('names the server by its id in the heartbeat while it could never be read', async () => {
    const { main } = stage({
      faults: [{ match: { path: '/servers/*/' }, when: 'before', fault: { kind: 'status', status: 502 } }],
    })
    const { log } = await main({ ...CREATE, timeout: '10m' })
    expect(log.filter(line => line.startsWith('Still'))).toEqual([
      'Still waiting for server (12345) to settle, for 4m 48s now.',
      'Still waiting for server (12345) to settle, for 6m 4s now.',
      'Still waiting for server (12345) to settle, for 7m 45s now.',
      'Still waiting for server (12345) to settle, for 8m 45s now.',
      'Still waiting for server (12345) to settle, for 9m 45s now.',
    ])
  })

  it('repeats the first read of a server at once, and leaves later ones to the next poll', async () => {
    const { main } = stage({
      servers: [{ ...WEB, status: 'starting' }],
      faults: [
        { match: { path: '/servers/*/', nth: 1 }, when: 'before', fault: { kind: 'status', status: 500 } },
        { match: { path: '/servers/*/', nth: 3 }, when: 'before', fault: { kind: 'status', status: 500 } },
        { match: { path: '/snapshots/', nth: 3 }, when: 'before', fault: { kind: 'status', status: 500 } },
      ],
      happenings: [status(9_000, 'active')],
    })
    const { log, requests } = await main({ ...CREATE, wait: 'false' })
    expect(log.slice(0, -2)).toEqual([
      'GET /servers/12345/ was answered with 500. Trying again in 0.5 s.',
      'web-server-01 (12345) is starting; waiting until it settles.',
      'GET /servers/12345/ was answered with 500. This is no answer; the wait goes on.',
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
    ])
    expect(requests.map(({ after, method, path, status }) => `${after} ${method} ${path} ${status}`)).toEqual(
      [
        '0 GET /snapshots/?server_id=12345 200',
        '100 GET /servers/12345/ 500',
        '700 GET /servers/12345/ 200',
        '2800 GET /snapshots/?server_id=12345 200',
        '2900 GET /servers/12345/ 500',
        '6000 GET /snapshots/?server_id=12345 500',
        '9100 GET /snapshots/?server_id=12345 200',
        '9200 GET /servers/12345/ 200',
        '9300 POST /snapshots/ 201',
      ],
    )
  })

  it('fails when a server in passing can no longer be read', async () => {
    const { main } = stage({
      servers: [{ ...WEB, status: 'starting' }],
      faults: [
        { match: { path: '/servers/*/', from: 2 }, when: 'before', fault: { kind: 'status', status: 401 } },
      ],
    })
    const { verdict, outputs } = await main(CREATE)
    expect(verdict).toBe('GET /servers/12345/ was answered with 401. Nothing was changed.')
    expect(outputs['status']).toBe('failed')
  })
})
