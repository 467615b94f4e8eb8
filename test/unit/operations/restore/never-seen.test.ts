/** A restore that no read of its server ever showed is told as such: of one server and of several, well or not. */
import { describe, expect, it } from 'vitest'
import { NEVER_SEEN_RESTORING } from '../../../../src/present/messages/phrases.ts'
import { neverSeenRestoring } from '../../../../src/present/messages/results.ts'
import { BEFORE } from '../support/restoring.ts'
import { byWorkflow, fleet, hoursAgo, recordOf } from '../support/scenery.ts'
import { createStage, type StageSettings, type Transcript } from '../support/stage.ts'

const UNSEEN = { timeline: { restoreShows: null } }

/** A restore of so many servers. */
function restored(count: number, more: StageSettings = {}): Promise<Transcript> {
  const servers = fleet(count)
  const snapshots = servers.map(({ id }) => ({
    ...byWorkflow({ id: `8${id}`, server: id }),
    createdAt: hoursAgo(0.3),
    disk: BEFORE,
  }))
  const stage = createStage({ servers, snapshots, ...more })
  const inputs = {
    'snapshot-id': snapshots.map(({ id }) => id).join(','),
    'health-check': 'tcp://10.0.0.1:22',
  }
  return stage.main({ operation: 'restore', ...inputs })
}

/** What is said of all servers. */
function saidOf(count: number): string {
  return count === 1 ? NEVER_SEEN_RESTORING : neverSeenRestoring(fleet(count).map(server => recordOf(server)))
}

function textsOf({ annotations, printed, summary }: Transcript): readonly string[] {
  return [
    [...annotations.map(({ text }) => text), ...printed].join('\n'),
    summary.replace(/&(#34|quot);/g, '"'),
  ]
}

describe('a restore that was never seen', () => {
  it.each([1, 2, 5])('is told in the verdict and in the summary of %i', async count => {
    const seen = await restored(count, { settings: UNSEEN })
    expect(seen.green).toBe(true)
    for (const text of textsOf(seen)) expect(text).toContain(saidOf(count))
  })

  it('is told of the server that it is true of', async () => {
    const [first, second] = fleet(2)
    if (first === undefined || second === undefined) throw new Error('A fleet of two has two.')
    const servers = [first, { ...second, ...UNSEEN }]
    const seen = await restored(2, { servers })
    for (const text of textsOf(seen)) expect(text).toContain(neverSeenRestoring([recordOf(second)]))
  })

  it.each([1, 2])('is told where the health check failed, of %i', async count => {
    const seen = await restored(count, { settings: UNSEEN, probe: () => 'connection refused' })
    expect(seen.green).toBe(false)
    for (const text of textsOf(seen))
      expect(text.split(NEVER_SEEN_RESTORING).length - 1).toBeGreaterThanOrEqual(count)
  })

  it('is not told where it was seen', async () => {
    for (const text of textsOf(await restored(2)))
      for (const said of [NEVER_SEEN_RESTORING, saidOf(2)]) expect(text).not.toContain(said)
  })
})
