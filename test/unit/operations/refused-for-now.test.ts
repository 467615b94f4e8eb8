/** A server, or its API, that is busy for a moment; and what stands in for the API. */

import { describe, expect, it } from 'vitest'
import type { ApiFailure } from '../../../src/vps/failure.ts'
import { describeFailure } from '../../../src/vps/messages.ts'
import type { FaultRule } from '../../emulator/faults.ts'
import { BEFORE, changes, deployed, diskOf, NOW, restoring } from './support/restoring.ts'
import { byHand, byWorkflow, fleet, idsOf, WEB } from './support/scenery.ts'
import { createStage } from './support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const ARMED = { ...CREATE, 'restore-on': 'failure, cancelled' }

const LIMITED = /rate limit|is limiting/

/** What such a failure is called. */
function calledAs(kind: ApiFailure['kind']): string {
  const [name = ''] = describeFailure({ kind, method: 'GET', path: '/', detail: '', repeated: 1 }).split(' (')
  return name
}

function refusal(
  kind: 'create' | 'restore' | 'delete' | 'power',
  status: number,
  to: number,
  fields?: Record<string, string[]>,
): FaultRule {
  const fault =
    fields === undefined ? { kind: 'refusal' as const, status } : { kind: 'refusal' as const, status, fields }
  return { match: { kind, to }, when: 'before', fault }
}

function page(kind: 'create' | 'restore' | 'delete' | 'power', status: number, to: number): FaultRule {
  return { match: { kind, to }, when: 'before', fault: { kind: 'challenge', status } }
}

function posts(calls: readonly string[], path: string): number {
  return calls.filter(call => call === `POST ${path}`).length
}

describe('a refusal of the moment', () => {
  it.each([400, 409, 422, 423, 425])('of %i to a create is borne, and one snapshot is made', async status => {
    const stage = createStage({ servers: [WEB], faults: [refusal('create', status, 3)] })
    const seen = await stage.main(CREATE)
    expect(seen.green).toBe(true)
    expect(posts(seen.calls, '/snapshots/')).toBe(4)
    expect(stage.world.report().snapshots).toHaveLength(1)
  })

  it.each([400, 409, 422, 423, 425])('of %i to a restore is borne', async status => {
    const stage = deployed({}, { faults: [refusal('restore', status, 5)] })
    const seen = await stage.main(restoring())
    expect(seen.outputs).toMatchObject({ status: 'restored', reason: '' })
    expect(posts(seen.calls, '/snapshots/801/restore/')).toBe(6)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it.each([400, 409, 423])('of %i to a rollback is borne for as long as its time allows', async status => {
    const stage = createStage({
      servers: [WEB],
      faults: [
        { match: { kind: 'restore', forMs: 9 * 60_000 }, when: 'before', fault: { kind: 'refusal', status } },
      ],
    })
    await stage.main(ARMED)
    const post = await stage.post('failure')
    expect(post.green).toBe(true)
    expect(post.calls.filter(call => call === 'POST /snapshots/802/restore/').length).toBeGreaterThan(5)
    expect(stage.world.events.filter(({ kind }) => kind === 'restore-begun')).toHaveLength(1)
  })

  it('to a create ends it after two minutes, with nothing made', async () => {
    const stage = createStage({ servers: [WEB], faults: [refusal('create', 409, 1_000)] })
    const seen = await stage.main(CREATE)
    expect(seen.outputs).toMatchObject({ status: 'failed', reason: 'server-busy' })
    expect(seen.took).toBeGreaterThan(80_000)
    expect(seen.took).toBeLessThan(130_000)
    expect(stage.world.report().snapshots).toEqual([])
  })

  it('to a stop and to a start is borne', async () => {
    const stage = createStage({
      servers: [WEB],
      faults: [refusal('power', 409, 2), refusal('power', 423, 2)],
    })
    const seen = await stage.main({ ...CREATE, 'stop-server': 'true' })
    expect(seen.outputs).toMatchObject({ status: 'completed', 'server-status': 'active' })
  })

  it('to a delete is borne', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [byHand({ id: '701' })],
      faults: [refusal('delete', 409, 2)],
    })
    const seen = await stage.main({ operation: 'delete', 'snapshot-id': '701' })
    expect(seen.outputs).toMatchObject({ status: 'deleted', count: '1' })
  })

  it('that comes of a doubled create adopts what the first copy made', async () => {
    const stage = createStage({
      servers: [WEB],
      faults: [{ match: { kind: 'create', nth: 1 }, when: 'after', fault: { kind: 'refusal', status: 409 } }],
    })
    const seen = await stage.main(CREATE)
    expect(seen.outputs).toMatchObject({ 'snapshot-id': '802', status: 'completed' })
    expect(stage.world.report().snapshots).toHaveLength(1)
  })

  it('that comes of a doubled restore follows what has begun, and does not call it its own', async () => {
    const stage = deployed(
      {},
      {
        faults: [
          { match: { kind: 'restore', nth: 1 }, when: 'after', fault: { kind: 'refusal', status: 409 } },
        ],
      },
    )
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject({
      green: false,
      outputs: { status: 'unknown', reason: 'already-restoring', 'server-status': 'active' },
    })
    expect(changes(seen)).toHaveLength(1)
  })

  it.each([402, 405, 410, 413, 451])('is not what %i is: that is final at once', async status => {
    const stage = deployed({}, { faults: [refusal('restore', status, 9)] })
    const seen = await stage.main(restoring())
    expect(seen.outputs).toMatchObject({ status: 'failed', reason: 'refused' })
    expect(posts(seen.calls, '/snapshots/801/restore/')).toBe(1)
    expect(diskOf(stage.world)).toBe(NOW)
  })
})

describe('a refusal that names a field', () => {
  it('is final where a person chose what is in it', async () => {
    const faults = [refusal('create', 400, 9, { server_id: ['Unknown.'] })]
    const seen = await createStage({ servers: [WEB], faults }).main(CREATE)
    expect(seen.outputs['reason']).toBe('refused')
    expect(posts(seen.calls, '/snapshots/')).toBe(1)
  })

  it('is answered by a shorter description, then by none', async () => {
    const faults = [refusal('create', 400, 2, { description: ['Too long.'] })]
    const stage = createStage({ servers: [WEB], faults })
    const seen = await stage.main(CREATE)
    expect(seen.green).toBe(true)
    const bodies = seen.requests
      .filter(({ method }) => method === 'POST')
      .map(({ body }) => JSON.parse(body).description)
    expect(bodies[0]).toContain('workflow Deploy')
    expect(bodies[1]).toMatch(/^\[vps-snapshot-action [^\]]*\]$/)
    expect(bodies[2]).toBe('')
    expect(seen.annotations.filter(({ level }) => level === 'warning')).not.toEqual([])
  })

  it('is answered by a shorter default name, and never by another one than a person chose', async () => {
    const faults = [refusal('create', 422, 1, { name: ['Too long.'] })]
    const own = await createStage({ servers: [WEB], faults }).main(CREATE)
    expect(own.green).toBe(true)
    expect(own.outputs['snapshot-name']).not.toBe('shop-9876543210-1')
    const given = await createStage({ servers: [WEB], faults }).main({ ...CREATE, 'snapshot-name': 'before' })
    expect(given.outputs['reason']).toBe('refused')
  })
})

describe('a page that stands in for the API', () => {
  it.each([401, 403, 404, 503])('with %i to a create is no verdict on token or server', async status => {
    const stage = createStage({ servers: [WEB], faults: [page('create', status, 3)] })
    const seen = await stage.main(CREATE)
    expect(seen.green).toBe(true)
    expect(stage.world.report().snapshots).toHaveLength(1)
  })

  it.each([401, 403, 404, 503])('with %i to a restore does not lose it', async status => {
    const stage = deployed({}, { faults: [page('restore', status, 2)] })
    const seen = await stage.main(restoring())
    expect(seen.outputs).toMatchObject({ status: 'restored', reason: '' })
  })

  it('with 200 deletes nothing and restores nothing', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [byHand({ id: '701' })],
      faults: [page('delete', 200, 1)],
    })
    const seen = await stage.main({ operation: 'delete', 'snapshot-id': '701' })
    expect(seen.outputs).toMatchObject({ status: 'deleted' })
    expect(stage.world.report().snapshots).toEqual([])
    expect(seen.calls.filter(call => call.startsWith('DELETE'))).toHaveLength(2)
  })

  it('in the middle of a wait is waited out', async () => {
    const faults: FaultRule[] = [
      {
        match: { kind: 'list-snapshots', from: 4, to: 8 },
        when: 'before',
        fault: { kind: 'challenge', status: 403 },
      },
    ]
    const seen = await createStage({ servers: [WEB], faults }).main(CREATE)
    expect(seen.outputs).toMatchObject({ status: 'completed' })
  })
})

describe('a single 401, 403 or 404 after good answers', () => {
  it.each([401, 403, 404])('of %i does not end the wait for a snapshot', async status => {
    const faults: FaultRule[] = [
      { match: { kind: 'list-snapshots', nth: 4 }, when: 'before', fault: { kind: 'refusal', status } },
    ]
    const seen = await createStage({ servers: [WEB], faults }).main(CREATE)
    expect(seen.outputs).toMatchObject({ status: 'completed', reason: '' })
  })

  it.each([401, 403, 404])('of %i does not end the wait for a restore', async status => {
    const faults: FaultRule[] = [
      { match: { kind: 'read-server', nth: 4 }, when: 'before', fault: { kind: 'refusal', status } },
    ]
    const seen = await deployed({}, { faults }).main(restoring())
    expect(seen.outputs).toMatchObject({ status: 'restored', reason: '' })
  })

  it('that holds ends the wait, and says what is last known and not to restore again', async () => {
    const faults: FaultRule[] = [
      { match: { kind: 'read-server', from: 4 }, when: 'before', fault: { kind: 'refusal', status: 403 } },
    ]
    const seen = await deployed({}, { faults }).main(restoring())
    expect(seen.green).toBe(false)
    expect(seen.outputs).toMatchObject({ status: 'restoring', reason: 'forbidden' })
    expect(seen.took).toBeLessThan(5 * 60_000)
  })
})

describe('a limiter', () => {
  const limits = [
    { perSecond: 1, burst: 0 },
    { perSecond: 10, burst: 2 },
  ]

  it.each(limits)('of %o lets a create and its rollback through', async limit => {
    const faults: FaultRule[] = [
      { when: 'before', fault: { kind: 'limiter', ...limit, status: 503, body: 'html' } },
    ]
    const stage = createStage({ servers: [WEB], faults })
    expect((await stage.main(ARMED)).outputs).toMatchObject({ status: 'completed' })
    expect((await stage.post('failure')).green).toBe(true)
  })

  it.each(limits)('of %o lets twenty servers through with at most twice the requests', async limit => {
    const servers = fleet(20)
    const inputs = { operation: 'create', 'server-id': idsOf(servers) }
    const free = await createStage({ servers }).main(inputs)
    const faults: FaultRule[] = [{ when: 'before', fault: { kind: 'limiter', ...limit } }]
    const limited = await createStage({ servers, faults }).main(inputs)
    expect(limited.green).toBe(true)
    expect(limited.requests.length).toBeLessThanOrEqual(2 * free.requests.length)
  })

  it('that asks for an hour ends the step at once, and says so', async () => {
    const faults: FaultRule[] = [
      {
        match: { kind: 'create' },
        when: 'before',
        fault: {
          kind: 'status',
          status: 429,
          body: '{"detail":"Slow down."}',
          headers: { 'retry-after': '3600' },
        },
      },
    ]
    const seen = await createStage({ servers: [WEB], faults }).main(CREATE)
    expect(seen.outputs).toMatchObject({ status: 'failed', reason: 'rate-limited' })
    expect(seen.took).toBeLessThan(60_000)
    expect(seen.log.join(' ')).toContain('1h')
  })
})

describe('what stands in the way until the time is over', () => {
  const OPERATIONS = {
    create: CREATE,
    restore: restoring(),
    delete: { operation: 'delete', 'snapshot-id': '801' },
    list: { operation: 'list', 'server-id': '12345' },
    wait: { operation: 'wait', 'snapshot-id': '801' },
  }
  const PAGE = '<html><head><title>Down for maintenance</title></head><body>Please wait.</body></html>'
  const answering = (match: FaultRule['match'], status: number, body: string): FaultRule => ({
    ...{ match: match ?? {}, when: 'before', fault: { kind: 'status', status, body } },
  })
  const verdictOf = ({ annotations }: { readonly annotations: readonly { readonly text: string }[] }) =>
    annotations.at(-1)?.text ?? ''

  it.each([
    ['create', {}, 'unreachable'],
    ['create', { kind: 'read-server' }, 'unreachable'],
    ['create', { kind: 'create' }, 'unreachable'],
    ['create', { kind: 'list-snapshots', from: 2 }, 'timeout'],
    ['restore', {}, 'unreachable'],
    ['restore', { kind: 'read-server' }, 'unreachable'],
    ['restore', { kind: 'read-server', from: 2 }, 'timeout'],
    ['restore', { kind: 'restore' }, 'lost-answer'],
    ['delete', {}, 'unreachable'],
    ['delete', { kind: 'delete' }, 'unreachable'],
    ['list', {}, 'unreachable'],
    ['wait', {}, 'unreachable'],
  ] as const)(
    'of %s, as a page with 503 to %o, is told as that page, with the reason %s',
    async (name, match, reason) => {
      const seen = await deployed({}, { faults: [answering(match, 503, PAGE)] }).main(OPERATIONS[name])
      expect([seen.green, seen.outputs['reason']]).toEqual([false, reason])
      for (const fact of [calledAs('intermediary'), 'Down for maintenance', '(503'])
        expect(verdictOf(seen)).toContain(fact)
      expect(seen.summary + seen.log.join()).not.toMatch(LIMITED)
    },
  )

  it.each([
    ['create', { kind: 'create' }],
    ['delete', { kind: 'delete' }],
    ['restore', { kind: 'restore' }],
    ['restore', { kind: 'read-server' }],
    ['list', {}],
  ] as const)('of %s, as a 429 to %o, is a rate limit', async (name, match) => {
    const faults = [answering(match, 429, '{"detail":"Slow down."}')]
    const seen = await deployed({}, { faults }).main(OPERATIONS[name])
    expect([seen.green, seen.outputs['reason']]).toEqual([false, 'rate-limited'])
    expect(verdictOf(seen)).toMatch(/: Slow down \(429/)
    expect(verdictOf(seen)).toMatch(LIMITED)
  })

  it.each([
    ['failure', {}, true],
    ['failure', { kind: 'read-server' }, true],
    ['failure', { kind: 'restore' }, true],
    ['cancelled', {}, true],
    ['cancelled', { kind: 'restore' }, true],
    ['success', {}, false],
    ['success', { kind: 'delete' }, false],
  ] as const)(
    'of the post step after %s, as a page to %o, is told as that page',
    async (end, match, isRed) => {
      const own = byWorkflow({ id: '701', hours: 30 })
      const stage = createStage({ servers: [WEB], snapshots: [own] })
      await stage.main({ ...ARMED, 'keep-last': '1' })
      stage.faults.add(answering(match, 503, PAGE))
      const seen = await stage.post(end)
      expect(seen.green).toBe(!isRed)
      for (const fact of ['Down for maintenance', '(503']) expect(verdictOf(seen)).toContain(fact)
      expect(seen.printed.join()).not.toMatch(LIMITED)
    },
  )

  it('at one server of a fleet, is told at those that were not sent for its sake', async () => {
    const servers = fleet(3)
    const faults = [answering({ kind: 'create' }, 503, PAGE)]
    const inputs = { operation: 'create', 'server-id': idsOf(servers), timeout: '2m' }
    const seen = await createStage({ servers, faults }).main(inputs)
    expect(seen.outputs['reason']).toBe('unreachable')
    expect(seen.printed.join()).not.toMatch(LIMITED)
    expect(seen.printed.join()).not.toContain(calledAs('expired'))
  })
})

describe('a full server', () => {
  const own = ['701', '702', '703', '704', '705'].map((id, index) =>
    byWorkflow({ id, hours: 30 - index, run: `90000000${index}` }),
  )

  it.each([400, 403, 409, 422])('refused with %i frees one slot where that is allowed', async status => {
    const faults: FaultRule[] = [
      {
        match: { kind: 'create', nth: 1 },
        when: 'before',
        fault: { kind: 'refusal', status, detail: 'Snapshot limit reached.' },
      },
    ]
    const stage = createStage({ servers: [WEB], snapshots: own, faults })
    const seen = await stage.main({ ...CREATE, 'when-full': 'delete-oldest' })
    expect(seen.outputs).toMatchObject({ status: 'completed', 'deleted-snapshot-ids': '701' })
  })

  it('keeps its snapshots where the refusal is about something else', async () => {
    const faults: FaultRule[] = [
      {
        match: { kind: 'create' },
        when: 'before',
        fault: { kind: 'refusal', status: 400, detail: 'Billing is overdue.' },
      },
    ]
    const stage = createStage({ servers: [WEB], snapshots: own, faults })
    const seen = await stage.main({ ...CREATE, 'when-full': 'delete-oldest' })
    expect(seen.green).toBe(false)
    expect(seen.calls.filter(call => call.startsWith('DELETE'))).toEqual([])
  })

  it('is believed to be full by the words of the API, whatever the list shows', async () => {
    const faults: FaultRule[] = [
      {
        match: { kind: 'create' },
        when: 'before',
        fault: { kind: 'refusal', status: 403, detail: 'Quota exceeded.' },
      },
    ]
    const stage = createStage({ servers: [WEB], snapshots: own.slice(0, 2), faults })
    const seen = await stage.main(CREATE)
    expect(seen.outputs).toMatchObject({ status: 'failed', reason: 'no-free-slot' })
  })
})
