import { describe, expect, it } from 'vitest'
import { parseJobStatus } from '../../../src/inputs.ts'
import { inputsOf, TOKEN, UUID } from './reading.ts'

const COMMON = {
  apiToken: TOKEN,
  apiUrl: new URL('https://admin.vps.org/api/v1/'),
  summary: true,
  jobStatus: 'unknown',
  notices: [],
  maxParallel: 10,
  notifyUrl: undefined,
  notifyOn: ['rollback', 'failure'],
  pace: { acceleratedClock: false },
}
const NO_HEALTH = { targets: [], timeoutMs: 300_000 }

describe('the request of create', () => {
  it('has a default for everything but the servers', () => {
    expect(inputsOf('create', { 'server-id': '12345' })).toStrictEqual({
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
      keep: false,
      whenFull: 'fail',
      restoreOn: [],
      deleteOn: [],
      startAfterRestore: true,
      health: NO_HEALTH,
      githubToken: undefined,
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
      'health-check-timeout': '90s',
      'notify-url': 'https://hooks.example.org/T/B?sig=x#y',
      'notify-on': 'success failure',
      'github-token': ' ghs_token ',
      'dry-run': 'TRUE',
      summary: 'False',
      'api-url': 'https://gateway.example/vps',
      'job-status': 'success',
    })
    expect(inputs).toStrictEqual({
      apiToken: TOKEN,
      apiUrl: new URL('https://gateway.example/vps/'),
      summary: false,
      jobStatus: 'success',
      notices: [],
      maxParallel: 1,
      pace: { fixedIntervalMs: 5_000, acceleratedClock: false },
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
      keep: false,
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
      notifyUrl: new URL('https://hooks.example.org/T/B?sig=x#y'),
      notifyOn: ['success', 'failure'],
      githubToken: 'ghs_token',
      dryRun: true,
    })
  })

  it('can leave the waiting to another step, and keep the snapshot for good', () => {
    expect(inputsOf('create', { 'server-id': '1', wait: 'false', keep: 'true' })).toMatchObject({
      wait: false,
      keep: true,
    })
  })

  it('can keep the snapshot for good beside others that retention deletes', () => {
    expect(inputsOf('create', { 'server-id': '1', keep: 'true', 'keep-last': '3' })).toMatchObject({
      keep: true,
      keepLast: 3,
      notices: [],
    })
  })
})

describe('the request of restore', () => {
  it('has a default for everything but the snapshots', () => {
    expect(inputsOf('restore', { 'snapshot-id': '801' })).toStrictEqual({
      ...COMMON,
      operation: 'restore',
      choice: { by: 'id', ids: ['801'] },
      servers: [],
      wait: true,
      timeoutMs: 3_600_000,
      maxSnapshotAgeMs: undefined,
      safetySnapshot: false,
      startAfterRestore: true,
      health: NO_HEALTH,
      githubToken: undefined,
      dryRun: false,
    })
  })

  it('takes everything that it can be given', () => {
    const inputs = inputsOf('restore', {
      'snapshot-id': `801 ${UUID}`,
      'server-id': '12345 12346',
      timeout: '2h',
      'max-snapshot-age': '2d',
      'safety-snapshot': 'true',
      'start-after-restore': 'false',
      'github-token': 'ghs_token',
      wait: 'false',
      'dry-run': 'true',
    })
    expect(inputs).toMatchObject({
      choice: { by: 'id', ids: ['801', UUID] },
      servers: ['12345', '12346'],
      wait: false,
      timeoutMs: 7_200_000,
      maxSnapshotAgeMs: 172_800_000,
      safetySnapshot: true,
      startAfterRestore: false,
      githubToken: 'ghs_token',
      dryRun: true,
      notices: [],
    })
  })

  it('checks the health of the servers', () => {
    const { health } = inputsOf('restore', { 'snapshot-id': '801', 'health-check': 'tcp://web:443/' })
    expect(health).toEqual({ targets: [{ kind: 'tcp', host: 'web', port: 443 }], timeoutMs: 300_000 })
  })
})

describe('the request of delete', () => {
  it('has a default for everything but the snapshots', () => {
    expect(inputsOf('delete', { 'snapshot-id': '801,802' })).toStrictEqual({
      ...COMMON,
      operation: 'delete',
      choice: { by: 'id', ids: ['801', '802'] },
      servers: [],
      wait: true,
      timeoutMs: 300_000,
      dryRun: false,
    })
  })

  it('takes everything that it can be given', () => {
    const given = { 'snapshot-id': '801', 'server-id': '5', timeout: '45', wait: 'false', 'dry-run': 'true' }
    expect(inputsOf('delete', given)).toMatchObject({
      servers: ['5'],
      wait: false,
      timeoutMs: 45_000,
      dryRun: true,
    })
  })
})

describe('the request of list', () => {
  it('is about all servers by default', () => {
    expect(inputsOf('list')).toStrictEqual({ ...COMMON, operation: 'list', servers: [] })
  })

  it('is about some servers', () => {
    expect(inputsOf('list', { 'server-id': '1\n2' }).servers).toEqual(['1', '2'])
  })
})

describe('the request of wait', () => {
  const AT_JOB_END = {
    'restore-on': 'failure, cancelled',
    'delete-on': 'success',
    'keep-last': '2',
    'start-after-restore': 'true',
  }

  it('has a default for everything but the snapshots', () => {
    expect(inputsOf('wait', { 'snapshot-id': '801' })).toStrictEqual({
      ...COMMON,
      operation: 'wait',
      choice: { by: 'id', ids: ['801'] },
      servers: [],
      timeoutMs: 1_800_000,
      restoreTimeoutMs: 3_600_000,
      restoreOn: [],
      deleteOn: [],
      keepLast: undefined,
      startAfterRestore: true,
      health: NO_HEALTH,
      githubToken: undefined,
      dryRun: false,
    })
  })

  it('takes everything that it can be given', () => {
    const inputs = inputsOf('wait', {
      ...AT_JOB_END,
      'snapshot-id': '801',
      'server-id': '5',
      timeout: '500ms',
      'start-after-restore': 'false',
      'health-check': 'http://example.org',
      'health-check-timeout': '1m',
      'github-token': 'ghs_token',
    })
    expect(inputs).toMatchObject({
      servers: ['5'],
      timeoutMs: 500,
      restoreTimeoutMs: 500,
      restoreOn: ['failure', 'cancelled'],
      deleteOn: ['success'],
      keepLast: 2,
      startAfterRestore: false,
      health: { targets: [{ kind: 'http', url: new URL('http://example.org') }], timeoutMs: 60_000 },
      githubToken: 'ghs_token',
      notices: [],
    })
  })

  it('can keep as many as there are slots: only the create knows what happens when none is free', () => {
    expect(inputsOf('wait', { 'snapshot-id': '801', 'keep-last': '7' }).keepLast).toBe(7)
  })

  it('starts nothing and arms nothing in a dry run', () => {
    expect(inputsOf('wait', { ...AT_JOB_END, 'snapshot-id': '801', 'dry-run': 'true' })).toMatchObject({
      dryRun: true,
      startAfterRestore: false,
      restoreOn: [],
      deleteOn: [],
      keepLast: undefined,
      notices: [],
    })
  })
})

describe('the choice of snapshots', () => {
  it.each(['restore', 'wait'] as const)('can be the latest of each server for %s', operation => {
    const { choice } = inputsOf(operation, { 'snapshot-id': 'latest', 'server-id': '1 2' })
    expect(choice).toEqual({ by: 'latest', servers: ['1', '2'] })
  })

  it.each([
    ['a-name', ['a-name']],
    [' any Name. ', ['any Name.', 'any-Name']],
    ['%', ['%']],
  ])('can be a name, as given and then as create makes it valid: %j', (text, names) => {
    for (const operation of ['restore', 'delete', 'wait'] as const) {
      const { choice } = inputsOf(operation, { 'snapshot-name': text, 'server-id': '1 2' })
      expect(choice).toEqual({ by: 'name', names, servers: ['1', '2'] })
    }
  })

  it('finds by the same name what create made of it', () => {
    const both = { 'snapshot-name': 'before: the deploy!', 'server-id': '1' }
    const { choice } = inputsOf('restore', both)
    expect(choice.by === 'name' && choice.names).toContain(inputsOf('create', both).name)
  })
})

describe('the pace', () => {
  it.each([
    ['http://127.0.0.1:8080/api/v1', '100ms', { fixedIntervalMs: 100, acceleratedClock: true }],
    ['http://localhost', '1s', { fixedIntervalMs: 1_000, acceleratedClock: true }],
    ['https://[::1]:8443', '2', { fixedIntervalMs: 2_000, acceleratedClock: true }],
    ['http://127.9.9.9', 'auto', { acceleratedClock: false }],
    ['https://gateway.example', '1s', { fixedIntervalMs: 1_000, acceleratedClock: false }],
    ['', '', { acceleratedClock: false }],
  ])('at %s every %s', (apiUrl, interval, pace) => {
    expect(inputsOf('list', { 'api-url': apiUrl, 'poll-interval': interval }).pace).toEqual(pace)
  })
})

describe('the job status', () => {
  it.each([
    ['success', 'success'],
    [' failure ', 'failure'],
    ['cancelled', 'cancelled'],
    ['Success', 'success'],
    ['nonsense', 'unknown'],
    ['', 'unknown'],
  ])('%j is %s', (text, status) => {
    expect(inputsOf('list', { 'job-status': text }).jobStatus).toBe(status)
    expect(parseJobStatus(text)).toBe(status)
  })
})

describe('a token', () => {
  it('loses the spaces around it', () => {
    expect(inputsOf('list', { 'api-token': ' \t\r\nvps_abc!~\n' }).apiToken).toBe('vps_abc!~')
  })

  it.each(['bearer_1', 'tokenish', "it's", 'a"b'])('may look a little like what is refused: %s', text => {
    expect(inputsOf('list', { 'api-token': text }).apiToken).toBe(text)
  })
})

describe('a health check', () => {
  const targetsOf = (text: string) =>
    inputsOf('wait', { 'snapshot-id': '801', 'health-check': text }).health.targets.map(target =>
      target.kind === 'http' ? target.url.href : `tcp://${target.host}:${target.port}`,
    )

  it.each([
    ['https://a/?x=1,2, tcp://b:1', ['https://a/?x=1,2', 'tcp://b:1']],
    ['https://a/?x=1,2,tcp://b:1,http://c/', ['https://a/?x=1,2', 'tcp://b:1', 'http://c/']],
    ['https://a/?x=,, ,tcp://b:1,', ['https://a/?x=', 'tcp://b:1']],
    ['tcp://b:1,https://a/?x=1,2?,3', ['tcp://b:1', 'https://a/?x=1,2?,3']],
    ['HTTPS://a/,HTTP://b/\n\ttcp://c:2', ['https://a/', 'http://b/', 'tcp://c:2']],
  ])('may have commas in the query of a URL: %j', (text, targets) => {
    expect(targetsOf(text)).toEqual(targets)
  })
})

describe('a notification address', () => {
  it.each(['http://127.0.0.1:9/x', 'http://localhost/', 'https://example.org/a?b=c'])('may be %s', text => {
    expect(inputsOf('list', { 'notify-url': text }).notifyUrl?.href).toBe(text)
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
