import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../../src/domain/entities.ts'
import { compareAge } from '../../../src/policy/recency.ts'
import { planFullServer, planKeepLast } from '../../../src/policy/retention.ts'
import { ago, HOUR, MARKER_TEXT, MINUTE, NOW, RUN, snapshotId, snapshotOf } from './fixtures.ts'

const UUID = '00000000-0000-4000-8000-000000000001'
const idsOf = (snapshots: readonly Snapshot[]) => snapshots.map(({ id }) => id)

describe('the rule, for any list', () => {
  const MINE = 'octo/shop/.github/workflows/deploy.yml'
  const workflows = fc.constantFrom(
    MINE,
    'OCTO/Shop/.github/workflows/deploy.yml',
    'octo/shop/.github/workflows/Deploy.yml',
    'octo/shop/.github/workflows/nightly.yml',
    'fork/shop/.github/workflows/deploy.yml',
    'octo/shop2/.github/workflows/deploy.yml',
    'octo/shop',
  )

  // Weighted so that about half of what is drawn is truly ours.
  const markers = fc
    .record({
      workflow: fc.oneof({ weight: 4, arbitrary: fc.constant(MINE) }, workflows),
      run: fc.constantFrom('1', '2', '9876540000', RUN.runId, `${RUN.runId}0`),
      attempt: fc.constantFrom(1, 2, 0),
      purpose: fc.constantFrom('deploy', 'deploy', 'schedule', 'safety', 'keep', 'backup'),
    })
    .map(made => ({
      made,
      text: `[vps-snapshot-action workflow=${made.workflow} run=${made.run} attempt=${made.attempt} purpose=${made.purpose} key=abcdefgh]`,
    }))
  const endings = fc.oneof(
    { weight: 6, arbitrary: fc.constant('') },
    fc.constantFrom('\n', ' copy', ']', '.'),
  )
  const beginnings = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('', 'Before a deploy ') },
    fc.constantFrom('text', `${MARKER_TEXT} `),
  )
  const ages = fc.oneof(
    fc.constantFrom(-HOUR, 0, HOUR - 1, HOUR, HOUR + 1, 24 * HOUR, 48 * HOUR),
    fc.integer({ min: -14 * HOUR, max: 480 * HOUR }),
    fc.integer({ min: 5 * MINUTE, max: HOUR }),
  )
  const dates = fc.oneof(
    { weight: 6, arbitrary: ages.map(age => ({ age, createdAt: ago(age) })) },
    fc.constantFrom(null, '', 'yesterday', '2020-01-01').map(createdAt => ({ age: undefined, createdAt })),
  )
  const statuses = fc.oneof(
    { weight: 4, arbitrary: fc.constant('completed') },
    fc.constantFrom('COMPLETED', 'in_progress', 'failed', 'Error', 'cancelled', 'deleting', ''),
  )

  /** A snapshot and, told from how it was drawn and not from how it reads, what it is. */
  const drawn = fc
    .record({ marker: markers, beginning: beginnings, ending: endings, date: dates, status: statuses })
    .map(({ marker, beginning, ending, date, status }) => {
      const { workflow, run, attempt, purpose } = marker.made
      const intact = beginning !== 'text' && ['', '\n'].includes(ending) && attempt > 0
      const mine = [MINE, 'OCTO/Shop/.github/workflows/deploy.yml'].includes(workflow)
      return {
        sketch: { createdAt: date.createdAt, status, description: beginning + marker.text + ending },
        age: date.age,
        run,
        completed: status.toLowerCase() === 'completed',
        failed: ['failed', 'Error', 'cancelled'].includes(status),
        retained: intact && mine && ['deploy', 'schedule'].includes(purpose),
      }
    })
  /** Numbers in any order, and ids that tell nothing. */
  const ids = fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 99 }).map(String) },
    fc.constant(UUID),
  )
  const lists = fc
    .uniqueArray(fc.tuple(ids, drawn), { maxLength: 9, selector: ([id]) => id })
    .map(items => items.map(([id, item]) => ({ ...item, snapshot: snapshotOf({ ...item.sketch, id }) })))
  type Item = typeof lists extends fc.Arbitrary<(infer T)[]> ? T : never

  const factsOf = (items: readonly Item[]) => ({
    snapshots: items.map(item => item.snapshot),
    run: RUN,
    now: NOW,
  })
  const newer = (a: Item, b: Item) => compareAge(a.snapshot, b.snapshot) === 'newer'
  const mine = (item: Item) => item.retained && (item.completed || item.failed) && item.run !== RUN.runId
  const isOld = (item: Item) => mine(item) && item.age !== undefined && item.age > HOUR
  const counted = (items: readonly Item[]) => items.filter(item => item.retained && item.completed)
  /** Whether every two of them can be compared, without a contradiction. */
  const isOrdered = (items: readonly Item[]) =>
    new Set(items.map(item => items.filter(other => newer(item, other)).length)).size === items.length

  const itemOf = (items: readonly Item[], snapshot: Snapshot) => {
    const item = items.find(other => other.snapshot === snapshot)
    if (item === undefined) throw new Error(`not in the list: ${snapshot.id}`)
    return item
  }

  it('when-full deletes one that it may, failed before the oldest, wherever there is one', () => {
    fc.assert(
      fc.property(lists, items => {
        const [chosen] = planFullServer(factsOf(items)).deletes.map(snapshot => itemOf(items, snapshot))
        const completed = counted(items)
        const allowed = items.filter(isOld).filter(item => item.failed || isOrdered(completed))
        if (allowed.length > 0) {
          expect(allowed).toContain(chosen)
          if (chosen?.completed) expect(allowed.filter(item => item.failed)).toEqual([])
          const rivals = allowed.filter(item => item !== chosen && item.failed === chosen?.failed)
          for (const rival of rivals) expect(chosen && newer(chosen, rival)).toBe(false)
        } else if (chosen !== undefined) {
          expect(mine(chosen) && (chosen.age ?? 0) > 10 * MINUTE).toBe(true)
          expect(completed.filter(item => newer(item, chosen)).length).toBeGreaterThanOrEqual(3)
          if (chosen.completed)
            for (const item of completed.filter(mine)) expect(newer(chosen, item)).toBe(false)
        }
      }),
      { numRuns: 3_000 },
    )
  })

  const options = fc.record({
    keepLast: fc.integer({ min: 1, max: 6 }),
    made: fc.integer({ min: 1, max: 99 }).map(id => snapshotId(String(id))),
    madeIsDeleted: fc.boolean(),
  })

  it('keep-last deletes all that is allowed, older than the new one and beyond the newest N, and no more', () => {
    fc.assert(
      fc.property(lists, options, (items, { keepLast: count, made: newestId, madeIsDeleted }) => {
        const plan = planKeepLast(factsOf(items), { keepLast: count, made: newestId, madeIsDeleted })
        const ours = items.find(({ snapshot }) => snapshot.id === newestId)
        const completed = counted(items)
        const expected = items
          .filter(isOld)
          .filter(item => ours === undefined || newer(ours, item))
          .filter(item => item.failed || isOrdered(completed))
          .filter(item => {
            const after = completed.filter(other => newer(other, item) && !(madeIsDeleted && other === ours))
            return item.failed || after.length >= count
          })
        expect(new Set(plan.deletes)).toEqual(new Set(expected.map(({ snapshot }) => snapshot)))
        const deleted = plan.deletes.map(snapshot => itemOf(items, snapshot))
        for (const [index, item] of deleted.entries())
          for (const later of deleted.slice(index + 1))
            expect(item.failed === later.failed ? !newer(item, later) : item.failed).toBe(true)
      }),
      { numRuns: 3_000 },
    )
  })

  it('keep-last leaves at least N of the completed ones that were there, the newest', () => {
    fc.assert(
      fc.property(lists, options, (items, given) => {
        const gone = new Set(planKeepLast(factsOf(items), given).deletes)
        const completed = counted(items)
        const left = completed.filter(item => !gone.has(item.snapshot))
        expect(left.length).toBeGreaterThanOrEqual(Math.min(given.keepLast, completed.length))
        for (const item of completed.filter(({ snapshot }) => gone.has(snapshot)))
          expect(left.filter(other => newer(other, item)).length).toBeGreaterThanOrEqual(given.keepLast)
      }),
    )
  })

  it('every snapshot is either deleted or kept for a reason', () => {
    fc.assert(
      fc.property(lists, options, (items, given) => {
        for (const plan of [planFullServer(factsOf(items)), planKeepLast(factsOf(items), given)]) {
          const all = [...plan.deletes, ...plan.keeps.map(({ snapshot }) => snapshot)]
          expect(idsOf(all).sort()).toEqual(items.map(({ snapshot }) => snapshot.id).sort())
        }
        expect(planFullServer(factsOf(items)).deletes.length).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('does not depend on the order of the list', () => {
    const orders = lists.chain(items =>
      fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length })),
    )
    fc.assert(
      fc.property(orders, options, ([items, shuffled], given) => {
        expect(planKeepLast(factsOf(shuffled), given)).toEqual(planKeepLast(factsOf(items), given))
        expect(planFullServer(factsOf(shuffled))).toEqual(planFullServer(factsOf(items)))
      }),
      { numRuns: 1_000 },
    )
  })
})
