import type { Story } from './story.ts'

const MINUTE = 60_000
/** A rollback has an hour, whatever the create has. */
const RESTORE_MS = 60 * MINUTE
/** A 403 is explained by one more question, which has ten seconds. */
const COURTESY = 15_000

/** No stage takes longer than what it was given, and what cleaning up may take. */
export function deadlines({ wish, main, post, jobStatus }: Story): readonly string[] {
  const cleanup = (wish.stopServer || wish.startAfterRestore ? 2 * MINUTE : 0) * wish.servers.length
  const limit = wish.operation === 'list' ? 5 * MINUTE : wish.timeoutMs
  const breaches: string[] = []
  if (main.tookMs > limit + cleanup + COURTESY)
    breaches.push(`the main stage took ${main.tookMs} ms, its limit was ${limit} ms`)
  if (main.cancelledAt !== undefined && main.worldAfter.now - main.cancelledAt > 2_000)
    breaches.push(`the main stage took ${main.worldAfter.now - main.cancelledAt} ms after the signal`)
  if (post === undefined) return breaches
  // After a cancel everything together has two minutes.
  const cleaningUp = (4 * wish.servers.length + 5) * MINUTE
  const limitOfPost = jobStatus === 'cancelled' ? 2 * MINUTE + COURTESY : RESTORE_MS + cleaningUp
  if (post.tookMs > limitOfPost) breaches.push(`the post step took ${post.tookMs} ms`)
  return breaches
}
