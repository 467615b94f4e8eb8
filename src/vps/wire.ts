/** One HTTP request, complete: what the client decided to say, before anything travels. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** One HTTP answer, read to its end. */
export interface WireAnswer {
  readonly status: number
  /** Names in lower case; of a header that came several times, the values joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Why there is no answer. */
export type WireFailure = {
  /**
   * - `unreachable`: the connection was never made, so that certainly nothing was sent
   * - `certificate`: TLS was not agreed upon; nothing was sent either
   * - `timeout`, `interrupted` (reset, closed, cut off): the request may have been acted upon
   * - `oversized`: an answer came and was too large to be read; the request was acted upon or refused
   */
  readonly kind: 'unreachable' | 'timeout' | 'interrupted' | 'oversized' | 'certificate'
  /** Short, for people. Holds neither the token nor credentials out of a URL. */
  readonly reason: string
}

export type WireResult =
  | { readonly ok: true; readonly answer: WireAnswer }
  | { readonly ok: false; readonly failure: WireFailure }

export interface WireOptions {
  /** Milliseconds for the whole exchange, from the connection to the last byte of the answer. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/** The port through which bytes travel. It follows no redirects and repeats nothing. */
export interface Wire {
  /** Resolves for every outcome of the network; rejects only with `signal.reason`, when the signal is aborted. */
  send(request: WireRequest, options: WireOptions): Promise<WireResult>
}
