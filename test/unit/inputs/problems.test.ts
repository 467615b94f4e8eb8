import { describe, expect, it } from 'vitest'
import { CREATE, parse, problemsOf, RESTORE, type Texts, TOKEN, UUID } from './reading.ts'

/** The problems of a create with these texts, which is fine without them. */
function ofCreate(texts: Texts): readonly string[] {
  return problemsOf({ ...CREATE, ...texts })
}

const LIST_END = 'separated by commas, blanks or line breaks.'
const WAIT_TAKES = 'It takes a duration from 1ms to 5 days: `90s`, `15m`, `1h30m`, or a number of seconds.'
const OPERATION_TAKES = 'It takes one of `create`, `restore`, `delete`, `list`, `wait`.'
const TOKEN_TAKES =
  'It takes a VPS.org API token, from a secret of the repository, the organisation or the job’s environment.'
const SERVERS_TAKE = `It takes server ids (digits or a UUID each), ${LIST_END}`
const SNAPSHOTS_TAKE = `It takes \`latest\` or snapshot ids (digits or a UUID each), ${LIST_END}`

describe('a run without any input', () => {
  it('misses the operation and the token, in one report', () => {
    expect(parse({})).toEqual({
      ok: false,
      problems: [
        `\`operation\`: nothing was given. ${OPERATION_TAKES}`,
        '`api-token`: nothing was given, or the secret is empty. Secrets are not passed to workflows from forks or ' +
          'from Dependabot (which has secrets of its own), an environment’s secrets need the job’s `environment:`, ' +
          `and a secret whose name is misspelt is empty. ${TOKEN_TAKES}`,
      ],
    })
  })

  it('is one where every value is blank, too', () => {
    expect(parse({ operation: ' ', 'api-token': '\n', 'snapshot-id': '\t' })).toEqual(parse({}))
  })
})

describe('a value that cannot be right', () => {
  it.each<[input: string, text: string, problem: string]>([
    ['operation', 'Create', `"Create" is none of them: did you mean \`create\`? ${OPERATION_TAKES}`],
    ['operation', 'backup', `"backup" is none of them. ${OPERATION_TAKES}`],
    ['api-token', 'vps_a b', `the value has a blank or a line break inside (not shown). ${TOKEN_TAKES}`],
    ['api-token', 'vps_a\nb', `the value has a blank or a line break inside (not shown). ${TOKEN_TAKES}`],
    ['api-token', 'vps_a\u2028b', `the value has a blank or a line break inside (not shown). ${TOKEN_TAKES}`],
    ['api-token', 'vps_a\u0007b', `the value has characters that no token has (not shown). ${TOKEN_TAKES}`],
    ['api-token', '“vps_ab”', `the value has characters that no token has (not shown). ${TOKEN_TAKES}`],
    ['server-id', '12a', `"12a" is not an id. ${SERVERS_TAKE}`],
    ['server-id', '1 0 x', `"0" is not an id; "x" is not an id. ${SERVERS_TAKE}`],
    ['server-id', ' , ', `"," is a list of nothing. ${SERVERS_TAKE}`],
    ['server-id', '5, 6, 5', `"5" stands there twice. ${SERVERS_TAKE}`],
    ['server-id', '5 5 5 6 6', `"5" stands there twice; "6" stands there twice. ${SERVERS_TAKE}`],
    [
      'server-id',
      `${UUID},${UUID.toUpperCase()}`,
      `"${UUID.toUpperCase()}" stands there twice. ${SERVERS_TAKE}`,
    ],
    [
      'server-id',
      'a b c d e',
      `${['a', 'b', 'c', 'd', 'e'].map(id => `"${id}" is not an id`).join('; ')}. ${SERVERS_TAKE}`,
    ],
    [
      'server-id',
      'a b c d e f g',
      `${['a', 'b', 'c', 'd', 'e'].map(id => `"${id}" is not an id`).join('; ')}; and 2 more. ${SERVERS_TAKE}`,
    ],
    ['snapshot-id', '../servers/1', `"../servers/1" is not an id. ${SNAPSHOTS_TAKE}`],
    ['snapshot-id', 'latest, 801', `"latest" is not an id. ${SNAPSHOTS_TAKE}`],
    ['snapshot-id', 'Latest', `"Latest" is not an id. ${SNAPSHOTS_TAKE}`],
    ['snapshot-id', '801 801', `"801" stands there twice. ${SNAPSHOTS_TAKE}`],
    ['wait', 'yes', '"yes" is neither true nor false. It takes `true` or `false`.'],
    ['wait', 'tRUE', '"tRUE" is neither true nor false. It takes `true` or `false`.'],
    ['timeout', 'soon', `"soon" is not a duration. ${WAIT_TAKES}`],
    ['timeout', '0', `"0" is too short. ${WAIT_TAKES}`],
    ['timeout', '121h', `"121h" is too long. ${WAIT_TAKES}`],
    ['health-check-timeout', '0s', `"0s" is too short. ${WAIT_TAKES}`],
    [
      'poll-interval',
      '99ms',
      '"99ms" is too short. It takes `auto` or a duration from 100ms to 5 days: `90s`, `15m`, `1h30m`, or a number of seconds.',
    ],
    [
      'poll-interval',
      'Auto',
      '"Auto" is not a duration. It takes `auto` or a duration from 100ms to 5 days: `90s`, `15m`, `1h30m`, or a number of seconds.',
    ],
    [
      'max-age',
      '0m',
      '"0m" is too short. It takes a duration above zero: `90s`, `15m`, `1h30m`, `2d`, or a number of seconds.',
    ],
    ['max-parallel', '0', '"0" is not a whole number from 1 to 100. It takes a whole number from 1 to 100.'],
    [
      'max-parallel',
      '101',
      '"101" is not a whole number from 1 to 100. It takes a whole number from 1 to 100.',
    ],
    [
      'max-parallel',
      'ten',
      '"ten" is not a whole number from 1 to 100. It takes a whole number from 1 to 100.',
    ],
    [
      'max-parallel',
      '1e1',
      '"1e1" is not a whole number from 1 to 100. It takes a whole number from 1 to 100.',
    ],
    ['keep-last', '0', '"0" is not a whole number from 1 to 1000. It takes a whole number from 1 to 1000.'],
    [
      'keep-last',
      '2.5',
      '"2.5" is not a whole number from 1 to 1000. It takes a whole number from 1 to 1000.',
    ],
    ['stop-server', '1', '"1" is neither true nor false. It takes `true` or `false`.'],
    ['when-full', 'oldest', '"oldest" is none of them. It takes one of `fail`, `delete-oldest`.'],
    [
      'restore-on',
      'failure success',
      `"success" is none of them. It takes any of \`failure\`, \`cancelled\`, ${LIST_END}`,
    ],
    [
      'restore-on',
      'Failure',
      `"Failure" is none of them: did you mean \`failure\`? It takes any of \`failure\`, \`cancelled\`, ${LIST_END}`,
    ],
    [
      'delete-on',
      'always',
      `"always" is none of them. It takes any of \`success\`, \`failure\`, \`cancelled\`, ${LIST_END}`,
    ],
    ['snapshot-before-restore', 'on', '"on" is neither true nor false. It takes `true` or `false`.'],
    ['start-after-restore', 'off', '"off" is neither true nor false. It takes `true` or `false`.'],
    ['dry-run', 'y', '"y" is neither true nor false. It takes `true` or `false`.'],
    ['summary', 'none', '"none" is neither true nor false. It takes `true` or `false`.'],
  ])('%s: %j', (input, text, problem) => {
    const expected = [`\`${input}\`: ${problem}`]
    expect(ofCreate({ [input]: text })).toEqual(expected)
  })

  it('is a problem for an operation that does not use it, too', () => {
    expect(problemsOf({ operation: 'list', 'max-age': 'old', 'keep-last': '-1' })).toHaveLength(2)
  })

  it('is shown on one line, shortened, without control characters', () => {
    const [problem] = ofCreate({ timeout: `a\r\n::error::\u001b[31m\u202e\ud800${'x'.repeat(1_000)}` })
    expect(problem).toBe(
      `\`timeout\`: "a\ufffd\ufffd::error::\ufffd[31m\ufffd\ufffd${'x'.repeat(40)}…" is not a duration. ${WAIT_TAKES}`,
    )
  })

  it('is shown whole up to 60 characters', () => {
    expect(ofCreate({ timeout: '𝒳'.repeat(60) })[0]).toContain(`"${'𝒳'.repeat(60)}"`)
    expect(ofCreate({ timeout: '𝒳'.repeat(61) })[0]).toContain(`"${'𝒳'.repeat(59)}…"`)
  })
})

describe('an API address that cannot be right', () => {
  const takes =
    'It takes an `https:` URL (`http:` to a loopback address only) without credentials, query or fragment.'
  const hidden = 'a value with "@" in it (not shown, it may hold a password)'
  it.each([
    ['http://example.org', '"http://example.org" would send the token unencrypted'],
    ['http://127.example.org', '"http://127.example.org" would send the token unencrypted'],
    ['http://localhost.example.org', '"http://localhost.example.org" would send the token unencrypted'],
    ['http://xlocalhost', '"http://xlocalhost" would send the token unencrypted'],
    ['http://128.0.0.1', '"http://128.0.0.1" would send the token unencrypted'],
    ['http://[::2]', '"http://[::2]" would send the token unencrypted'],
    ['ftp://example.org', '"ftp://example.org" is not an https URL'],
    ['xhttps://example.org', '"xhttps://example.org" is not an https URL'],
    ['admin.vps.org', '"admin.vps.org" is not an https URL'],
    ['https:admin.vps.org', '"https:admin.vps.org" is not an https URL'],
    ['https:\\\\admin.vps.org', '"https:\\\\admin.vps.org" is not an https URL'],
    ['https://', '"https://" is not an https URL'],
    ['https://a b', '"https://a b" is not an https URL'],
    ['https://a\u0000b', '"https://a\ufffdb" is not an https URL'],
    ['x https://example.org', '"x https://example.org" is not an https URL'],
    ['https://user:pass@example.org', `${hidden} holds credentials`],
    ['https://user@example.org', `${hidden} holds credentials`],
    ['https://:pass@example.org', `${hidden} holds credentials`],
    ['https://user:pa ss@example.org', `${hidden} is not an https URL`],
    ['https://example.org/?key=abc', '"https://example.org/" and more after it has a query or a fragment'],
    ['https://example.org/?', '"https://example.org/" and more after it has a query or a fragment'],
    ['https://example.org/#abc', '"https://example.org/" and more after it has a query or a fragment'],
  ])('%j', (text, complaint) => {
    expect(ofCreate({ 'api-url': text })).toEqual([`\`api-url\`: ${complaint}. ${takes}`])
  })
})

describe('an API address that is right', () => {
  it.each([
    ['https://example.org', 'https://example.org/'],
    ['HTTPS://example.org/api/v1///', 'https://example.org/api/v1/'],
    ['https://example.org:8443/a', 'https://example.org:8443/a/'],
    ['http://127.1:8080/api', 'http://127.0.0.1:8080/api/'],
    ['http://127.100.20.30/', 'http://127.100.20.30/'],
    ['http://[0:0::1]:9/', 'http://[::1]:9/'],
    ['http://LOCALHOST', 'http://localhost/'],
  ])('%s', (text, base) => {
    const parsed = parse({ ...CREATE, 'api-token': TOKEN, 'api-url': text })
    expect(parsed.ok && parsed.inputs.apiUrl.href).toBe(base)
    expect(parsed.ok && new URL('snapshots/', parsed.inputs.apiUrl).href).toBe(`${base}snapshots/`)
  })
})

describe('a health check that cannot be right', () => {
  const takes = `It takes addresses (each \`https://…\`, \`http://…\` or \`tcp://host:port\`, without credentials), ${LIST_END}`
  const hidden = 'a value with "@" in it (not shown, it may hold a password)'
  it.each([
    ['example.org', '"example.org" is not a URL'],
    ['tcp://example.org', '"tcp://example.org" has no port'],
    ['tcp://example.org:0', '"tcp://example.org:0" has no port'],
    ['tcp://example.org:65536', '"tcp://example.org:65536" is not a URL'],
    ['tcp://example.org:22/x', '"tcp://example.org:22/x" has more than a host and a port'],
    ['tcp://example.org:22?x', '"tcp://example.org:22" and more after it has more than a host and a port'],
    ['tcp://example.org:22#x', '"tcp://example.org:22" and more after it has more than a host and a port'],
    ['tcp://exämple:22', '"tcp://exämple:22" has no host name or address that can be connected to'],
    ['tcp://a%20b:22', '"tcp://a%20b:22" has no host name or address that can be connected to'],
    ['tcp:///22', '"tcp:///22" has no host name or address that can be connected to'],
    ['udp://example.org:53', '"udp://example.org:53" is none of these'],
    ['xhttp://example.org', '"xhttp://example.org" is none of these'],
    ['httpsx://example.org', '"httpsx://example.org" is none of these'],
    ['https://example.org/?key=abc,b', '"b" is not a URL'],
    ['https://u:p@example.org', `${hidden} holds credentials`],
    ['tcp://u@example.org:22', `${hidden} holds credentials`],
    ['https://u:p,w@example.org', `${hidden} is not a URL; ${hidden} is not a URL`],
  ])('%j', (text, complaint) => {
    expect(problemsOf({ ...RESTORE, 'health-check': text })).toEqual([
      `\`health-check\`: ${complaint}. ${takes}`,
    ])
  })
})

describe('what an operation misses', () => {
  it('is the servers of a create', () => {
    expect(problemsOf({ operation: 'create' })).toEqual([
      '`server-id`: nothing was given. `create` takes the ids of the servers to take a snapshot of.',
    ])
  })

  it('is said once when the servers of a create are wrong', () => {
    expect(ofCreate({ 'server-id': 'x' })).toHaveLength(1)
  })

  it('is a name of which something is left', () => {
    expect(ofCreate({ 'snapshot-name': '- % -' })).toEqual([
      '`snapshot-name`: nothing is left of the name when other characters than letters, digits, "-" and "_" are ' +
        'replaced by "-". It takes a name of at most 64 of them.',
    ])
  })

  it.each([
    ['restore', '`latest` with `server-id`, '],
    ['delete', ''],
    ['wait', '`latest` with `server-id`, '],
  ])('is the snapshots of a %s, and an empty value is not the latest', (operation, latest) => {
    expect(problemsOf({ operation, 'snapshot-id': ' ', 'server-id': '5' })).toEqual([
      '`snapshot-id`: nothing was given, nor for `snapshot-name`. An empty value is never taken for `latest`. If the ' +
        'value comes from `steps.<id>.outputs.snapshot-id` or from `needs`, the snapshot step did not run or made no ' +
        'snapshot, or the runner dropped the id because it contains the text of a secret. ' +
        `\`${operation}\` takes snapshot ids, ${latest}or \`snapshot-name\` with \`server-id\`.`,
    ])
  })

  it('is said once when the snapshot ids are wrong', () => {
    expect(problemsOf({ operation: 'restore', 'snapshot-id': 'x' })).toHaveLength(1)
  })

  const needed = (input: string, what: string) =>
    `\`server-id\`: nothing was given, and \`${input}\` holds ${what}, which is looked up on a server. It takes the ids of the servers to look on.`

  it('is the servers on which to look for the latest', () => {
    const problems = problemsOf({ operation: 'restore', 'snapshot-id': 'latest' })
    expect(problems).toEqual([needed('snapshot-id', '"latest"')])
  })

  it('is the servers on which to look for a name', () => {
    const problems = problemsOf({ operation: 'wait', 'snapshot-name': 'a' })
    expect(problems).toEqual([needed('snapshot-name', 'a name')])
  })

  it.each([{ 'snapshot-id': 'latest' }, { 'snapshot-name': 'a' }])(
    'is said once when those servers are wrong: %j',
    (texts: Texts) => {
      const problems = problemsOf({ operation: 'restore', 'server-id': 'x', ...texts })
      expect(problems).toEqual([`\`server-id\`: "x" is not an id. ${SERVERS_TAKE}`])
    },
  )

  const latestOfDelete =
    '`snapshot-id`: "latest" is for `restore` and `wait` only. `delete` takes snapshot ids.'

  it('is an id where the latest would be deleted', () => {
    expect(problemsOf({ operation: 'delete', 'snapshot-id': 'latest', 'server-id': '5' })).toEqual([
      latestOfDelete,
    ])
    expect(problemsOf({ operation: 'delete', 'snapshot-id': 'latest' })).toEqual([
      latestOfDelete,
      needed('snapshot-id', '"latest"'),
    ])
  })
})

describe('what contradicts itself', () => {
  it.each([
    ['stop-server', 'true'],
    ['keep-last', '2'],
    ['restore-on', 'failure'],
    ['delete-on', 'success'],
    ['health-check', 'tcp://web:22'],
  ])('wait: false with %s', (input, text) => {
    expect(ofCreate({ wait: 'false', [input]: text })).toEqual([
      `\`wait\`: "false" contradicts \`${input}\`, which needs the end to be seen. Leave out one of them.`,
    ])
    expect(parse({ ...CREATE, 'api-token': TOKEN, wait: 'true', [input]: text }).ok).toBe(true)
  })

  it('is each named', () => {
    expect(ofCreate({ wait: 'false', 'keep-last': '2', 'delete-on': 'failure' })).toHaveLength(2)
  })

  it('is no problem where the operation does not use it', () => {
    const form = { wait: 'false', 'restore-on': 'failure', 'delete-on': 'failure', 'keep-last': '9' }
    expect(parse({ ...RESTORE, 'api-token': TOKEN, ...form }).ok).toBe(true)
  })

  it('the same end of the job in restore-on and delete-on', () => {
    expect(
      ofCreate({ 'restore-on': 'cancelled, failure', 'delete-on': 'success failure cancelled' }),
    ).toEqual([
      '`restore-on` and `delete-on`: "cancelled, failure" stands in both. A snapshot that is restored is kept: leave ' +
        'the word out of one of them.',
    ])
  })

  it('different ends of the job do not', () => {
    const ends = { 'restore-on': 'failure', 'delete-on': 'cancelled success' }
    expect(parse({ ...CREATE, 'api-token': TOKEN, ...ends }).ok).toBe(true)
  })

  it('keeping as many as there are slots, or more', () => {
    const problem = (kept: number) =>
      `\`keep-last\`: "${kept}" never frees a slot, since a server has 5, so the next create would fail. It takes 1 to 4, or more together with \`when-full: delete-oldest\`.`
    expect(ofCreate({ 'keep-last': '5' })).toEqual([problem(5)])
    expect(ofCreate({ 'keep-last': '1000' })).toEqual([problem(1_000)])
    expect(parse({ ...CREATE, 'api-token': TOKEN, 'keep-last': '4' }).ok).toBe(true)
  })

  it.each(['restore', 'delete', 'wait', 'list'])('an id and a name for %s', operation => {
    const problems = problemsOf({ operation, 'snapshot-id': '801', 'snapshot-name': 'a', 'server-id': '5' })
    expect(problems).toEqual([
      '`snapshot-id` and `snapshot-name`: both were given, and they may mean different snapshots. Leave out one of them.',
    ])
  })

  it('an id and a name for create do not', () => {
    const both = { 'snapshot-id': '801', 'snapshot-name': 'a' }
    expect(parse({ ...CREATE, 'api-token': TOKEN, ...both }).ok).toBe(true)
  })
})

describe('a report', () => {
  it('names every problem at once', () => {
    const problems = problemsOf({
      operation: 'Create',
      timeout: 'soon',
      'server-id': '12a',
      'snapshot-id': '../servers/1',
      'snapshot-name': 'a',
      'api-url': 'http://example.org',
      wait: 'false',
      'restore-on': 'failure',
    })
    const named = ['operation', 'server-id', 'snapshot-id', 'timeout', 'api-url', 'wait']
    expect(problems.map(problem => /^`([a-z-]+)`/.exec(problem)?.[1])).toEqual(named)
  })

  it('shows what an input held where there is no token to hide', () => {
    expect(problemsOf({ ...CREATE, 'api-token': '', 'server-id': '12a' })).toContain(
      `\`server-id\`: "12a" is not an id. ${SERVERS_TAKE}`,
    )
  })

  it('carries what was given as the token, so that it can be masked', () => {
    expect(parse({ 'api-token': ' vps_a b\n' })).toMatchObject({ ok: false, apiToken: 'vps_a b' })
    expect(parse({ 'api-token': '  ' })).not.toHaveProperty('apiToken')
  })

  it('never shows the token, wherever it was pasted', () => {
    expect(ofCreate({ timeout: TOKEN })[0]).toBe(`\`timeout\`: "***" is not a duration. ${WAIT_TAKES}`)
    expect(ofCreate({ timeout: `${'x'.repeat(55)}${TOKEN}` })[0]).not.toContain('vps_')
    expect(ofCreate({ 'api-token': 'vps_a?b', 'api-url': 'http://vps_a?b' })[0]).not.toContain('vps_')
    expect(ofCreate({ 'api-token': 'vps_a,vps_b', 'server-id': 'vps_a vps_b' })[0]).toBe(
      `\`server-id\`: "***" is not an id; "***" is not an id. ${SERVERS_TAKE}`,
    )
  })
})
