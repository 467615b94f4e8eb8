import { describe, expect, it } from 'vitest'
import { clip, DETAIL_LIMIT, wordsOf } from '../../../src/vps/error-body.ts'

const scrub = (text: string): string => text.replaceAll('vps_secret', '***')
const words = (body: unknown): string =>
  wordsOf(typeof body === 'string' ? body : JSON.stringify(body), scrub)

describe('wordsOf', () => {
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
    ['a lone text', '"Gone"', 'Gone'],
    ['nothing in an empty object', {}, ''],
    ['nothing in null', 'null', ''],
    ['nothing in an empty body', '', ''],
    ['nothing in blanks', ' \r\n', ''],
    ['plain text', ' upstream timed out\n', 'upstream timed out'],
    [
      'the title of a page',
      '<!DOCTYPE html><html><head><title lang="en">\n502 Bad\n Gateway </title>',
      '502 Bad Gateway',
    ],
    ['a page without a title', '<html><body><h1>Oops</h1>', 'an HTML page'],
    ['a page with an empty title', '\n<HTML><title> </title>', 'an HTML page'],
    ['a fragment of a page', '<h1>Oops</h1>', 'an HTML page'],
    ['a page before which a comment stands', '<!-- x --><html>', 'an HTML page'],
    ['text in angle brackets', '<nothing known>', '<nothing known>'],
    ['the depth that an error has', { a: [[[['x']]]] }, 'a: x'],
    ['nothing that is nested without sense', { a: [[[[[['x']]]]]], b: ['y'] }, 'b: y'],
  ])('finds %s', (_, body, expected) => {
    expect(words(body)).toBe(expected)
  })

  it('never holds the token', () => {
    expect(words({ detail: 'Token vps_secret is bad', vps_secret: ['vps_secret'] })).toBe(
      'Token *** is bad ***: ***',
    )
    expect(words('<title>vps_secret</title>')).toBe('<title>***</title>')
    expect(words('<html><title>vps_secret</title>')).toBe('***')
    expect(words('what vps_secret said')).toBe('what *** said')
  })

  it('is cut to its limit', () => {
    expect(words({ detail: 'x'.repeat(100_000) })).toBe('x'.repeat(DETAIL_LIMIT))
  })
})

describe('clip', () => {
  it('leaves a text of the limit alone', () => {
    const text = `${'x'.repeat(DETAIL_LIMIT - 2)}😀`
    expect(clip(text)).toBe(text)
  })

  it('does not cut a character in two', () => {
    expect(clip(`${'x'.repeat(DETAIL_LIMIT - 1)}😀`)).toBe('x'.repeat(DETAIL_LIMIT - 1))
    expect(clip(`${'x'.repeat(DETAIL_LIMIT - 2)}😀y`)).toBe(`${'x'.repeat(DETAIL_LIMIT - 2)}😀`)
  })

  it('has a limit of 2,000', () => {
    expect(DETAIL_LIMIT).toBe(2_000)
  })
})
