import { expect, it } from 'vitest'
import { creates, deleted, ended, levels, made } from './facts.ts'
import { WEB } from './scenery.ts'
import { type Cancel, createStage, type Inputs, type StageSettings } from './stage.ts'

/** One create of server 12345, and what must be true after it. What is not given is not held. */
export interface CreateCase {
  /** Of the world; a snapshot takes a minute unless told otherwise. */
  readonly settings?: StageSettings
  readonly inputs?: Inputs
  readonly cancel?: Cancel
  /** As `ended` says it. */
  readonly end: string
  /** How many requests for a snapshot were sent, and how many snapshots the world made. */
  readonly sent?: number
  readonly made?: number
  /** The output `snapshot-id`. */
  readonly id?: string
  /** What was deleted: by this action, which is the output `deleted-snapshot-ids`, too. */
  readonly deleted?: readonly string[]
  /** The levels of the annotations; one error where it is red and none where it is green by default. */
  readonly levels?: readonly string[]
  /** What the annotations must name. */
  readonly told?: readonly string[]
  /** At most so many milliseconds pass. */
  readonly within?: number
}

/** A test for each case, named by its key. */
export function eachCreate(cases: Readonly<Record<string, CreateCase>>): void {
  it.each(Object.entries(cases))('%s', async (_, expected) => {
    const played = createStage({
      servers: [WEB],
      settings: { timeline: { snapshotMs: 60_000 } },
      ...expected.settings,
    })
    const inputs = { operation: 'create', 'server-id': WEB.id, ...expected.inputs }
    const { cancel } = expected
    const transcript = await played.main(inputs, cancel === undefined ? {} : { cancel })
    expect(ended(transcript)).toBe(expected.end)
    expect(levels(transcript)).toEqual(expected.levels ?? (transcript.green ? [] : ['error']))
    const texts = transcript.annotations.map(({ text }) => text).join(' ')
    for (const fact of expected.told ?? []) expect(texts).toContain(fact)
    const found = {
      sent: creates(transcript).length,
      made: made(played).length,
      id: transcript.outputs['snapshot-id'],
      deleted: deleted(played),
    }
    const { sent = found.sent, made: count = found.made, id = found.id, deleted: gone } = expected
    expect(found).toEqual({ sent, made: count, id, deleted: gone ?? found.deleted })
    if (gone !== undefined) expect(transcript.outputs['deleted-snapshot-ids'] ?? '').toBe(gone.join(','))
    expect(transcript.took).toBeLessThanOrEqual(expected.within ?? Number.POSITIVE_INFINITY)
  })
}
