import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../../src/domain/entities.ts'
import { parseServerId, parseSnapshotId } from '../../../src/domain/ids.ts'
import { parseMarker } from '../../../src/policy/marker.ts'
import type { KeepReason, Kept } from '../../../src/policy/retention.ts'
import { deletionEnded, kept } from '../../../src/present/messages/job-end.ts'
import { armed, restored, snapshotDone } from '../../../src/present/messages/results.ts'
import { keepReason } from '../../../src/run/labels.ts'
import { newServerRun, type ServerRun, type Work } from '../../../src/run/server-run.ts'
import { readText } from './markdown.ts'

const readme = readText('README.md')
const retention = readText('docs/retention.md')
const rollback = readText('docs/rollback.md')

const SERVER = { id: known(parseServerId('12345')), name: 'web-server-01' }
const MARKER =
  '[vps-snapshot-action workflow=octo/shop/.github/workflows/deploy.yml run=9876543210 attempt=1 purpose=deploy key=k0000000]'
const DELETABLE_FROM = Date.parse('2026-11-25T21:20:00Z')

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a text of this test is no ID')
  return value
}

function snapshot(id: string): Snapshot {
  return {
    ...{ id: known(parseSnapshotId(id)), name: `shop-${id}`, status: 'completed', sizeMb: 5_120 },
    ...{ createdAt: '2026-11-25T02:41:00Z', description: MARKER, server: SERVER },
  }
}

function succeeded(work: Work, id: string, tookMs: number): ServerRun {
  const task = {
    state: 'succeeded',
    work,
    snapshot: snapshot(id),
    since: 0,
    at: tookMs,
    how: 'seen',
  } as const
  return { ...newServerRun('create', SERVER), task, slots: 3, began: 0 }
}

const NOTHING_ARMED = {
  ...{ restoreOn: [], deleteOn: [], keepLast: undefined, isTooLate: false, isKept: false },
} as const

describe('the texts that the documents show', () => {
  const run = succeeded('snapshot', '802', 250_000)
  const whole = { servers: [run], jobStatus: 'success', cutOff: undefined } as const

  it('are those of a snapshot that is complete', () => {
    expect(readme).toContain(`\n${snapshotDone(run)}\n`)
  })

  it.each([
    armed(whole, { ...NOTHING_ARMED, restoreOn: ['failure', 'cancelled'] }),
    armed(whole, NOTHING_ARMED),
    armed({ ...whole, jobStatus: 'failure' }, { ...NOTHING_ARMED, isTooLate: true }),
  ])('are those of what is armed: %s', text => {
    expect(rollback).toContain(`\n${text}\n`)
  })

  it('say in README.md what is armed', () => {
    const plan = { ...NOTHING_ARMED, restoreOn: ['failure', 'cancelled'], keepLast: 3 } as const
    expect(readme).toContain(`\n${armed(whole, plan)}\n`)
  })

  it('are those of a rollback', () => {
    const [shown] = /Restored [\w-]+ to snapshot \d+/.exec(readText('docs/try-it.md')) ?? ['nothing']
    expect(restored(succeeded('restore', '1', 0), 0).what.startsWith(`${shown} (`)).toBe(true)
  })

  it('are those of keep-last', () => {
    const stay: readonly Kept[] = [
      { snapshot: snapshot('798'), reason: { kind: 'newest', count: 3 } },
      { snapshot: snapshot('803'), reason: { kind: 'too-young', deletableFrom: DELETABLE_FROM } },
      { snapshot: snapshot('799'), reason: { kind: 'manual' } },
    ]
    const text = `${deletionEnded('keep-last', 'deleted', [snapshot('797')])} ${kept(stay)}`
    expect(retention).toContain(`\n${text}\n`)
  })

  it.each<KeepReason>([
    ...(['manual', 'other-repository', 'other-workflow', 'safety', 'keep'] as const).map(kind => ({ kind })),
    ...(['this-run', 'unmarked', 'unfinished', 'unreadable-date', 'future-date'] as const).map(kind => ({
      kind,
    })),
    ...(['not-comparable', 'newer', 'not-oldest'] as const).map(kind => ({ kind })),
    { kind: 'newest', count: 3 },
    { kind: 'too-young', deletableFrom: DELETABLE_FROM },
  ])('explain why a snapshot stays: $kind', reason => {
    const [, table = ''] = retention.split('| Reason | Meaning |')
    expect(table).toContain(keepReason(reason))
  })

  it('hold a marker that is one', () => {
    const marker = /^\[vps-snapshot-action .*\]$/m.exec(retention)?.[0] ?? ''
    expect(parseMarker(marker)).toMatchObject({
      ...{ repository: 'owner/shop', purpose: 'deploy', key: 'k3v9x2p7' },
    })
  })
})
