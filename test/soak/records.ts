import { overallStatus, statusOf } from '../../src/present/status.ts'
import { snapshotOf } from '../../src/run/server-run.ts'
import { RULES } from '../unit/present/rules.ts'
import { type Accepted, cutOff, type Ending } from '../unit/run/endings.ts'
import { transitions } from '../unit/run/transitions.ts'
import type { Recorded, StageStory, Story } from './story.ts'

/** All that is said of a record agrees: of the last one of the stage, and of each before it, had it been cut off there. */
export function sayings(stage: StageStory): readonly string[] {
  const breaches = new Set<string>()
  for (const ending of endingsOf(stage.records ?? []))
    for (const [rule, hold] of Object.entries(RULES)) {
      const why = brokenBy(() => hold(ending))
      if (why !== undefined) breaches.add(`${rule}: ${why}`)
    }
  return [...breaches]
}

function* endingsOf(records: readonly Recorded[]): Generator<Ending> {
  const accepted: Accepted[] = []
  for (const [index, { at, run }] of records.entries()) {
    const before = records[index - 1]?.run
    accepted.push(...acceptedSince(before, run))
    // Facts alone change nothing of what is said, but the facts themselves.
    const isNew = before === undefined || transitions(before, run).length > 0
    if (isNew) yield* cutOff(run, [...accepted], at)
  }
  const last = records.at(-1)
  if (last !== undefined) yield { run: last.run, accepted, now: last.at }
}

/** What was written is what the last record says, wherever it tells how a server stands. */
export function writings({ records = [], outputs, told = [] }: StageStory): readonly string[] {
  const run = records.at(-1)?.run
  if (run === undefined) return []
  const statuses = run.servers.map(statusOf)
  const existing = run.servers.filter(each => snapshotOf(each) !== undefined).map(statusOf)
  const isMain = run.operation !== 'post'
  const places: (readonly [place: string, written: string, meant: string])[] = []
  if (isMain && run.operation !== 'list') {
    const items: readonly { readonly status: string }[] = JSON.parse(outputs['snapshots'] ?? '[]')
    places.push(['the output status', outputs['status'] ?? '', overallStatus(run)])
    places.push(['the JSON', `${items.map(({ status }) => status)}`, `${existing}`])
  }
  for (const { status, servers } of told) {
    places.push(['the notification', status, overallStatus(run)])
    places.push(['the servers of the notification', `${servers.map(each => each.status)}`, `${statuses}`])
  }
  return places
    .filter(([, written, meant]) => written !== meant)
    .map(([place, written, meant]) => `${place} says ${written}, and the record ${meant}`)
}

/** Everything that happened to the records of a story. */
export function transitionsOf({ main, post }: Story): readonly string[] {
  return [main.records ?? [], post?.records ?? []].flatMap(records =>
    records.flatMap(({ run }, index) => {
      const before = records[index - 1]?.run
      return before === undefined ? [] : transitions(before, run)
    }),
  )
}

function acceptedSince(before: Recorded['run'] | undefined, after: Recorded['run']): readonly Accepted[] {
  return after.servers.flatMap(({ task, safety }, on) => {
    const was = before?.servers[on]
    return [
      ...(task.state === 'running' && task !== was?.task ? [{ on, id: task.snapshot.id }] : []),
      ...(safety === undefined || was?.safety !== undefined ? [] : [{ on, id: safety.snapshot.id }]),
    ]
  })
}

function brokenBy(check: () => void): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
