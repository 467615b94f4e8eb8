/** A restore that no read of its server ever showed is told as such: of one server and of several, well or not. */
import { describe, expect, it } from 'vitest'
import { BEFORE } from '../support/restoring.ts'
import { byWorkflow, fleet, hoursAgo } from '../support/scenery.ts'
import { createStage, type StageSettings, type Transcript } from '../support/stage.ts'

const UNSEEN = { timeline: { restoreShows: null } }
const SAID = 'never reported "restoring"'

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

function textsOf({ annotations, printed, summary }: Transcript): readonly string[] {
  return [
    [...annotations.map(({ text }) => text), ...printed].join('\n'),
    summary.replace(/&(#34|quot);/g, '"'),
  ]
}

describe('a restore that was never seen', () => {
  it.each([
    [1, 'the server'],
    [2, 'web-11, web-12, but they'],
    [5, 'web-11, web-12, web-13 and 2 more, but they'],
  ])('is told in the verdict and in the summary of %i', async (count, which) => {
    const seen = await restored(count, { settings: UNSEEN })
    expect(seen.green).toBe(true)
    for (const text of textsOf(seen)) expect(text).toContain(`${which} ${SAID}`)
  })

  it('is told of the server that it is true of', async () => {
    const [first, second] = fleet(2)
    if (first === undefined || second === undefined) throw new Error('A fleet of two has two.')
    const servers = [first, { ...second, ...UNSEEN }]
    const seen = await restored(2, { servers })
    for (const text of textsOf(seen)) expect(text).toContain(`the restore of web-12, but it ${SAID}.`)
  })

  it.each([1, 2])('is told where the health check failed, of %i', async count => {
    const seen = await restored(count, { settings: UNSEEN, probe: () => 'connection refused' })
    expect(seen.green).toBe(false)
    for (const text of textsOf(seen)) expect(text.split(SAID).length - 1).toBeGreaterThanOrEqual(count)
  })

  it('is not told where it was seen', async () => {
    for (const text of textsOf(await restored(2))) expect(text).not.toContain(SAID)
  })
})
