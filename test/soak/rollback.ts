import type { LoggedRequest } from '../emulator/request-log.ts'
import { areCompleted, arms, done, type OwnSnapshot, ownSnapshots } from './happenings.ts'
import { COMPLETED, ownerOf } from './rule.ts'
import type { StageStory, Story } from './story.ts'

const MINUTE = 60_000

/** A rollback that was due is sent, unless the API never accepts it until the deadline. */
export function rollbackIsSent(story: Story): readonly string[] {
  const { wish, main, post } = story
  const isDue = arms(wish) && main.green && !story.hadFailed && wish.restoreOn.includes(story.jobStatus)
  if (!isDue || post === undefined || post.cancelledAt !== undefined) return []
  const all = ownSnapshots(story)
  // Of a group all servers are rolled back, or none.
  if (all.some(own => isInterleaved(story, own))) return []
  return all.flatMap(own => {
    if (!isWhole(story, own) || isOthersRestore(story, own.server)) return []
    const accepted = done(main.worldAfter, story.finally, 'restore-begun').some(
      event => event.snapshot === own.id,
    )
    return accepted ? [] : gaveUpEarly(story, post, own.id)
  })
}

function isWhole(story: Story, own: OwnSnapshot): boolean {
  return areCompleted(story, [own]) && story.finally.snapshots.some(({ id }) => id === own.id)
}

/** Whether another run of the repository has deployed to the server since: a rollback would undo that, too. */
function isInterleaved({ finally: end, wish }: Story, { id, server }: OwnSnapshot): boolean {
  const own = end.snapshots.find(snapshot => snapshot.id === id)
  return end.snapshots.some(other => {
    const owner = ownerOf(other.description)
    const isOfAnotherRun = owner !== undefined && owner.purpose === 'deploy' && owner.run !== wish.runId
    return (
      isOfAnotherRun &&
      other.server === server &&
      repositoryOf(owner.workflow) === repositoryOf(wish.workflow) &&
      COMPLETED.test(other.status) &&
      // Where a date cannot be read, the ids decide, whatever the dates are.
      (other.createdAt > (own?.createdAt ?? 0) || Number(other.id) > Number(id))
    )
  })
}

function repositoryOf(workflow: string): string {
  return workflow.split('/').slice(0, 2).join('/').toLowerCase()
}

function isOthersRestore({ finally: end }: Story, server: string): boolean {
  return end.events.some(
    ({ kind, by, server: other }) => kind === 'restore-begun' && by === 'other' && other === server,
  )
}

/** Whether it stopped asking before its time was over, though nothing final had been answered. */
function gaveUpEarly(story: Story, post: StageStory, snapshot: string): readonly string[] {
  if (post.green) return [`the rollback to ${snapshot} was due, and the post step is green without it`]
  const asked = post.requests.filter(
    ({ method, path }) => method === 'POST' && path.endsWith(`/snapshots/${snapshot}/restore/`),
  )
  const reads = post.requests.filter(({ method }) => method === 'GET')
  const limit = Math.min(
    0.9 * story.wish.timeoutMs,
    story.jobStatus === 'cancelled' ? 1.5 * MINUTE : 55 * MINUTE,
  )
  if (post.tookMs >= limit) return []
  // Whether two unanswered requests acted cannot be told: no third one may be sent.
  const lost = asked.filter(
    ({ status, fault }) => status === null || status >= 500 || (status < 300 && fault !== null),
  )
  const isFinal = [...asked, ...reads].some(request => isFinalAnswer(request, story.namesFields))
  if (isFinal || lost.length > 1) return []
  const how = asked.map(({ status, fault }) => `${status ?? 'nothing'}${fault === null ? '' : ` (${fault})`}`)
  return [
    `the rollback to ${snapshot} was due, and given up after ${Math.round(post.tookMs / 1_000)} s: ${how.join(', ') || 'never asked for'}`,
  ]
}

/** A certificate, and the statuses that no patience changes. */
function isFinalAnswer({ status, fault }: LoggedRequest, namesFields: boolean): boolean {
  if (fault === 'certificate' || fault === 'redirect') return true
  if (fault === 'challenge' || fault === 'html' || fault === 'limiter') return false
  if (status === 400 || status === 422) return namesFields
  return status !== null && [401, 402, 403, 404, 405, 410, 413, 451].includes(status)
}
