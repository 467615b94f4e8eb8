/**
 * Every phrase for what goes wrong on the way to a server: each ends a sentence that others begin, such as `Could not
 * connect to the API: connection refused (…)`.
 */

/** By the codes of Node and undici. */
export const NETWORK_ERRORS: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'the host name could not be looked up',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ENOTFOUND: 'the host name does not exist',
  EPIPE: 'connection closed',
  ETIMEDOUT: 'connection timed out',
  UND_ERR_BODY_TIMEOUT: 'the response stopped before its end',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of the response are too large',
  UND_ERR_HEADERS_TIMEOUT: 'no response in time',
  UND_ERR_PRX_CONN: 'the proxy closed the connection',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the response was cut off',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'the response is too large',
  UND_ERR_SOCKET: 'connection closed',
}

/** By the status with which a proxy answers. */
export function proxyRefusal(status: string): string {
  if (status === '407') return 'the proxy asks for other credentials (407)'
  return status === '403'
    ? 'the proxy does not allow this host (403)'
    : `the proxy could not connect (${status})`
}

export function noTls(code: string): string {
  return `TLS could not be negotiated (${code})`
}

/** A limit of time for a person, to a tenth of a second: `30s`, `1.5s`. */
export function limitText(ms: number): string {
  return `${Math.max(1, Math.round(ms / 100)) / 10}s`
}

export function noConnection(limitMs: number): string {
  return `no connection within ${limitText(limitMs)}`
}

export function noResponse(limitMs: number): string {
  return `no complete response within ${limitText(limitMs)}`
}

export const TOO_LARGE_DECOMPRESSED = 'the response is too large once decompressed'

export function unknownEncoding(encoding: string): string {
  return `the response has the encoding "${encoding.slice(0, 50)}", which cannot be decoded`
}

/** @param variable the environment variable that holds it */
export function noProxyAddress(variable: string): string {
  return `${variable} is not the address of an HTTP proxy (http://… or https://…)`
}

/** What only ends an exchange of ours; nobody reads it. */
export const ENDED = {
  closed: 'all connections were closed',
  unwanted: 'no longer wanted',
  headersOnly: 'the body does not matter',
} as const
