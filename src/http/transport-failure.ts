import type { TransportFailure } from './http-transport.ts'
import * as messages from './messages.ts'

// The codes with which Node's TLS rejects a certificate (OpenSSL's X509_V_ERR_… without its prefix, and Node's own).
const CERTIFICATE_CODE =
  /^(?:UNABLE_TO_|CERT_|CRL_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT|INVALID_(?:CA|PURPOSE)$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$|ERR_TLS_CERT_|UND_ERR_PRX_TLS$)/
// What OpenSSL says of the other side's TLS: a wrong version, no common cipher, or no TLS at all.
const TLS_CODE = /^(?:ERR_SSL_|EPROTO$)/
// undici's own words for a proxy that answers CONNECT with something else than 200, and a forwarded request with 407.
const PROXY_ANSWER = /^Proxy (?:response|Authentication Required) \((\d+)\)/
// What a proxy answers where it wants other credentials or forbids the host; anything else may pass.
const PROXY_REFUSALS = new Set(['403', '407'])

const TIMEOUT_CODES = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])
const OVERSIZE_CODES = new Set(['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_EXCEEDED_MAX_SIZE'])

interface NetworkError {
  readonly code: string
  readonly message: string
}

/**
 * Says what an error of the connection means.
 * @param started whether undici had begun to write the request. Until then no byte of it can have reached the API,
 *   whatever the error; from then on it may have been acted on, whatever the error.
 */
export function toTransportFailure(error: Error, started: boolean): TransportFailure {
  const network = networkErrorOf(error)
  return { kind: kindOf(network, started), reason: reasonOf(network), code: network.code }
}

function kindOf({ code, message }: NetworkError, started: boolean): TransportFailure['kind'] {
  const proxyStatus = proxyStatusOf(message)
  if (proxyStatus !== undefined) return PROXY_REFUSALS.has(proxyStatus) ? 'proxy' : 'unreachable'
  if (!started) return connectionKindOf(code)
  if (TIMEOUT_CODES.has(code)) return 'timeout'
  return OVERSIZE_CODES.has(code) ? 'oversized' : 'interrupted'
}

function connectionKindOf(code: string): TransportFailure['kind'] {
  if (CERTIFICATE_CODE.test(code)) return 'certificate'
  if (TLS_CODE.test(code)) return 'tls'
  return code === 'ENOTFOUND' ? 'unknown-host' : 'unreachable'
}

// A host with several addresses fails with one error for each; the first of them is as good as any.
function networkErrorOf(error: Error): NetworkError {
  const [first] = error instanceof AggregateError ? error.errors : []
  const code = 'code' in error ? String(error.code) : error.name
  return { code, message: error.message || (first instanceof Error ? first.message : '') }
}

function proxyStatusOf(message: string): string | undefined {
  return PROXY_ANSWER.exec(message)?.[1]
}

function reasonOf({ code, message }: NetworkError): string {
  const proxyStatus = proxyStatusOf(message)
  if (proxyStatus !== undefined) return messages.proxyRefusal(proxyStatus)
  // OpenSSL's messages hold memory addresses and the paths of its own source.
  if (TLS_CODE.test(code)) return messages.noTls(code)
  const explanation = messages.NETWORK_ERRORS[code]
  // What follows a semicolon is advice about Node's own command line.
  const [first] = message.split(';', 1)
  if (explanation === undefined) return first ? `${first} (${code})` : code
  return `${explanation} (${message.includes(code) ? message : code})`
}
