/** Verdicts, outputs and summaries against what happened in truth. */
import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../emulator/faults.ts'
import { byHand, byWorkflow, fleet, WEB } from './support/scenery.ts'
import { createStage, TOKEN } from './support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const RESTORE = { operation: 'restore', 'snapshot-id': '701' }
const PAIR = fleet(2)
const OF_PAIR = PAIR.map(({ id }, index) => byHand({ id: `${701 + index}`, server: id, hours: 1 }))

function answer(method: string, path: string, status: number, nth?: number): FaultRule {
  const match = { method, path, ...(nth === undefined ? {} : { nth }) }
  return { match, when: 'before', fault: { kind: 'status', status } }
}

describe('a dry run of a restore', () => {
  it('with an id that no list holds overwrites nothing, and says so', async () => {
    const stage = createStage({ servers: PAIR, snapshots: OF_PAIR })
    const one = await stage.main({ operation: 'restore', 'snapshot-id': '999,702', 'dry-run': 'true' })
    expect(one.verdict).toContain(
      'Dry run: would overwrite web-12 with snapshot 702 (1 hour old). Nothing was changed.',
    )
    expect(one.verdict).not.toContain('is back at')
    const two = await stage.main({ operation: 'restore', 'snapshot-id': '999,701,702', 'dry-run': 'true' })
    expect(two.verdict).not.toContain('are back at')
    expect(stage.world.events).toEqual([])
  })

  it('is red where the restore would be refused at once', async () => {
    const snapshots = ['701', '702', '703', '704', '705'].map(id => byHand({ id }))
    const full = await createStage({ servers: [WEB], snapshots }).main({
      ...RESTORE,
      'dry-run': 'true',
      'snapshot-before-restore': 'true',
    })
    expect(full.green).toBe(false)
    expect(full.verdict).toContain('web-server-01 has no free slot (5 of 5 in use)')
    const busy = await createStage({ servers: [{ ...WEB, status: 'restoring' }], snapshots }).main({
      ...RESTORE,
      'dry-run': 'true',
    })
    expect(busy.green).toBe(false)
    expect(busy.verdict).toContain('is being restored already, by somebody else or an earlier step.')
  })

  it('is red where the slots for the safety snapshot cannot be read', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [byHand({ id: '701' })],
      faults: [
        { match: { path: '/snapshots/', from: 2 }, when: 'before', fault: { kind: 'status', status: 401 } },
      ],
    })
    const seen = await stage.main({ ...RESTORE, 'dry-run': 'true', 'snapshot-before-restore': 'true' })
    expect(seen.green).toBe(false)
    expect(seen.verdict).toContain('Nothing was changed: this was a dry run.')
  })
})

describe('a group that was begun', () => {
  it('does not claim that nothing was changed where that is not known', async () => {
    const stage = createStage({
      servers: PAIR,
      faults: [
        { match: { method: 'POST', path: '/snapshots/', nth: 1 }, when: 'after', fault: { kind: 'reset' } },
        answer('POST', '/snapshots/', 403, 2),
        { match: { path: '/snapshots/', from: 2 }, when: 'before', fault: { kind: 'status', status: 401 } },
      ],
    })
    const { verdict, outputs } = await stage.main({ operation: 'create', 'server-id': '11,12' })
    expect(outputs['status']).toBe('unknown')
    expect(verdict).toMatch(/Nothing was restored\.$/)
  })

  it('does not claim that nothing was changed where servers were stopped and started', async () => {
    const stage = createStage({ servers: PAIR, faults: [answer('POST', '/snapshots/', 403)] })
    const { verdict } = await stage.main({ operation: 'create', 'server-id': '11,12', 'stop-server': 'true' })
    expect(verdict).toMatch(/Nothing was restored\.$/)
  })
})

describe('a cancel', () => {
  it('of a rollback names the servers whose turn did not come, and how to restore them', async () => {
    const servers = fleet(3)
    const stage = createStage({ servers, settings: { timeline: { snapshotMs: 60_000 } } })
    await stage.main({
      operation: 'create',
      'server-id': '11,12,13',
      'restore-on': 'failure',
      'max-parallel': '1',
    })
    const { verdict, log } = await stage.post('failure', { cancel: { afterMs: 600_000 } })
    expect(verdict).toContain('1 of 3 servers are back at their snapshots.')
    expect(verdict).toContain(
      'server 13: Cancelled before web-13 was restored from snapshot 804: nothing was changed on it.',
    )
    expect(log.at(-2)).toContain('If it is still wanted, run it with operation: restore, snapshot-id: 804.')
  })

  it('of a delete names the snapshots whose turn did not come', async () => {
    const stage = createStage({
      servers: PAIR,
      snapshots: OF_PAIR,
      latencyMs: 1_000,
      faults: [answer('DELETE', '/snapshots/701/', 403)],
    })
    const { verdict } = await stage.main(
      { operation: 'delete', 'snapshot-id': '701,702', 'max-parallel': '1' },
      { cancel: { request: 'DELETE /snapshots/701/', nth: 1 } },
    )
    expect(verdict).toContain('server 12: Cancelled before snapshot 702 of web-12 was deleted.')
  })

  it('after a deletion that made room says what was deleted', async () => {
    const snapshots = ['701', '702', '703', '704', '705'].map(id => byWorkflow({ id, hours: 30 }))
    const stage = createStage({ servers: [WEB], snapshots, latencyMs: 2_500 })
    const { verdict, outputs } = await stage.main(
      { ...CREATE, 'when-full': 'delete-oldest' },
      { cancel: { request: 'POST /snapshots/', nth: 2 } },
    )
    expect(outputs['deleted-snapshot-ids']).toBe('701')
    expect(verdict).toContain('Snapshot 701 deploy-701 had been deleted to make room.')
  })
})

describe('a wait', () => {
  it('for one that failed and one that no list holds says both', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [byHand({ id: '801', status: 'in_progress', hours: 0.01 })],
      settings: { timeline: { snapshotOutcome: 'failed' } },
    })
    const { verdict } = await stage.main({ operation: 'wait', 'snapshot-id': '999,801' })
    expect(verdict).toContain('No list holds 999: there is nothing to wait for.')
    expect(verdict).toContain('Snapshot 801 of web-server-01 failed')
  })

  it('for one that is deleted meanwhile hands out nothing that is gone', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [byHand({ id: '801', status: 'in_progress', hours: 0.01 })],
      happenings: [{ afterMs: 20_000, act: { act: 'delete', snapshot: '801' } }],
    })
    const { verdict, outputs } = await stage.main({ operation: 'wait', 'snapshot-id': '801' })
    expect(verdict).toContain('Snapshot 801 of web-server-01 is gone')
    expect(outputs['snapshot-id']).toBe('')
  })
})

describe('a snapshot that somebody else deleted at the same moment', () => {
  it('is not counted among those that keep-last deleted, nor among those that stay', async () => {
    const snapshots = ['701', '702'].map((id, index) => byWorkflow({ id, hours: 200 - index }))
    const stage = createStage({ servers: [WEB], snapshots, settings: { timeline: { snapshotMs: 60_000 } } })
    await stage.main({ ...CREATE, 'keep-last': '2' })
    stage.faults.add(answer('DELETE', '/snapshots/701/', 404))
    const { green, verdict, log } = await stage.post('success')
    expect(green).toBe(true)
    expect(verdict).toBe('keep-last had nothing to delete; 2 snapshots stay.')
    expect(log).toContain(
      'Snapshot 701 deploy-701 of server 12345 was gone already when keep-last was to delete it.',
    )
  })

  it('is nothing that delete-on has deleted', async () => {
    const stage = createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } } })
    await stage.main({ ...CREATE, 'delete-on': 'success' })
    stage.faults.add(answer('DELETE', '/snapshots/802/', 404))
    const { green, log } = await stage.post('success')
    expect(green).toBe(true)
    expect(log.join('\n')).toContain(
      '802 shop-9876543210-1 of server 12345 was gone already when delete-on: success was to delete it.',
    )
  })
})

describe('the slots in use', () => {
  it('are never more than there are where somebody else freed one', async () => {
    const snapshots = ['701', '702', '703', '704', '705'].map(id => byWorkflow({ id, hours: 30 }))
    const stage = createStage({
      servers: [WEB],
      snapshots,
      settings: { timeline: { snapshotMs: 60_000 } },
      happenings: [{ afterMs: 270, act: { act: 'delete', snapshot: '705' } }],
    })
    const { green, verdict } = await stage.main({ ...CREATE, 'when-full': 'delete-oldest' })
    expect(green).toBe(true)
    expect(verdict).toContain('slot 5 of 5')
  })
})

describe('a restore step in a cancelled job', () => {
  it('with wait: false sends every request before it looks for restoring, and is green', async () => {
    const servers = fleet(7)
    const snapshots = servers.map(({ id }, index) => byHand({ id: `${701 + index}`, server: id }))
    const stage = createStage({ servers, snapshots, settings: { timeline: { restoreStaleMs: 400_000 } } })
    const { green, calls, took } = await stage.main({
      ...{ operation: 'restore', 'job-status': 'cancelled', wait: 'false', 'max-parallel': '1' },
      'snapshot-id': snapshots.map(({ id }) => id).join(),
    })
    expect(green).toBe(true)
    expect(calls.filter(call => call.startsWith('POST'))).toHaveLength(7)
    expect(took).toBeLessThan(240_000)
  })

  it('warns that a safety snapshot may take longer than is left', async () => {
    const stage = createStage({ servers: [WEB], snapshots: [byHand({ id: '701' })] })
    const seen = await stage.main({
      ...RESTORE,
      'job-status': 'cancelled',
      'snapshot-before-restore': 'true',
    })
    expect(seen.annotations[0]?.text).toContain('The job is cancelled, and its runner leaves little time')
  })

  it('looks for restoring also where another server took all the time', async () => {
    const stage = createStage({ servers: PAIR, settings: { timeline: { snapshotMs: 60_000 } } })
    await stage.main({ operation: 'create', 'server-id': '11,12', 'restore-on': 'cancelled' })
    stage.faults.add(answer('GET', '/servers/12/', 503))
    const { log } = await stage.post('cancelled')
    expect(log).toContain('web-11 is restoring.')
    expect(log.join('\n')).not.toContain('web-11 has not been seen restoring yet')
  })
})

describe('a health check', () => {
  it('ends with the operation’s time-out, but for half a minute', async () => {
    const stage = createStage({ servers: [WEB], snapshots: [byHand({ id: '701' })], probe: () => 'no' })
    const { verdict, took } = await stage.main({
      ...RESTORE,
      ...{ timeout: '9m', 'health-check': 'https://a.example/', 'health-check-timeout': '20m' },
    })
    expect(verdict).toContain('did not pass its health check within')
    expect(took).toBeLessThan(9.6 * 60_000)
  })
})

describe('a long pause', () => {
  it('is said though the same failure was said just before', async () => {
    const paused = (seconds: number, nth: number): FaultRule => ({
      match: { method: 'POST', nth },
      when: 'before',
      fault: { kind: 'status', status: 429, headers: { 'retry-after': `${seconds}` } },
    })
    const { log } = await createStage({ servers: [WEB], faults: [paused(1, 1), paused(600, 2)] }).main(CREATE)
    expect(log).toContain('POST /snapshots/ was answered with 429. Trying again in 600.0 s.')
  })
})

describe('long names', () => {
  it('do not crowd out what else there is to say', async () => {
    const snapshots = ['701', '702', '703', '704', '705'].map(id =>
      byWorkflow({ id, hours: 30, name: 'n'.repeat(255) }),
    )
    const stage = createStage({
      servers: [WEB],
      snapshots,
      happenings: [{ afterMs: 580, act: { act: 'create', server: '12345', name: 'm'.repeat(255) } }],
    })
    const { verdict } = await stage.main({ ...CREATE, 'when-full': 'delete-oldest' })
    expect(verdict).toMatch(/had been deleted to make room for it\.$/)
  })
})

describe('the token', () => {
  it.each(['vps_emu\u200blated_token', 'vps_emu\u001b[0mlated_token', 'vps_emu\u00adlated_token'])(
    'is nowhere, though the API wraps it up: %j',
    async wrapped => {
      const body = JSON.stringify({ detail: `bad header ${wrapped}` })
      const refused = await createStage({
        servers: [WEB],
        faults: [{ match: { method: 'GET' }, when: 'before', fault: { kind: 'status', status: 401, body } }],
      }).main({ operation: 'list' })
      const listed = await createStage({
        servers: [{ ...WEB, name: wrapped }],
        snapshots: [byHand({ id: '701', name: `x${TOKEN}` })],
      }).main({ operation: 'list' })
      for (const { printed, summary, outputs, debugLines } of [refused, listed])
        expect(JSON.stringify([printed, summary, outputs, debugLines])).not.toContain(TOKEN)
    },
  )
})

describe('a list of nothing', () => {
  const stage = createStage({ servers: fleet(3), snapshots: OF_PAIR })

  it('says which servers have no snapshots', async () => {
    const one = await stage.main({ operation: 'list', 'server-id': '13' })
    expect(one).toMatchObject({ green: true, verdict: 'Server 13: no snapshots.', outputs: { count: '0' } })
    const { verdict } = await createStage({ servers: PAIR }).main({ operation: 'list', 'server-id': '11,12' })
    expect(verdict).toBe('Servers 11, 12: no snapshots.')
  })

  it('is red for a server that there is not', async () => {
    const { green, verdict } = await stage.main({ operation: 'list', 'server-id': '99999' })
    expect(green).toBe(false)
    expect(verdict).toContain('/servers/')
    expect(verdict).toContain('was answered with 404')
  })
})

describe('a list', () => {
  it('shows what a safety snapshot is, and when each was made', async () => {
    const snapshots = [byWorkflow({ id: '701', hours: 3, purpose: 'safety' })]
    const { log } = await createStage({ servers: [WEB], snapshots }).main({ operation: 'list' })
    expect(log[1]).toMatch(/^701 .* 3 hours {2}2026-03-01 23:40 UTC {2}safety: octo\/shop/)
  })

  it('bears a snapshot without a date', async () => {
    const undated = { id: 702, server: { id: 12345, name: 'web' }, name: 'x', status: 'completed' }
    const rest = { size_mb: 1, created_at: null, description: '' }
    const body = JSON.stringify({ count: 1, results: [{ ...undated, ...rest }] })
    const { log } = await createStage({
      servers: [WEB],
      faults: [{ match: { path: '/snapshots/' }, when: 'before', fault: { kind: 'body', body } }],
    }).main({ operation: 'list' })
    expect(log[1]).toMatch(/^702 .* unknown {2}– +a person/)
  })
})

describe('a rollback that could not be begun', () => {
  it('says how to restore by hand once the reason is mended', async () => {
    const stage = createStage({ servers: PAIR, settings: { timeline: { snapshotMs: 60_000 } } })
    await stage.main({ operation: 'create', 'server-id': '11,12', 'restore-on': 'failure' })
    stage.faults.add({ match: {}, when: 'before', fault: { kind: 'status', status: 401 } })
    const { green, verdict, log } = await stage.post('failure')
    expect(green).toBe(false)
    expect(verdict).not.toContain('cannot be seen')
    expect(log.at(-2)).toContain('Then restore it by hand: operation: restore, snapshot-id: 802,803.')
  })

  it('is named by what is under way where it was accepted', async () => {
    const stage = createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } } })
    await stage.main({ ...CREATE, 'restore-on': 'cancelled' })
    const { annotations } = await stage.post('cancelled')
    expect(annotations.map(({ title }) => title)).toEqual(['Rollback accepted, its end not seen'])
  })
})

describe('advice', () => {
  it('of a restore names no input that it does not have', async () => {
    const snapshots = ['701', '702', '703', '704', '705'].map(id => byWorkflow({ id, hours: 30 }))
    const { log } = await createStage({ servers: [WEB], snapshots }).main({
      ...RESTORE,
      'snapshot-before-restore': 'true',
    })
    expect(log.at(-2)).toMatch(
      /^Next: Delete one \(operation: delete, snapshot-id: 701 would be this workflow's oldest\)\. To restore/,
    )
  })

  it('after a refusal by max-age says how to restore an older one', async () => {
    const { log } = await createStage({ servers: [WEB], snapshots: [byHand({ id: '701', hours: 97 })] }).main(
      {
        ...RESTORE,
        'max-age': '4d',
      },
    )
    expect(log.at(-1)).toContain(
      'it is 4d 1h old, and max-age allows 4d. There is none that could be restored instead.',
    )
    expect(log.at(-2)).toContain('to restore an older one, raise max-age or leave it out.')
  })
})

describe('a dry run', () => {
  it('of a create with stop-server leaves a server that does not run as it is', async () => {
    const { log } = await createStage({ servers: [{ ...WEB, status: 'stopped' }] }).main({
      ...CREATE,
      ...{ 'stop-server': 'true', 'dry-run': 'true' },
    })
    expect(log).toContain('Would leave web-server-01 as it is: it does not run.')
  })

  it('of a wait starts no server', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [byHand({ id: '701' })],
      settings: { timeline: { restoreEndsAs: 'stopped' } },
      happenings: [{ afterMs: 10, act: { act: 'restore', snapshot: '701' } }],
    })
    const { calls } = await stage.main({ operation: 'wait', 'snapshot-id': '701', 'dry-run': 'true' })
    expect(calls.every(call => call.startsWith('GET'))).toBe(true)
  })
})

describe('a restore of several', () => {
  it('names no time since when things are lost where the API gives no dates', async () => {
    const undated = PAIR.map(({ id, name }, index) => ({
      ...{ id: 701 + index, name: 'x', status: 'completed', size_mb: 1, created_at: null, description: '' },
      server: { id: Number(id), name },
    }))
    const body = JSON.stringify({ count: 2, results: undated })
    const stage = createStage({
      servers: PAIR,
      snapshots: OF_PAIR,
      faults: [
        { match: { method: 'GET', path: '/snapshots/' }, when: 'before', fault: { kind: 'body', body } },
      ],
    })
    const { verdict } = await stage.main({ operation: 'restore', 'snapshot-id': '701,702' })
    expect(verdict).toBe('2 of 2 servers are back at their snapshots.')
  })
})

describe('a restore step in a cancelled job, with a server in passing', () => {
  it('gives up after four minutes, since the runner kills after five', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [byHand({ id: '701' })],
      settings: { timeline: { stoppingMs: 3_600_000 } },
      happenings: [{ afterMs: 1, act: { act: 'power', server: '12345', action: 'stop' } }],
    })
    const { green, took } = await stage.main({ ...RESTORE, 'job-status': 'cancelled' })
    expect(green).toBe(false)
    expect(took).toBe(240_000)
  })

  it('keeps to a time-out that is shorter', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [byHand({ id: '701' })],
      settings: { timeline: { stoppingMs: 3_600_000 } },
      happenings: [{ afterMs: 1, act: { act: 'power', server: '12345', action: 'stop' } }],
    })
    const { took } = await stage.main({ ...RESTORE, 'job-status': 'cancelled', timeout: '1m' })
    expect(took).toBe(60_000)
  })
})

describe('the outputs', () => {
  it('pair up: a server without a snapshot has no status among them', async () => {
    const stage = createStage({
      servers: PAIR,
      settings: { timeline: { snapshotMs: 60_000 } },
      faults: [answer('POST', '/snapshots/', 403, 2)],
    })
    const { outputs } = await stage.main({ operation: 'create', 'server-id': '11,12' })
    expect(outputs).toMatchObject({ 'snapshot-id': '802', 'server-id': '11', 'server-status': 'active' })
  })

  it('of a restore in a cancelled job are written before restoring is waited for', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [byHand({ id: '701' })],
      settings: { timeline: { restoreStaleMs: 20_000 } },
    })
    const { outputWrites, requests } = await stage.main({ ...RESTORE, 'job-status': 'cancelled' })
    const statuses = outputWrites.filter(([name]) => name === 'status').map(([, value]) => value)
    expect(statuses).toEqual(['restoring', 'cancelled', 'cancelled'])
    expect(requests.at(-1)?.path).toBe('/servers/12345/')
  })
})

describe('the summary', () => {
  it('offers no step that restores what has failed', async () => {
    const failed = await createStage({
      servers: [WEB],
      settings: { timeline: { snapshotMs: 60_000, snapshotOutcome: 'failed' } },
    }).main(CREATE)
    expect(failed.summary).not.toContain('The step that puts it back')
    expect(failed.summary).not.toContain('<li>web-server-01: Snapshot')
  })

  it('of a dry run claims no slots in use', async () => {
    const { summary } = await createStage({ servers: PAIR }).main({
      ...{ operation: 'create', 'server-id': '11,12', 'dry-run': 'true' },
    })
    expect(summary).not.toContain('slots in use')
  })
})

describe('a list that comes in another order', () => {
  it('is shown newest first', async () => {
    const snapshots = [
      byHand({ id: '701', hours: 5 }),
      byHand({ id: '702', hours: 9 }),
      byHand({ id: '703', hours: 1 }),
    ]
    const body = JSON.stringify({
      count: 3,
      results: snapshots.map(({ id, createdAt }) => ({
        ...{ id: Number(id), name: 'x', status: 'completed', size_mb: 1, description: '' },
        ...{ created_at: createdAt, server: { id: 12345, name: 'web' } },
      })),
    })
    const { outputs } = await createStage({
      servers: [WEB],
      faults: [{ match: { path: '/snapshots/' }, when: 'before', fault: { kind: 'body', body } }],
    }).main({ operation: 'list' })
    const ids = JSON.parse(outputs['snapshots'] ?? '').map(({ id }: { readonly id: string }) => id)
    expect(ids).toEqual(['703', '701', '702'])
  })
})

describe('a rollback that is cut off or unclear', () => {
  it('before it was begun says how to do it by hand, not to run the job again', async () => {
    const stage = createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 30_000 } } })
    await stage.main({ ...CREATE, 'restore-on': 'failure' })
    stage.faults.add(answer('GET', '/servers/12345/', 503))
    const { log } = await stage.post('failure', { cancel: { afterMs: 30_000 } })
    expect(log.at(-2)).toBe(
      'Next: If the deploy failed, restore it by hand: operation: restore, snapshot-id: 802.',
    )
  })

  it('with an unanswered request says to look first', async () => {
    const stage = createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 30_000 } } })
    await stage.main({ ...CREATE, 'restore-on': 'failure' })
    stage.faults.add(
      { match: { method: 'POST', nth: 1 }, when: 'before', fault: { kind: 'reset' } },
      answer('POST', '/snapshots/*/restore/', 403, 2),
    )
    const { log } = await stage.post('failure')
    expect(log.at(-2)).toContain('only if it is not, restore it by hand.')
  })

  it('names the safety snapshot of a server whose turn did not come', async () => {
    const stage = createStage({
      servers: PAIR.map(server =>
        server.id === '11' ? server : { ...server, timeline: { snapshotMs: 600_000 } },
      ),
      snapshots: OF_PAIR,
      settings: { timeline: { snapshotMs: 60_000 } },
    })
    const { verdict } = await stage.main(
      { operation: 'restore', 'snapshot-id': '701,702', 'snapshot-before-restore': 'true' },
      { cancel: { afterMs: 200_000 } },
    )
    expect(verdict).toMatch(/nothing was overwritten, and safety snapshot 80\d of it was accepted\./)
  })
})

describe('a dry run with a token that may not read servers', () => {
  it('is as green as the restore with wait: false would be', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [byHand({ id: '701' })],
      settings: { permissions: ['snapshots:read', 'snapshots:write'] },
    })
    const { green, annotations } = await stage.main({ ...RESTORE, 'dry-run': 'true', wait: 'false' })
    expect(green).toBe(true)
    expect(annotations[0]?.text).toBe(
      'The token may not read server 12345: what state it is in is not known.',
    )
  })
})

describe('a title', () => {
  it('says failed where a server is left stopped', async () => {
    const stage = createStage({
      servers: [{ ...WEB, timeline: { startingMs: 3_600_000 } }],
      settings: { timeline: { snapshotOutcome: 'never' } },
    })
    const { annotations } = await stage.main({ ...CREATE, 'stop-server': 'true', timeout: '5m' })
    expect(annotations.map(({ title }) => title)).toContain('Snapshot failed')
  })
})
