/** What the sentences of this folder are made of. */

import { formatAge } from '../../policy/durations.ts'
import { isAhead } from '../../policy/timestamps.ts'
import { createdAtOf, timeOfDay } from '../../run/labels.ts'
import type { ServerRun } from '../../run/server-run.ts'

/** What happened, in one short sentence, and what state things are in now. */
export interface Account {
  readonly what: string
  /** Whole sentences, or nothing. */
  readonly state: string
}

export const NEVER_SEEN_RESTORING = 'VPS.org accepted the restore, but the server never reported "restoring".'

/** Sentences side by side, without those that are empty. */
export function joined(sentences: readonly string[]): string {
  return sentences.filter(sentence => sentence !== '').join(' ')
}

export function age(run: ServerRun, now: number): string {
  const created = createdAtOf(run)
  if (created === undefined) return 'of unknown age'
  return isAhead(created, now) ? 'dated in the future' : `${formatAge(now - created)} old`
}

/** `02:41 UTC`, with the date where it was another day. */
export function clockTime(at: number, now: number): string {
  const text = new Date(at).toISOString()
  const today = new Date(now).toISOString().slice(0, 10)
  return text.startsWith(today) ? timeOfDay(at) : `${text.slice(0, 10)} ${timeOfDay(at)}`
}
