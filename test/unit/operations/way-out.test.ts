import { describe, expect, it } from 'vitest'
import { ROLLBACK_SKIPPED } from '../../../src/present/messages/job-end.ts'
import { armed, DRY_WAIT } from '../../../src/present/messages/results.ts'
import { NOT_STARTED } from '../../../src/present/messages/titles.ts'
import { renderSteps } from '../../../src/present/next-steps.ts'
import { notSettledForStart } from '../../../src/requests/server-messages.ts'
import { keepReason, NOTHING_CHANGED, startServer } from '../../../src/run/labels.ts'
import { offers } from './support/restoring.ts'
import { byHand, byWorkflow, fleet, hoursAgo, idsOf, recordOf, WEB } from './support/scenery.ts'
import { createStage, type Inputs } from './support/stage.ts'

const TOO_LATE = { restoreOn: [], deleteOn: [], keepLast: undefined, isTooLate: true, isKept: false } as const
const ARMED: Inputs = { operation: 'create', 'server-id': WEB.id, 'restore-on': 'failure' }
const IN_JOB: Inputs = { ...ARMED, 'job-status': 'success' }
const MINE = { ...byWorkflow({ id: '701' }), createdAt: hoursAgo(0.3) }

describe('the way out', () => {
  it('of a restore without a slot for its safety snapshot is never to delete what is to be restored', async () => {
    const own = [1, 2].map(place => byWorkflow({ id: `60${place}`, hours: 10 * place, run: `9${place}` }))
    const others = [7, 8, 9].map(place => byHand({ id: `70${place}` }))
    const restore = { operation: 'restore', 'server-id': WEB.id, 'safety-snapshot': 'true' }
    for (const dryRun of ['true', 'false']) {
      const stage = createStage({ servers: [WEB], snapshots: [...own, ...others] })
      const seen = await stage.main({ ...restore, 'snapshot-id': '602', 'dry-run': dryRun })
      expect(seen.outputs['reason']).toBe('no-free-slot')
      expect(seen.verdict).toContain('`snapshot-id: 601`')
      expect(`${seen.verdict}${seen.summary}`).not.toMatch(/operation=delete [^<]*602|delete[^<]*: 602/)
    }
  })

  it('of a restore that meets another one offers no second restore', async () => {
    const act = { act: 'restore', snapshot: '701' } as const
    const stage = createStage({ servers: [WEB], snapshots: [MINE], happenings: [{ afterMs: 10, act }] })
    const seen = await stage.main({ operation: 'restore', 'server-id': WEB.id, 'snapshot-id': '701' })
    expect(seen.outputs['reason']).toBe('already-restoring')
    expect(seen.summary).toContain('operation=wait')
    expect(seen.summary).not.toContain('operation=restore')
  })

  it('of a rollback whose snapshot somebody has deleted is not to restore it', async () => {
    const stage = createStage({ servers: [WEB] })
    await stage.main(IN_JOB)
    stage.world.act({ act: 'delete', snapshot: '802' })
    const post = await stage.post('failure')
    expect(post.green).toBe(false)
    expect(post.log.join(' ')).toMatch(/ 802 .*\(404/)
    expect(post.verdict).toContain('operation: list')
    expect(post.verdict).not.toContain('operation: restore')
    expect(post.log.join(' ')).not.toContain('operation=restore')
  })

  it('of a group is that of the server that failed', async () => {
    const servers = fleet(2)
    const seen = await createStage({ servers }).main({ ...ARMED, 'server-id': `${idsOf(servers)},99` })
    expect(seen.outputs['reason']).toBe('not-found')
    expect(seen.verdict).toContain('`server-id`')
    expect(seen.verdict).not.toContain('Re-run')
    const told = seen.annotations.map(({ text }) => text).join(' ')
    expect(told.split(NOTHING_CHANGED)).toHaveLength(2)
    expect(seen.summary).toContain('99')
  })

  it('of a restored server that does not start is to start it', async () => {
    const timeline = { restoreEndsAs: 'stopped', startEndsAs: 'error' }
    const stage = createStage({ servers: [WEB], snapshots: [MINE], settings: { timeline } })
    const seen = await stage.main({ operation: 'restore', 'server-id': WEB.id, 'snapshot-id': '701' })
    expect(seen.outputs['reason']).toBe('start-failed')
    expect(seen.verdict).toBe(`Next: ${renderSteps([startServer(recordOf(WEB))])}`)
  })

  it('after a snapshot that took too long is the wait, and no restore', async () => {
    const seen = await createStage({
      servers: [WEB],
      settings: { timeline: { snapshotOutcome: 'never' } },
    }).main(IN_JOB)
    const [wait, restore] = ['operation=wait', 'operation=restore'].map(text => seen.summary.indexOf(text))
    expect(wait).toBeGreaterThan(0)
    expect(restore).toBe(-1)
  })
})

describe('a headline', () => {
  it('is about the server that is down, not about the rollback that was not due', async () => {
    const stage = createStage({ servers: [WEB], settings: { timeline: { startEndsAs: 'error' } } })
    await stage.main({ ...IN_JOB, 'stop-server': 'true' })
    const post = await stage.post('failure')
    expect(post.green).toBe(false)
    expect(post.summary).toContain(`${notSettledForStart(recordOf(WEB)).what}</h3>`)
    expect(post.summary).toContain(ROLLBACK_SKIPPED.what)
    expect(post.annotations.at(-1)?.title).toBe(NOT_STARTED)
  })

  it('is short, whatever was kept', async () => {
    const snapshots = [1, 2, 3].map(place => byWorkflow({ id: `60${place}`, hours: 10 * place }))
    const stage = createStage({ servers: [WEB], snapshots })
    await stage.main({ ...IN_JOB, 'keep-last': '3' })
    const post = await stage.post('success')
    expect(/<h3>(.*)<\/h3>/.exec(post.summary)?.[1]?.length).toBeLessThan(100)
    expect(post.summary).toContain(keepReason({ kind: 'newest', count: 3 }, true))
  })

  it('says of an unread restore only what was seen', async () => {
    const blind = {
      match: { kind: 'read-server', from: 6 },
      when: 'before',
      fault: { kind: 'status', status: 503 },
    } as const
    const stage = createStage({ servers: [WEB], snapshots: [MINE], faults: [blind] })
    const seen = await stage.main({ operation: 'restore', 'server-id': WEB.id, 'snapshot-id': '701' })
    expect(seen.outputs['status']).toBe('timed_out')
    expect(seen.summary).toMatch(/<h3>[^<]*unknown/)
    expect(offers(seen)).toEqual(['wait 701'])
  })
})

describe('what is armed', () => {
  it('promises nothing without reserve where the runner does not say how the job stands', async () => {
    const seen = await createStage({ servers: [WEB] }).main({ ...ARMED, 'job-status': '' })
    expect(seen.verdict).toContain('`job-status`')
    expect((await createStage({ servers: [WEB] }).main(IN_JOB)).verdict).not.toContain('`job-status`')
  })

  it('does not speak of the success of a job that has failed', async () => {
    const late = { ...ARMED, 'keep-last': '2', 'delete-on': 'success', 'job-status': 'failure' }
    const seen = await createStage({ servers: [WEB] }).main(late)
    expect(seen.verdict).toContain(armed({ servers: [], jobStatus: 'failure', cutOff: undefined }, TOO_LATE))
    expect(seen.verdict).not.toContain('succeeds')
  })

  it('is nothing in a dry run of a wait', async () => {
    const stage = createStage({ servers: [WEB] })
    await stage.main({ operation: 'create', 'server-id': WEB.id })
    const wait = { operation: 'wait', 'snapshot-id': '802', 'restore-on': 'failure' }
    const seen = await stage.main({ ...wait, 'dry-run': 'true' })
    expect(seen.verdict).toContain(DRY_WAIT)
  })
})

describe('a delete that finds nothing', () => {
  it('does not claim that it was deleted, nor that something was done', async () => {
    const seen = await createStage({ servers: [WEB] }).main({ operation: 'delete', 'snapshot-id': '12' })
    expect(seen.log.join(' ')).toContain('Not found: 12')
    expect(seen.log.join(' ')).not.toContain('Already deleted')
    expect(seen.summary).toContain('ℹ️')
  })
})

describe('an age', () => {
  it('is told by the clock of the API, which dated the snapshot', async () => {
    const skew = 7 * 60 * 60_000
    const stage = createStage({ servers: [WEB], settings: { clockSkewMs: skew } })
    await stage.main(IN_JOB)
    const post = await stage.post('failure')
    expect(post.annotations.at(-1)?.text).toMatch(/taken \d\d:\d\d UTC, 1\d minutes ago/)
    expect(post.summary).toMatch(/\(1\d minutes ago\)/)
  })

  it.each([
    ['a cancelled job', { 'job-status': 'cancelled' }],
    ['wait: false', { wait: 'false' }],
  ])('and the time of an acceptance are told by the same clock (%s)', async (_, inputs) => {
    const settings = { clockSkewMs: 7 * 60 * 60_000 }
    const snapshots = [byWorkflow({ id: '801' })]
    const seen = await createStage({ servers: [WEB], snapshots, settings }).main({
      operation: 'restore',
      'snapshot-id': '801',
      ...inputs,
    })
    expect(seen.printed.join('\n')).toContain(' 09:40 UTC)')
  })
})

describe('what is lost by a restore of several servers', () => {
  it.each([true, false])('is said as their safety snapshots have it: %s', async isSafe => {
    const servers = fleet(2)
    const snapshots = servers.map(({ id }) => ({ ...byWorkflow({ id: `70${id}`, server: id }) }))
    const seen = await createStage({ servers, snapshots }).main({
      operation: 'restore',
      'server-id': idsOf(servers),
      'snapshot-id': 'latest',
      'safety-snapshot': String(isSafe),
    })
    expect(seen.green).toBe(true)
    const told = seen.annotations.at(-1)?.text ?? ''
    expect(told.includes('lost')).toBe(!isSafe)
    expect(told.includes('safety')).toBe(isSafe)
  })

  it('leaves what is still restoring to the table and the next step', async () => {
    const servers = fleet(5)
    const snapshots = servers.map(({ id }) => ({ ...byWorkflow({ id: `70${id}`, server: id }) }))
    const settings = { timeline: { restoreMs: 5 * 60 * 60_000 } }
    const inputs = { operation: 'restore', 'server-id': idsOf(servers), 'snapshot-id': 'latest' }
    const seen = await createStage({ servers, snapshots, settings }).main(inputs)
    expect(seen.log.filter(line => /^web-15 .*7015/.test(line))).toHaveLength(1)
    expect(seen.verdict).toContain('7011,7012,7013,7014,7015')
  })
})
