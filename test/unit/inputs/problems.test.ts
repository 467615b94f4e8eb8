import { describe, expect, it } from 'vitest'
import { refusal } from '../../../src/inputs.ts'
import { CREATE, namedIn, parse, problemsOf, RESTORE, type Texts, TOKEN, UUID, wordings } from './reading.ts'

/** The problems of a create with these texts, which is fine without them. */
function ofCreate(texts: Texts): readonly string[] {
  return problemsOf({ ...CREATE, ...texts })
}

// Each is one problem of the input. `facts`: what it must name besides.
const WRONG: readonly (readonly [input: string, text: string, ...facts: readonly string[]])[] = [
  ['operation', 'Create', '"Create"', 'mean `create`'],
  ['operation', 'retsore', 'mean `restore`'],
  ['operation', 'backup', 'mean `create`'],
  ['restore-on', 'failed', 'mean `failure`'],
  ['restore-on', 'failure, timeout', 'mean `cancelled`'],
  ['notify-on', 'error', 'mean `failure`'],
  ['delete-on', 'timed_out', 'mean `cancelled`'],
  ['operation', 'Snapshot', 'mean `create`'],
  ['operation', 'rollback', 'mean `restore`'],
  ['operation', 'constructor', '"constructor"'],
  ['operation', '‘list’', 'quotation marks'],
  ['wait', '"true"', 'quotation marks'],
  ['wait', '"yes"', '""yes""'],
  ['wait', 'yes'],
  ['wait', 'tRUE'],
  ['timeout', '３０m', 'ASCII'],
  ['timeout', 'ten', '"ten"', '15m'],
  ['timeout', '0', '1ms'],
  ['timeout', '121h', '5d'],
  ['health-check-timeout', '0s', '1ms'],
  ['poll-interval', '99ms', '100ms', '`auto`'],
  ['poll-interval', '6d', '5d'],
  ['poll-interval', 'Auto', 'mean `auto`'],
  ['max-snapshot-age', '0m', '1ms', '2d'],
  ['server-id', '１２３４５', 'ASCII'],
  ['server-id', '12a', '"12a"', 'README'],
  ['server-id', '1 0 x', '"0"', '"x"'],
  ['server-id', ' , ', '","'],
  ['server-id', '5, 6, 5', '"5"'],
  ['server-id', '5 5 5 6 6', '"5"', '"6"'],
  ['server-id', `${UUID},${UUID.toUpperCase()}`, UUID.toUpperCase()],
  ['server-id', 'a b c d e', '"e"'],
  ['server-id', 'a b c d e f g', '"e"', 'and 2 more'],
  ['snapshot-id', '../servers/1', '"../servers/1"', '`operation: list`'],
  ['snapshot-id', 'latest, 801', '"latest"'],
  ['snapshot-id', 'Latest', 'mean `latest`'],
  ['snapshot-id', '801 801', '"801"'],
  ['snapshot-name', '- % -', '64'],
  ['max-parallel', '0', '1 to 100'],
  ['max-parallel', '101', '1 to 100'],
  ['max-parallel', 'ten', '1 to 100'],
  ['max-parallel', '1e1', '1 to 100'],
  ['keep-last', '0', '1 to 4', '`when-full: delete-oldest`'],
  ['keep-last', 'three', '1 to 4'],
  ['keep', '3'],
  ['stop-server', '1'],
  ['when-full', 'oldest', '`fail`', '`delete-oldest`'],
  ['when-full', 'delete_oldest', 'mean `delete-oldest`'],
  ['restore-on', 'failure success', '"success"', '`cancelled`'],
  ['restore-on', 'Failure, canceled', 'mean `failure`', 'mean `cancelled`'],
  ['delete-on', 'always', '`success`'],
  ['notify-on', 'restore', '`rollback`'],
  ['safety-snapshot', 'on'],
  ['start-after-restore', 'off'],
  ['dry-run', 'y'],
  ['summary', 'none'],
]

const WRONG_TOKENS = [
  ...['vps_a b', 'vps_a\nb', 'vps_a\u2028b'],
  ...['Bearer vps_ab', 'bearer\tvps_ab', 'Token: vps_ab', 'Authorization: Bearer vps_ab', 'Bearer'],
  ...['"vps_ab"', "'vps_ab", 'vps_ab`', '“vps_ab”'],
  ...['vps_a\u0007b', 'vps_ä'],
]

const WRONG_HOOKS = [
  'hooks.example.org/T/secret',
  'ftp://example.org/secret',
  'http://example.org/secret',
  'https://u:secret@example.org/',
]

const WRONG_API_URLS = [
  'http://example.org',
  'http://127.example.org',
  'http://localhost.example.org',
  'http://xlocalhost',
  'http://128.0.0.1',
  'http://[::2]',
  'ftp://example.org',
  'xhttps://example.org',
  'admin.vps.org',
  'https:admin.vps.org',
  'https:\\\\admin.vps.org',
  'https://',
  'https://a b',
  'https://a\u0000b',
  'x https://example.org',
  'https://user:pass@example.org',
  'https://user@example.org',
  'https://:pass@example.org',
  'https://user:pa ss@example.org',
  'https://example.org/?key=abc',
  'https://example.org/?',
  'https://example.org/#abc',
]

const WRONG_TARGETS = [
  'example.org',
  'https://example.org,www.example.org/a?b,c',
  'tcp://example.org',
  'tcp://example.org:0',
  'tcp://example.org:65536',
  'tcp://example.org:22/x',
  'tcp://example.org:22?x',
  'tcp://example.org:22#x',
  'tcp://exämple:22',
  'tcp://a%20b:22',
  'tcp:///22',
  'udp://example.org:53',
  'xhttp://example.org',
  'httpsx://example.org',
  ', ,',
  'https://u:p@example.org',
  'tcp://u@example.org:22',
  'https://u:p,w@example.org',
]

const MISSES: readonly Texts[] = [
  { operation: 'create' },
  { operation: 'restore', 'server-id': '5' },
  { operation: 'restore', 'snapshot-id': 'latest' },
  { operation: 'wait', 'snapshot-name': 'a' },
  { operation: 'delete', 'snapshot-id': 'latest' },
]

const MISPLACED: readonly (readonly [input: string, text: string])[] = [
  ['description', `with ${TOKEN} in it`],
  ['snapshot-name', TOKEN],
  ['health-check', `https://example.org/?token=${TOKEN}`],
  ['notify-url', `https://example.org/${TOKEN}`],
  ['github-token', TOKEN],
]

it('every problem is told as the file shows', async () => {
  const ofInputs: readonly Texts[] = [
    { 'api-token': '' },
    ...WRONG.map(([input, text]) => ({ [input]: text })),
    ...WRONG_TOKENS.flatMap(text => [{ 'api-token': text }, { 'github-token': text }]),
    ...WRONG_HOOKS.map(text => ({ 'notify-url': text })),
    ...WRONG_API_URLS.map(text => ({ 'api-url': text })),
    ...WRONG_TARGETS.map(text => ({ 'health-check': text })),
    ...MISPLACED.map(([input, text]) => ({ [input]: text })),
  ]
  const told = `${wordings(ofInputs, ofCreate)}\n${wordings(MISSES, problemsOf)}`
  await expect(told).toMatchFileSnapshot('__snapshots__/problems.txt')
})

describe('a run without any input', () => {
  it('misses the operation and the token, in one report', () => {
    const parsed = parse({})
    expect(parsed).toMatchObject({ ok: false, secrets: [], warnings: [] })
    expect(parsed.ok || namedIn(parsed.problems)).toEqual(['operation', 'api-token'])
  })

  it.each(['fork', 'Dependabot', '`environment:`'])('names what keeps a token away: %s', cause => {
    expect(ofCreate({ 'api-token': '' })[0]).toMatch(new RegExp(cause, 'i'))
  })

  it('is one where every value is blank, too', () => {
    expect(parse({ operation: ' ', 'api-token': '\n', 'snapshot-id': '\t' })).toEqual(parse({}))
  })
})

describe('a value that cannot be right', () => {
  it.each(WRONG)('%s: %j', (input, text, ...facts) => {
    const problems = ofCreate({ [input]: text })
    expect(namedIn(problems)).toEqual([input])
    for (const fact of facts) expect(problems[0]).toContain(fact)
  })

  it('is a problem for an operation that does not use it, too', () => {
    const wrong = { 'max-snapshot-age': 'old', 'keep-last': '-1', keep: 'maybe', 'restore-on': ',' }
    expect(problemsOf({ operation: 'list', ...wrong })).toHaveLength(4)
  })

  it('is shown on one line, shortened, without control characters', () => {
    const [problem] = ofCreate({ timeout: `a\r\n::error::\u001b[31m\u202e\ud800${'x'.repeat(1_000)}` })
    expect(problem).toContain(`"a\ufffd\ufffd::error::\ufffd[31m\ufffd\ufffd${'x'.repeat(40)}…"`)
  })

  it('is shown whole up to 60 characters', () => {
    expect(ofCreate({ timeout: '𝒳'.repeat(60) })[0]).toContain(`"${'𝒳'.repeat(60)}"`)
    expect(ofCreate({ timeout: '𝒳'.repeat(61) })[0]).toContain(`"${'𝒳'.repeat(59)}…"`)
  })
})

describe('a secret that cannot be right', () => {
  it.each(WRONG_TOKENS)('is not shown: the token %j', text => {
    for (const input of ['api-token', 'github-token']) {
      const problems = ofCreate({ [input]: text })
      expect(namedIn(problems)).toEqual([input])
      expect(problems[0]).toContain('(value not shown)')
      expect(problems[0]).not.toMatch(/vps_/)
    }
  })

  it.each(WRONG_HOOKS)('is not shown: the notification address %j', text => {
    const problems = ofCreate({ 'notify-url': text })
    expect(namedIn(problems)).toEqual(['notify-url'])
    expect(problems[0]).not.toMatch(/secret|example/)
  })
})

describe('an address that cannot be right', () => {
  it.each([
    ...WRONG_API_URLS.map(text => ['api-url', text, CREATE] as const),
    ...WRONG_TARGETS.map(text => ['health-check', text, RESTORE] as const),
  ])('is a problem of %s: %j', (input, text, others) => {
    const problems = problemsOf({ ...others, [input]: text })
    expect(namedIn(problems)).toEqual([input])
    // A password, or what follows a question mark.
    expect(problems[0]).not.toMatch(/pass@|user|key=|u:p/)
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

describe('what an operation misses', () => {
  it('is the servers of a create', () => {
    expect(namedIn(problemsOf({ operation: 'create' }))).toEqual(['server-id'])
  })

  it.each(['restore', 'delete', 'wait'])(
    'is the snapshots of a %s, and an empty value is not the latest',
    operation => {
      const problems = problemsOf({ operation, 'snapshot-id': ' ', 'server-id': '5' })
      expect(namedIn(problems)).toEqual(['snapshot-id'])
      for (const fact of ['`snapshot-name`', '`latest`', 'secret']) expect(problems[0]).toContain(fact)
    },
  )

  it.each([{ 'snapshot-id': 'latest' }, { 'snapshot-name': 'a' }])(
    'is the servers on which to look: %j',
    (texts: Texts) => {
      const problems = problemsOf({ operation: 'restore', ...texts })
      expect(namedIn(problems)).toEqual(['server-id'])
      for (const input of Object.keys(texts)) expect(problems[0]).toContain(input)
    },
  )

  it.each([
    { operation: 'create', 'server-id': 'x' },
    { operation: 'restore', 'snapshot-id': 'x' },
    { operation: 'restore', 'server-id': 'x', 'snapshot-id': 'latest' },
    { operation: 'restore', 'server-id': 'x', 'snapshot-name': 'a' },
  ])('is said once where it is wrong: %j', (texts: Texts) => {
    expect(problemsOf(texts)).toHaveLength(1)
  })

  it('is an id where the latest would be deleted', () => {
    const wrong = { operation: 'delete', 'snapshot-id': 'latest' }
    expect(namedIn(problemsOf({ ...wrong, 'server-id': '5' }))).toEqual(['snapshot-id'])
    expect(namedIn(problemsOf(wrong))).toEqual(['snapshot-id', 'server-id'])
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
    expect(namedIn(problems)).toEqual(named)
  })

  it('has a headline', () => {
    const [problem = '', ...others] = problemsOf({ operation: 'list', timeout: 'ten' })
    expect(others).toEqual([])
    expect(refusal([problem])).toEqual({ what: expect.stringContaining(problem), state: '' })
    const several = { what: expect.stringContaining('2'), state: `${problem} ${problem}` }
    expect(refusal([problem, problem])).toEqual(several)
    const long = `\`timeout\`: ${'very '.repeat(30)}long.`
    expect(refusal([long])).toEqual({ what: expect.not.stringContaining('very'), state: long })
    for (const problems of [[problem], [problem, problem], [long]])
      expect(refusal(problems).what).toMatch(/Nothing was sent\.$/)
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
    const hook = 'https://example.org/T/B'
    const github = `ghs_${'x'.repeat(9)}`
    const pasted: readonly Texts[] = [
      { timeout: TOKEN },
      { timeout: `${'x'.repeat(55)}${TOKEN}` },
      { 'api-token': 'vps_a?b', 'api-url': 'http://vps_a?b' },
      { 'api-token': 'vps_a,vps_b', 'server-id': 'vps_a vps_b' },
      { 'notify-url': hook, timeout: hook },
      { 'github-token': github, timeout: github },
    ]
    for (const texts of pasted) expect(ofCreate(texts)[0]).not.toMatch(/vps_|example|ghs_/)
    for (const texts of [{ timeout: TOKEN }, { timeout: github, 'github-token': github }])
      expect(ofCreate(texts)[0]).toContain('"***"')
  })

  it.each(MISPLACED)('the API token is refused in an input whose value goes elsewhere: %s', (input, text) => {
    const problems = ofCreate({ [input]: text })
    expect(namedIn(problems)).toEqual([input])
    expect(problems[0]).toContain('`api-token`')
    expect(problems[0]).not.toContain(TOKEN)
  })

  it.each(['vps_ab,1', ''])('do not hide what only shares a short piece with them: %j', token => {
    expect(ofCreate({ 'api-token': token, 'server-id': '12a' }).join(' ')).toContain('"12a"')
  })
})
