import { describe, expect, it } from 'vitest'
import { limitText } from '../../../src/http/messages.ts'
import { toTransportFailure } from '../../../src/http/transport-failure.ts'

function trouble(code: string, message = ''): Error {
  return Object.assign(new Error(message), { code })
}

it.each([
  [30_000, '30s'],
  [60_000, '60s'],
  [1_449, '1.4s'],
  [40, '0.1s'],
])('a limit of %i ms reads as a person would say it', (ms, text) => {
  expect(limitText(ms)).toBe(text)
})

describe('toTransportFailure', () => {
  it.each([
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'CERT_HAS_EXPIRED',
    'CRL_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'INVALID_CA',
    'INVALID_PURPOSE',
    'PATH_LENGTH_EXCEEDED',
    'HOSTNAME_MISMATCH',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'UND_ERR_PRX_TLS',
  ])('takes %s before the request for a certificate that is not accepted', code => {
    expect(toTransportFailure(trouble(code), false).kind).toBe('certificate')
    expect(toTransportFailure(trouble(code), true).kind).toBe('interrupted')
  })

  it.each([
    'ECONNREFUSED',
    'EAI_AGAIN',
    'ENOTFOUND_X',
    'ECONNRESET',
    'UND_ERR_SOCKET',
    'UND_ERR_HEADERS_TIMEOUT',
    'INVALID_CAR',
    'X_CERT_',
    'UND_ERR_PRX_TLS_X',
  ])('takes %s before the request for no connection', code => {
    expect(toTransportFailure(trouble(code), false).kind).toBe('unreachable')
  })

  it.each([
    ['ENOTFOUND', 'unknown-host'],
    ['EPROTO', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
  ])('knows that %s before the request will not pass by itself', (code, kind) => {
    expect(toTransportFailure(trouble(code), false)).toMatchObject({ kind, code })
    expect(toTransportFailure(trouble(code), true).kind).toBe('interrupted')
  })

  it.each([
    [
      'Proxy response (407) !== 200 when HTTP Tunneling',
      'proxy',
      'the proxy asks for other credentials (407)',
    ],
    ['Proxy response (403) !== 200 when HTTP Tunneling', 'proxy', 'the proxy does not allow this host (403)'],
    ['Proxy response (502) !== 200 when HTTP Tunneling', 'unreachable', 'the proxy could not connect (502)'],
    ['Proxy Authentication Required (407)', 'proxy', 'the proxy asks for other credentials (407)'],
  ])('takes "%s" for a %s failure, whether bytes were sent to the proxy or not', (message, kind, reason) => {
    for (const started of [false, true])
      expect(toTransportFailure(trouble('UND_ERR_ABORTED', message), started)).toEqual({
        kind,
        reason,
        code: 'UND_ERR_ABORTED',
      })
  })

  it.each([
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
    ['UND_ERR_BODY_TIMEOUT', 'timeout'],
    ['UND_ERR_HEADERS_OVERFLOW', 'oversized'],
    ['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'oversized'],
    ['ECONNRESET', 'interrupted'],
    ['ECONNREFUSED', 'interrupted'],
    ['HPE_INVALID_CONSTANT', 'interrupted'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'interrupted'],
  ])('takes %s after the request has begun for %s', (code, kind) => {
    expect(toTransportFailure(trouble(code), true).kind).toBe(kind)
  })

  it.each([
    [
      trouble('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'),
      'connection refused (connect ECONNREFUSED 127.0.0.1:1)',
    ],
    [trouble('EAI_AGAIN'), 'the host name could not be looked up (EAI_AGAIN)'],
    [trouble('ECONNRESET'), 'connection reset (ECONNRESET)'],
    [trouble('EHOSTUNREACH'), 'no route to the host (EHOSTUNREACH)'],
    [trouble('ENETUNREACH'), 'no route to the network (ENETUNREACH)'],
    [trouble('ENOTFOUND'), 'the host name does not exist (ENOTFOUND)'],
    [trouble('EPIPE', 'write EPIPE'), 'connection closed (write EPIPE)'],
    [trouble('ETIMEDOUT'), 'connection timed out (ETIMEDOUT)'],
    [
      trouble('UND_ERR_BODY_TIMEOUT', 'Body Timeout Error'),
      'the response stopped before its end (UND_ERR_BODY_TIMEOUT)',
    ],
    [trouble('UND_ERR_CONNECT_TIMEOUT', 'x'), 'no connection in time (UND_ERR_CONNECT_TIMEOUT)'],
    [
      trouble('UND_ERR_HEADERS_OVERFLOW'),
      'the headers of the response are too large (UND_ERR_HEADERS_OVERFLOW)',
    ],
    [trouble('UND_ERR_HEADERS_TIMEOUT'), 'no response in time (UND_ERR_HEADERS_TIMEOUT)'],
    [trouble('UND_ERR_PRX_CONN'), 'the proxy closed the connection (UND_ERR_PRX_CONN)'],
    [
      trouble('UND_ERR_RES_CONTENT_LENGTH_MISMATCH'),
      'the response was cut off (UND_ERR_RES_CONTENT_LENGTH_MISMATCH)',
    ],
    [trouble('UND_ERR_RES_EXCEEDED_MAX_SIZE'), 'the response is too large (UND_ERR_RES_EXCEEDED_MAX_SIZE)'],
    [trouble('UND_ERR_SOCKET', 'other side closed'), 'connection closed (UND_ERR_SOCKET)'],
    [
      trouble('ERR_SSL_WRONG_VERSION_NUMBER', 'a:b:c'),
      'TLS could not be negotiated (ERR_SSL_WRONG_VERSION_NUMBER)',
    ],
    [trouble('EPROTO', 'write EPROTO a:b:c'), 'TLS could not be negotiated (EPROTO)'],
    [
      trouble('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed; try this'),
      'self-signed (SELF_SIGNED_CERT_IN_CHAIN)',
    ],
    [trouble('EWHATEVER'), 'EWHATEVER'],
    [new TypeError('odd'), 'odd (TypeError)'],
    [
      Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:9')]), { code: 'ECONNREFUSED' }),
      'connection refused (connect ECONNREFUSED ::1:9)',
    ],
    [Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), 'connection refused (ECONNREFUSED)'],
    [Object.assign(new AggregateError([new Error('one')], 'all'), { code: 'EWHATEVER' }), 'all (EWHATEVER)'],
  ])('says why, in words', (error, reason) => {
    expect(toTransportFailure(error, false).reason).toBe(reason)
  })
})
