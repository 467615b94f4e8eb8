import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scrubberOf } from '../../../src/vps/scrub.ts'

const TOKEN = 'vps_s3cr3t/token+with "signs" äö'

describe('scrubberOf', () => {
  it.each([
    ['as it is', TOKEN],
    ['URL-encoded', encodeURIComponent(TOKEN)],
    ['URL-encoded in lower case', encodeURIComponent(TOKEN).replace(/%../g, hex => hex.toLowerCase())],
    ['as a form writes it', encodeURIComponent(TOKEN).replaceAll('%20', '+')],
    ['as JSON writes it', JSON.stringify(TOKEN).slice(1, -1)],
  ])('replaces the secret %s, every time', (_, form) => {
    expect(scrubberOf(TOKEN)(`a ${form} b ${form} c`)).toBe('a *** b *** c')
  })

  it.each([0, 1, 2, 3, 4])('leaves no base64 of the secret with %i bytes before it', before => {
    const encoded = Buffer.from(`${'x'.repeat(before)}${TOKEN}yy`).toString('base64')
    const scrubbed = scrubberOf(TOKEN)(encoded)
    expect(scrubbed).toContain('***')
    expect(Buffer.from(scrubbed, 'base64').toString()).not.toContain('s3cr3t')
    expect(scrubbed.length).toBeLessThan(encoded.length - 40)
  })

  it('replaces base64url as well', () => {
    const secret = 'vps_>>>???>>>???'
    const encoded = Buffer.from(secret).toString('base64url')
    expect(encoded).toMatch(/[-_]/)
    expect(scrubberOf(secret)(encoded)).toMatch(/^\*\*\*.?$/)
  })

  it('does not take short pieces of base64 for the secret', () => {
    expect(scrubberOf('abcde')('YWJjZG is what abcde begins with')).toBe('YWJjZG is what *** begins with')
    expect(scrubberOf('abcdef')('YWJjZGVm')).toBe('***')
  })

  it('changes nothing for an empty secret', () => {
    expect(scrubberOf('')('some text')).toBe('some text')
  })

  it('never leaves the secret in any text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(!'***'.includes(secret) && !secret.includes('*'))
        expect(scrubberOf(secret)(before + secret + after)).not.toContain(secret)
      }),
    )
  })
})
