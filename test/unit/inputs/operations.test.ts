import { describe, expect, it } from 'vitest'
import { inputsOf, TOKEN, UUID } from './reading.ts'

const COMMON = {
  apiToken: TOKEN,
  apiUrl: new URL('https://admin.vps.org/api/v1/'),
  summary: true,
  jobStatus: 'unknown',
  notices: [],
  maxParallel: 10,
  pace: { timeLapse: false },
}
const NO_HEALTH = { targets: [], timeoutMs: 300_000 }

describe('the inputs of create', () => {
  it('has a default for everything but the servers', () => {
    expect(inputsOf('create', { 'server-id': '12345' })).toEqual({
      ...COMMON,
      operation: 'create',
      servers: ['12345'],
      name: undefined,
      givenName: undefined,
      description: undefined,
      wait: true,
      timeoutMs: 1_800_000,
      restoreTimeoutMs: 3_600_000,
      stopServer: false,
      keepLast: undefined,
      whenFull: 'fail',
      restoreOn: [],
      deleteOn: [],
      startAfterRestore: true,
      health: NO_HEALTH,
      dryRun: false,
    })
  })

  it('takes everything that it can be given', () => {
    const inputs = inputsOf('create', {
      'server-id': `12345, ${UUID.toUpperCase()}\n\t7`,
      'snapshot-name': '  before the deploy!  ',
      description: ' release 7 ',
      timeout: '20m',
      'poll-interval': '5s',
      'max-parallel': '1',
      'stop-server': 'true',
      'keep-last': '7',
      'when-full': 'delete-oldest',
      'restore-on': 'failure cancelled failure',
      'delete-on': 'success',
      'start-after-restore': 'false',
      'health-check': 'https://example.org/up?deep=1, tcp://[::1]:22',
      'health-check-timeout': '90',
      'dry-run': 'TRUE',
      summary: 'False',
      'api-url': 'https://gateway.example/vps',
      'job-status': 'success',
    })
    expect(inputs).toEqual({
      apiToken: TOKEN,
      apiUrl: new URL('https://gateway.example/vps/'),
      summary: false,
      jobStatus: 'success',
      notices: [],
      maxParallel: 1,
      pace: { fixedIntervalMs: 5_000, timeLapse: false },
      operation: 'create',
      servers: ['12345', UUID, '7'],
      name: 'before-the-deploy',
      givenName: 'before the deploy!',
      description: 'release 7',
      wait: true,
      timeoutMs: 1_200_000,
      restoreTimeoutMs: 1_200_000,
      stopServer: true,
      keepLast: 7,
      whenFull: 'delete-oldest',
      restoreOn: ['failure', 'cancelled'],
      deleteOn: ['success'],
      startAfterRestore: false,
      health: {
        targets: [
          { kind: 'http', url: new URL('https://example.org/up?deep=1') },
          { kind: 'tcp', host: '::1', port: 22 },
        ],
        timeoutMs: 90_000,
      },
      dryRun: true,
    })
  })

  it('is not waited for when asked so', () => {
    expect(inputsOf('create', { 'server-id': '1', wait: 'false' }).wait).toBe(false)
  })
})

describe('the inputs of restore', () => {
  it('has a default for everything but the snapshots', () => {
    expect(inputsOf('restore', { 'snapshot-id': '801' })).toEqual({
      ...COMMON,
      operation: 'restore',
      choice: { by: 'id', ids: ['801'] },
      guard: [],
      wait: true,
      timeoutMs: 3_600_000,
      maxAgeMs: undefined,
      snapshotBeforeRestore: false,
      startAfterRestore: true,
      health: NO_HEALTH,
      dryRun: false,
    })
  })

  it('takes everything that it can be given', () => {
    const inputs = inputsOf('restore', {
      'snapshot-id': `801 ${UUID}`,
      'server-id': '12345 12346',
      timeout: '2h',
      'max-age': '2d',
      'snapshot-before-restore': 'true',
      'start-after-restore': 'false',
      wait: 'false',
      'dry-run': 'true',
    })
    expect(inputs).toMatchObject({
      choice: { by: 'id', ids: ['801', UUID] },
      guard: ['12345', '12346'],
      wait: false,
      timeoutMs: 7_200_000,
      maxAgeMs: 172_800_000,
      snapshotBeforeRestore: true,
      startAfterRestore: false,
      dryRun: true,
      notices: [],
    })
  })

  it('checks the health of the servers', () => {
    const { health } = inputsOf('restore', { 'snapshot-id': '801', 'health-check': 'tcp://web:443/' })
    expect(health).toEqual({ targets: [{ kind: 'tcp', host: 'web', port: 443 }], timeoutMs: 300_000 })
  })
})

describe('the inputs of delete', () => {
  it('has a default for everything but the snapshots', () => {
    expect(inputsOf('delete', { 'snapshot-id': '801,802' })).toEqual({
      ...COMMON,
      operation: 'delete',
      choice: { by: 'id', ids: ['801', '802'] },
      guard: [],
      wait: true,
      timeoutMs: 300_000,
      dryRun: false,
    })
  })

  it('takes everything that it can be given', () => {
    const given = { 'snapshot-id': '801', 'server-id': '5', timeout: '45', wait: 'false', 'dry-run': 'true' }
    expect(inputsOf('delete', given)).toMatchObject({
      guard: ['5'],
      wait: false,
      timeoutMs: 45_000,
      dryRun: true,
    })
  })
})

describe('the inputs of list', () => {
  it('is about all servers by default', () => {
    expect(inputsOf('list')).toEqual({ ...COMMON, operation: 'list', servers: [] })
  })

  it('is about some servers', () => {
    expect(inputsOf('list', { 'server-id': '1\n2' }).servers).toEqual(['1', '2'])
  })
})

describe('the inputs of wait', () => {
  it('has a default for everything but the snapshots', () => {
    expect(inputsOf('wait', { 'snapshot-id': '801' })).toEqual({
      ...COMMON,
      operation: 'wait',
      choice: { by: 'id', ids: ['801'] },
      guard: [],
      timeoutMs: 1_800_000,
      startAfterRestore: true,
      health: NO_HEALTH,
    })
  })

  it('takes everything that it can be given', () => {
    const inputs = inputsOf('wait', {
      'snapshot-id': '801',
      'server-id': '5',
      timeout: '500ms',
      'start-after-restore': 'false',
      'health-check': 'http://example.org',
      'health-check-timeout': '1m',
    })
    expect(inputs).toMatchObject({
      guard: ['5'],
      timeoutMs: 500,
      startAfterRestore: false,
      health: { targets: [{ kind: 'http', url: new URL('http://example.org') }], timeoutMs: 60_000 },
      notices: [],
    })
  })
})

describe('the choice of snapshots', () => {
  it.each(['restore', 'wait'] as const)('can be the latest of each server for %s', operation => {
    const { choice } = inputsOf(operation, { 'snapshot-id': 'latest', 'server-id': '1 2' })
    expect(choice).toEqual({ by: 'latest', servers: ['1', '2'] })
  })

  it.each(['restore', 'delete', 'wait'] as const)('can be an exact name on each server for %s', operation => {
    const { choice } = inputsOf(operation, { 'snapshot-name': ' any Name. ', 'server-id': '1 2' })
    expect(choice).toEqual({ by: 'name', name: 'any Name.', servers: ['1', '2'] })
  })
})

describe('the pace', () => {
  it.each([
    ['http://127.0.0.1:8080/api/v1', '100ms', { fixedIntervalMs: 100, timeLapse: true }],
    ['http://localhost', '1s', { fixedIntervalMs: 1_000, timeLapse: true }],
    ['https://[::1]:8443', '2', { fixedIntervalMs: 2_000, timeLapse: true }],
    ['http://127.9.9.9', 'auto', { timeLapse: false }],
    ['https://gateway.example', '1s', { fixedIntervalMs: 1_000, timeLapse: false }],
    ['', '', { timeLapse: false }],
  ])('at %s every %s', (apiUrl, interval, pace) => {
    expect(inputsOf('list', { 'api-url': apiUrl, 'poll-interval': interval }).pace).toEqual(pace)
  })
})

describe('the job status', () => {
  it.each([
    ['success', 'success'],
    [' failure ', 'failure'],
    ['cancelled', 'cancelled'],
    ['Success', 'unknown'],
    ['nonsense', 'unknown'],
    ['', 'unknown'],
  ])('%j is %s', (text, status) => {
    expect(inputsOf('list', { 'job-status': text }).jobStatus).toBe(status)
  })
})

describe('the token', () => {
  it('loses the blanks around it', () => {
    expect(inputsOf('list', { 'api-token': ' \t\r\nvps_abc!~\n' }).apiToken).toBe('vps_abc!~')
  })
})

describe('a boolean', () => {
  it.each([
    ['true', true],
    ['True', true],
    ['TRUE', true],
    ['false', false],
    ['False', false],
    ['FALSE', false],
  ])('is read as the toolkit reads it: %s', (text, value) => {
    expect(inputsOf('create', { 'server-id': '1', 'stop-server': text }).stopServer).toBe(value)
  })
})

describe('a time to wait', () => {
  it('is five days at most, these included', () => {
    expect(inputsOf('create', { 'server-id': '1', timeout: '5d' }).timeoutMs).toBe(5 * 24 * 3_600_000)
  })
})
