import { DEPLOYED } from '../repository.ts'
import type { Scenario } from '../scenario.ts'
import { BEFORE, FAILED_SNAPSHOT, madeBy, oneServer, RESTORE, runs, SERVER, SNAPSHOT } from '../worlds.ts'

const STOPPED = ['power', 'stopped'] as const
const STARTED = ['power', 'running'] as const

const NIGHTLY = { workflow: 'examples/scheduled-snapshot.yml', event: 'schedule' } as const
const STOPPING = {
  workflow: 'examples/stop-server.yml',
  event: 'workflow_dispatch',
  world: oneServer(),
} as const

const DRILL = { workflow: 'examples/rollback-drill.yml', event: 'schedule', world: oneServer() } as const

export const SNAPSHOTS: readonly Scenario[] = [
  {
    ...NIGHTLY,
    when: "last night's is there, and one of a deploy",
    expected: "last night's is deleted, the deploy's stays",
    world: oneServer({}, [
      madeBy('deploy.yml', { id: '801', disk: 'before a deploy', hoursAgo: 48 }),
      madeBy('scheduled-snapshot.yml', { id: '802', disk: 'last night', hoursAgo: 24 }),
    ]),
    run: 'green',
    servers: { [SERVER]: runs(BEFORE, [...SNAPSHOT, 'deleted'], ['before a deploy', BEFORE]) },
  },
  {
    ...NIGHTLY,
    when: 'the snapshot fails',
    expected: "last night's stays",
    world: oneServer({ snapshotOutcome: 'failed' }, [
      madeBy('scheduled-snapshot.yml', { id: '802', disk: 'last night', hoursAgo: 24 }),
    ]),
    run: 'red',
    servers: { [SERVER]: runs(BEFORE, FAILED_SNAPSHOT, ['last night', 'failed']) },
  },
  {
    ...STOPPING,
    when: 'the migration succeeds',
    expected: 'the server was stopped for the snapshot, and runs',
    run: 'green',
    servers: { [SERVER]: runs(DEPLOYED, [...STOPPED, ...SNAPSHOT, ...STARTED, 'disk'], [BEFORE]) },
    says: ['web-server-01 passed its health check.'],
  },
  {
    ...STOPPING,
    when: 'the migration fails',
    expected: 'the post stage alone rolls back, and the server runs',
    fails: { command: 'deploy.sh' },
    run: 'red',
    servers: {
      [SERVER]: runs(BEFORE, [...STOPPED, ...SNAPSHOT, ...STARTED, 'disk', ...RESTORE], [BEFORE]),
    },
    says: ['Restored web-server-01 to snapshot 901'],
  },
  {
    ...STOPPING,
    when: 'the snapshot fails',
    expected: 'the server is started again all the same',
    world: oneServer({ snapshotOutcome: 'failed' }),
    run: 'red',
    servers: { [SERVER]: runs(BEFORE, [...STOPPED, ...FAILED_SNAPSHOT, ...STARTED], ['failed']) },
  },
  {
    ...DRILL,
    when: 'all goes well',
    expected: 'the server is as before, nobody is told, the snapshot is deleted',
    run: 'green',
    servers: { [SERVER]: runs(BEFORE, [...SNAPSHOT, 'disk', ...RESTORE, 'deleted'], []) },
  },
  {
    ...DRILL,
    when: 'the restore fails',
    expected: 'somebody is told',
    world: oneServer({ restoreEndsAs: 'error' }),
    run: 'red',
    servers: {
      [SERVER]: {
        ...{ disk: '(left by a failed restore)', isRunning: false, snapshots: [BEFORE] },
        events: [...SNAPSHOT, 'disk', 'restore-begun', 'stopped', 'restore-failed'],
      },
    },
  },
]
