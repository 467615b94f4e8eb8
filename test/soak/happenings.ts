import type { WorldEvent, WorldReport } from '../emulator/world-types.ts'
import { COMPLETED, ownerOf } from './rule.ts'
import type { Story, Wish } from './story.ts'

export type Kind = WorldEvent['kind']

/** What somebody with the token did between two moments. */
export function done(from: WorldReport, to: WorldReport, kind: Kind): readonly WorldEvent[] {
  return to.events.slice(from.events.length).filter(event => event.kind === kind && event.by === 'api')
}

export function happened(report: WorldReport, kind: Kind, snapshot: string): boolean {
  return report.events.some(event => event.kind === kind && event.snapshot === snapshot)
}

export function inMain(story: Story, kind: Kind): readonly WorldEvent[] {
  return done(story.before, story.main.worldAfter, kind)
}

/** What the post stage did; what the main stage had sent and landed only then counts as well. */
export function afterMain(story: Story, kind: Kind): readonly WorldEvent[] {
  return done(story.main.worldAfter, story.finally, kind)
}

/** Whether the end of the job may be asked for something: after a create, or after a wait that takes its part. */
export function arms({ operation, dryRun }: Wish): boolean {
  return (operation === 'create' || operation === 'wait') && !dryRun
}

/** Whether the end of the job was asked for something. */
export function isArmed(wish: Wish): boolean {
  return arms(wish) && (wish.restoreOn.length > 0 || wish.deleteOn.length > 0 || wish.keepLast)
}

export interface OwnSnapshot {
  readonly id: string
  readonly server: string
}

/**
 * What the end of the job may act on: what the step made, or what it waited for, where an earlier step of this very run
 * had made all of it.
 */
export function ownSnapshots(story: Story): readonly OwnSnapshot[] {
  const { wish, before } = story
  if (wish.operation === 'create')
    return inMain(story, 'snapshot-created').map(({ snapshot = '', server }) => ({ id: snapshot, server }))
  if (wish.operation !== 'wait') return []
  const awaited = before.snapshots.filter(({ id }) => wish.snapshots.includes(id))
  const isOfThisRun = awaited.every(({ description }) => {
    const owner = ownerOf(description)
    return owner?.run === wish.runId && repositoryOf(owner.workflow) === repositoryOf(wish.workflow)
  })
  return isOfThisRun ? awaited : []
}

function repositoryOf(workflow: string): string {
  return workflow.split('/', 2).join('/')
}

/** Whether every one of them was completed when the main stage ended. */
export function areCompleted({ main }: Story, own: readonly OwnSnapshot[]): boolean {
  const { snapshots } = main.worldAfter
  return own.every(({ id }) => snapshots.some(each => each.id === id && COMPLETED.test(each.status)))
}
