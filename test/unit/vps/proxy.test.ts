import { describe, expect, it } from 'vitest'
import { proxyFor } from '../../../src/vps/proxy.ts'

describe('proxyFor', () => {
  it('finds none in an empty environment', () => {
    expect(proxyFor('https:', {})).toEqual({ ok: true, uri: '', noProxy: '' })
  })

  it('reads the variable of the scheme, and of no other', () => {
    const env = { HTTP_PROXY: 'http://one.test:1', HTTPS_PROXY: 'http://two.test:2', NO_PROXY: 'a, b' }
    expect(proxyFor('http:', env)).toEqual({ ok: true, uri: 'http://one.test:1', noProxy: 'a, b' })
    expect(proxyFor('https:', env)).toEqual({ ok: true, uri: 'http://two.test:2', noProxy: 'a, b' })
    expect(proxyFor('https:', { HTTP_PROXY: 'http://one.test:1' })).toEqual({
      ok: true,
      uri: '',
      noProxy: '',
    })
  })

  it('prefers the lower-case name, unless it is empty', () => {
    const upper = { HTTPS_PROXY: 'http://upper.test', NO_PROXY: 'upper.test' }
    const lower = { https_proxy: 'http://lower.test', no_proxy: 'lower.test' }
    expect(proxyFor('https:', { ...upper, ...lower })).toEqual({
      ok: true,
      uri: 'http://lower.test',
      noProxy: 'lower.test',
    })
    expect(proxyFor('https:', { ...upper, https_proxy: '', no_proxy: '' })).toEqual({
      ok: true,
      uri: 'http://upper.test',
      noProxy: 'upper.test',
    })
  })

  it('takes an address without a scheme for an HTTP proxy, and drops blanks', () => {
    expect(proxyFor('https:', { HTTPS_PROXY: ' proxy.test:3128 ' })).toEqual({
      ok: true,
      uri: 'http://proxy.test:3128',
      noProxy: '',
    })
  })

  it.each([
    'http://',
    'socks5://user:hidden@proxy.test',
    'http://user:hid%den@proxy.test',
    'http://hid%den@proxy.test',
  ])('refuses %s without repeating it', uri => {
    expect(proxyFor('https:', { HTTPS_PROXY: uri })).toEqual({
      ok: false,
      reason: 'HTTPS_PROXY does not hold the address of an HTTP proxy (http://… or https://…)',
    })
    expect(proxyFor('http:', { http_proxy: uri })).toEqual({
      ok: false,
      reason: 'HTTP_PROXY does not hold the address of an HTTP proxy (http://… or https://…)',
    })
  })

  it('takes a proxy behind TLS, with credentials', () => {
    const uri = 'https://user:p%40ss@proxy.test:8443'
    expect(proxyFor('http:', { http_proxy: uri })).toEqual({ ok: true, uri, noProxy: '' })
  })
})
