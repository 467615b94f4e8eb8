/** One HTTP request, complete: everything is decided before anything travels. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** One HTTP answer, read to its end (or to the end of its headers, where the request asked for no more). */
export interface HttpAnswer {
  readonly status: number
  /** Names in lower case; the values of a repeated header joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  /** Decompressed text. */
  readonly body: string
}

/** Why there is no answer. */
export interface TransportFailure {
  /**
   * Never sent, and a later try may get through:
   * - `unreachable`: no connection
   *
   * Never sent, and trying again changes nothing:
   * - `unknown-host`: the host name does not exist
   * - `proxy`: the proxy variable is unusable, or the proxy refused (403, 407)
   * - `tls`: the other side does not speak a TLS that this side accepts
   * - `certificate`: its certificate was not accepted
   *
   * Sent, and possibly acted on:
   * - `timeout`: no complete answer in time
   * - `interrupted`: reset, closed or cut off
   * - `oversized`: an answer came that is too large to read
   * - `unreadable`: an answer came in an encoding that nobody asked for and that cannot be decoded
   */
  readonly kind:
    | 'unreachable'
    | 'unknown-host'
    | 'proxy'
    | 'tls'
    | 'certificate'
    | 'timeout'
    | 'interrupted'
    | 'oversized'
    | 'unreadable'
  /** Short, for people. Holds neither the token nor credentials from a URL. */
  readonly reason: string
  /** The error code of Node, OpenSSL or undici, e.g. `CERT_HAS_EXPIRED`, where there was one. */
  readonly code?: string
}

export type TransportResult =
  | { readonly ok: true; readonly answer: HttpAnswer }
  | { readonly ok: false; readonly failure: TransportFailure }

export interface TransportOptions {
  /** Milliseconds for the whole exchange, from the name look-up to the last byte of the answer. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  /** Whether only status and headers matter: the body, which may never end, is left unread. */
  readonly headersOnly?: boolean
}

/** Carries HTTP. It follows no redirects and repeats nothing. */
export interface HttpTransport {
  /** Resolves for every outcome of the network; rejects only with `signal.reason`, when the signal is aborted. */
  send(request: HttpRequest, options: TransportOptions): Promise<TransportResult>
}
