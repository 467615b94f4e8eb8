import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseProxy, type Environment } from '../../../src/http/proxy.ts'

const PROXY = 'http://proxy.test:3128'
const DIRECT = { via: 'direct' }
const THROUGH = { via: 'proxy', uri: PROXY }

function choose(address: string, env: Environment) {
  return chooseProxy(new URL(address), env)
}

/** Whether an address is exempt by `NO_PROXY`. */
function isExempt(address: string, noProxy: string): boolean {
  const env = { HTTP_PROXY: PROXY, HTTPS_PROXY: PROXY, NO_PROXY: noProxy }
  return choose(address, env).via === 'direct'
}

describe('chooseProxy', () => {
  it('goes straight in an empty environment', () => {
    expect(choose('https://api.test/', {})).toEqual(DIRECT)
  })

  it('reads the variable of the scheme, and of no other', () => {
    const env = { HTTP_PROXY: 'http://one.test:1', HTTPS_PROXY: 'http://two.test:2' }
    expect(choose('http://api.test/', env)).toEqual({ via: 'proxy', uri: 'http://one.test:1' })
    expect(choose('https://api.test/', env)).toEqual({ via: 'proxy', uri: 'http://two.test:2' })
    expect(choose('https://api.test/', { HTTP_PROXY: PROXY })).toEqual(DIRECT)
    expect(choose('http://api.test/', { HTTPS_PROXY: PROXY })).toEqual(DIRECT)
  })

  it('prefers the lower-case name, unless it is empty', () => {
    const upper = { HTTPS_PROXY: 'http://upper.test', NO_PROXY: 'upper.test' }
    const lower = { https_proxy: 'http://lower.test', no_proxy: 'lower.test' }
    expect(choose('https://api.test/', { ...upper, ...lower })).toEqual({
      via: 'proxy',
      uri: 'http://lower.test',
    })
    expect(choose('https://lower.test/', { ...upper, ...lower })).toEqual(DIRECT)
    expect(choose('https://upper.test/', { ...upper, https_proxy: '', no_proxy: '' })).toEqual(DIRECT)
  })

  it('takes an address without a scheme for an HTTP proxy, and drops spaces', () => {
    expect(choose('https://api.test/', { HTTPS_PROXY: ' proxy.test:3128 ' })).toEqual(THROUGH)
  })

  it('takes a proxy behind TLS, with credentials', () => {
    const uri = 'https://user:p%40ss@proxy.test:8443'
    expect(choose('http://api.test/', { http_proxy: uri })).toEqual({ via: 'proxy', uri })
  })

  it.each([
    'http://',
    'socks5://user:hidden@proxy.test',
    'http://user:hid%den@proxy.test',
    'http://hid%den@proxy.test',
  ])('knows no way where the variable holds %s, and does not repeat it', uri => {
    expect(choose('https://api.test/', { HTTPS_PROXY: uri })).toEqual({
      via: 'nothing',
      reason: 'HTTPS_PROXY is not the address of an HTTP proxy (http://… or https://…)',
    })
    expect(choose('http://api.test/', { http_proxy: uri })).toEqual({
      via: 'nothing',
      reason: 'HTTP_PROXY is not the address of an HTTP proxy (http://… or https://…)',
    })
    // What needs no proxy does not need a usable one.
    expect(choose('http://127.0.0.1/', { http_proxy: uri })).toEqual(DIRECT)
    expect(choose('http://api.test/', { http_proxy: uri, NO_PROXY: 'api.test' })).toEqual(DIRECT)
  })

  it.each([
    'http://localhost:8080/',
    'https://localhost/',
    'http://LOCALHOST./',
    'http://127.0.0.1:1/',
    'http://127.1/',
    'http://127.255.255.254/',
    'http://2130706433/',
    'http://[::1]:8080/',
    'http://[::ffff:127.0.0.1]/',
  ])('never asks a proxy for this machine: %s', address => {
    expect(isExempt(address, '')).toBe(true)
  })

  it.each(['http://localhost.test/', 'http://mylocalhost/', 'http://128.0.0.1/', 'http://[::2]/'])(
    'asks a proxy for another machine: %s',
    address => {
      expect(isExempt(address, '')).toBe(false)
    },
  )

  it('sends nothing to a loopback address through a proxy, whatever the environment', () => {
    const host = fc.oneof(
      fc.constantFrom('localhost', '[::1]'),
      fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)).map(parts => `127.${parts.join('.')}`),
    )
    const text = fc.oneof(fc.string(), fc.constant(PROXY), fc.constant('*'))
    fc.assert(
      fc.property(host, text, text, fc.nat(65_535), (name, proxy, noProxy, port) => {
        const env = { HTTP_PROXY: proxy, https_proxy: proxy, NO_PROXY: noProxy }
        expect(choose(`http://${name}:${port}/`, env)).toEqual(DIRECT)
        expect(choose(`https://${name}:${port}/`, env)).toEqual(DIRECT)
      }),
    )
  })
})

describe('NO_PROXY', () => {
  it.each([
    ['*', 'https://api.test/', true],
    ['other.test, *', 'https://api.test/', true],
    ['api.test', 'https://api.test/', true],
    ['API.Test', 'https://api.TEST./', true],
    ['api.test.', 'https://api.test/', true],
    ['test', 'https://api.test/', true],
    ['.test', 'https://api.test/', true],
    ['.api.test', 'https://api.test/', true],
    ['pi.test', 'https://api.test/', false],
    ['x.api.test', 'https://api.test/', false],
    ['*.api.test', 'https://x.api.test/', true],
    ['*.api.test', 'https://api.test/', false],
    ['one.test,two.test', 'https://two.test/', true],
    ['one.test  two.test', 'https://two.test/', true],
    ['', 'https://api.test/', false],
    ['.', 'https://api.test/', false],
    [' , ', 'https://api.test/', false],
    ['https://api.test', 'https://api.test/', false],
  ])('names domains: %j has %s: %s', (noProxy, address, expected) => {
    expect(isExempt(address, noProxy)).toBe(expected)
  })

  it.each([
    ['api.test:443', 'https://api.test/', true],
    ['api.test:443', 'https://api.test:8443/', false],
    ['api.test:80', 'http://api.test/', true],
    ['.test:8443', 'https://api.test:8443/', true],
    ['*:8443', 'https://api.test:8443/', true],
    ['*:8443', 'https://api.test/', false],
    ['10.1.2.3:8080', 'http://10.1.2.3:8080/', true],
    ['10.1.2.3:8080', 'http://10.1.2.3/', false],
    ['[fd00::1]:8080', 'http://[fd00::1]:8080/', true],
    ['[fd00::1]:8080', 'http://[fd00::1]/', false],
    ['10.0.0.0/8:8080', 'http://10.1.2.3:8080/', true],
    ['api.test:', 'https://api.test/', false],
    ['api.test:http', 'http://api.test/', false],
  ])('names ports: %j has %s: %s', (noProxy, address, expected) => {
    expect(isExempt(address, noProxy)).toBe(expected)
  })

  it.each([
    ['10.1.2.3', 'http://10.1.2.3/', true],
    ['10.1.2.3', 'http://10.1.2.30/', false],
    ['10.0.0.0/8', 'http://10.255.0.1/', true],
    ['10.0.0.0/8', 'http://11.0.0.1/', false],
    ['192.168.4.0/22', 'http://192.168.7.255/', true],
    ['192.168.4.0/22', 'http://192.168.8.0/', false],
    ['0.0.0.0/0', 'http://8.8.8.8/', true],
    ['10.1.2.3/32', 'http://10.1.2.3/', true],
    ['fd00::/8', 'http://[fd12:3456::1]/', true],
    ['fd00::/8', 'http://[fe80::1]/', false],
    ['fd00::1', 'http://[fd00:0::1]/', true],
    ['[fd00::1]', 'http://[fd00::1]/', true],
    ['10.0.0.0/8', 'http://api.test/', false],
    ['10.0.0.0/8', 'http://[fd00::1]/', false],
    ['10.0.0.0/33', 'http://10.0.0.1/', false],
    ['10.0.0.0/', 'http://10.0.0.1/', false],
    ['10.0.0.0/x', 'http://10.0.0.1/', false],
    ['10.0.0.0/-1', 'http://10.0.0.1/', false],
    ['10.0.0.0/8/8', 'http://10.0.0.1/', false],
    ['10.0.0/8', 'http://10.0.0.1/', false],
    ['.0.0.1', 'http://10.0.0.1/', false],
  ])('names addresses and ranges: %j has %s: %s', (noProxy, address, expected) => {
    expect(isExempt(address, noProxy)).toBe(expected)
  })

  it('exempts an IPv4 address exactly if its leading bits are those of the range', () => {
    const bits = fc.integer({ min: 0, max: 0xffffffff })
    const text = (address: number) => [24, 16, 8, 0].map(shift => (address >>> shift) & 255).join('.')
    fc.assert(
      fc.property(bits, bits, fc.integer({ min: 0, max: 32 }), (network, host, length) => {
        fc.pre(host >>> 24 !== 127)
        const mask = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0
        const inside = (network & mask) === (host & mask)
        expect(isExempt(`http://${text(host)}/`, `${text(network)}/${length}`)).toBe(inside)
      }),
    )
  })

  it('can be any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.webUrl(), (noProxy, address) => {
        expect(typeof isExempt(address, noProxy)).toBe('boolean')
      }),
    )
  })
})
