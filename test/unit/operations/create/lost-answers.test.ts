import { describe, expect, it } from 'vitest'
import type { Fault, FaultRule } from '../../../emulator/faults.ts'
import { WEB } from '../support/scenery.ts'
import { createStage, LOOPBACK, type StageSettings } from '../support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } }, ...more })
}

function post(fault: Fault, when: 'before' | 'after', nth = 1): FaultRule {
  return { match: { method: 'POST', path: '/snapshots/', nth }, when, fault }
}

function lists(fault: Fault, from: number, to = 1_000): FaultRule {
  return { match: { method: 'GET', path: '/snapshots/', from, to }, when: 'before', fault }
}

function made({ world }: { readonly world: { readonly events: readonly { readonly kind: string }[] } }) {
  return world.events.filter(({ kind }) => kind === 'snapshot-created').length
}

const AMBIGUOUS: readonly (readonly [Fault, string])[] = [
  [{ kind: 'hang' }, 'had no answer in time: no answer within 60000 ms'],
  [{ kind: 'reset' }, 'was cut off before its answer was complete: connection reset'],
  [{ kind: 'truncated' }, 'was cut off before its answer was complete: the other side closed the connection'],
  [
    { kind: 'oversized', bytes: 11_000_000 },
    'had an answer that is too large to be read: the answer is larger than 10485760 bytes',
  ],
  [{ kind: 'empty' }, 'was answered with 201, but the answer cannot be read: the answer is empty'],
  [{ kind: 'html' }, 'was answered with 201, but the answer cannot be read: the answer is not JSON'],
  [{ kind: 'status', status: 500 }, 'was answered with 500'],
  [{ kind: 'status', status: 503 }, 'was answered with 503'],
  [{ kind: 'status', status: 408 }, 'was answered with 408'],
  [{ kind: 'status', status: 425 }, 'was answered with 425'],
]

describe('a create whose answer is lost', () => {
  it.each(AMBIGUOUS)('by %j, but which was obeyed, is found by its key and adopted', async (fault, words) => {
    const played = stage({ faults: [post(fault, 'after')] })
    const { green, log, outputs, calls } = await played.main(CREATE)
    expect(green).toBe(true)
    expect(log.slice(0, 3)).toEqual([
      `POST /snapshots/ ${words}. Whether the snapshot was begun is not known; looking for it by its key before anything is sent again.`,
      'The snapshot was begun all the same: it is 802, found by its key.',
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
    ])
    expect(outputs['snapshot-id']).toBe('802')
    expect(calls.filter(call => call.startsWith('POST'))).toHaveLength(1)
    expect(made(played)).toBe(1)
  })

  it.each(AMBIGUOUS)(
    'by %j, and which was not obeyed, is sent once more after a settle window',
    async (fault, words) => {
      const played = stage({ faults: [post(fault, 'before')] })
      const { green, log, outputs, requests } = await played.main(CREATE)
      expect(green).toBe(true)
      expect(log.slice(0, 3)).toEqual([
        `POST /snapshots/ ${words}. Whether the snapshot was begun is not known; looking for it by its key before anything is sent again.`,
        'No snapshot of web-server-01 carries the key; the request did nothing and is sent once more.',
        'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      ])
      expect(outputs['snapshot-id']).toBe('802')
      const [first, second] = requests.filter(({ method }) => method === 'POST')
      const answered = fault.kind === 'hang' ? 60_000 : 100
      expect((second?.after ?? 0) - (first?.after ?? 0) - answered).toBe(68_100)
      expect(made(played)).toBe(1)
    },
  )

  it('is unknown when it was sent twice and nothing appeared, and is not sent a third time', async () => {
    const played = stage({
      faults: [post({ kind: 'reset' }, 'before', 1), post({ kind: 'status', status: 500 }, 'before', 2)],
    })
    const { green, log, verdict, outputs, calls, annotations } = await played.main(CREATE)
    expect(green).toBe(false)
    expect(log).toEqual([
      'POST /snapshots/ was cut off before its answer was complete: connection reset. Whether the snapshot was begun is not known; looking for it by its key before anything is sent again.',
      'No snapshot of web-server-01 carries the key; the request did nothing and is sent once more.',
      'POST /snapshots/ was answered with 500. Whether the snapshot was begun is not known; looking for it by its key before anything is sent again.',
      'Next: List the snapshots of server 12345 (operation: list) and look for shop-9876543210-1: if it is there, follow it with operation: wait, or delete it; then run the job again.',
      'POST /snapshots/ was answered with 500. The request was sent twice and no snapshot that carries its key has appeared.',
    ])
    expect(verdict).toBe(
      'POST /snapshots/ was answered with 500. The request was sent twice and no snapshot that carries its key has appeared.',
    )
    expect(outputs['status']).toBe('unknown')
    expect(outputs['snapshot-id']).toBe('')
    expect(annotations[0]?.title).toBe('Snapshot failed')
    expect(calls.filter(call => call.startsWith('POST'))).toHaveLength(2)
    expect(made(played)).toBe(0)
  })

  it('adopts the one that appears while the second request’s answer is looked for', async () => {
    const played = stage({
      settings: { timeline: { snapshotMs: 300_000, listLagMs: 69_000 } },
      faults: [post({ kind: 'reset' }, 'after', 1), post({ kind: 'reset' }, 'after', 2)],
    })
    const { green, log, annotations, outputs } = await played.main(CREATE)
    expect(green).toBe(true)
    expect(log).toEqual([
      'POST /snapshots/ was cut off before its answer was complete: connection reset. Whether the snapshot was begun is not known; looking for it by its key before anything is sent again.',
      'No snapshot of web-server-01 carries the key; the request did nothing and is sent once more.',
      'POST /snapshots/ was cut off before its answer was complete: connection reset. Whether the snapshot was begun is not known; looking for it by its key before anything is sent again.',
      'The snapshot was begun all the same: it is 802, found by its key.',
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'web-server-01 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'Snapshot 802 is in progress since 1m 1s; 3 to 10 minutes are usual.',
      'Snapshot 802 is in progress since 2m 16s; 3 to 10 minutes are usual.',
      'Snapshot 802 is in progress since 3m 28s; 3 to 10 minutes are usual.',
      'Snapshot 802 of web-server-01 is completed.',
      'Snapshot 802 of web-server-01 completed in 5m 8s (5.0 GiB, slot 1 of 5).',
    ])
    expect(annotations).toEqual([])
    expect(outputs['snapshot-id']).toBe('802')
    expect(made(played)).toBe(2)
  })

  it('uses the newest of two that carry its key, and warns of the other', async () => {
    const played = stage({
      settings: { timeline: { snapshotMs: 300_000, listLagMs: 69_000 } },
      faults: [
        post({ kind: 'reset' }, 'after', 1),
        post({ kind: 'reset' }, 'after', 2),
        lists({ kind: 'status', status: 503 }, 13, 21),
      ],
    })
    const { green, log, annotations, outputs } = await played.main({ ...CREATE, wait: 'false' })
    expect(green).toBe(true)
    expect(log.slice(3, 7)).toEqual([
      'GET /snapshots/?server_id=12345 was answered with 503. This is no answer; the wait goes on.',
      'The snapshot was begun all the same: it is 803, found by its key.',
      'Snapshot 803 of web-server-01 is accepted: shop-9876543210-1.',
      'web-server-01 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
    ])
    expect(annotations).toEqual([
      {
        level: 'warning',
        text: 'The request was obeyed more than once: 802 carries the same key as 803 and is not used. Delete it if it is in the way.',
        title: 'VPS.org snapshot',
      },
    ])
    expect(outputs['snapshot-id']).toBe('803')
  })

  it('is unknown when a new snapshot has our name but no marker', async () => {
    const played = stage({
      settings: { timeline: { snapshotMs: 300_000 }, descriptions: 'dropped' },
      faults: [post({ kind: 'reset' }, 'after')],
    })
    const { green, verdict, log, outputs, calls, took } = await played.main(CREATE)
    expect(green).toBe(false)
    expect(verdict).toBe(
      "POST /snapshots/ was cut off before its answer was complete: connection reset. Snapshot 802 is new and has the same name, but not this action's marker: whether it is this job's cannot be told, and nothing was sent again.",
    )
    expect(log.at(-2)).toBe(
      'Next: List the snapshots of server 12345 (operation: list) and look for shop-9876543210-1: if it is there, follow it with operation: wait, or delete it; then run the job again.',
    )
    expect(outputs['status']).toBe('unknown')
    expect(calls.filter(call => call.startsWith('POST'))).toHaveLength(1)
    expect(took).toBe(68_200)
  })

  it('is not mistaken for an older snapshot of the same name, nor for a new one of another name or with another marker', async () => {
    const played = stage({
      settings: { timeline: { snapshotMs: 300_000 } },
      snapshots: [{ id: '700', server: WEB.id, name: 'shop-9876543210-1', description: '' }],
      happenings: [
        { afterMs: 1_000, act: { act: 'create', server: WEB.id, name: 'by-hand', description: '' } },
        {
          afterMs: 1_000,
          act: {
            act: 'create',
            server: WEB.id,
            name: 'shop-9876543210-1',
            description:
              '[vps-snapshot-action workflow=octo/shop/.github/workflows/deploy.yml run=9876543210 attempt=1 purpose=deploy key=other000]',
          },
        },
      ],
      faults: [post({ kind: 'reset' }, 'before')],
    })
    const { green, log, outputs } = await played.main({ ...CREATE, wait: 'false' })
    expect(green).toBe(true)
    expect(log[1]).toBe(
      'No snapshot of web-server-01 carries the key; the request did nothing and is sent once more.',
    )
    expect(outputs['snapshot-id']).toBe('804')
  })

  it('looks until the list answers well for a whole settle window', async () => {
    const played = stage({
      faults: [post({ kind: 'reset' }, 'before'), lists({ kind: 'status', status: 503 }, 2, 4)],
    })
    const { green, log, requests } = await played.main({ ...CREATE, wait: 'false' })
    expect(green).toBe(true)
    expect(log).toEqual([
      'POST /snapshots/ was cut off before its answer was complete: connection reset. Whether the snapshot was begun is not known; looking for it by its key before anything is sent again.',
      'GET /snapshots/?server_id=12345 was answered with 503. This is no answer; the wait goes on.',
      'The API answers again, after 3 misses.',
      'No snapshot of web-server-01 carries the key; the request did nothing and is sent once more.',
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'web-server-01 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'Snapshot 802 of web-server-01 is accepted and in progress; take it up with operation: wait, snapshot-id: 802.',
    ])
    expect(requests.map(({ after, method, status }) => `${after} ${method} ${status}`)).toEqual([
      '0 GET 200',
      '100 GET 200',
      '200 POST null',
      '300 GET 503',
      '5400 GET 503',
      '8500 GET 503',
      '12600 GET 200',
      '18700 GET 200',
      '27800 GET 200',
      '40900 GET 200',
      '54000 GET 200',
      '68100 GET 200',
      '83200 GET 200',
      '83300 GET 200',
      '83400 GET 200',
      '83500 POST 201',
    ])
  })

  it('is unknown when the list is refused meanwhile', async () => {
    const played = stage({
      faults: [post({ kind: 'reset' }, 'after'), lists({ kind: 'status', status: 401 }, 2)],
    })
    const { verdict, outputs } = await played.main(CREATE)
    expect(verdict).toBe(
      'POST /snapshots/ was cut off before its answer was complete: connection reset. Whether it acted cannot be told: GET /snapshots/?server_id=12345 was answered with 401.',
    )
    expect(outputs['status']).toBe('unknown')
  })

  describe('of a server that goes by its UUID', () => {
    const uuid = '11111111-2222-4333-8444-555555555555'
    const byUuid = { operation: 'create', 'server-id': uuid, wait: 'false' }
    const servers = [{ id: uuid, name: 'web-server-01' }]

    it('is looked for on every server before it is sent again', async () => {
      const played = stage({
        servers,
        faults: [
          post({ kind: 'reset' }, 'after'),
          // The list of the server, as it was named, holds nothing.
          {
            match: { method: 'GET', path: '/snapshots/', from: 2, to: 10 },
            when: 'before',
            fault: { kind: 'body', body: '{"count": 0, "results": []}' },
          },
        ],
      })
      const { green, log, calls } = await played.main(byUuid)
      expect(green).toBe(true)
      expect(log[1]).toBe('The snapshot was begun all the same: it is 802, found by its key.')
      expect(calls.slice(10)).toEqual([
        `GET /snapshots/?server_id=${uuid}`,
        `GET /snapshots/?server_id=${uuid}`,
        'GET /snapshots/?page_size=100',
      ])
      expect(made(played)).toBe(1)
    })

    it('is sent again where no server has it', async () => {
      const played = stage({ servers, faults: [post({ kind: 'reset' }, 'before')] })
      const { green, calls } = await played.main(byUuid)
      expect(green).toBe(true)
      expect(calls.filter(call => call.startsWith('POST'))).toHaveLength(2)
      expect(calls).toContain('GET /snapshots/?page_size=100')
    })

    it('is unknown when the whole list is refused', async () => {
      const played = stage({
        servers,
        faults: [post({ kind: 'reset' }, 'before'), lists({ kind: 'status', status: 401 }, 11)],
      })
      const { verdict, outputs } = await played.main(byUuid)
      expect(verdict).toBe(
        'POST /snapshots/ was cut off before its answer was complete: connection reset. Whether it acted cannot be told: GET /snapshots/?page_size=100 was answered with 401.',
      )
      expect(outputs['status']).toBe('unknown')
    })
  })

  it('is unknown when the time runs out before the list could be read', async () => {
    const played = stage({
      faults: [post({ kind: 'hang' }, 'after'), lists({ kind: 'hang' }, 2)],
    })
    const { verdict, log, outputs, took } = await played.main({ ...CREATE, timeout: '30s' })
    expect(verdict).toBe(
      'POST /snapshots/ had no answer before the deadline: no answer within 29800 ms. Whether it acted cannot be told: the time ran out before the list could be read for long enough.',
    )
    expect(log[0]).toBe(
      'POST /snapshots/ had no answer before the deadline: no answer within 29800 ms. Whether the snapshot was begun is not known; looking for it by its key before anything is sent again.',
    )
    expect(outputs['status']).toBe('unknown')
    expect(took).toBe(30_000)
  })

  it('was never sent when the deadline came first, which is a failure and not unknown', async () => {
    const played = stage({ faults: [post({ kind: 'refused' }, 'before')], random: () => 0.999 })
    const { verdict, outputs, log } = await played.main({ ...CREATE, timeout: '900ms' })
    expect(verdict).toBe(
      'POST /snapshots/ was not sent, since there was no connection to the API: connection refused. No snapshot was taken.',
    )
    expect(log).toEqual([
      'Next: Check that api-url is right and can be reached from here: name look-up, firewall, and the proxy variables HTTPS_PROXY and NO_PROXY.',
      'POST /snapshots/ was not sent, since there was no connection to the API: connection refused. No snapshot was taken.',
    ])
    expect(outputs['status']).toBe('failed')
  })

  it('keeps the settle window of time-lapse at twelve intervals', async () => {
    const played = stage({ faults: [post({ kind: 'reset' }, 'before')] })
    const { requests } = await played.main({ ...CREATE, ...LOOPBACK, 'poll-interval': '1s' })
    const [first, second] = requests.filter(({ method }) => method === 'POST')
    expect((second?.after ?? 0) - (first?.after ?? 0)).toBe(12_500)
  })

  it('is not mistaken for an older snapshot that an answer names', async () => {
    const older = { id: 700, name: 'x', status: 'completed', server: 12345, description: '' }
    const played = stage({
      snapshots: [{ id: '700', server: WEB.id, name: 'x' }],
      faults: [post({ kind: 'body', body: JSON.stringify(older) }, 'before')],
    })
    const { green, verdict, log, outputs } = await played.main(CREATE)
    expect(green).toBe(false)
    expect(verdict).toBe(
      'POST /snapshots/ was answered with snapshot 700 of web-server-01, which was there before: whether a new one was begun is not known.',
    )
    expect(log.at(-2)).toBe(
      'Next: List the snapshots of server 12345 (operation: list) before the job is run again.',
    )
    expect(outputs['status']).toBe('unknown')
    expect(outputs['snapshot-id']).toBe('')
  })
})

describe('a create that certainly did nothing', () => {
  it.each<readonly [Fault, string]>([
    [{ kind: 'refused' }, 'was not sent, since there was no connection to the API: connection refused.'],
    [{ kind: 'status', status: 429 }, 'was answered with 429.'],
  ])('by %j, is sent again after a while', async (fault, words) => {
    const played = stage({ faults: [post(fault, 'before', 1), post(fault, 'before', 2)] })
    const { green, log, calls } = await played.main(CREATE)
    expect(green).toBe(true)
    // The second of a row of equal failures is not worth a line.
    expect(log.slice(0, 2)).toEqual([
      `POST /snapshots/ ${words} Trying again in 0.5 s.`,
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
    ])
    expect(calls.filter(call => call.startsWith('POST'))).toHaveLength(3)
    expect(made(played)).toBe(1)
  })

  it.each([
    [
      { kind: 'certificate' },
      'was not sent, since the certificate was not accepted: self-signed certificate.',
    ],
    [
      { kind: 'redirect', location: 'https://elsewhere.test/x' },
      'was answered with 307, a redirect: it points to https://elsewhere.test/x.',
    ],
    [{ kind: 'status', status: 401, body: '{"detail":"no"}' }, 'was answered with 401: no.'],
    [{ kind: 'status', status: 404, body: '{"detail":"gone"}' }, 'was answered with 404: gone.'],
  ] as const)('by %j, fails with the API’s words and is not sent again', async (fault, words) => {
    const played = stage({ faults: [post(fault, 'before')] })
    const { green, verdict, outputs, calls, state } = await played.main(CREATE)
    expect(green).toBe(false)
    expect(verdict).toBe(`POST /snapshots/ ${words} No snapshot was taken.`)
    expect(outputs['status']).toBe('failed')
    expect(calls.filter(call => call.startsWith('POST'))).toHaveLength(1)
    expect(state['entry-0']).toBeUndefined()
  })

  it('names the token’s permissions after a 403', async () => {
    const played = stage({ settings: { permissions: ['snapshots:read', 'servers:read'] } })
    const { verdict, log, outputs } = await played.main(CREATE)
    expect(verdict).toBe(
      'POST /snapshots/ was answered with 403: This token lacks the permission "snapshots:write". No snapshot was taken.',
    )
    expect(log.at(-2)).toBe(
      'Next: Give the API token the permission that the API names, in your VPS.org account (https://admin.vps.org). It has snapshots:read, servers:read.',
    )
    expect(outputs['status']).toBe('failed')
  })
})

describe('a server that changes before a request is repeated', () => {
  const outage = (from: number, to: number): FaultRule => ({
    match: { method: 'POST', path: '/snapshots/', from, to },
    when: 'before',
    fault: { kind: 'refused' },
  })

  it('is never photographed while somebody restores it', async () => {
    const played = stage({
      snapshots: [{ id: '700', server: WEB.id, name: 'x' }],
      settings: { timeline: { snapshotMs: 60_000, restoreMs: 300_000 } },
      faults: [outage(1, 6)],
      happenings: [{ afterMs: 12_000, act: { act: 'restore', snapshot: '700' } }],
    })
    const { green, requests, log } = await played.main(CREATE)
    expect(green).toBe(true)
    expect(log).toContain('web-server-01 (12345) is restoring; waiting until it settles.')
    const accepted = requests.filter(({ method }) => method === 'POST').at(-1)
    expect(accepted?.after).toBeGreaterThan(312_000)
    const events = played.world.events.map(({ kind }) => kind)
    expect(events.indexOf('snapshot-created')).toBeGreaterThan(events.indexOf('restore-ended'))
  })

  it('is read immediately before every repetition, however short the pause was', async () => {
    const played = stage({ faults: [outage(1, 2)] })
    const { calls } = await played.main({ ...CREATE, wait: 'false' })
    const reads = ['GET /snapshots/?server_id=12345', 'GET /servers/12345/']
    expect(calls.slice(0, 9)).toEqual([
      ...reads,
      'POST /snapshots/',
      ...reads,
      'POST /snapshots/',
      ...reads,
      'POST /snapshots/',
    ])
  })

  it('and can no longer be read gets no snapshot, and no claim that the API may have acted', async () => {
    const played = stage({
      faults: [
        outage(1, 9),
        { match: { path: '/servers/*/', from: 2 }, when: 'before', fault: { kind: 'status', status: 401 } },
      ],
    })
    const { green, verdict, outputs } = await played.main(CREATE)
    expect(green).toBe(false)
    expect(verdict).toBe('GET /servers/12345/ was answered with 401. No snapshot of it was taken.')
    expect(outputs['status']).toBe('failed')
    expect(made(played)).toBe(0)
  })

  it('and can no longer be read after a lost answer leaves it unknown', async () => {
    const played = stage({
      faults: [
        post({ kind: 'reset' }, 'before'),
        { match: { path: '/servers/*/', from: 2 }, when: 'before', fault: { kind: 'status', status: 401 } },
      ],
    })
    const { verdict, log, outputs } = await played.main(CREATE)
    expect(verdict).toBe(
      'GET /servers/12345/ was answered with 401. No snapshot of it was taken. An earlier request got no answer, and no snapshot that carries its key has appeared.',
    )
    expect(log.at(-2)).toBe(
      'Next: List the snapshots of server 12345 (operation: list) before the job is run again.',
    )
    expect(outputs['status']).toBe('unknown')
  })

  it('is warned of once where the token may not read it', async () => {
    const played = stage({
      settings: { permissions: ['snapshots:read', 'snapshots:write'] },
      faults: [outage(1, 8)],
    })
    const { green, annotations, calls } = await played.main({ ...CREATE, wait: 'false' })
    expect(green).toBe(true)
    expect(annotations).toHaveLength(1)
    expect(calls.filter(call => call === 'GET /servers/12345/').length).toBeGreaterThan(1)
  })

  it('cancelled in the pause before a repetition has changed nothing', async () => {
    const played = stage({ faults: [outage(1, 50)] })
    const { verdict, outputs } = await played.main(CREATE, { cancel: { afterMs: 5_000 } })
    expect(verdict).toBe('Cancelled (SIGINT) before anything was changed.')
    expect(outputs['status']).toBe('failed')
  })
})

describe('a refusal after a lost answer', () => {
  it('that certainly did nothing is looked into, and sent again', async () => {
    const played = stage({
      faults: [post({ kind: 'reset' }, 'before', 1), post({ kind: 'status', status: 429 }, 'before', 2)],
    })
    const { green, calls } = await played.main({ ...CREATE, wait: 'false' })
    expect(green).toBe(true)
    expect(calls.filter(call => call === 'POST /snapshots/')).toHaveLength(3)
    expect(made(played)).toBe(1)
  })

  it('may be for the slot that the lost request took: our snapshot is looked for and adopted', async () => {
    const played = stage({
      settings: { timeline: { snapshotMs: 300_000, listLagMs: 68_000 }, snapshotLimit: 1 },
      faults: [post({ kind: 'reset' }, 'after')],
    })
    const { green, log, outputs } = await played.main(CREATE)
    expect(green).toBe(true)
    expect(log).toEqual([
      'POST /snapshots/ was cut off before its answer was complete: connection reset. Whether the snapshot was begun is not known; looking for it by its key before anything is sent again.',
      'No snapshot of web-server-01 carries the key; the request did nothing and is sent once more.',
      'The snapshot was begun all the same: it is 802, found by its key.',
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'web-server-01 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'Snapshot 802 is in progress since 1m 1s; 3 to 10 minutes are usual.',
      'Snapshot 802 is in progress since 2m 16s; 3 to 10 minutes are usual.',
      'Snapshot 802 is in progress since 3m 28s; 3 to 10 minutes are usual.',
      'Snapshot 802 of web-server-01 is completed.',
      'Snapshot 802 of web-server-01 completed in 5m 3s (5.0 GiB, slot 1 of 5).',
    ])
    expect(outputs['snapshot-id']).toBe('802')
  })

  it.each([
    ['before', 68_000, 'An earlier request got no answer. '],
    [
      'after',
      68_450,
      'POST /snapshots/ was answered with 400: Snapshot limit reached. You can have a maximum of 1 snapshots per server. ',
    ],
  ])(
    'is unknown when %s it a snapshot of our name without a marker appears',
    async (_when, listLagMs, words) => {
      const played = stage({
        settings: {
          timeline: { snapshotMs: 300_000, listLagMs },
          snapshotLimit: 1,
          descriptions: 'null',
        },
        faults: [post({ kind: 'reset' }, 'after')],
      })
      const { verdict, log, outputs } = await played.main(CREATE)
      expect(verdict).toBe(
        `${words}Snapshot 802 is new and has the same name, but not this action's marker: whether it is this job's cannot be told, and nothing was sent again.`,
      )
      expect(log.at(-2)).toBe(
        'Next: List the snapshots of server 12345 (operation: list) before the job is run again.',
      )
      expect(outputs['status']).toBe('unknown')
    },
  )

  it('with nothing of ours to be seen is unknown all the same: lists may lag', async () => {
    const played = stage({
      faults: [
        post({ kind: 'reset' }, 'before', 1),
        post({ kind: 'status', status: 400, body: '{"name": ["Too dull."]}' }, 'before', 2),
      ],
    })
    const { verdict, log, outputs } = await played.main(CREATE)
    expect(verdict).toBe(
      'POST /snapshots/ was answered with 400: name: Too dull. 0 of 5 slots of web-server-01 are in use. An earlier request got no answer, and no snapshot that carries its key has appeared.',
    )
    expect(log.at(-2)).toBe(
      'Next: List the snapshots of server 12345 (operation: list) before the job is run again.',
    )
    expect(outputs['status']).toBe('unknown')
  })
})
