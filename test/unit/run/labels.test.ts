import { describe, expect, it } from 'vitest'
import type { KeepReason } from '../../../src/policy/retention.ts'
import {
  ageOf,
  checkApplication,
  checkServer,
  createdAtOf,
  keepReason,
  keptBecause,
  lastStatus,
  serverLabel,
  snapshotIdOf,
  snapshotLabel,
  startServer,
} from '../../../src/run/labels.ts'
import { readText } from '../../documents/markdown.ts'
import { NOW, serverRun, snapshot } from './fixtures.ts'

describe('a server', () => {
  it('is called by its name, or by its id while that is not known', () => {
    const run = serverRun()
    expect(serverLabel(run)).toBe('web-server-11')
    expect(serverLabel({ ...run, server: { ...run.server, name: '' } })).toBe('Server 11')
  })

  it('without a name is written small in the middle of a next step', () => {
    const run = serverRun()
    const nameless = { ...run, server: { ...run.server, name: '' } }
    for (const step of [checkServer(nameless), startServer(nameless), checkApplication(nameless, true)])
      expect(step).toMatchObject({ server: 'server 11' })
    expect(checkServer(run)).toMatchObject({ server: 'web-server-11' })
  })

  it('with a long name keeps its beginning and its end', () => {
    const called = (name: string) => {
      const run = serverRun()
      return serverLabel({ ...run, server: { ...run.server, name } })
    }
    expect(called('n'.repeat(32))).toBe('n'.repeat(32))
    const [first, second] = ['01', '02'].map(end => called(`${'🙂'.repeat(90)}-web-${end}`))
    expect(first).not.toBe(second)
    expect(Array.from(first ?? '')).toHaveLength(32)
    expect(first).toMatch(/^🙂.*…🙂.*-web-01$/u)
  })

  it('has the status as last seen, or none', () => {
    const run = serverRun()
    expect(lastStatus({ ...run, server: { ...run.server, status: 'off' } })).toBe('off')
    expect(lastStatus(run)).toBe('unreadable')
  })

  it('has a snapshot, or none', () => {
    expect(snapshotIdOf(serverRun({ goal: 'restore' }))).toBe('701')
    expect(snapshotIdOf(serverRun())).toBe('')
  })
})

it('has an age where it has a date', () => {
  expect(ageOf(snapshot('701'), NOW)).toBe('1 hour old')
  expect(ageOf({ createdAt: null }, NOW)).toBe('age unknown')
  expect(ageOf(snapshot('701'), NOW - 2 * 3_600_000)).toMatch(/^\D+ future$/)
  expect(createdAtOf(serverRun({ goal: 'restore' }))).toBe(NOW - 3_600_000)
  expect(createdAtOf(serverRun())).toBeUndefined()
})

it('has its id and its name in a text, or its id alone', () => {
  expect(snapshotLabel({ ...snapshot('701'), name: 'weekly' })).toBe('701 "weekly"')
  expect(snapshotLabel({ ...snapshot('701'), name: '' })).toBe('701')
})

describe('why a snapshot stays', () => {
  const reasons: readonly KeepReason[] = [
    ...(
      ['manual', 'other-repository', 'other-workflow', 'safety', 'keep', 'this-run', 'unmarked'] as const
    ).map(kind => ({ kind })),
    ...(['unfinished', 'unreadable-date', 'future-date', 'not-comparable'] as const).map(kind => ({ kind })),
    ...(['newer', 'not-oldest'] as const).map(kind => ({ kind })),
    { kind: 'newest', count: 3 },
    { kind: 'too-young', deletableFrom: NOW },
  ]

  it('is said in its own way, to be read after its id', () => {
    for (const areSeveral of [false, true]) {
      const texts = reasons.map(reason => keepReason(reason, areSeveral))
      expect(new Set(texts).size).toBe(reasons.length)
      for (const text of texts) expect(text).toMatch(/^[a-z]/)
    }
  })

  it('is explained by docs/retention.md', () => {
    const [, table] = readText('docs/retention.md').split('| Reason | Meaning |')
    for (const reason of reasons) expect(table).toContain(keepReason(reason).replace('02:40', '21:20'))
  })

  it('is said of several as of several', () => {
    for (const reason of [...reasons, { kind: 'newest', count: 1 } as const])
      expect(keepReason(reason, true)).not.toMatch(/^(?:is|has|was|belongs) /)
  })

  it('tells the only newest from one of several', () => {
    expect(keepReason({ kind: 'newest', count: 1 })).not.toContain('1')
  })

  it('is said once for all to which it applies', () => {
    const kept = (['601', '602', '603'] as const).map((id, index) => ({
      snapshot: snapshot(id),
      reason: { kind: index === 1 ? 'safety' : 'manual' } as const,
    }))
    expect(keptBecause(kept)).toMatch(/^601, 603 are [^;]+; 602 is [^;]+$/)
    expect(keptBecause([])).toBe('')
  })

  it('is said once of several, in the plural', () => {
    const kept = (id: string, reason: KeepReason) => ({ snapshot: snapshot(id), reason })
    for (const reason of reasons) {
      const text = keptBecause([kept('801', reason), kept('802', reason)])
      expect(text).toMatch(/^801, 802 /)
      expect(text).not.toMatch(/ (?:is|was|has|belongs) /)
    }
    expect(keptBecause([kept('801', { kind: 'manual' }), kept('802', { kind: 'safety' })])).toMatch(
      /^801 .*; 802 /,
    )
  })

  it('has its number and its time', () => {
    expect(keepReason({ kind: 'newest', count: 3 })).toContain('3')
    expect(keepReason({ kind: 'newest', count: 1 })).not.toContain('1')
    expect(keepReason({ kind: 'too-young', deletableFrom: NOW })).toContain('02:40 UTC')
  })
})
