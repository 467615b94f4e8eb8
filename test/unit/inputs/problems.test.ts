import { describe, expect, it } from 'vitest'
import { refusal } from '../../../src/inputs.ts'
import { CREATE, parse, problemsOf, RESTORE, type Texts, TOKEN, UUID } from './reading.ts'

/** The problems of a create with these texts, which is fine without them. */
function ofCreate(texts: Texts): readonly string[] {
  return problemsOf({ ...CREATE, ...texts })
}

const SEPARATED = 'separated by commas, spaces or line breaks.'
const TIMEOUT = 'Expected a duration such as 90s, 15m or 1h30m.'
const INTERVAL = 'Expected `auto` or a duration such as 5s or 1m.'
const BOOLEAN = 'Expected `true` or `false`.'
const KEEP_LAST = 'Expected a whole number from 1 to 4, or more with `when-full: delete-oldest`.'
const OPERATION = 'Expected `create`, `restore`, `delete`, `list` or `wait`.'
const API_TOKEN = 'Expected the token alone, as VPS.org showed it when it was created.'
const SERVERS = `Expected server IDs (digits or UUIDs, not names), ${SEPARATED}`
const SNAPSHOTS = `Expected \`latest\` or snapshot IDs (digits or UUIDs, not names), ${SEPARATED}`
const HIDDEN = 'a value with "@" (not shown, because it may contain a password)'

describe('a run without any input', () => {
  it('misses the operation and the token, in one report', () => {
    expect(parse({})).toMatchObject({
      ok: false,
      problems: [
        `\`operation\` is empty. ${OPERATION}`,
        '`api-token` is empty. Workflows from forks receive no secrets. Workflows triggered by Dependabot receive only ' +
          "Dependabot's own secrets. A secret of an environment needs `environment:` on the job. A secret whose name " +
          'is misspelled is empty.',
      ],
      secrets: [],
      warnings: [],
    })
  })

  it('is one where every value is blank, too', () => {
    expect(parse({ operation: ' ', 'api-token': '\n', 'snapshot-id': '\t' })).toEqual(parse({}))
  })
})

describe('a value that cannot be right', () => {
  it.each<[input: string, text: string, problem: string]>([
    ['operation', 'Create', `"Create" is not supported (did you mean \`create\`?). ${OPERATION}`],
    ['operation', 'retsore', `"retsore" is not supported (did you mean \`restore\`?). ${OPERATION}`],
    ['operation', 'backup', `"backup" is not supported (did you mean \`create\`?). ${OPERATION}`],
    ['operation', 'Snapshot', `"Snapshot" is not supported (did you mean \`create\`?). ${OPERATION}`],
    ['operation', 'rollback', `"rollback" is not supported (did you mean \`restore\`?). ${OPERATION}`],
    ['operation', 'constructor', `"constructor" is not supported. ${OPERATION}`],
    ['wait', '"true"', `""true"" has quotation marks around it, which are part of the value. ${BOOLEAN}`],
    [
      'operation',
      '‘list’',
      `"‘list’" has quotation marks around it, which are part of the value. ${OPERATION}`,
    ],
    ['wait', '"yes"', `""yes"" is not a boolean. ${BOOLEAN}`],
    [
      'timeout',
      '３０m',
      `"３０m" contains characters that only look like ASCII letters or digits. ${TIMEOUT}`,
    ],
    [
      'server-id',
      '１２３４５',
      `"１２３４５" contains characters that only look like ASCII letters or digits. ${SERVERS}`,
    ],
    ['server-id', '12a', `"12a" is not a server ID. ${SERVERS}`],
    ['server-id', '1 0 x', `"0" is not a server ID; "x" is not a server ID. ${SERVERS}`],
    ['server-id', ' , ', `"," is an empty list. ${SERVERS}`],
    ['server-id', '5, 6, 5', `"5" is listed more than once. ${SERVERS}`],
    ['server-id', '5 5 5 6 6', `"5" is listed more than once; "6" is listed more than once. ${SERVERS}`],
    [
      'server-id',
      `${UUID},${UUID.toUpperCase()}`,
      `"${UUID.toUpperCase()}" is listed more than once. ${SERVERS}`,
    ],
    [
      'server-id',
      'a b c d e',
      `${['a', 'b', 'c', 'd', 'e'].map(id => `"${id}" is not a server ID`).join('; ')}. ${SERVERS}`,
    ],
    [
      'server-id',
      'a b c d e f g',
      `${['a', 'b', 'c', 'd', 'e'].map(id => `"${id}" is not a server ID`).join('; ')} and 2 more. ${SERVERS}`,
    ],
    ['snapshot-id', '../servers/1', `"../servers/1" is not a snapshot ID. ${SNAPSHOTS}`],
    ['snapshot-id', 'latest, 801', `"latest" is not a snapshot ID. ${SNAPSHOTS}`],
    ['snapshot-id', 'Latest', `"Latest" is not supported (did you mean \`latest\`?). ${SNAPSHOTS}`],
    ['snapshot-id', '801 801', `"801" is listed more than once. ${SNAPSHOTS}`],
    ['wait', 'yes', `"yes" is not a boolean. ${BOOLEAN}`],
    ['wait', 'tRUE', `"tRUE" is not a boolean. ${BOOLEAN}`],
    ['timeout', 'ten', `"ten" is not a valid duration. ${TIMEOUT}`],
    ['timeout', '0', `"0" is shorter than 1ms. ${TIMEOUT}`],
    ['timeout', '121h', `"121h" is longer than 5d. ${TIMEOUT}`],
    ['health-check-timeout', '0s', `"0s" is shorter than 1ms. ${TIMEOUT}`],
    ['poll-interval', '99ms', `"99ms" is shorter than 100ms. ${INTERVAL}`],
    ['poll-interval', '6d', `"6d" is longer than 5d. ${INTERVAL}`],
    ['poll-interval', 'Auto', `"Auto" is not supported (did you mean \`auto\`?). ${INTERVAL}`],
    [
      'max-snapshot-age',
      '0m',
      '"0m" is shorter than 1ms. Expected a duration such as 90s, 15m, 1h30m or 2d.',
    ],
    ['max-parallel', '0', '"0" is not valid. Expected a whole number from 1 to 100.'],
    ['max-parallel', '101', '"101" is not valid. Expected a whole number from 1 to 100.'],
    ['max-parallel', 'ten', '"ten" is not valid. Expected a whole number from 1 to 100.'],
    ['max-parallel', '1e1', '"1e1" is not valid. Expected a whole number from 1 to 100.'],
    ['keep-last', '0', `"0" is not valid. ${KEEP_LAST}`],
    ['keep-last', 'three', `"three" is not valid. ${KEEP_LAST}`],
    ['keep', '3', `"3" is not a boolean. ${BOOLEAN}`],
    ['stop-server', '1', `"1" is not a boolean. ${BOOLEAN}`],
    ['when-full', 'oldest', '"oldest" is not supported. Expected `fail` or `delete-oldest`.'],
    [
      'when-full',
      'delete_oldest',
      '"delete_oldest" is not supported (did you mean `delete-oldest`?). Expected `fail` or `delete-oldest`.',
    ],
    [
      'restore-on',
      'failure success',
      `"success" is not supported. Expected one or more of \`failure\` and \`cancelled\`, ${SEPARATED}`,
    ],
    [
      'restore-on',
      'Failure, canceled',
      '"Failure" is not supported (did you mean `failure`?); "canceled" is not supported (did you mean `cancelled`?). ' +
        `Expected one or more of \`failure\` and \`cancelled\`, ${SEPARATED}`,
    ],
    [
      'delete-on',
      'always',
      `"always" is not supported. Expected one or more of \`success\`, \`failure\` and \`cancelled\`, ${SEPARATED}`,
    ],
    [
      'notify-on',
      'restore',
      `"restore" is not supported. Expected one or more of \`rollback\`, \`failure\` and \`success\`, ${SEPARATED}`,
    ],
    ['safety-snapshot', 'on', `"on" is not a boolean. ${BOOLEAN}`],
    ['start-after-restore', 'off', `"off" is not a boolean. ${BOOLEAN}`],
    ['dry-run', 'y', `"y" is not a boolean. ${BOOLEAN}`],
    ['summary', 'none', `"none" is not a boolean. ${BOOLEAN}`],
  ])('%s: %j', (input, text, problem) => {
    expect(ofCreate({ [input]: text })).toEqual([`\`${input}\`: ${problem}`])
  })

  it('is a problem for an operation that does not use it, too', () => {
    const wrong = { 'max-snapshot-age': 'old', 'keep-last': '-1', keep: 'maybe', 'restore-on': ',' }
    expect(problemsOf({ operation: 'list', ...wrong })).toHaveLength(4)
  })

  it('is shown on one line, shortened, without control characters', () => {
    const [problem] = ofCreate({ timeout: `a\r\n::error::\u001b[31m\u202e\ud800${'x'.repeat(1_000)}` })
    expect(problem).toBe(
      `\`timeout\`: "a\ufffd\ufffd::error::\ufffd[31m\ufffd\ufffd${'x'.repeat(40)}…" is not a valid duration. ${TIMEOUT}`,
    )
  })

  it('is shown whole up to 60 characters', () => {
    expect(ofCreate({ timeout: '𝒳'.repeat(60) })[0]).toContain(`"${'𝒳'.repeat(60)}"`)
    expect(ofCreate({ timeout: '𝒳'.repeat(61) })[0]).toContain(`"${'𝒳'.repeat(59)}…"`)
  })
})

describe('a token that cannot be right', () => {
  const whitespace = 'the value contains a space or a line break (value not shown)'
  const scheme = 'the value starts with an authorization scheme such as "Bearer" (value not shown)'
  const quotes = 'the value has quotation marks around it (value not shown)'
  const characters = 'the value contains characters that cannot be part of a token (value not shown)'

  it.each([
    ['vps_a b', whitespace],
    ['vps_a\nb', whitespace],
    ['vps_a\u2028b', whitespace],
    ['Bearer vps_ab', scheme],
    ['bearer\tvps_ab', scheme],
    ['Token: vps_ab', scheme],
    ['Authorization: Bearer vps_ab', scheme],
    ['Bearer', scheme],
    ['"vps_ab"', quotes],
    ["'vps_ab", quotes],
    ['vps_ab`', quotes],
    ['“vps_ab”', quotes],
    ['vps_a\u0007b', characters],
    ['vps_ä', characters],
  ])('%j', (text, complaint) => {
    expect(ofCreate({ 'api-token': text })).toEqual([`\`api-token\`: ${complaint}. ${API_TOKEN}`])
    expect(ofCreate({ 'github-token': text })).toEqual([
      `\`github-token\`: ${complaint}. Expected a token such as \`\${{ github.token }}\`.`,
    ])
  })
})

describe('a notification address that cannot be right', () => {
  const expected = 'Expected an `https:` URL (`http:` only for a loopback address) without credentials.'
  it.each([
    ['hooks.example.org/T/secret', 'the value (not shown) is not an https URL'],
    ['ftp://example.org/secret', 'the value (not shown) is not an https URL'],
    ['http://example.org/secret', 'the value (not shown) would send the notification unencrypted'],
    ['https://u:secret@example.org/', 'the value (not shown) contains credentials'],
  ])('%j is not shown', (text, complaint) => {
    expect(ofCreate({ 'notify-url': text })).toEqual([`\`notify-url\`: ${complaint}. ${expected}`])
  })
})

describe('an API address that cannot be right', () => {
  const expected =
    'Expected an `https:` URL (`http:` only for a loopback address) without credentials, query or fragment.'
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
    ['https://user:pass@example.org', `${HIDDEN} contains credentials`],
    ['https://user@example.org', `${HIDDEN} contains credentials`],
    ['https://:pass@example.org', `${HIDDEN} contains credentials`],
    ['https://user:pa ss@example.org', `${HIDDEN} is not an https URL`],
    ['https://example.org/?key=abc', '"https://example.org/…" contains a query or a fragment'],
    ['https://example.org/?', '"https://example.org/…" contains a query or a fragment'],
    ['https://example.org/#abc', '"https://example.org/…" contains a query or a fragment'],
  ])('%j', (text, complaint) => {
    expect(ofCreate({ 'api-url': text })).toEqual([`\`api-url\`: ${complaint}. ${expected}`])
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
  const expected = `Expected \`https://…\`, \`http://…\` or \`tcp://host:port\` without credentials, ${SEPARATED}`
  it.each([
    ['example.org', '"example.org" is not a URL'],
    ['https://example.org,www.example.org/a?b,c', '"www.example.org/a…" is not a URL'],
    ['tcp://example.org', '"tcp://example.org" has no port'],
    ['tcp://example.org:0', '"tcp://example.org:0" has no port'],
    ['tcp://example.org:65536', '"tcp://example.org:65536" is not a URL'],
    ['tcp://example.org:22/x', '"tcp://example.org:22/x" has more than a host and a port'],
    ['tcp://example.org:22?x', '"tcp://example.org:22…" has more than a host and a port'],
    ['tcp://example.org:22#x', '"tcp://example.org:22…" has more than a host and a port'],
    ['tcp://exämple:22', '"tcp://exämple:22" has no valid host'],
    ['tcp://a%20b:22', '"tcp://a%20b:22" has no valid host'],
    ['tcp:///22', '"tcp:///22" has no valid host'],
    ['udp://example.org:53', '"udp://example.org:53" is not supported'],
    ['xhttp://example.org', '"xhttp://example.org" is not supported'],
    ['httpsx://example.org', '"httpsx://example.org" is not supported'],
    [', ,', '", ," is an empty list'],
    ['https://u:p@example.org', `${HIDDEN} contains credentials`],
    ['tcp://u@example.org:22', `${HIDDEN} contains credentials`],
    ['https://u:p,w@example.org', `${HIDDEN} is not a URL; ${HIDDEN} is not a URL`],
  ])('%j', (text, complaint) => {
    expect(problemsOf({ ...RESTORE, 'health-check': text })).toEqual([
      `\`health-check\`: ${complaint}. ${expected}`,
    ])
  })
})

describe('what an operation misses', () => {
  it('is the servers of a create', () => {
    expect(problemsOf({ operation: 'create' })).toEqual([
      '`server-id` is empty. Set it to the IDs of the servers to snapshot.',
    ])
  })

  it('is said once when the servers of a create are wrong', () => {
    expect(ofCreate({ 'server-id': 'x' })).toHaveLength(1)
  })

  it('is a name of which something is left', () => {
    expect(ofCreate({ 'snapshot-name': '- % -' })).toEqual([
      '`snapshot-name`: "- % -" has no character that a snapshot name may contain. Expected ASCII letters, digits, "-" and "_", at most 64 characters.',
    ])
  })

  it.each(['restore', 'delete', 'wait'])(
    'is the snapshots of a %s, and an empty value is not the latest',
    operation => {
      expect(problemsOf({ operation, 'snapshot-id': ' ', 'server-id': '5' })).toEqual([
        '`snapshot-id` is empty. Set `snapshot-id` or `snapshot-name`. An empty value is never treated as `latest`. ' +
          'If the value comes from `steps.<id>.outputs.snapshot-id` or from `needs`, the snapshot step was skipped, ' +
          'it made no snapshot, or the runner dropped the ID because it contains the text of a secret.',
      ])
    },
  )

  it('is said once when the snapshot ids are wrong', () => {
    expect(problemsOf({ operation: 'restore', 'snapshot-id': 'x' })).toHaveLength(1)
  })

  const needed = (input: string) => `\`server-id\` is empty. \`${input}\` needs the servers to search.`

  it('is the servers on which to look for the latest', () => {
    expect(problemsOf({ operation: 'restore', 'snapshot-id': 'latest' })).toEqual([
      needed('snapshot-id: latest'),
    ])
  })

  it('is the servers on which to look for a name', () => {
    expect(problemsOf({ operation: 'wait', 'snapshot-name': 'a' })).toEqual([needed('snapshot-name')])
  })

  it.each([{ 'snapshot-id': 'latest' }, { 'snapshot-name': 'a' }])(
    'is said once when those servers are wrong: %j',
    (texts: Texts) => {
      const problems = problemsOf({ operation: 'restore', 'server-id': 'x', ...texts })
      expect(problems).toEqual([`\`server-id\`: "x" is not a server ID. ${SERVERS}`])
    },
  )

  it('is an id where the latest would be deleted', () => {
    const latestOfDelete =
      '`snapshot-id: latest` cannot be combined with `operation: delete`. Set the IDs of the snapshots.'
    const wrong = { operation: 'delete', 'snapshot-id': 'latest' }
    expect(problemsOf({ ...wrong, 'server-id': '5' })).toEqual([latestOfDelete])
    expect(problemsOf(wrong)).toEqual([latestOfDelete, needed('snapshot-id: latest')])
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
      dry_run: 'true',
    })
    const named = ['dry_run', 'operation', 'server-id', 'snapshot-id', 'timeout', 'api-url', 'wait']
    expect(problems.map(problem => /^`([a-z_-]+)/.exec(problem)?.[1])).toEqual(named)
  })

  it('has a headline', () => {
    const [problem = '', ...others] = problemsOf({ operation: 'list', timeout: 'ten' })
    expect(others).toEqual([])
    expect(refusal([problem])).toEqual({
      what: 'Invalid input: `timeout`: "ten" is not a valid duration. Expected a duration such as 90s, 15m or 1h30m. Nothing was sent.',
      state: '',
    })
    const several = { what: '2 invalid inputs. Nothing was sent.', state: `${problem} ${problem}` }
    expect(refusal([problem, problem])).toEqual(several)
    const long = `\`timeout\`: ${'very '.repeat(30)}long.`
    expect(refusal([long])).toEqual({ what: 'Invalid input. Nothing was sent.', state: long })
  })
})

describe('secrets', () => {
  it('are handed over for masking before anything is printed, valid or not', () => {
    const secrets = {
      'api-token': ' vps_a b\n',
      'notify-url': 'http://example.org/x',
      'github-token': 'ghs_1',
    }
    const expected = ['vps_a b', 'http://example.org/x', 'ghs_1']
    expect(parse(secrets)).toMatchObject({ ok: false, secrets: expected })
    expect(parse({ 'api-token': '  ' })).toMatchObject({ secrets: [] })
    expect(
      parse({ operation: 'list', 'api-token': TOKEN, 'github-token': 'ghs_1', 'notify-url': 'https://a/b' }),
    ).toMatchObject({ ok: true, secrets: [TOKEN, 'https://a/b', 'ghs_1'] })
  })

  it('are handed over as they will be used, too', () => {
    expect(parse({ 'notify-url': 'https://Hooks.Example.org/T?ä' }).secrets).toEqual([
      'https://Hooks.Example.org/T?ä',
      'https://hooks.example.org/T?%C3%A4',
    ])
  })

  it('are never shown, wherever they were pasted', () => {
    expect(ofCreate({ timeout: TOKEN })[0]).toBe(`\`timeout\`: "***" is not a valid duration. ${TIMEOUT}`)
    expect(ofCreate({ timeout: `${'x'.repeat(55)}${TOKEN}` })[0]).not.toContain('vps_')
    expect(ofCreate({ 'api-token': 'vps_a?b', 'api-url': 'http://vps_a?b' })[0]).not.toContain('vps_')
    expect(ofCreate({ 'api-token': 'vps_a,vps_b', 'server-id': 'vps_a vps_b' })[0]).toBe(
      `\`server-id\`: "***" is not a server ID; "***" is not a server ID. ${SERVERS}`,
    )
    const hook = { 'notify-url': 'https://example.org/T/B', timeout: 'https://example.org/T/B' }
    expect(ofCreate(hook)).toEqual([`\`timeout\`: "***" is not a valid duration. ${TIMEOUT}`])
    expect(
      ofCreate({ 'github-token': `ghs_${'x'.repeat(9)}`, timeout: `ghs_${'x'.repeat(9)}` })[0],
    ).toContain('"***"')
  })

  it.each([
    ['description', `with ${TOKEN} in it`],
    ['snapshot-name', TOKEN],
    ['health-check', `https://example.org/?token=${TOKEN}`],
    ['notify-url', `https://example.org/${TOKEN}`],
    ['github-token', TOKEN],
  ])('the API token is refused in an input whose value goes elsewhere: %s', (input, text) => {
    expect(ofCreate({ [input]: text })).toEqual([
      `\`${input}\`: the value contains the API token (value not shown). Expected a value without it: only \`api-token\` may hold the API token.`,
    ])
  })

  it('do not hide what only shares a short piece with them', () => {
    expect(ofCreate({ 'api-token': 'vps_ab,1', 'server-id': '12a' })).toEqual([
      `\`server-id\`: "12a" is not a server ID. ${SERVERS}`,
    ])
  })

  it('leave the rest of a report as it is where there are none', () => {
    expect(ofCreate({ 'api-token': '', 'server-id': '12a' })).toContain(
      `\`server-id\`: "12a" is not a server ID. ${SERVERS}`,
    )
  })
})
