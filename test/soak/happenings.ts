import type { WorldEvent, WorldReport } from '../emulator/world-types.ts'
import type { Story } from './story.ts'

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
