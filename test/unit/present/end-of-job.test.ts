import { describe, expect, it } from 'vitest'
import { endOfJobAccount } from '../../../src/present/end-of-job.ts'
import { whyRollback } from '../../../src/present/messages/job-end.ts'
import type { OperationRun } from '../../../src/run/operation-run.ts'
import type { Deletion, ServerRun, Task } from '../../../src/run/server-run.ts'
import { NOW, operationRun, problem, serverRun, snapshot } from '../run/fixtures.ts'

const CANCEL = { by: 'cancel', signal: 'SIGTERM' } as const
const RESTORED: Task = {
  ...{ state: 'succeeded', work: 'restore', snapshot: snapshot('701'), since: NOW, at: NOW, how: 'seen' },
}
const CLEANED = serverRun({ goal: 'clean up' })
const STARTED = serverRun({ goal: 'clean up', power: { state: 'started' }, began: NOW })

function account(change: Partial<OperationRun>) {
  return endOfJobAccount(operationRun({ operation: 'post', servers: [CLEANED], ...change }), NOW)
}

function textOf(change: Partial<OperationRun>): string {
  const { what, state } = account(change)
  return `${what} ${state}`.trim()
}

function deletions(by: Deletion['by'], ...ends: readonly Deletion['end'][]): Partial<ServerRun> {
  return { deletions: ends.map((end, index) => ({ snapshot: snapshot(`60${index + 1}`), by, end })) }
}

describe('the end of a job', () => {
  const nothing = account({})

  it('with nothing to do says so', () => {
    expect(nothing.what).not.toBe('')
    expect(nothing.state).toBe('')
  })

  it('tells why there was no rollback, each in its own way', () => {
    const texts = (['snapshot step not green', 'job status unknown'] as const).map(rollback =>
      textOf({ rollback }),
    )
    expect(new Set([...texts, nothing.what]).size).toBe(3)
  })

  it.each([
    ['failure', 'failed'],
    ['cancelled', 'cancelled'],
  ] as const)('after a rollback says first what was restored, then that the job %s', (jobStatus, word) => {
    const servers = [serverRun({ goal: 'restore', task: RESTORED })]
    const { what, state } = account({ rollback: 'due', jobStatus, servers })
    expect(what).toContain('701')
    expect(state).toMatch(new RegExp(`^[^.]*${word}\\.`))
  })

  it('names a server that runs again, and one that may not', () => {
    expect(textOf({ servers: [STARTED] })).toContain('web-server-11')
    expect(textOf({ servers: [{ ...STARTED, began: undefined }] })).toBe(nothing.what)
    expect(textOf({ servers: [serverRun({ goal: 'clean up', power: { state: 'stopped' } })] })).toContain(
      'web-server-11',
    )
    const failed = { state: 'start failed', problem: problem() } as const
    expect(textOf({ servers: [serverRun({ goal: 'clean up', power: failed })] })).toBe('It failed. Not done.')
  })

  it('begins with a server that may be down, before a rollback that was not due', () => {
    const down = serverRun({ goal: 'clean up', power: { state: 'stopped' } })
    const skipped = account({ rollback: 'snapshot step not green' }).what
    const { what, state } = account({ rollback: 'snapshot step not green', servers: [CLEANED, down] })
    expect(what).toContain('web-server-11')
    expect(state).toContain(skipped)
    expect(account({ rollback: 'snapshot step not green', servers: [STARTED] }).what).toBe(skipped)
  })

  it('says once that the job was cancelled, where the only server says it', () => {
    const left: Task = {
      ...{ state: 'left running', work: 'restore', snapshot: snapshot('701'), since: NOW, at: NOW },
      why: 'job cancelled',
    }
    const cancelled = { rollback: 'due', jobStatus: 'cancelled' } as const
    const of = (...tasks: readonly Task[]) =>
      textOf({ ...cancelled, servers: tasks.map(task => serverRun({ goal: 'restore', task })) })
    expect(of(left).match(/cancelled/g)).toHaveLength(1)
    expect(of({ ...left, why: 'not awaited' }).match(/cancelled/g)).toHaveLength(1)
    expect(of(left, left).split(whyRollback('cancelled'))).toHaveLength(2)
  })

  it('tells of a start once where the server was rolled back', () => {
    const servers = [serverRun({ goal: 'restore', task: RESTORED, power: { state: 'started' }, began: NOW })]
    expect(textOf({ rollback: 'due', servers })).not.toContain('again')
  })

  it('begins with what is most important, and leaves nothing out', () => {
    const servers = [{ ...STARTED, ...deletions('delete-on', 'deleted') }]
    const { what, state } = account({ rollback: 'snapshot step not green', servers })
    expect(what).toBe(account({ rollback: 'snapshot step not green' }).what)
    expect(state).toMatch(/web-server-11.*601/)
    const first = account({ servers: [{ ...CLEANED, ...deletions('delete-on', 'deleted', 'stays') }] })
    expect(first.what).toContain('601')
    expect(first.state).toContain('602')
  })

  it('tells what delete-on deleted from what it could not, and from what nobody knows', () => {
    const servers = [{ ...CLEANED, ...deletions('delete-on', 'deleted', 'stays', 'unknown', 'gone') }]
    const text = textOf({ servers })
    expect(text).toMatch(/^[^.]*601\. [^.]*602\. [^.]*603\.$/)
    const two = [CLEANED, CLEANED].map(server => ({ ...server, ...deletions('delete-on', 'deleted') }))
    expect(textOf({ servers: two })).toContain('601, 601')
    expect(textOf({ servers: [{ ...CLEANED, ...deletions('delete-on', 'gone') }] })).toBe(nothing.what)
  })

  it('after a cancel says that the rest may or may not be done', () => {
    expect(textOf({ cutOff: CANCEL })).not.toBe(nothing.what)
  })
})

describe('keep-last', () => {
  const kept = (...ids: readonly string[]) =>
    ids.map(id => ({ snapshot: snapshot(id), reason: { kind: 'newest', count: 3 } as const }))
  const asked = (server: Partial<ServerRun>, change: Partial<OperationRun> = {}): string =>
    textOf({ retention: 'asked', servers: [{ ...CLEANED, ...server }], ...change })

  it('is not told of where it was not asked', () => {
    expect(textOf({ servers: [{ ...CLEANED, kept: kept('605') }] })).not.toContain('605')
  })

  it('says what it deleted, what it could not, and what stays and why', () => {
    const text = asked({ ...deletions('keep-last', 'deleted', 'stays', 'unknown'), kept: kept('605') })
    expect(text).toMatch(/601\..*602\..*603\..*605.*newest 3/)
  })

  it('says that it deleted nothing, and what stays', () => {
    expect(asked({ kept: kept('605') })).toMatch(/nothing.* 605 is /)
    expect(asked({ kept: kept('604', '605') })).toMatch(/ 604, 605 are /)
    expect(asked({ kept: [] })).toBe(asked({}))
    expect(asked({})).toContain('nothing')
  })

  it('names ten that stay for one reason, and how many more', () => {
    const text = asked({ kept: kept(...Array.from({ length: 12 }, (_, index) => `${601 + index}`)) })
    expect(text).toContain('610')
    expect(text).not.toContain('611')
    expect(text).toContain('and 2 more')
  })

  it('tells an unreadable list from nothing to delete', () => {
    const unreadable = asked({}, { retention: 'list unreadable' })
    expect(unreadable).not.toBe(asked({}))
    expect(unreadable).toContain('keep-last')
  })

  it('after a cancel says what it had deleted, and not that it deleted nothing', () => {
    expect(asked(deletions('keep-last', 'deleted'), { cutOff: CANCEL })).toContain('601')
    expect(asked({ kept: kept('605') }, { cutOff: CANCEL })).toBe(textOf({ cutOff: CANCEL }))
  })
})
