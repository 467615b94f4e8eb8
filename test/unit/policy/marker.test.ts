import fc from 'fast-check'
import { expect, it, describe as suite } from 'vitest'
import {
  defaultDescription,
  describe,
  formatMarker,
  type Marker,
  markerFor,
  markerMatches,
  newKey,
  parseMarker,
  purposeOf,
} from '../../../src/policy/marker.ts'
import { MARKER, MARKER_TEXT, RUN } from './fixtures.ts'

const digitsOf = (min: bigint, max: bigint) => fc.bigInt({ min, max }).map(String)
const repositories = fc.stringMatching(/^[A-Za-z0-9._-]{1,39}\/[A-Za-z0-9._-]{1,100}$/)
const paths = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }).map(path => path.toWellFormed())

const markers: fc.Arbitrary<Marker> = fc
  .record({
    repository: repositories,
    path: fc.oneof(fc.constant('.github/workflows/deploy.yml'), paths),
    run: digitsOf(0n, 10n ** 20n - 1n),
    attempt: fc.integer({ min: 1, max: 999_999_999 }),
    purpose: fc.constantFrom('deploy', 'schedule', 'safety', 'keep'),
    key: fc.stringMatching(/^[a-z0-9]{8}$/),
  })
  .map(({ repository, path, ...rest }) => ({ workflow: `${repository}/${path}`, repository, ...rest }))

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.string({ unit: fc.constantFrom('🚀', '\ud83d', '\n', 'é', 'a', ' ', '\u0000'), maxLength: 600 }),
  fc.constantFrom(
    MARKER_TEXT,
    `x ${MARKER_TEXT} `,
    '[vps-snapshot-action ',
    `${MARKER_TEXT}\n${MARKER_TEXT}`,
  ),
)

suite('newKey', () => {
  it('draws 8 of a-z and 0-9', () => {
    expect(newKey(() => 0)).toBe('aaaaaaaa')
    expect(newKey(() => 0.999999)).toBe('99999999')
    const draws = [0, 1 / 36, 25 / 36, 26 / 36, 27 / 36, 0.5, 35 / 36, 0.1]
    expect(newKey(() => draws.shift() ?? 0)).toBe('abz01s9d')
  })
})

suite('markerFor', () => {
  it('says which workflow, run and attempt made it', () => {
    expect(markerFor({ ...RUN, attempt: 2 }, 'safety', 'abcdefgh')).toEqual({
      workflow: 'octo/shop/.github/workflows/deploy.yml',
      repository: 'octo/shop',
      run: '9876543210',
      attempt: 2,
      purpose: 'safety',
      key: 'abcdefgh',
    })
  })

  it('takes the repository out of the workflow', () => {
    const marker = markerFor({ ...RUN, workflow: 'rules/all/Check & go' }, 'deploy', 'abcdefgh')
    expect(marker.repository).toBe('rules/all')
  })

  it('makes a workflow well-formed that is not, so that the marker survives', () => {
    const marker = markerFor({ ...RUN, workflow: 'octo/shop/\ud83d' }, 'deploy', 'abcdefgh')
    expect(marker.workflow).toBe('octo/shop/\ufffd')
    expect(parseMarker(formatMarker(marker))).toEqual(marker)
  })
})

suite('purposeOf', () => {
  const of = (event: string, keep = false) => purposeOf({ ...RUN, event }, { keep })

  it('is schedule for the event of that name only', () => {
    expect([of('schedule'), of('push'), of('Schedule')]).toEqual(['schedule', 'deploy', 'deploy'])
  })

  it('is keep for what is to stay, whatever the event', () => {
    expect([of('schedule', true), of('push', true)]).toEqual(['keep', 'keep'])
  })
})

suite('formatMarker', () => {
  it('writes the fields in their order', () => {
    expect(formatMarker(MARKER)).toBe(MARKER_TEXT)
  })

  it('encodes all but letters, digits and . _ ~ / -', () => {
    const workflow = "octo/shop/a.b_c~d-e/F9 !'()*[]=%:@é🚀"
    expect(formatMarker({ ...MARKER, workflow })).toContain(
      ' workflow=octo/shop/a.b_c~d-e/F9%20%21%27%28%29%2A%5B%5D%3D%25%3A%40%C3%A9%F0%9F%9A%80 ',
    )
  })

  it('does not throw at a lone surrogate', () => {
    expect(formatMarker({ ...MARKER, workflow: 'octo/shop/\udc00' })).toContain('octo/shop/%EF%BF%BD ')
  })

  it('is one line of plain characters that parses back to the same marker', () => {
    fc.assert(
      fc.property(markers, marker => {
        const text = formatMarker(marker)
        expect(text).toMatch(/^\[vps-snapshot-action( [a-z]+=[A-Za-z0-9._~/%-]+){5}\]$/)
        expect(parseMarker(text)).toEqual(marker)
      }),
    )
  })
})

suite('parseMarker', () => {
  it.each([
    MARKER_TEXT,
    `Before the update ${MARKER_TEXT}`,
    `Before the update\n${MARKER_TEXT}`,
    `${MARKER_TEXT}\n`,
    `${MARKER_TEXT} \r\n\t`,
    ` ${MARKER_TEXT}`,
    `${MARKER_TEXT} ${MARKER_TEXT}`,
  ])('finds it at the end of %j', description => {
    expect(parseMarker(description)).toEqual(MARKER)
  })

  it('takes the last one where there are two', () => {
    const first = MARKER_TEXT.replace('run=9876540000', 'run=1')
    expect(parseMarker(`${first} ${MARKER_TEXT}`)).toEqual(MARKER)
    expect(parseMarker(`${MARKER_TEXT} ${first}`)?.run).toBe('1')
  })

  const path = 'octo/shop/.github/workflows/deploy.yml'
  it.each([
    ['nothing', ''],
    ['a text without one', 'Weekly snapshot'],
    ['a marker in the middle', `${MARKER_TEXT} and more`],
    ['a full stop after it', `${MARKER_TEXT}.`],
    ['brackets around it', `(${MARKER_TEXT})`],
    ['a second bracket', `${MARKER_TEXT}]`],
    ['no blank before it', `text${MARKER_TEXT}`],
    ['a NUL before it', `text\u0000${MARKER_TEXT}`],
    ['a doubled opening bracket', `[${MARKER_TEXT}`],
    ['its end cut off', MARKER_TEXT.slice(0, -1)],
    ['its beginning cut off', MARKER_TEXT.slice(1)],
    ['a good one followed by a broken one', `${MARKER_TEXT} ${MARKER_TEXT.slice(0, -2)}]`],
    ['another action', MARKER_TEXT.replace('vps-snapshot-action', 'vps-snapshot-actions')],
    ['another letter case', MARKER_TEXT.replace('vps', 'VPS')],
    [
      'attributes in another order',
      MARKER_TEXT.replace('run=9876540000 attempt=1', 'attempt=1 run=9876540000'),
    ],
    ['a doubled attribute', MARKER_TEXT.replace('attempt=1', 'attempt=1 attempt=1')],
    ['a foreign attribute', MARKER_TEXT.replace(' key=', ' by=me key=')],
    ['a missing attribute', MARKER_TEXT.replace(' attempt=1', '')],
    ['two blanks', MARKER_TEXT.replace(' run', '  run')],
    ['a tab', MARKER_TEXT.replace(' run', '\trun')],
    ['a newline within', MARKER_TEXT.replace(' run', '\nrun')],
    ['a blank before the end', MARKER_TEXT.replace(']', ' ]')],
    ['an unknown purpose', MARKER_TEXT.replace('purpose=deploy', 'purpose=backup')],
    ['a longer purpose', MARKER_TEXT.replace('purpose=deploy', 'purpose=deployed')],
    ['an empty purpose', MARKER_TEXT.replace('purpose=deploy', 'purpose=')],
    ['a run that is no number', MARKER_TEXT.replace('run=9876540000', 'run=12a')],
    ['a run with a leading zero', MARKER_TEXT.replace('run=9876540000', 'run=0123')],
    ['an endless run', MARKER_TEXT.replace('run=9876540000', `run=1${'0'.repeat(20)}`)],
    ['an empty run', MARKER_TEXT.replace('run=9876540000', 'run=')],
    ['attempt 0', MARKER_TEXT.replace('attempt=1', 'attempt=0')],
    ['attempt 01', MARKER_TEXT.replace('attempt=1', 'attempt=01')],
    ['attempt -1', MARKER_TEXT.replace('attempt=1', 'attempt=-1')],
    ['an endless attempt', MARKER_TEXT.replace('attempt=1', 'attempt=1000000000')],
    ['a short key', MARKER_TEXT.replace('k3v9x2p7', 'k3v9x2p')],
    ['a long key', MARKER_TEXT.replace('k3v9x2p7', 'k3v9x2p78')],
    ['a key in capitals', MARKER_TEXT.replace('k3v9x2p7', 'K3V9X2P7')],
    ['no workflow', MARKER_TEXT.replace(path, '')],
    ['a workflow without a path', MARKER_TEXT.replace(path, 'octo/shop')],
    ['a workflow with an empty path', MARKER_TEXT.replace(path, 'octo/shop/')],
    ['an empty owner', MARKER_TEXT.replace(path, '/shop/deploy.yml')],
    ['an empty repository', MARKER_TEXT.replace(path, 'octo//deploy.yml')],
    ['an encoded letter in the owner', MARKER_TEXT.replace(path, 'oct%E2%84%AA/shop/deploy.yml')],
    ['an encoded letter in the repository', MARKER_TEXT.replace(path, 'octo/%E2%84%AA/deploy.yml')],
    ['malformed percent-encoding', MARKER_TEXT.replace(path, 'octo/shop/%')],
    ['half an encoded letter', MARKER_TEXT.replace(path, 'octo/shop/%4')],
    ['a byte that is not UTF-8', MARKER_TEXT.replace(path, 'octo/shop/%FF')],
    ['an encoded lone surrogate', MARKER_TEXT.replace(path, 'octo/shop/%ED%A0%80')],
    ['lower-case encoding', MARKER_TEXT.replace(path, 'octo/shop/%c3%a9')],
    ['a needlessly encoded letter', MARKER_TEXT.replace(path, 'octo/shop/%41')],
    ['an encoded slash', MARKER_TEXT.replace(path, 'octo/shop/a%2Fb')],
    ['an unencoded letter', MARKER_TEXT.replace(path, 'octo/shop/é')],
    ['an unencoded bracket', MARKER_TEXT.replace(path, 'octo/shop/a[b')],
    ['a workflow in quotes', MARKER_TEXT.replace(path, `"${path}"`)],
  ])('refuses %s', (_what, description) => {
    expect(parseMarker(description)).toBeUndefined()
  })

  it.each(['0', '7', `1${'0'.repeat(19)}`])('takes run %s', run => {
    expect(parseMarker(formatMarker({ ...MARKER, run }))).toEqual({ ...MARKER, run })
  })

  it.each([1, 10, 999_999_999])('takes attempt %d', attempt => {
    expect(parseMarker(formatMarker({ ...MARKER, attempt }))).toEqual({ ...MARKER, attempt })
  })

  it.each(['deploy', 'schedule', 'safety', 'keep'] as const)('takes purpose %s', purpose => {
    expect(parseMarker(formatMarker({ ...MARKER, purpose }))).toEqual({ ...MARKER, purpose })
  })

  it('never throws, and what it takes is what would be written', () => {
    const lookalike = fc
      .tuple(fc.nat(MARKER_TEXT.length), fc.nat(3), fc.string({ unit: 'binary', maxLength: 4 }))
      .map(([at, removed, inserted]) => MARKER_TEXT.slice(0, at) + inserted + MARKER_TEXT.slice(at + removed))
    fc.assert(
      fc.property(fc.oneof(lookalike, texts), description => {
        const marker = parseMarker(description)
        fc.pre(marker !== undefined)
        expect(description.trimEnd().endsWith(marker === undefined ? '' : formatMarker(marker))).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  it('reads a description of any length in no time to speak of', () => {
    const blanks = ' '.repeat(200_000)
    expect(parseMarker(`${blanks}x${blanks}${MARKER_TEXT}${blanks}`)).toEqual(MARKER)
    expect(parseMarker('[vps-snapshot-action '.repeat(20_000))).toBeUndefined()
    expect(parseMarker(`[vps-snapshot-action workflow=${'a/'.repeat(100_000)}`)).toBeUndefined()
  })
})

suite('describe', () => {
  it('puts the marker last', () => {
    expect(describe('Before the update', MARKER)).toBe(`Before the update ${MARKER_TEXT}`)
  })

  it('is the marker alone where there is no text', () => {
    expect(describe('', MARKER)).toBe(MARKER_TEXT)
    expect(describe(' \r\n\u0000 ', MARKER)).toBe(MARKER_TEXT)
  })

  it('makes one line of the text and drops control characters', () => {
    expect(describe(' a\r\n\r\nb\tc\u2028d\u2029e\u0085f\v\fg\u0000\u001b[1mh\u009f ', MARKER)).toBe(
      `a b c d e f g[1mh ${MARKER_TEXT}`,
    )
  })

  it('replaces lone surrogates', () => {
    expect(describe('a\ud83db', MARKER)).toBe(`a\ufffdb ${MARKER_TEXT}`)
  })

  const room = 255 - MARKER_TEXT.length - 1

  it('cuts the text to 255 characters in all', () => {
    expect(describe('x'.repeat(room), MARKER)).toBe(`${'x'.repeat(room)} ${MARKER_TEXT}`)
    expect(describe('x'.repeat(room + 1), MARKER)).toBe(`${'x'.repeat(room)} ${MARKER_TEXT}`)
    expect(describe(`${'x'.repeat(room - 1)} yz`, MARKER)).toBe(`${'x'.repeat(room - 1)} ${MARKER_TEXT}`)
  })

  it('does not cut a character of two code units in half', () => {
    expect(describe(`${'x'.repeat(room - 1)}🚀`, MARKER)).toBe(`${'x'.repeat(room - 1)} ${MARKER_TEXT}`)
    expect(describe(`${'x'.repeat(room - 2)}🚀y`, MARKER)).toBe(`${'x'.repeat(room - 2)}🚀 ${MARKER_TEXT}`)
  })

  it.each([253, 254, 255, 256, 700])('has no text beside a marker of %d characters', length => {
    const padding = 'w'.repeat(length - formatMarker({ ...MARKER, workflow: 'octo/shop/' }).length)
    const marker = { ...MARKER, workflow: `octo/shop/${padding}` }
    const text = 't'.repeat(900)
    expect(describe(text, marker)).toBe(length === 253 ? `t ${formatMarker(marker)}` : formatMarker(marker))
  })

  it('is well-formed, short enough, and parses back to the marker for every text', () => {
    fc.assert(
      fc.property(texts, markers, (text, marker) => {
        const description = describe(text, marker)
        expect(parseMarker(description)).toEqual(marker)
        expect(description.isWellFormed()).toBe(true)
        expect(description).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
        expect(description.length).toBeLessThanOrEqual(Math.max(255, formatMarker(marker).length))
      }),
      { numRuns: 500 },
    )
  })
})

suite('markerMatches', () => {
  it('takes the key of the last marker only', () => {
    expect(markerMatches(`Before the update ${MARKER_TEXT}\n`, MARKER.key)).toBe(true)
    expect(markerMatches(`${MARKER_TEXT} ${formatMarker({ ...MARKER, key: 'another0' })}`, MARKER.key)).toBe(
      false,
    )
  })

  it.each(['', 'Before the update', MARKER_TEXT.slice(0, -1), MARKER_TEXT.replace('k3v9x2p7', 'another0')])(
    'counts it as dropped in %j',
    description => {
      expect(markerMatches(description, MARKER.key)).toBe(false)
    },
  )

  it('holds for no description that an API has cut, whichever marker the text before it quotes', () => {
    fc.assert(
      fc.property(markers, markers, fc.nat(600), (quoted, ours, length) => {
        fc.pre(quoted.key !== ours.key)
        const description = describe(formatMarker(quoted), ours)
        expect(markerMatches(description, ours.key)).toBe(true)
        expect(markerMatches(description.slice(0, length), ours.key)).toBe(length >= description.length)
      }),
    )
  })
})

suite('defaultDescription', () => {
  it('says what and where from', () => {
    expect(defaultDescription(RUN)).toBe(
      'workflow Deploy, job release, commit 0123456, https://github.com/octo/shop/actions/runs/9876543210',
    )
  })

  it('leaves out what the runner left empty', () => {
    expect(defaultDescription({ ...RUN, workflowName: '', sha: '' })).toBe(
      'job release, https://github.com/octo/shop/actions/runs/9876543210',
    )
  })
})
