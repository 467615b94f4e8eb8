/**
 * An id of the API is opaque: the published reference shows integers, the vendor's own clients use UUIDs.
 * It is kept as text, so that no digit is lost, and branded, so that it is not a string among strings.
 */
declare const brand: unique symbol

export type SnapshotId = string & { readonly [brand]: 'snapshot' }
export type ServerId = string & { readonly [brand]: 'server' }

// 40 digits hold any integer type a database has; a longer run of digits is no id.
const DIGITS = /^[1-9][0-9]{0,39}$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

function normalise(text: string): string | undefined {
  if (DIGITS.test(text)) return text
  return UUID.test(text) ? text.toLowerCase() : undefined
}

/** Reads a snapshot's id: decimal digits without a leading zero, or a UUID (lower-cased). Anything else is undefined. */
export function parseSnapshotId(text: string): SnapshotId | undefined {
  return normalise(text) as SnapshotId | undefined
}

/** Reads a server's id: decimal digits without a leading zero, or a UUID (lower-cased). Anything else is undefined. */
export function parseServerId(text: string): ServerId | undefined {
  return normalise(text) as ServerId | undefined
}

/** Whether the id is a number; otherwise it is a UUID. */
export function isNumericId(id: SnapshotId | ServerId): boolean {
  return DIGITS.test(id)
}

/** The id as JSON text: digits as a number with all of its digits, a UUID as a string. */
export function idToJson(id: SnapshotId | ServerId): string {
  return isNumericId(id) ? id : JSON.stringify(id)
}
