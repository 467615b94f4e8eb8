import { describe, expect, it } from 'vitest'
import { DETAIL_LIMIT, readErrorBody, saysNo, truncate } from '../../../src/vps/error-body.ts'

const scrub = (text: string): string => text.replaceAll('vps_secret', '***')
const read = (body: unknown) => readErrorBody(typeof body === 'string' ? body : JSON.stringify(body), scrub)
const words = (body: unknown): string => read(body).message

describe('the message of an error', () => {
  it.each([
    ['a detail', { detail: ' Not found. ' }, 'Not found.'],
    ['an error', { error: 'Limit reached' }, 'Limit reached'],
    ['a message', { message: 'Try later', status: 'error', code: 7 }, 'Try later'],
    ['a detail that is a list, once', { detail: ['No.', 'Never.'], code: 1 }, 'No. Never.'],
    ['a text in which markup stands', 'Not found: <h1>x</h1>', 'Not found: <h1>x</h1>'],
    ['the detail before the others', { message: 'c', error: 'b', detail: 'a' }, 'a'],
    ['the error before the message', { message: 'c', error: 'b', detail: '' }, 'b'],
    ['a field with messages', { name: ['Too long.', 'Not ASCII.'] }, 'name: Too long. Not ASCII.'],
    [
      'several fields',
      { name: ['Too long.'], server_id: 'Unknown.' },
      'name: Too long.; server_id: Unknown.',
    ],
    ['errors of no field', { non_field_errors: ['Limit reached.'] }, 'Limit reached.'],
    [
      'fields beside a sentence',
      { detail: 'Invalid.', name: ['Too long.'], code: 'invalid' },
      'Invalid. name: Too long.',
    ],
    [
      'an error object',
      { error: { code: 12, message: 'Busy', fatal: false } },
      'code: 12; message: Busy; fatal: false',
    ],
    ['a nested field', { server: { id: ['Unknown.', ''] }, name: [] }, 'server: id: Unknown.'],
    ['a list of texts', ['One.', 'Two.'], 'One. Two.'],
    ['a lone text', '"Gone"', '"Gone"'],
    ['nothing in an empty object', {}, ''],
    ['nothing in an empty body', '', ''],
    ['nothing in blanks', ' \r\n', ''],
    ['plain text', ' upstream timed out\n', 'upstream timed out'],
    [
      'the title of a page',
      '<!DOCTYPE html><html><head><title lang="en">\n502 Bad\n Gateway </title>',
      '502 Bad Gateway',
    ],
    ['a page without a title', '<html><body><h1>Oops</h1>', ''],
    ['a page with an empty title', '\n<HTML><title> </title>', ''],
    ['a fragment of a page', '<h1>Oops</h1>', ''],
    ['a page before which a comment stands', '<!-- x --><html>', ''],
    ['text in angle brackets', '< nothing known >', '< nothing known >'],
    ['a title that is not closed', '<html><title>Oops', ''],
    ['a tag of a title that is not closed', '<html><title lang="en"', ''],
    ['a title in capitals', '<HTML><TITLE>Oops</TITLE>', 'Oops'],
    ['no title far below the head', `<html>${' '.repeat(65_536)}<title>Oops</title>`, ''],
    ['the depth that an error has', { a: [[[['x']]]] }, 'a: x'],
    ['nothing that is nested without sense', { a: [[[[[['x']]]]]], b: ['y'] }, 'b: y'],
  ])('finds %s', (_, body, expected) => {
    expect(words(body)).toBe(expected)
  })

  it('never holds the token', () => {
    expect(words({ detail: 'Token vps_secret is bad', vps_secret: ['vps_secret'] })).toBe(
      'Token *** is bad ***: ***',
    )
    expect(words('<title>vps_secret</title>')).toBe('***')
    expect(words('<html><title>vps_secret</title>')).toBe('***')
    expect(words('what vps_secret said')).toBe('what *** said')
  })

  it('is cut to its limit', () => {
    expect(words({ detail: 'x'.repeat(100_000) })).toBe('x'.repeat(DETAIL_LIMIT))
  })
})

describe('the form of an error', () => {
  it.each([
    ['{"detail": "No."}', 'json'],
    [' [] ', 'json'],
    ['{}', 'json'],
    ['"Gone"', 'text'],
    ['404', 'text'],
    ['null', 'text'],
    ['{"detail": ', 'text'],
    ['upstream connect error', 'text'],
    ['< nothing known >', 'text'],
    ['', 'empty'],
    [' \r\n\t', 'empty'],
    ['<!DOCTYPE html>', 'html'],
    ['\n<html>', 'html'],
    ['<!-- x --><p>', 'html'],
    ['<?xml version="1.0"?><Error/>', 'html'],
    ['<center>503</center>', 'html'],
    ['\uFEFF<html>', 'html'],
  ])('of %j is %s', (body, form) => {
    expect(read(body).form).toBe(form)
  })
})

describe('the fields of an error', () => {
  it.each<readonly [string, unknown, readonly string[]]>([
    ['lists of messages', { name: ['Too long.'], server_id: ['Unknown.'] }, ['name', 'server_id']],
    ['a text', { name: 'Too long.' }, ['name']],
    ['what is nested', { server: { id: ['Unknown.'] } }, ['server']],
    ['lists beside a sentence', { detail: 'Invalid.', name: ['Too long.'], hint: 'x' }, ['name']],
    ['a map below errors', { message: 'Invalid.', errors: { name: ['Too long.'] } }, ['name']],
    ['a list with attr', { type: 'validation_error', errors: [{ attr: 'name', detail: 'x' }] }, ['name']],
    [
      'a list with field',
      { errors: [{ field: 'name' }, { field: 'name' }, { field: 'size' }] },
      ['name', 'size'],
    ],
    [
      'no errors without a name',
      { errors: ['x', { attr: null }, { attr: '' }, { attr: 'non_field_errors' }] },
      [],
    ],
    ['no errors of no field', { non_field_errors: ['Limit reached.'] }, []],
    ['no sentence', { detail: 'No.', error: 'No.', message: 'No.' }, []],
    ['nothing about the error itself', { code: 'invalid', status: 'error', type: 'x', title: 'y' }, []],
    ['no number, flag or null', { limit: 5, retry: false, server: null }, []],
    ['no empty message', { name: [], size: [''], id: ' ', server: {} }, []],
    ['nothing that is nested without sense', { a: [[[[[['x']]]]]] }, []],
    ['nothing in a list', ['No.'], []],
    ['nothing in a page', '<html>', []],
  ])('are %s', (_, body, fields) => {
    expect(read(body).fields).toEqual(fields)
  })
})

describe('field names', () => {
  it('are bounded in number and length', () => {
    const many = Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => [`f${at}${'x'.repeat(200)}`, ['No.']]),
    )
    expect(read(many).fields).toHaveLength(20)
    expect(read(many).fields[0]).toHaveLength(100)
  })
})

describe('a body that is nested without end', () => {
  it.each([
    ['objects', '{"a":', '1', '}'],
    ['lists', '[', '"x"', ']'],
  ])('is read all the same: %s', (_, open, inner, close) => {
    const body = open.repeat(100_000) + inner + close.repeat(100_000)
    expect(read(body)).toMatchObject({ fields: [] })
    expect(read(open.repeat(100_000)).form).toBe('text')
  })
})

describe('a body that is made to keep a reader busy', () => {
  const MEGABYTE = 1_048_576
  const filled = (piece: string, bytes: number): string => piece.repeat(Math.ceil(bytes / piece.length))

  /** The shortest of several runs: what is longer is the machine's doing. */
  function shortest(task: () => void): number {
    const runs = Array.from({ length: 7 }, () => {
      const began = performance.now()
      task()
      return performance.now() - began
    })
    return Math.min(...runs)
  }

  it.each([
    ['unclosed titles', '<html>', '<title'],
    ['opened titles', '<html>', '<title>'],
    ['blanks', '<html><title>', ' '],
    ['line ends', '', '\r\n'],
    ['tags', '', '<html'],
    ['text', '', 'vps_secre'],
    ['secrets', '', 'vps_secret'],
    ['lists', '[', '["x"],'],
    ['messages', '', '{"detail":["'],
  ])('takes eight times as long where it is eight times as large: %s', (_, start, piece) => {
    const bodyOf = (megabytes: number): string => start + filled(piece, megabytes * MEGABYTE)
    const [small, large] = [bodyOf(0.25), bodyOf(2)]
    // A fixed part, such as that of the title, may hide that it grows; what grows with the square cannot hide.
    // On a busy machine a single measure tells nothing: one that is good cannot be had by chance.
    const ratioNow = () => shortest(() => read(large)) / shortest(() => read(small))
    const isLinear = Array.from({ length: 5 }).some(() => ratioNow() < 32)
    expect(isLinear).toBe(true)
  })
})

describe('a 2xx that says no', () => {
  it.each([
    [{ status: 'error' }],
    [{ status: ' FAILED ', detail: 'No.' }],
    [{ status: 409 }],
    [{ success: false, message: '' }],
    [{ success: false, id: 801 }],
    [{ error: 'No such thing.' }],
    [{ status: 'success', error: true }],
    [{ errors: { snapshot: ['gone'] } }],
    [{ status: 'error', message: 'Busy.', snapshot: { id: 1 } }],
  ])('is %j', body => {
    expect(saysNo(body)).toBe(true)
  })

  it.each([
    [{}],
    [{ detail: 'Deleted.' }],
    [{ status: 'success', error: null, errors: [], success: true }],
    [{ status: 200, error: false, errors: {} }],
    [{ status: { code: 'error' } }],
    [{ id: 801, status: 'failed', error: 'No space.' }],
    [['error']],
    ['error'],
    [null],
  ])('is not %j', body => {
    expect(saysNo(body)).toBe(false)
  })
})

describe('truncate', () => {
  it('leaves a text of the limit alone', () => {
    const text = `${'x'.repeat(DETAIL_LIMIT - 2)}😀`
    expect(truncate(text)).toBe(text)
  })

  it('does not cut a character in two', () => {
    expect(truncate(`${'x'.repeat(DETAIL_LIMIT - 1)}😀`)).toBe('x'.repeat(DETAIL_LIMIT - 1))
    expect(truncate(`${'x'.repeat(DETAIL_LIMIT - 2)}😀y`)).toBe(`${'x'.repeat(DETAIL_LIMIT - 2)}😀`)
  })

  it('has a limit of 2,000', () => {
    expect(DETAIL_LIMIT).toBe(2_000)
  })
})
