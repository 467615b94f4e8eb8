/** What the post stage finds is what the record held, wherever the main stage ended: even without a last word. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FoundState, readSavedState, saveChanges } from '../../../src/run/saved-state.ts'
import { hasNoTrace, mayBeDown, snapshotOf } from '../../../src/run/server-run.ts'
import { PLAN } from './fixtures.ts'
import { afterStep, type History } from './histories.ts'
import { STORIES } from './stories.ts'

/** The record after each step, with what the post stage would find then. */
function* stages({ begin, steps }: History) {
  const saved = new Map([['main', 'begun']])
  let run = begin
  for (const step of steps) {
    const before = run
    run = afterStep(run, step)
    const trouble = saveChanges(
      (name, value) => {
        saved.set(name, value)
        return undefined
      },
      PLAN,
      before,
      run,
    )
    expect(trouble).toBeUndefined()
    const found: FoundState = readSavedState(name => saved.get(name) ?? '')
    yield { run, found }
  }
}

describe('the state after every step of a create', () => {
  it('holds nothing before anything is changed', () => {
    fc.assert(
      fc.property(STORIES.create, history => {
        for (const { run, found } of stages(history)) {
          expect(found.state).toBe(run.armed === undefined ? 'nothing to do' : 'found')
          if (run.armed === undefined && run.mode !== 'dry run')
            expect(run.servers.every(each => hasNoTrace(each) || each.task.state === 'rejected')).toBe(true)
        }
      }),
    )
  })

  it('knows every snapshot that was accepted, and every server that may be down', () => {
    fc.assert(
      fc.property(STORIES.create, history => {
        for (const { run, found } of stages(history)) {
          if (found.state !== 'found') continue
          const servers = found.saved.servers('clean up')
          for (const server of run.servers) {
            const loaded = servers.find(each => each.server.id === server.server.id)
            expect(loaded?.target?.id).toBe(snapshotOf(server)?.id)
            expect(loaded !== undefined && mayBeDown(loaded)).toBe(mayBeDown(server))
          }
          const isGroupCompleted = run.servers.every(({ task }) => task.state === 'succeeded')
          expect(found.saved.isGroupCompleted).toBe(isGroupCompleted)
        }
      }),
    )
  })
})
