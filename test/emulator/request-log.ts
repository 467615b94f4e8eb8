/** One request that the emulator was sent, for transcripts and for counting. */
export interface LoggedRequest {
  /** Who was asked, where several servers share a log; the API when it is not given. */
  readonly to?: string
  /** Milliseconds since the epoch, in the world's time. */
  readonly at: number
  readonly method: string
  readonly origin: string
  /** With its query. */
  readonly path: string
  /** Names in lower case. Holds the token. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The status that was answered; null while, or because, there was no whole answer. */
  readonly status: number | null
  /** The kind of fault that it met. */
  readonly fault: string | null
  /** Whether the world was asked to act upon it. */
  readonly acted: boolean
}

/** The requests in the order in which they came. */
export class RequestLog {
  readonly #requests: LoggedRequest[] = []

  get all(): readonly LoggedRequest[] {
    return this.#requests
  }

  clear(): void {
    this.#requests.length = 0
  }

  /** Notes a request, and hands back what changes the note. */
  note(request: LoggedRequest): (change: Partial<Pick<LoggedRequest, 'status' | 'acted'>>) => LoggedRequest {
    const requests = this.#requests
    const index = requests.push(request) - 1
    let current = request
    return change => {
      const changed = { ...current, ...change }
      // After a clearing, the place belongs to another request.
      if (requests[index] === current) requests[index] = changed
      current = changed
      return changed
    }
  }
}
