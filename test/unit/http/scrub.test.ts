import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scrubberOf } from '../../../src/http/scrub.ts'

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
