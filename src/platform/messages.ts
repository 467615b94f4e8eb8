/** Every sentence of the modules that touch the process. What a health target does ends a sentence that names it. */
import type { TransportFailure } from '../http/http-transport.ts'

export { noConnection } from '../http/messages.ts'

/** The title of an annotation that belongs to no operation. */
export const TITLE = 'VPS.org snapshot'

/** A mistake in this program, outside of any operation. */
export function internalError(message: string): string {
  return `Internal error: ${message}. Please open an issue with this log.`
}

/** Runners other than GitHub's start whichever Node they find. */
export function nodeTooOld(version: string): string {
  return `This action needs Node 24, but the runner started it with Node ${version}. Nothing was sent. Give the runner Node 24: see docs/runners.md.`
}

// ---- a health target that is not healthy

export function answered(status: number): string {
  return `answered with ${status}`
}

export function redirectsOutOfHttp(status: number): string {
  return `answered with ${status}, a redirect to an address that is not http`
}

/** Another host's health says nothing about this one. */
export function redirectsAway(status: number, host: string): string {
  return `answered with ${status}, a redirect to another host (${host}), which is not followed`
}

export function redirectsTooOften(most: number): string {
  return `redirects more than ${most} times`
}

export function unanswered({ kind, reason }: TransportFailure): string {
  if (kind !== 'certificate') return reason
  return `its certificate is not accepted: ${reason} (set NODE_EXTRA_CA_CERTS for a CA of your own)`
}
