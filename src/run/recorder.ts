import { apiNow, type Clocks, type Context } from './context.ts'
import type { ServerEvent } from './events.ts'
import { applyToAll, applyToServer, type OperationEvent, type OperationRun } from './operation-run.ts'
import type { ServerRun } from './server-run.ts'

/** One server's record, and the only way to change it. */
export interface ServerTrack {
  /** The record as it is now. */
  readonly run: ServerRun
  record(event: ServerEvent): void
}

/** The record of an operation, and the only way to change it. */
export interface Recorder {
  /** The record as it is now. */
  readonly run: OperationRun
  /** One for each server, in the order of the record. */
  readonly tracks: readonly ServerTrack[]
  record(event: OperationEvent): void
}

/** Told of every change, as it happens. */
export type Observer = (before: OperationRun, after: OperationRun) => void

/**
 * Keeps the record of `begin`; whatever happens goes through here.
 * @param publish saves what the post step needs, and publishes ids
 */
export function createRecorder(
  ctx: Clocks & Pick<Context, 'observe'>,
  begin: OperationRun,
  publish: Observer = () => undefined,
): Recorder {
  const { clock } = ctx
  let run = begin
  let tracks: readonly ServerTrack[] = []
  const change = (next: OperationRun): void => {
    const before = run
    run = next
    ctx.observe?.(before, next)
    publish(before, next)
  }
  const trackOf = (initial: ServerRun, index: number): ServerTrack => ({
    get run() {
      return run.servers[index] ?? initial
    },
    record: event => {
      const dated = event.type === 'accepted' ? { ...event, apiTime: apiNow(ctx) } : event
      change(applyToServer(run, index, dated, clock.now()))
    },
  })
  return {
    get run() {
      return run
    },
    get tracks() {
      return tracks
    },
    record: event => {
      change(applyToAll(run, event, clock.now()))
      if (event.type === 'servers found') tracks = event.servers.map(trackOf)
    },
  }
}
