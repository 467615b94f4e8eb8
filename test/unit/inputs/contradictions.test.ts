import { describe, expect, it } from 'vitest'
import { CREATE, parse, problemsOf, RESTORE, type Texts, TOKEN, WAIT } from './reading.ts'

function ofCreate(texts: Texts): readonly string[] {
  return problemsOf({ ...CREATE, ...texts })
}

function isFine(texts: Texts): boolean {
  return parse({ 'api-token': TOKEN, ...texts }).ok
}

describe('wait: false', () => {
  it.each([
    ['keep-last', '2'],
    ['restore-on', 'failure'],
    ['delete-on', 'success'],
    ['health-check', 'tcp://web:22'],
  ])('cannot be combined with %s, which a later step can take', (input, text) => {
    expect(ofCreate({ wait: 'false', [input]: text })).toEqual([
      `\`wait: false\` cannot be combined with \`${input}\`, which needs the snapshot to complete. Move it to a later ` +
        'step with `operation: wait`, or remove `wait: false`.',
    ])
    expect(isFine({ ...CREATE, wait: 'true', [input]: text })).toBe(true)
    expect(isFine({ ...WAIT, wait: 'false', [input]: text })).toBe(true)
  })

  it('cannot be combined with the health check of a restore', () => {
    expect(problemsOf({ ...RESTORE, wait: 'false', 'health-check': 'tcp://web:22' })).toEqual([
      '`wait: false` cannot be combined with `health-check`, which needs the restore to complete. Move it to a later ' +
        'step with `operation: wait`, or remove `wait: false`.',
    ])
  })

  it('cannot be combined with stop-server', () => {
    expect(ofCreate({ wait: 'false', 'stop-server': 'true' })).toEqual([
      '`wait: false` cannot be combined with `stop-server`, which needs the snapshot to complete before it starts ' +
        'the server again. Remove one of them.',
    ])
    expect(isFine({ ...CREATE, wait: 'false', 'stop-server': 'false' })).toBe(true)
    expect(isFine({ ...CREATE, 'stop-server': 'true' })).toBe(true)
  })

  it('names all that has to move', () => {
    const texts = { wait: 'false', 'keep-last': '2', 'delete-on': 'failure', 'restore-on': 'cancelled' }
    expect(ofCreate(texts)).toEqual([
      '`wait: false` cannot be combined with `restore-on`, `delete-on` and `keep-last`, which need the snapshot to ' +
        'complete. Move them to a later step with `operation: wait`, or remove `wait: false`.',
    ])
  })

  it('counts for an operation that is not known, too', () => {
    expect(problemsOf({ operation: 'x', wait: 'false', 'restore-on': 'failure' })).toHaveLength(2)
  })

  it('is no problem where the operation does not use it', () => {
    const form = { wait: 'false', 'restore-on': 'failure', 'delete-on': 'failure', 'keep-last': '9' }
    expect(isFine({ ...RESTORE, ...form, keep: 'true', 'stop-server': 'true' })).toBe(true)
    expect(isFine({ operation: 'delete', 'snapshot-id': '1', ...form, 'health-check': 'tcp://a:1' })).toBe(
      true,
    )
  })
})

describe('what happens at the end of the job', () => {
  it.each([CREATE, WAIT])('cannot be both a restore and a deletion: %j', (operation: Texts) => {
    const both = { 'restore-on': 'cancelled, failure', 'delete-on': 'success failure cancelled' }
    expect(problemsOf({ ...operation, ...both })).toEqual([
      '`cancelled` and `failure` cannot be in both `restore-on` and `delete-on`. Remove them from one of them.',
    ])
    expect(problemsOf({ ...operation, 'restore-on': 'failure', 'delete-on': 'failure' })).toEqual([
      '`failure` cannot be in both `restore-on` and `delete-on`. Remove it from one of them.',
    ])
  })

  it('can be one of them by how the job ended', () => {
    expect(isFine({ ...CREATE, 'restore-on': 'failure', 'delete-on': 'cancelled success' })).toBe(true)
  })

  it('cannot delete what is kept for good', () => {
    expect(ofCreate({ keep: 'true', 'delete-on': 'failure' })).toEqual([
      '`keep: true` cannot be combined with `delete-on`, which would delete the snapshot. Remove one of them.',
    ])
    expect(isFine({ ...CREATE, keep: 'false', 'delete-on': 'failure' })).toBe(true)
    expect(isFine({ ...WAIT, keep: 'true', 'delete-on': 'failure' })).toBe(true)
  })
})

describe('keeping as many as there are slots, or more', () => {
  it('is a problem unless when-full makes room', () => {
    const problem = (kept: number) =>
      `\`keep-last: ${kept}\` never frees a slot, because a server has only 5. Set 1 to 4, or add \`when-full: delete-oldest\`.`
    expect(ofCreate({ 'keep-last': '5' })).toEqual([problem(5)])
    expect(ofCreate({ 'keep-last': '1000' })).toEqual([problem(1_000)])
    expect(isFine({ ...CREATE, 'keep-last': '4' })).toBe(true)
    expect(isFine({ ...CREATE, 'keep-last': '5', 'when-full': 'delete-oldest' })).toBe(true)
  })
})

describe('an id and a name', () => {
  it.each(['restore', 'delete', 'wait', 'list'])('cannot be combined for %s', operation => {
    const both = { 'snapshot-id': '801', 'snapshot-name': 'a', 'server-id': '5' }
    expect(problemsOf({ operation, ...both })).toEqual([
      '`snapshot-id` and `snapshot-name` cannot be combined. Remove one of them.',
    ])
  })

  it('can be combined for create, which uses only the name', () => {
    expect(isFine({ ...CREATE, 'snapshot-id': '801', 'snapshot-name': 'a' })).toBe(true)
  })
})
