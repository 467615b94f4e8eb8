import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../../emulator/faults.ts'
import { ALL_PERMISSIONS, type SettingsChange } from '../../../emulator/settings.ts'
import { changes, green, jsonStatuses, levels, MINUTE, offers, red, told } from '../support/restoring.ts'
import { byHand, byWorkflow, fleet, WEB } from '../support/scenery.ts'
import { createStage, type Stage, type StageSettings } from '../support/stage.ts'

const DELETE = { operation: 'delete', 'snapshot-id': '801' }
const DRY = { ...DELETE, 'dry-run': 'true' }
const GONE = 'DELETE /snapshots/801/'
const LIST = 'GET /snapshots/?server_id=12345&page_size=100'
const RESTORED = [{ afterMs: 0, act: { act: 'restore', snapshot: '802' } }] as const

/** One server with two snapshots of which 801 is to be deleted. */
function shelf(timeline: SettingsChange['timeline'] = {}, more: StageSettings = {}): Stage {
  return createStage({
    servers: [WEB],
    snapshots: [byHand({ id: '801' }), byWorkflow({ id: '802' })],
    ...more,
    settings: { ...more.settings, timeline: timeline ?? {} },
  })
}

function left(stage: Stage): readonly string[] {
  return stage.world.report().snapshots.map(({ id }) => id)
}

/** The requests of a deletion that meet this: all unless told which. */
function onDelete(fault: FaultRule['fault'], when: 'before' | 'after' = 'before', nth?: number): FaultRule {
  return { match: { method: 'DELETE', ...(nth === undefined ? {} : { nth }) }, when, fault }
}

function status(status: number) {
  return { kind: 'refusal', status } as const
}

describe('a delete', () => {
  it('reads the server, deletes, and sees that the list no longer holds it', async () => {
    const stage = shelf({ deletionLagMs: 3_000 })
    const seen = await stage.main(DELETE)
    expect(seen).toMatchObject(green('deleted'))
    expect(seen.calls.slice(0, 3)).toEqual(['GET /snapshots/?page_size=100', 'GET /servers/12345/', GONE])
    // One more confirms it.
    expect(seen.calls.slice(3)).toEqual(Array(5).fill(LIST))
    expect(seen.outputs).toMatchObject({
      ...{ count: '1', 'snapshot-id': '801', 'snapshot-name': 'by-hand-801', 'size-mb': '5120' },
      ...{ 'server-id': '12345', 'server-name': 'web-server-01', 'created-at': '2026-03-01T02:40:00Z' },
    })
    expect(jsonStatuses(seen)).toEqual(['deleted'])
    expect(left(stage)).toEqual(['802'])
  })

  it('with wait: false ends when the API has accepted', async () => {
    const seen = await shelf({ deletionLagMs: 3_000 }).main({ ...DELETE, wait: 'false' })
    expect(seen).toMatchObject(green('deleted'))
    expect(seen.outputs['count']).toBe('1')
    expect(seen.calls.at(-1)).toBe(GONE)
  })

  it('by name deletes the snapshot of that name', async () => {
    const stage = shelf()
    const inputs = { operation: 'delete', 'snapshot-name': 'by-hand-801', 'server-id': WEB.id }
    expect(await stage.main(inputs)).toMatchObject(green('deleted'))
    expect(left(stage)).toEqual(['802'])
  })

  it('refuses a snapshot of another server than the guard’s', async () => {
    const seen = await shelf().main({ ...DELETE, 'server-id': '777' })
    expect(seen).toMatchObject(red('failed', 'wrong-server'))
    expect(seen.outputs['count']).toBe('0')
    expect(changes(seen)).toEqual([])
  })

  it('on a server that cannot be read goes on with a warning', async () => {
    const permissions = ALL_PERMISSIONS.filter(permission => permission.startsWith('snapshots'))
    const seen = await shelf({}, { settings: { permissions } }).main(DELETE)
    expect(seen).toMatchObject(green('deleted'))
    expect(levels(seen)).toEqual(['warning'])
  })
})

describe('a dry run of a delete', () => {
  it('plans, and changes nothing', async () => {
    const seen = await shelf().main(DRY)
    expect(seen).toMatchObject(green('planned'))
    expect(seen.outputs['count']).toBe('0')
    expect(changes(seen)).toEqual([])
    expect(told(seen)).toContain('801')
  })

  it('refuses a snapshot whose server is being restored', async () => {
    const seen = await shelf({}, { happenings: RESTORED }).main(DRY)
    expect(seen).toMatchObject(red('failed', 'already-restoring'))
    expect(changes(seen)).toEqual([])
  })

  it('of nothing is green', async () => {
    const seen = await shelf().main({ ...DRY, 'snapshot-id': '999' })
    expect(seen).toMatchObject({ green: true, outputs: { reason: '', count: '0' } })
    expect(changes(seen)).toEqual([])
  })
})

describe('a snapshot that is gone already', () => {
  it('is a success with a warning, after three looks', async () => {
    const seen = await shelf().main({ ...DELETE, 'snapshot-id': '999' })
    expect(seen).toMatchObject(green('deleted'))
    expect(seen.outputs).toMatchObject({ count: '0', 'snapshot-id': '' })
    // The API has the last word: a list may lag behind.
    expect(seen.calls).toEqual([...Array(3).fill('GET /snapshots/?page_size=100'), 'DELETE /snapshots/999/'])
    expect(levels(seen)).toEqual(['warning'])
  })

  it.each([
    ['refuses', status(403), 'failed', 'forbidden'],
    ['does not answer', { kind: 'reset' }, 'unknown', 'lost-answer'],
  ] as const)(
    'is red where the API %s when asked about what no list holds',
    async (_, fault, word, reason) => {
      const seen = await shelf({}, { faults: [onDelete(fault)] }).main({ ...DELETE, 'snapshot-id': '999' })
      expect(seen).toMatchObject(red(word, reason))
      expect(seen.annotations.at(-1)?.text).toContain('999')
    },
  )

  it('leaves the others to be deleted', async () => {
    const stage = shelf()
    const seen = await stage.main({ ...DELETE, 'snapshot-id': '999,801' })
    expect(seen).toMatchObject(green('deleted'))
    expect(seen.outputs['count']).toBe('1')
    for (const id of ['999', '801']) expect(told(seen)).toContain(id)
    expect(left(stage)).toEqual(['802'])
  })

  it('by the time its deletion is asked for is a success with a warning', async () => {
    const seen = await shelf({}, { faults: [onDelete(status(404), 'after')] }).main({
      ...DELETE,
      wait: 'false',
    })
    expect(seen).toMatchObject(green('deleted'))
    expect(seen.outputs['count']).toBe('0')
    expect(levels(seen)).toEqual(['warning'])
  })

  it('when the deletion is asked for again was deleted by the first request', async () => {
    const seen = await shelf({}, { faults: [onDelete({ kind: 'reset' }, 'after', 1)] }).main(DELETE)
    expect(seen).toMatchObject(green('deleted'))
    expect(seen.outputs['count']).toBe('1')
    expect(levels(seen)).toEqual([])
    expect(changes(seen)).toHaveLength(2)
  })
})

describe('a delete that fails', () => {
  const NO_WRITE = ALL_PERMISSIONS.filter(permission => permission !== 'snapshots:write')
  const RESET = { kind: 'reset' } as const

  it.each([
    ['refused', 'failed', 'forbidden', { settings: { permissions: NO_WRITE } }, {}],
    [
      'since its answers are lost',
      'unknown',
      'lost-answer',
      { faults: [onDelete(RESET)] },
      { timeout: '1m' },
    ],
    [
      'since it is refused after an answer was lost',
      'unknown',
      'lost-answer',
      { faults: [onDelete(RESET, 'before', 1), onDelete(status(403), 'before', 2)] },
      {},
    ],
    [
      'since one answer is lost and there is no time to ask again',
      'unknown',
      'lost-answer',
      { faults: [onDelete({ kind: 'hang' })] },
      { timeout: '30s' },
    ],
  ] as const)('%s: the snapshot is still there', async (_, word, reason, settings, inputs) => {
    const stage = shelf({}, settings)
    const seen = await stage.main({ ...DELETE, ...inputs })
    expect(seen).toMatchObject(red(word, reason))
    expect(seen.outputs['count']).toBe('0')
    expect(seen.annotations[0]?.text).toContain('801')
    expect(left(stage)).toEqual(['801', '802'])
  })

  it('since its server is being restored sends nothing', async () => {
    const stage = shelf({}, { happenings: RESTORED })
    const seen = await stage.main(DELETE)
    expect(seen).toMatchObject(red('failed', 'already-restoring'))
    expect(changes(seen)).toEqual([])
    // Nor is the list looked at.
    expect(seen.calls).toEqual(['GET /snapshots/?page_size=100', 'GET /servers/12345/'])
    expect(left(stage)).toEqual(['801', '802'])
  })

  it('since the list holds it until the deadline is timed out', async () => {
    const seen = await shelf({ deletionLagMs: 60 * MINUTE }).main({ ...DELETE, timeout: '2m' })
    expect(seen).toMatchObject({ ...red('timed_out', 'timeout'), took: 2 * MINUTE })
    expect(seen.outputs['count']).toBe('0')
  })

  it('since the list fails until the deadline is timed out, and says how it failed', async () => {
    const match = { method: 'GET', path: '/snapshots/', from: 2 }
    const stage = shelf({}, { faults: [{ match, when: 'before', fault: status(502) }] })
    const seen = await stage.main({ ...DELETE, timeout: '2m' })
    expect(seen).toMatchObject(red('timed_out', 'timeout'))
    expect(seen.outputs['count']).toBe('0')
    expect(seen.annotations.at(-1)?.text).toContain('502')
    expect(left(stage)).toEqual(['802'])
  })

  it('since the list may no longer be read is unknown: its deletion was accepted', async () => {
    const match = { method: 'GET', path: '/snapshots/', from: 2 }
    const seen = await shelf({}, { faults: [{ match, when: 'before', fault: status(401) }] }).main(DELETE)
    expect(seen).toMatchObject(red('unknown', 'unauthorized'))
    expect(offers(seen)).toEqual([])
  })

  it('is seen where the API says so with 200, and the end is not awaited', async () => {
    const fault = { kind: 'status' as const, status: 200, body: '{"status":"error","detail":"locked"}' }
    const stage = createStage({
      servers: [WEB],
      snapshots: [byHand({ id: '801' })],
      faults: [{ match: { kind: 'delete' }, when: 'before', fault }],
    })
    const seen = await stage.main({ operation: 'delete', 'snapshot-id': '801', wait: 'false' })
    expect(stage.world.report().snapshots).toHaveLength(1)
    expect(seen.green).toBe(false)
  })
})

describe('a delete of several', () => {
  const SERVERS = fleet(3)
  const ALL = { operation: 'delete', 'snapshot-id': '811,812,813' }
  const SHELVES = {
    servers: SERVERS,
    snapshots: SERVERS.map(({ id }) => byHand({ id: `8${id}`, server: id })),
  }

  it('deletes all, and watches them with one list a poll, of what is left', async () => {
    const servers = SERVERS.map(server => ({
      ...server,
      timeline: { deletionLagMs: server.id === '11' ? 5_000 : 0 },
    }))
    const seen = await createStage({ ...SHELVES, servers }).main(ALL)
    expect(seen).toMatchObject(green('deleted'))
    expect(seen.outputs).toMatchObject({ count: '3', 'server-id': '11,12,13' })
    const lists = seen.calls.slice(seen.calls.findLastIndex(call => call.startsWith('DELETE')) + 1)
    expect(lists.slice(0, 2)).toEqual(Array(2).fill('GET /snapshots/?page_size=100'))
    expect(new Set(lists.slice(2))).toEqual(new Set(['GET /snapshots/?server_id=11&page_size=100']))
  })

  it('counts those that are gone where the list holds another until the deadline', async () => {
    const servers = SERVERS.map(server => ({
      ...server,
      timeline: { deletionLagMs: server.id === '12' ? 60 * MINUTE : 0 },
    }))
    const seen = await createStage({ ...SHELVES, servers }).main({ ...ALL, timeout: '2m' })
    expect(seen).toMatchObject(red('timed_out', 'timeout'))
    expect(seen.outputs['count']).toBe('2')
    expect(jsonStatuses(seen)).toEqual(['deleted', 'timed_out', 'deleted'])
  })

  it('is red when one fails, and says which', async () => {
    const happenings = [{ afterMs: 0, act: { act: 'restore', snapshot: '812' } }] as const
    const seen = await createStage({ ...SHELVES, happenings }).main(ALL)
    expect(seen).toMatchObject(red('failed', 'already-restoring'))
    expect(seen.outputs['count']).toBe('2')
    expect(jsonStatuses(seen)).toEqual(['deleted', 'failed', 'deleted'])
    expect(seen.annotations[0]?.text).toContain('812')
  })

  it('works on no more servers at once than max-parallel', async () => {
    const seen = await createStage(SHELVES).main({ ...ALL, 'max-parallel': '1', wait: 'false' })
    expect(seen.calls.slice(1)).toEqual(
      ['11', '12', '13'].flatMap(id => [`GET /servers/${id}/`, `DELETE /snapshots/8${id}/`]),
    )
  })
})
