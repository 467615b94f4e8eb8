import { DEPLOYED } from '../repository.ts'
import type { Scenario } from '../scenario.ts'
import { BEFORE, FAILED_SNAPSHOT, fleet, RESTORE, runs, SNAPSHOT } from '../worlds.ts'

const GOOD = runs(DEPLOYED, [...SNAPSHOT, 'disk'], [BEFORE])
const BACK = runs(BEFORE, [...SNAPSHOT, 'disk', ...RESTORE], [BEFORE])

const FLEET = { workflow: 'examples/fleet.yml', event: 'push', world: fleet(3) } as const
const MATRIX = { workflow: 'examples/fleet-matrix.yml', event: 'push', world: fleet(3) } as const

export const FLEETS: readonly Scenario[] = [
  {
    ...FLEET,
    when: 'the deploy succeeds',
    expected: 'each server has a snapshot and the new version',
    run: 'green',
    servers: { 12345: GOOD, 12346: GOOD, 12347: GOOD },
  },
  {
    ...FLEET,
    when: 'the deploy fails',
    expected: 'all servers go back together',
    fails: { command: 'deploy.sh' },
    run: 'red',
    servers: { 12345: BACK, 12346: BACK, 12347: BACK },
  },
  {
    ...FLEET,
    when: 'one of three snapshots fails',
    expected: 'nothing is deployed, nothing restored',
    world: fleet(3, { snapshotOutcome: 'failed' }),
    run: 'red',
    servers: {
      12345: runs(BEFORE, SNAPSHOT, [BEFORE]),
      12346: runs(BEFORE, SNAPSHOT, [BEFORE]),
      12347: runs(BEFORE, FAILED_SNAPSHOT, ['failed']),
    },
    says: ['2 of 3 snapshots completed'],
  },
  {
    ...MATRIX,
    when: 'all deploys succeed',
    expected: 'they stay',
    run: 'green',
    servers: { 12345: GOOD, 12346: GOOD, 12347: GOOD },
  },
  {
    ...MATRIX,
    when: 'one deploy of three fails',
    expected: 'its job rolls its own server back, the others stay',
    fails: { command: 'deploy.sh', server: '12346' },
    run: 'red',
    servers: { 12345: GOOD, 12346: BACK, 12347: GOOD },
  },
  {
    workflow: 'test/workflows/fixtures/two-servers-two-steps.yml',
    event: 'push',
    world: fleet(2),
    when: 'the deploy fails',
    expected: 'one server is restored, the snapshot of the other deleted',
    fails: { command: 'deploy.sh' },
    run: 'red',
    servers: { 12345: BACK, 12346: runs(DEPLOYED, [...SNAPSHOT, 'disk', 'deleted'], []) },
  },
]
