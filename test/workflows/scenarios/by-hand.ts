import type { Scenario } from '../scenario.ts'
import { BEFORE, byPerson, madeBy, oneServer, RESTORE, runs, SERVER, SNAPSHOT } from '../worlds.ts'

const OLDER = madeBy('deploy.yml', { id: '801', disk: 'last week', hoursAgo: 168 })
const NEWEST = madeBy('deploy.yml', { id: '802', disk: 'yesterday', hoursAgo: 24 })
const PERSONS = byPerson({ id: '803', disk: 'a trial', hoursAgo: 2 })
const ALL = ['last week', 'yesterday', 'a trial']

const MANUAL = {
  workflow: 'examples/vps-snapshots.yml',
  event: 'workflow_dispatch',
  world: oneServer({}, [OLDER, NEWEST, PERSONS]),
} as const

/** The form as it opens, with what the person changes in it. */
function form(changes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const opens = { operation: 'list', 'snapshot-id': 'latest', 'dry-run': 'true' }
  return { ...opens, 'safety-snapshot': 'false', ...changes }
}

export const BY_HAND: readonly Scenario[] = [
  {
    ...MANUAL,
    form: form({}),
    when: 'the form is sent as it opens',
    expected: 'the snapshots are listed',
    run: 'green',
    servers: { [SERVER]: runs(BEFORE, [], ALL) },
    says: ['3 snapshots on 1 server.'],
  },
  {
    ...MANUAL,
    form: form({ operation: 'restore' }),
    when: 'latest is restored as a dry run',
    expected: 'the plan is said and nothing is changed',
    run: 'green',
    servers: { [SERVER]: runs(BEFORE, [], ALL) },
    says: [
      'Dry run: would overwrite web-server-01 with snapshot 802 (24 hours old).',
      'Nothing was changed.',
    ],
  },
  {
    ...MANUAL,
    form: form({ operation: 'restore', 'dry-run': 'false' }),
    when: 'latest is restored',
    expected: "the newest of a deploy is back, not the person's",
    run: 'green',
    servers: { [SERVER]: runs('yesterday', RESTORE, ALL) },
    says: ['Restored web-server-01 to snapshot 802', 'The server is running and healthy.'],
  },
  {
    ...MANUAL,
    form: form({ operation: 'restore', 'snapshot-id': '801', 'dry-run': 'false' }),
    when: 'an id is restored',
    expected: 'that one is back',
    run: 'green',
    servers: { [SERVER]: runs('last week', RESTORE, ALL) },
    says: ['Restored web-server-01 to snapshot 801'],
  },
  {
    ...MANUAL,
    form: form({ operation: 'restore', 'dry-run': 'false', 'safety-snapshot': 'true' }),
    when: 'latest is restored, with a safety snapshot',
    expected: 'both are there afterwards',
    run: 'green',
    servers: { [SERVER]: runs('yesterday', [...SNAPSHOT, ...RESTORE], [...ALL, BEFORE]) },
  },
  {
    ...MANUAL,
    form: form({ operation: 'restore', 'snapshot-id': '804', 'dry-run': 'false' }),
    when: "an id of another server's snapshot is restored",
    expected: 'it is refused, nothing is changed',
    world: {
      ...oneServer({}, [OLDER, { ...PERSONS, id: '804', server: '20001' }]),
      servers: [
        { id: SERVER, name: 'web-server-01', disk: BEFORE },
        { id: '20001', name: 'database', disk: BEFORE },
      ],
    },
    run: 'red',
    servers: { [SERVER]: runs(BEFORE, [], ['last week']), 20001: runs(BEFORE, [], ['a trial']) },
    says: [
      'Snapshot 804 belongs to database (20001), but `server-id` only allows 12345.',
      'Nothing was changed.',
    ],
  },
  {
    ...MANUAL,
    form: form({ operation: 'wait', 'snapshot-id': '802' }),
    when: 'a restore that somebody began is waited for',
    expected: 'its end is seen, nothing else is done',
    beforehand: [{ act: 'restore', snapshot: '802' }],
    run: 'green',
    servers: { [SERVER]: runs('yesterday', RESTORE, ALL) },
  },
  {
    ...MANUAL,
    form: form({ operation: 'delete', 'snapshot-id': '801', 'dry-run': 'false' }),
    when: 'an id is deleted',
    expected: 'that one is gone',
    run: 'green',
    servers: { [SERVER]: runs(BEFORE, ['deleted'], ['yesterday', 'a trial']) },
  },
  {
    ...MANUAL,
    form: form({ operation: 'delete', 'dry-run': 'false' }),
    when: 'latest is deleted',
    expected: 'it is refused',
    run: 'red',
    servers: { [SERVER]: runs(BEFORE, [], ALL) },
    says: ['`snapshot-id: latest` cannot be combined with `operation: delete`.'],
  },
  {
    ...MANUAL,
    form: { operation: 'restore', 'server-id': '20001', 'snapshot-id': '804', 'dry-run': 'false' },
    when: 'it is started by a line that a message prints, for another server than the usual one',
    expected: 'that server is restored, the usual one left alone',
    world: {
      ...oneServer({}, [OLDER, { ...PERSONS, id: '804', server: '20001' }]),
      servers: [
        { id: SERVER, name: 'web-server-01', disk: BEFORE },
        { id: '20001', name: 'database', disk: BEFORE },
      ],
    },
    run: 'green',
    servers: { [SERVER]: runs(BEFORE, [], ['last week']), 20001: runs('a trial', RESTORE, ['a trial']) },
  },
  {
    workflow: 'examples/keep-snapshot.yml',
    event: 'workflow_dispatch',
    form: { name: 'before-upgrade', reason: 'The database is upgraded' },
    when: 'the server has snapshots of deploys',
    expected: 'one more, which is named as one that stays',
    world: oneServer({}, [OLDER, NEWEST]),
    run: 'green',
    servers: { [SERVER]: runs(BEFORE, SNAPSHOT, ['last week', 'yesterday', BEFORE]) },
    says: ['This snapshot stays until you delete it'],
  },
]
