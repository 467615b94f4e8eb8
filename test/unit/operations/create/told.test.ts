import { describe, expect, it } from 'vitest'
import { mayBeDown, mayHaveStopped } from '../../../../src/present/messages/server-trouble.ts'
import { NO_SNAPSHOT_TAKEN } from '../../../../src/requests/messages.ts'
import { notStopped } from '../../../../src/requests/server-messages.ts'
import type { FaultRule } from '../../../emulator/faults.ts'
import { NOW, problem } from '../../run/fixtures.ts'
import { green, jsonStatuses, offers, red } from '../support/restoring.ts'
import { byWorkflow, fleet, recordOf, WEB } from '../support/scenery.ts'
import { createStage } from '../support/stage.ts'

const CREATE = { operation: 'create', 'server-id': WEB.id }
const PAIR = { operation: 'create', 'server-id': '11,12' }
const FULL = ['701', '702', '703', '704', '705'].map(id => byWorkflow({ id, hours: 30 }))
const QUICK = { timeline: { snapshotMs: 60_000 } }
const MAKE_ROOM = { ...CREATE, 'when-full': 'delete-oldest' }

/** The second create is refused. */
const SECOND_REFUSED: FaultRule = {
  match: { method: 'POST', path: '/snapshots/', nth: 2 },
  when: 'before',
  fault: { kind: 'refusal', status: 403 },
}

describe('what a create tells', () => {
  it('promises no retention for a snapshot whose marker the API has lost', async () => {
    const settings = { ...QUICK, descriptions: 'dropped' } as const
    const seen = await createStage({ servers: [WEB], settings }).main({
      ...CREATE,
      'job-status': 'success',
      'keep-last': '2',
    })
    expect(seen).toMatchObject(green('completed'))
    expect(seen.verdict).toContain('marker')
  })

  it('does not say both that a server could not be stopped and that it was being stopped', async () => {
    const html = { kind: 'html' } as const
    const faults: readonly FaultRule[] = [
      { match: { method: 'POST', path: '/servers/12345/power/' }, when: 'after', fault: html },
      { match: { method: 'GET', path: '/servers/12345/', from: 2 }, when: 'before', fault: html },
    ]
    const seen = await createStage({ servers: [WEB], faults }).main({ ...CREATE, 'stop-server': 'true' })
    expect(seen).toMatchObject(red('failed', 'stop-failed'))
    const text = seen.annotations.at(-1)?.text ?? ''
    expect(text).toContain(mayHaveStopped(recordOf(WEB), problem()).what)
    expect(text).not.toContain(notStopped(recordOf(WEB), problem()).what)
    const { what, state } = mayBeDown({
      ...recordOf(WEB),
      goal: 'create',
      power: { state: 'stop requested', since: NOW },
    })
    for (const claim of [what, state]) expect(text).not.toContain(claim)
    // A server that may be down is what to look at first.
    expect(seen.verdict).toMatch(/^Next: Start web-server-01/)
  })

  it('names what was deleted to make room, also after a cancel', async () => {
    const stage = createStage({ servers: [WEB], snapshots: FULL, latencyMs: 2_500 })
    const seen = await stage.main(MAKE_ROOM, { cancel: { request: 'POST /snapshots/', nth: 2 } })
    expect(seen).toMatchObject(red('unknown', 'lost-answer'))
    expect(seen.outputs['deleted-snapshot-ids']).toBe('701')
    expect(seen.annotations.at(-1)?.text).toContain('701')
  })

  it.each([
    [
      'while its deletion has no answer',
      { fault: { kind: 'hang' } },
      { nth: 1, request: 'DELETE /snapshots/701/' },
    ],
    ['before the list shows that it is gone', { fault: { kind: 'delay', ms: 1 } }, { afterMs: 5_000 }],
  ] as const)(
    'names what may have been deleted to make room after a cancel %s',
    async (_, { fault }, cancel) => {
      const stage = createStage({
        ...{ servers: [WEB], snapshots: FULL, settings: { timeline: { deletionLagMs: 20_000 } } },
        faults: [{ match: { kind: 'delete' }, when: 'after', fault }],
      })
      const seen = await stage.main(MAKE_ROOM, { cancel })
      expect(seen).toMatchObject(red('unknown', 'lost-answer'))
      for (const text of [seen.annotations.at(-1)?.text, seen.summary]) {
        expect(text).toMatch(/unknown [^.]* 701 /)
        expect(text).toContain(NO_SNAPSHOT_TAKEN)
      }
      expect(seen.annotations.at(-1)?.text).toContain('Cancelled')
    },
  )

  it('does not call unknown what was refused before the cancel', async () => {
    const busy: FaultRule = {
      match: { kind: 'delete' },
      when: 'before',
      fault: { kind: 'refusal', status: 409 },
    }
    const stage = createStage({ servers: [WEB], snapshots: FULL, faults: [busy] })
    const seen = await stage.main(MAKE_ROOM, { cancel: { afterMs: 1_000 } })
    expect(seen).toMatchObject(red('failed', 'cancelled'))
    expect(seen.annotations.at(-1)?.text).not.toContain('unknown')
  })

  it('names it however long the names are', async () => {
    const snapshots = FULL.map(snapshot => ({ ...snapshot, name: 'n'.repeat(255) }))
    const happenings = [
      { afterMs: 580, act: { act: 'create', server: WEB.id, name: 'm'.repeat(255) } },
    ] as const
    const seen = await createStage({ servers: [WEB], snapshots, happenings }).main(MAKE_ROOM)
    expect(seen.green).toBe(false)
    expect(seen.outputs['deleted-snapshot-ids']).toBe('701')
    expect(seen.annotations.at(-1)?.text).toContain('701')
  })

  it('counts no more slots than there are where somebody else freed one', async () => {
    const happenings = [{ afterMs: 270, act: { act: 'delete', snapshot: '705' } }] as const
    const seen = await createStage({ servers: [WEB], snapshots: FULL, settings: QUICK, happenings }).main(
      MAKE_ROOM,
    )
    expect(seen).toMatchObject(green('completed'))
    expect(seen.log.join('\n')).toContain('5 of 5')
    expect(seen.log.join('\n')).not.toContain('6 of 5')
  })

  it('pairs up its outputs: a server without a snapshot has no status among them', async () => {
    const stage = createStage({ servers: fleet(2), settings: QUICK, faults: [SECOND_REFUSED] })
    const seen = await stage.main({ ...PAIR, 'stop-server': 'true' })
    expect(seen).toMatchObject(red('failed', 'forbidden'))
    expect(seen.outputs).toMatchObject({ 'snapshot-id': '802', 'server-id': '11', 'server-status': 'active' })
  })

  it('with wait: false tells what is in progress beside what failed', async () => {
    const stage = createStage({ servers: fleet(2), faults: [SECOND_REFUSED] })
    const seen = await stage.main({ ...PAIR, wait: 'false' })
    expect(seen).toMatchObject(red('failed', 'forbidden'))
    expect(jsonStatuses(seen)).toEqual(['in_progress'])
  })

  it('offers no step that restores what has failed', async () => {
    const timeline = { snapshotMs: 60_000, snapshotOutcome: 'failed' } as const
    const seen = await createStage({ servers: [WEB], settings: { timeline } }).main(CREATE)
    expect(seen).toMatchObject(red('failed', 'snapshot-failed'))
    expect(offers(seen)).toEqual(['delete 802'])
  })
})

describe('a dry run of a create', () => {
  const DRY = { 'dry-run': 'true', 'stop-server': 'true' }

  it('with stop-server leaves a server that does not run as it is', async () => {
    const running = await createStage({ servers: [WEB] }).main({ ...CREATE, ...DRY })
    const stopped = await createStage({ servers: [{ ...WEB, status: 'stopped' }] }).main({
      ...CREATE,
      ...DRY,
    })
    for (const seen of [running, stopped]) expect(seen).toMatchObject(green('planned'))
    expect(stopped.log).not.toEqual(running.log)
  })
})
