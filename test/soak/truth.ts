import type { WorldEvent } from '../emulator/world-types.ts'
import { deadlines } from './deadlines.ts'
import { afterMain, areCompleted, arms, done, inMain, ownSnapshots } from './happenings.ts'
import { contradictions } from './places.ts'
import { sayings, writings } from './records.ts'
import { rollbackIsSent } from './rollback.ts'
import { mayBeRetired, ownerOf } from './rule.ts'
import { afterSignal, commands, leaks } from './secrets.ts'
import type { Story } from './story.ts'
import { cancels, notices, truthOfMain, truthOfPost } from './telling.ts'

/** Every way in which a story breaks an invariant; empty: it holds. */
export function breachesOf(story: Story): readonly string[] {
  const stages = story.post === undefined ? [story.main] : [story.main, story.post]
  return [
    ...creations(story),
    ...restores(story),
    ...deletions(story),
    ...power(story),
    ...disks(story),
    ...truthOfMain(story),
    ...truthOfPost(story),
    ...rollbackIsSent(story),
    ...stages.flatMap(stage => [
      ...contradictions(stage, story.stateIsLost),
      ...notices(stage),
      ...cancels(stage),
      ...sayings(stage),
      ...writings(stage),
    ]),
    ...stages.flatMap(stage => [...leaks(story, stage), ...commands(stage), ...afterSignal(stage)]),
    ...deadlines(story),
  ]
}

function twice(events: readonly WorldEvent[]): readonly string[] {
  const servers = events.map(event => event.server)
  return [...new Set(servers.filter((server, index) => servers.indexOf(server) !== index))]
}

// (a) The world.

function creations(story: Story): readonly string[] {
  const { wish } = story
  const made = done(story.before, story.finally, 'snapshot-created')
  const wanted =
    !wish.dryRun && (wish.operation === 'create' || (wish.operation === 'restore' && wish.safety))
  const breaches = twice(made).map(server => `server ${server} has two new snapshots`)
  if (!wanted && made.length > 0) breaches.push(`${made.length} snapshots were made that nobody asked for`)
  for (const event of made) {
    if (!wish.servers.includes(event.server)) breaches.push(`server ${event.server} was photographed unasked`)
    const snapshot = story.finally.snapshots.find(({ id }) => id === event.snapshot)
    if (snapshot === undefined) continue
    if (/being overwritten/.test(snapshot.disk))
      breaches.push(`snapshot ${snapshot.id} holds a disk that was being restored`)
    const owner = ownerOf(snapshot.description)
    if (!story.keepsDescriptions) continue
    const purpose = wish.operation === 'restore' ? 'safety' : 'deploy'
    if (owner?.workflow !== wish.workflow || owner.run !== wish.runId || owner.purpose !== purpose)
      breaches.push(`snapshot ${snapshot.id} does not carry the marker of its run`)
  }
  return breaches
}

function restores(story: Story): readonly string[] {
  const { wish } = story
  const begun = done(story.before, story.finally, 'restore-begun')
  const breaches = twice(begun).map(server => `server ${server} was restored twice`)
  const own = ownSnapshots(story)
  for (const { snapshot = '', server } of begun) {
    const asked =
      wish.operation === 'restore'
        ? !wish.dryRun && wish.snapshots.includes(snapshot)
        : arms(wish) &&
          wish.restoreOn.includes(story.jobStatus) &&
          !story.hadFailed &&
          own.some(({ id }) => id === snapshot) &&
          areCompleted(story, own) &&
          story.main.green
    if (!asked)
      breaches.push(`server ${server} was overwritten with snapshot ${snapshot}, which nobody wanted`)
  }
  return breaches
}

function deletions(story: Story): readonly string[] {
  const main = inMain(story, 'deleted').filter(event => !mayDelete(story, event, 'main'))
  const post = afterMain(story, 'deleted').filter(event => !mayDelete(story, event, 'post'))
  return [...main, ...post].map(({ snapshot }) => `snapshot ${snapshot} was deleted, which nobody wanted`)
}

function mayDelete(story: Story, event: WorldEvent, stage: 'main' | 'post'): boolean {
  const { wish } = story
  const id = event.snapshot ?? ''
  if (wish.operation === 'delete') return !wish.dryRun && wish.snapshots.includes(id)
  const own = ownSnapshots(story)
  if (!arms(wish)) return false
  const isOwn = own.some(snapshot => snapshot.id === id)
  if (stage === 'post' && isOwn) return wish.deleteOn.includes(story.jobStatus)
  const isRetention = wish.keepLast && stage === 'post' && story.jobStatus === 'success' && own.length > 0
  const allowed = wish.whenFull || isRetention
  const snapshot = story.before.snapshots.find(each => each.id === id)
  const { workflow, runId } = wish
  if (!allowed || snapshot === undefined) return false
  const others = story.before.snapshots.filter(each => each.server === snapshot.server)
  const isForSlot = wish.whenFull && stage === 'main'
  return mayBeRetired(snapshot, { workflow, runId, now: event.at, ...(isForSlot ? { others } : {}) })
}

function power(story: Story): readonly string[] {
  const { wish } = story
  const breaches: string[] = []
  for (const { server, detail } of done(story.before, story.finally, 'power')) {
    const isFair =
      detail === 'stop'
        ? wish.operation === 'create' && wish.stopServer && !wish.dryRun && everRan(story, server)
        : detail === 'start' && mayStart(story, server)
    if (!isFair) breaches.push(`server ${server} was sent a ${detail} that nobody wanted`)
  }
  for (const server of story.finally.servers) {
    if (!isRunningBefore(story, server.id) || server.running || isStoppedByOthers(story, server.id)) continue
    // The post stage is the last that can start what the main stage stopped: then it has to say so itself.
    const last = wish.stopServer ? story.post : undefined
    const said = last === undefined ? !story.main.green || story.post?.green === false : !last.green
    if (!(said && story.hardships === 'many') && !isUnseen(story, server.id))
      breaches.push(`server ${server.id} (${server.status}) was left stopped`)
  }
  return breaches
}

function isRunningBefore(story: Story, server: string): boolean {
  return story.before.servers.find(({ id }) => id === server)?.running === true
}

function everRan(story: Story, server: string): boolean {
  const { events } = story.finally
  return (
    isRunningBefore(story, server) ||
    events.some(({ kind, server: other }) => kind === 'running' && other === server)
  )
}

/** A restore stopped it, and either failed, or ended when nobody looked any more, or was to leave it so. */
function isUnseen(story: Story, server: string): boolean {
  const restored = done(story.before, story.finally, 'restore-begun').some(event => event.server === server)
  if (!restored) return false
  const failed = story.finally.events.some(
    event => event.kind === 'restore-failed' && event.server === server,
  )
  const isRed = !story.main.green || story.post?.green === false
  return failed || isRed || !story.wish.wait || !story.wish.startAfterRestore
}

function mayStart(story: Story, server: string): boolean {
  const { wish } = story
  if (wish.operation === 'create' && wish.stopServer) return true
  const restored = story.finally.events.some(
    ({ kind, server: other }) => kind === 'restore-ended' && other === server,
  )
  return restored && wish.startAfterRestore && !wish.dryRun
}

/** Somebody else stopped it, or a restore of somebody else's ended so. */
function isStoppedByOthers(story: Story, server: string): boolean {
  const events = story.finally.events.filter(event => event.server === server)
  return events.some(
    ({ kind, by, detail }) =>
      by === 'other' &&
      ((kind === 'power' && detail === 'stop') || kind === 'restore-begun' || kind === 'status'),
  )
}

function disks(story: Story): readonly string[] {
  const breaches: string[] = []
  for (const server of story.finally.servers) {
    const events = story.finally.events.filter(event => event.server === server.id)
    const ended = events.findLast(({ kind }) => kind === 'restore-ended' || kind === 'restore-failed')
    if (ended === undefined || ended.kind === 'restore-failed') continue
    const written = events.findLast(({ kind }) => kind === 'disk')
    if (written !== undefined && written.at > ended.at) continue
    const source = [...story.before.snapshots, ...story.main.worldAfter.snapshots].find(
      ({ id }) => id === ended.snapshot,
    )
    if (source !== undefined && source.disk !== server.disk)
      breaches.push(`server ${server.id} does not hold what snapshot ${source.id} held`)
  }
  return breaches
}
