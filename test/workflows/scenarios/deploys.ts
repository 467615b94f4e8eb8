import { DEPLOYED } from '../repository.ts'
import type { Scenario } from '../scenario.ts'
import { BEFORE, FAILED_SNAPSHOT, madeBy, oneServer, RESTORE, runs, SERVER, SNAPSHOT } from '../worlds.ts'

const ROLLED_BACK = { [SERVER]: runs(BEFORE, [...SNAPSHOT, 'disk', ...RESTORE], [BEFORE]) }
const DEPLOYED_WELL = { [SERVER]: runs(DEPLOYED, [...SNAPSHOT, 'disk'], [BEFORE]) }
const NOTHING_DEPLOYED = { [SERVER]: runs(BEFORE, SNAPSHOT, [BEFORE]) }
const SNAPSHOT_FAILED = { [SERVER]: runs(BEFORE, FAILED_SNAPSHOT, ['failed']) }
const UNTOUCHED = { [SERVER]: runs(BEFORE, [], []) }

const ONE_STEP = { workflow: 'examples/one-step-rollback.yml', event: 'push', world: oneServer() } as const
const STEP = { workflow: 'examples/rollback-step.yml', event: 'push', world: oneServer() } as const
const JOB = { workflow: 'examples/rollback-job.yml', event: 'push', world: oneServer() } as const
const BESIDE = { workflow: 'examples/snapshot-beside-build.yml', event: 'push', world: oneServer() } as const
const QUIESCED = { workflow: 'examples/quiesce-database.yml', event: 'push', world: oneServer() } as const
const NOTIFYING = { workflow: 'examples/notify.yml', event: 'push', world: oneServer() } as const
const FAILING_SNAPSHOT = oneServer({ snapshotOutcome: 'failed' })

/** Beside or after a build of four minutes. */
const TIMED = { world: oneServer({ snapshotMs: 6 * 60_000 }), run: 'green', servers: DEPLOYED_WELL } as const

/** Each host decides the shape. */
const CHATS: readonly (readonly [name: string, address: string])[] = [
  ['Slack', 'https://hooks.slack.com/services/T0/B0/s3cr3t-path'],
  ['Discord', 'https://discord.com/api/webhooks/1/s3cr3t-path'],
  ['Google Chat', 'https://chat.googleapis.com/v1/spaces/A/messages?key=s3cr3t-path'],
  ['Teams', 'https://prod-1.westeurope.logic.azure.com/workflows/s3cr3t-path'],
]

/** Snapshots that earlier runs of a workflow made, one a day: of disks `old 1`, `old 2` and so on, the newest first. */
function olderOf(workflow: string, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const days = index + 1
    return madeBy(workflow, { id: `80${days}`, disk: `old ${days}`, hoursAgo: 24 * days })
  })
}

export const DEPLOYS: readonly Scenario[] = [
  {
    ...ONE_STEP,
    when: 'the deploy succeeds, three older snapshots are there',
    expected: 'the oldest of four is deleted',
    world: oneServer({}, olderOf('one-step-rollback.yml', 3)),
    run: 'green',
    servers: {
      [SERVER]: runs(DEPLOYED, [...SNAPSHOT, 'disk', 'deleted'], ['old 2', 'old 1', BEFORE]),
    },
    says: ['Snapshot 901 of web-server-01 completed in'],
    neverSays: ['::warning', '::error'],
  },
  {
    ...ONE_STEP,
    when: 'the deploy fails',
    expected: 'the post stage alone rolls back, older snapshots stay',
    world: oneServer({}, olderOf('one-step-rollback.yml', 3)),
    fails: { command: 'deploy.sh' },
    run: 'red',
    servers: {
      [SERVER]: runs(BEFORE, [...SNAPSHOT, 'disk', ...RESTORE], ['old 3', 'old 2', 'old 1', BEFORE]),
    },
    says: ['Restored web-server-01 to snapshot 901'],
  },
  {
    ...ONE_STEP,
    when: 'the smoke test fails',
    expected: 'the post stage alone rolls back',
    fails: { command: 'smoke-test.sh' },
    run: 'red',
    servers: ROLLED_BACK,
    says: ['Restored web-server-01 to snapshot 901'],
  },
  {
    ...ONE_STEP,
    when: 'the snapshot fails',
    expected: 'nothing is deployed, nothing restored',
    world: FAILING_SNAPSHOT,
    run: 'red',
    servers: SNAPSHOT_FAILED,
  },
  {
    ...ONE_STEP,
    when: 'the deploy fails, and so does the rollback',
    expected: 'the job says in what state the server is',
    world: oneServer({ restoreEndsAs: 'error' }),
    fails: { command: 'deploy.sh' },
    run: 'red',
    servers: {
      [SERVER]: {
        ...{ disk: '(left by a failed restore)', isRunning: false, snapshots: [BEFORE] },
        events: [...SNAPSHOT, 'disk', 'restore-begun', 'stopped', 'restore-failed'],
      },
    },
    says: ['::error', 'The restore of web-server-01 from snapshot 901 failed'],
  },
  {
    ...STEP,
    ...TIMED,
    when: 'a build of 4 minutes is followed by a snapshot of 6',
    expected: 'the deploy comes after 10',
    minutesToDeploy: 10,
  },
  { ...STEP, when: 'the deploy succeeds', expected: 'it stays', run: 'green', servers: DEPLOYED_WELL },
  {
    ...STEP,
    when: 'the deploy fails',
    expected: 'the step rolls back',
    fails: { command: 'deploy.sh' },
    run: 'red',
    servers: ROLLED_BACK,
    says: ['The server is running and healthy.', 'The deploy ended with failure.'],
  },
  {
    ...STEP,
    when: 'the snapshot fails',
    expected: 'the rollback step stands there and does not run',
    world: FAILING_SNAPSHOT,
    run: 'red',
    servers: SNAPSHOT_FAILED,
    neverSays: ['Main Roll back'],
  },
  {
    ...STEP,
    when: 'the build fails',
    expected: 'no snapshot, no rollback',
    fails: { command: 'build.sh' },
    run: 'red',
    servers: UNTOUCHED,
    neverSays: ['Main Roll back'],
  },
  {
    ...STEP,
    workflow: 'test/workflows/fixtures/fails-before-deploy-step.yml',
    when: 'a step between the snapshot and the deploy fails',
    expected: 'the rollback step does not run',
    fails: { command: 'build.sh' },
    run: 'red',
    servers: NOTHING_DEPLOYED,
  },
  { ...JOB, when: 'the deploy succeeds', expected: 'it stays', run: 'green', servers: DEPLOYED_WELL },
  {
    ...JOB,
    when: 'the server is full of older snapshots',
    expected: 'the oldest makes room',
    world: oneServer({}, olderOf('rollback-job.yml', 5)),
    run: 'green',
    servers: {
      [SERVER]: runs(
        DEPLOYED,
        ['deleted', ...SNAPSHOT, 'disk'],
        ['old 4', 'old 3', 'old 2', 'old 1', BEFORE],
      ),
    },
  },
  {
    ...JOB,
    when: 'the deploy fails',
    expected: 'the dependent job rolls back by job outputs',
    fails: { command: 'smoke-test.sh' },
    run: 'red',
    servers: ROLLED_BACK,
    says: ['Restored web-server-01 to snapshot 901'],
  },
  {
    ...JOB,
    when: 'the snapshot fails',
    expected: 'neither deploy nor rollback runs',
    world: FAILING_SNAPSHOT,
    run: 'red',
    servers: SNAPSHOT_FAILED,
  },
  {
    ...JOB,
    when: 'the build fails',
    expected: 'no other job runs',
    fails: { command: 'build.sh' },
    run: 'red',
    servers: UNTOUCHED,
  },
  {
    ...JOB,
    workflow: 'test/workflows/fixtures/fails-before-deploy-job.yml',
    when: 'the deploy job fails before its deploy began',
    expected: 'the rollback job does not run',
    fails: { command: 'build.sh' },
    run: 'red',
    servers: NOTHING_DEPLOYED,
  },
  {
    ...BESIDE,
    // Long enough to be still under way when the build looks, on a busy machine too.
    world: oneServer({ snapshotMs: 40 * 60_000 }),
    when: 'the deploy succeeds',
    expected: 'the build runs beside the snapshot, the deploy after it',
    run: 'green',
    servers: DEPLOYED_WELL,
    says: ['build.sh sees these snapshots: in_progress', 'deploy.sh sees these snapshots: completed'],
  },
  {
    ...BESIDE,
    ...TIMED,
    when: 'a build of 4 minutes and a snapshot of 6 go side by side',
    expected: 'the deploy comes after 6',
    minutesToDeploy: 6,
  },
  {
    ...BESIDE,
    when: 'the build fails',
    expected: 'nothing is deployed, nothing restored',
    fails: { command: 'build.sh' },
    run: 'red',
    servers: NOTHING_DEPLOYED,
  },
  {
    ...BESIDE,
    when: 'the snapshot fails while the build runs',
    expected: 'nothing is deployed, nothing restored',
    world: FAILING_SNAPSHOT,
    run: 'red',
    servers: SNAPSHOT_FAILED,
  },
  {
    ...BESIDE,
    when: 'the deploy fails',
    expected: 'the post step of the wait rolls back',
    fails: { command: 'deploy.sh' },
    run: 'red',
    servers: ROLLED_BACK,
    says: ['Restored web-server-01 to snapshot 901'],
  },
  { ...QUIESCED, when: 'the deploy succeeds', expected: 'it stays', run: 'green', servers: DEPLOYED_WELL },
  {
    ...QUIESCED,
    when: 'the deploy fails',
    expected: 'the step rolls back',
    fails: { command: 'smoke-test.sh' },
    run: 'red',
    servers: ROLLED_BACK,
  },
  {
    ...QUIESCED,
    when: 'the snapshot fails',
    expected: 'the database is released, nothing deployed, nothing restored',
    world: FAILING_SNAPSHOT,
    run: 'red',
    servers: SNAPSHOT_FAILED,
    says: ['release-database.sh sees these snapshots: failed'],
  },
  {
    ...QUIESCED,
    when: 'the database cannot be quiesced',
    expected: 'it is released, and there is no snapshot',
    fails: { command: 'quiesce-database.sh' },
    run: 'red',
    servers: UNTOUCHED,
    says: ['release-database.sh sees these snapshots:'],
  },
  {
    ...QUIESCED,
    when: 'the database cannot be released',
    expected: 'nothing is deployed, nothing restored',
    fails: { command: 'release-database.sh' },
    run: 'red',
    servers: NOTHING_DEPLOYED,
  },
  {
    ...NOTIFYING,
    when: 'the deploy succeeds',
    expected: 'nobody is told',
    run: 'green',
    servers: DEPLOYED_WELL,
  },
  {
    ...NOTIFYING,
    when: 'the deploy fails',
    expected: 'the rollback is told, and on the pull request',
    fails: { command: 'deploy.sh' },
    run: 'red',
    servers: ROLLED_BACK,
  },
  ...CHATS.map(
    ([name, chat]): Scenario => ({
      ...NOTIFYING,
      chat,
      when: `the deploy fails, and the address is one of ${name}`,
      expected: 'the rollback is told in that shape, and on the pull request',
      fails: { command: 'deploy.sh' },
      run: 'red',
      servers: ROLLED_BACK,
      neverSays: ['s3cr3t-path'],
    }),
  ),
  {
    ...NOTIFYING,
    when: 'the snapshot fails',
    expected: 'the failure is told, and nothing on the pull request',
    world: FAILING_SNAPSHOT,
    run: 'red',
    servers: SNAPSHOT_FAILED,
  },
]
