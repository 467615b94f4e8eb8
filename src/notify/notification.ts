/** What `notify-on` can ask for. */
export type NotificationEvent = 'rollback' | 'failure' | 'success'

/** One server's part, as the documented JSON names it. Texts may come from the API as they are. */
export interface NotifiedServer {
  readonly id: string
  readonly name: string
  /** One of the words of the `status` output. */
  readonly status: string
  /** One of the words of the `reason` output; empty where nothing went wrong. */
  readonly reason: string
  /** The snapshot that was taken, restored, deleted or waited for; null where there is none. */
  readonly snapshot: {
    readonly id: string
    readonly name: string
    /** As the API says it (ISO 8601); null where it says nothing. */
    readonly created_at: string | null
    /** Mebibytes; null while the API does not know it. */
    readonly size_mb: number | null
  } | null
  /** ISO 8601: changes made on the server after this instant are gone; null where nothing was overwritten. */
  readonly lost_since: string | null
}

/**
 * What there is to tell, as plain data: the fields of the documented JSON (docs/notification.schema.json) and the
 * sentences of which each receiver's message is made. Every text is raw; this folder makes it harmless.
 */
export interface Notification {
  readonly event: NotificationEvent
  readonly operation: 'create' | 'restore' | 'delete' | 'list' | 'wait'
  readonly status: string
  readonly reason: string
  /** `owner/repo`. */
  readonly repository: string
  /** The workflow's display name. */
  readonly workflow: string
  /** The workflow run's page; becomes the message's only link. */
  readonly run_url: string
  readonly job: string
  /** `GITHUB_ACTOR`: who started the run. */
  readonly actor: string
  /** ISO 8601, when the stage began. */
  readonly started_at: string
  /** ISO 8601, when it had nothing more to do but tell. */
  readonly finished_at: string
  readonly servers: readonly NotifiedServer[]
  /** The verdict in one line. */
  readonly headline: string
  /** The state of things, a sentence or a server a line. From the end on, left out of a message that would be too long. */
  readonly lines: readonly string[]
  /** What to do next, in one line. */
  readonly way_out?: string | undefined
  /** A command to paste, of our own making (`gh workflow run …`). */
  readonly command?: string | undefined
}

/** The documented JSON, sent where the host is not a chat that wants a shape of its own. */
export type NotificationDocument = Omit<Notification, 'headline' | 'lines' | 'way_out' | 'command'> & {
  readonly schema: 1
  /** The whole message, safe to be posted in a chat as it is. */
  readonly text: string
}
