import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBody } from '../../../src/http/content-encoding.ts'

const TEXT = Buffer.from('{"detail": "Not found."}')

describe('decodeBody', () => {
  it.each([
    ['', TEXT],
    ['identity', TEXT],
    ['gzip', gzipSync(TEXT)],
    ['X-GZIP', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['zstd', zstdCompressSync(TEXT)],
    ['gzip, br', brotliCompressSync(gzipSync(TEXT))],
    [' gzip ,, identity', gzipSync(TEXT)],
  ])('undoes %j', (encoding, body) => {
    expect(decodeBody(body, encoding, 1_000)).toEqual({ ok: true, body: TEXT })
  })

  it('leaves an empty body alone, whatever its encoding', () => {
    const empty = Buffer.alloc(0)
    expect(decodeBody(empty, 'gzip', 10)).toEqual({ ok: true, body: empty })
  })

  it.each([
    ['an unknown encoding', 'rot13', TEXT],
    ['a known one beside an unknown one', 'gzip, rot13', gzipSync(TEXT)],
    ['what it is not', 'gzip', TEXT],
    ['half of it', 'gzip', gzipSync(TEXT).subarray(0, 12)],
    ['more encodings than anybody needs', 'identity,identity,identity,identity', TEXT],
  ])('names %s', (_, encoding, body) => {
    expect(decodeBody(body, encoding, 1_000)).toEqual({
      ok: false,
      failure: {
        kind: 'unreadable',
        reason: `the response has the encoding "${encoding}", which cannot be decoded`,
      },
    })
  })

  it('shows no more than the beginning of an endless name', () => {
    const decoded = decodeBody(TEXT, 'x'.repeat(9_999), 1_000)
    expect(decoded.ok ? '' : decoded.failure.reason).toContain(`"${'x'.repeat(50)}"`)
  })

  it('stops at its limit, after each step', () => {
    const large = gzipSync(Buffer.alloc(100_000))
    const tooLarge = {
      ok: false,
      failure: { kind: 'oversized', reason: 'the response is too large once decompressed' },
    }
    expect(decodeBody(large, 'gzip', 100_000).ok).toBe(true)
    expect(decodeBody(large, 'gzip', 99_999)).toEqual(tooLarge)
    expect(decodeBody(gzipSync(large), 'gzip, gzip', 99_999)).toEqual(tooLarge)
  })

  it('never throws, and never gives more than its limit', () => {
    const encoding = fc.oneof(fc.string(), fc.constantFrom('gzip', 'br', 'deflate', 'zstd', 'gzip, br'))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), encoding, (bytes, name) => {
        const decoded = decodeBody(Buffer.from(bytes), name, 300)
        expect(decoded.ok ? decoded.body.length : 0).toBeLessThanOrEqual(300)
      }),
    )
  })
})
