import type { Scenario } from '../scenario.ts'
import { BEFORE, byPerson, fleet, madeBy, oneServer, RESTORE, runs, SERVER, SNAPSHOT } from '../worlds.ts'

const PUSH = { event: 'push', run: 'green' } as const

/** Snapshots of this recipe's earlier runs, a day apart, the newest first. */
function olderOf(recipe: string, count: number) {
  return Array.from({ length: count }, (_, index) =>
    madeBy(`${recipe}.yml`, { id: `80${index + 1}`, disk: `old ${index + 1}`, hoursAgo: 24 * (index + 1) }),
  )
}

/** By a person, and by a deploy. */
const TWO = [
  byPerson({ id: '798', disk: 'a trial', hoursAgo: 48 }),
  madeBy('deploy.yml', { id: '801', disk: 'yesterday', hoursAgo: 24 }),
]

export const RECIPES: readonly Scenario[] = [
  {
    ...PUSH,
    workflow: 'docs/recipes.md#keep-more-than-four',
    when: 'five older snapshots are there',
    expected: 'the oldest makes room, four stay beside the new one',
    world: oneServer({}, olderOf('keep-more-than-four', 5)),
    servers: {
      [SERVER]: runs(BEFORE, ['deleted', ...SNAPSHOT], ['old 4', 'old 3', 'old 2', 'old 1', BEFORE]),
    },
  },
  {
    ...PUSH,
    workflow: 'docs/recipes.md#a-snapshot-that-stays',
    when: 'the box is not ticked',
    expected: 'it is one like any other',
    world: oneServer(),
    servers: { [SERVER]: runs(BEFORE, SNAPSHOT, [BEFORE]) },
    neverSays: ['This snapshot stays'],
  },
  {
    ...PUSH,
    workflow: 'docs/recipes.md#a-fleet',
    when: 'all goes well',
    expected: 'each server has a snapshot',
    world: fleet(2),
    servers: { 12345: runs(BEFORE, SNAPSHOT, [BEFORE]), 12346: runs(BEFORE, SNAPSHOT, [BEFORE]) },
  },
  {
    ...PUSH,
    workflow: 'docs/recipes.md#check-before-a-restore',
    when: 'the newest snapshot is an hour old',
    expected: 'the plan is said and nothing is changed',
    world: oneServer({}, [madeBy('deploy.yml', { id: '801', disk: 'an hour ago', hoursAgo: 1 })]),
    servers: { [SERVER]: runs(BEFORE, [], ['an hour ago']) },
    says: ['Dry run: would overwrite web-server-01 with snapshot 801'],
  },
  {
    ...PUSH,
    workflow: 'docs/recipes.md#clean-up-by-hand',
    when: 'both are there',
    expected: 'both are gone',
    world: oneServer({}, TWO),
    servers: { [SERVER]: runs(BEFORE, ['deleted', 'deleted'], []) },
  },
  {
    ...PUSH,
    workflow: 'docs/recipes.md#use-the-json-output',
    when: 'one is of a person and one of a deploy',
    expected: "the person's alone is shown",
    world: oneServer({}, TWO),
    servers: { [SERVER]: runs(BEFORE, [], ['a trial', 'yesterday']) },
    says: ['798 snapshot-798 20'],
    neverSays: ['801 snapshot-801 20'],
  },
  {
    ...PUSH,
    workflow: 'docs/recipes.md#branch-on-the-reason',
    when: 'the server is full',
    expected: 'it says what to do, and the job stops',
    world: oneServer({}, olderOf('other', 5)),
    run: 'red',
    servers: { [SERVER]: runs(BEFORE, [], ['old 5', 'old 4', 'old 3', 'old 2', 'old 1']) },
    says: ['Delete a snapshot, then re-run the job.'],
  },
  {
    ...PUSH,
    workflow: 'docs/recipes.md#branch-on-the-reason',
    when: 'there is room',
    expected: 'the job goes on',
    world: oneServer(),
    servers: { [SERVER]: runs(BEFORE, SNAPSHOT, [BEFORE]) },
  },
  {
    workflow: 'docs/try-it.md#a-rollback-in-a-workflow',
    event: 'workflow_dispatch',
    when: 'a newcomer follows the page',
    expected: 'the broken version is rolled back',
    world: oneServer(),
    run: 'red',
    servers: { [SERVER]: runs(BEFORE, ['disk', ...SNAPSHOT, 'disk', ...RESTORE], [BEFORE]) },
    says: ['Restored web-server-01 to snapshot 901'],
  },
]
