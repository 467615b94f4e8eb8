import type { WireFailure } from './wire.ts'

// The codes with which Node's TLS rejects a certificate (OpenSSL's X509_V_ERR_… without its prefix, and Node's own).
const CERTIFICATE_CODE =
  /^(?:UNABLE_TO_|CERT_|CRL_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT|INVALID_(?:CA|PURPOSE)$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$|ERR_TLS_CERT_|UND_ERR_PRX_TLS$)/

const TIMEOUT_CODES = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])
const OVERSIZE_CODES = new Set(['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_EXCEEDED_MAX_SIZE'])

const WORDS: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'the host name could not be looked up',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ENOTFOUND: 'the host name is not known',
  EPIPE: 'connection closed',
  ETIMEDOUT: 'connection timed out',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped before its end',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of the answer are too large',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_PRX_CONN: 'the proxy closed the connection',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer was cut off',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'the answer is too large',
  UND_ERR_SOCKET: 'connection closed',
}

interface Trouble {
  readonly code: string
  readonly message: string
}

/**
 * Says what an error of the connection means.
 * @param started whether undici had begun to write the request. Until then no byte of it can have reached the API,
 *   whatever the error; from then on it may have been acted upon, whatever the error.
 */
export function classify(error: Error, started: boolean): WireFailure {
  const trouble = troubleOf(error)
  return { kind: kindOf(trouble.code, started), reason: reasonOf(trouble) }
}

function kindOf(code: string, started: boolean): WireFailure['kind'] {
  if (!started) return CERTIFICATE_CODE.test(code) ? 'certificate' : 'unreachable'
  if (TIMEOUT_CODES.has(code)) return 'timeout'
  return OVERSIZE_CODES.has(code) ? 'oversized' : 'interrupted'
}

// A host with several addresses fails with one error for each; the first of them is as good as any.
function troubleOf(error: Error): Trouble {
  const [first] = error instanceof AggregateError ? error.errors : []
  const code = 'code' in error ? String(error.code) : error.name
  return { code, message: error.message || (first instanceof Error ? first.message : '') }
}

function reasonOf({ code, message }: Trouble): string {
  const proxyStatus = /^Proxy response \((\d+)\)/.exec(message)
  if (proxyStatus !== null) return `the proxy answered ${proxyStatus[1]} instead of connecting`
  // OpenSSL's messages hold memory addresses and the paths of its own source.
  if (/^(?:ERR_SSL_|EPROTO$)/.test(code)) return `TLS could not be agreed upon (${code})`
  const words = WORDS[code]
  // What follows a semicolon is advice about Node's own command line.
  const [first] = message.split(';', 1)
  if (words === undefined) return first ? `${first} (${code})` : code
  return `${words} (${message.includes(code) ? message : code})`
}
