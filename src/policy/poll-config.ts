/** How an operation polls. */
export interface PollConfig {
  /** The input `poll-interval`: exactly this long between two polls; when it is not given, the operation's schedule. */
  readonly fixedIntervalMs?: number
  /** An emulator is polled whose minutes last less than a minute: windows are counted in intervals. */
  readonly acceleratedClock: boolean
}
