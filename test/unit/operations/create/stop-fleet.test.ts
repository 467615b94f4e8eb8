import { describe, expect, it } from 'vitest'
import { creates, ended, snapshotItems, snapshotWords } from '../support/facts.ts'
import { fleet, idsOf, refuse } from '../support/scenery.ts'
import { createStage, type StageSettings } from '../support/stage.ts'

const ONE_MINUTE = { timeline: { snapshotMs: 60_000 } }
const ONE_BY_ONE = { 'stop-server': 'true', 'max-parallel': '1' }

function create(servers: readonly { readonly id: string }[], more: Readonly<Record<string, string>> = {}) {
  return { operation: 'create', 'server-id': idsOf(servers), ...more }
}

function stage(servers: NonNullable<StageSettings['servers']>, more: StageSettings = {}) {
  return createStage({ servers, settings: ONE_MINUTE, ...more })
}

/** The most servers that were not running at one time. */
function mostDown(events: readonly { readonly kind: string }[]): number {
  let down = 0
  let most = 0
  for (const { kind } of events) {
    if (kind === 'stopped') down += 1
    if (kind === 'running') down -= 1
    most = Math.max(most, down)
  }
  return most
}

describe('a fleet with stop-server', () => {
  it('one by one never has two servers down at once', async () => {
    const { main, world } = stage(fleet(4))
    const transcript = await main(create(fleet(4), ONE_BY_ONE))
    expect(ended(transcript)).toBe('green completed')
    expect(mostDown(world.events)).toBe(1)
    const kinds = world.events.map(({ server, kind, detail }) => `${server} ${detail ?? kind}`)
    expect(kinds).toEqual(
      fleet(4).flatMap(({ id }) =>
        ['stop', 'stopped', 'snapshot-created', 'snapshot-completed', 'start', 'running'].map(
          what => `${id} ${what}`,
        ),
      ),
    )
  })

  it('has no more servers down than max-parallel', async () => {
    const { main, world } = stage(fleet(5))
    const { green } = await main(create(fleet(5), { 'stop-server': 'true', 'max-parallel': '2' }))
    expect(green).toBe(true)
    expect(mostDown(world.events)).toBe(2)
  })

  it('reads a server again whose turn comes late, and waits for what it finds', async () => {
    const { main, world } = stage(fleet(2), {
      happenings: [
        { afterMs: 80_000, act: { act: 'status', server: '12', status: 'restarting' } },
        { afterMs: 250_000, act: { act: 'status', server: '12', status: 'active' } },
      ],
    })
    const { green, requests } = await main(create(fleet(2), ONE_BY_ONE))
    expect(green).toBe(true)
    const stops = requests.filter(({ path, body }) => path === '/servers/12/power/' && body.includes('stop'))
    expect(stops.map(({ after }) => after > 250_000)).toEqual([true])
    expect(world.report().servers.every(({ running }) => running)).toBe(true)
  })

  it('does not stop one that stopped running meanwhile', async () => {
    const { main, world } = stage(fleet(2), {
      happenings: [{ afterMs: 80_000, act: { act: 'status', server: '12', status: 'stopped' } }],
    })
    expect(ended(await main(create(fleet(2), ONE_BY_ONE)))).toBe('green completed')
    expect(world.events.filter(({ server, kind }) => server === '12' && kind === 'power')).toEqual([])
  })

  it.each(['suspended', 'rescue'])('takes no snapshot of one whose status has become "%s"', async status => {
    const { main, world } = stage(fleet(3), {
      happenings: [{ afterMs: 60_000, act: { act: 'status', server: '13', status } }],
    })
    const transcript = await main(create(fleet(3), ONE_BY_ONE))
    expect(ended(transcript)).toBe('red failed server-busy')
    expect(snapshotWords(transcript)).toEqual(['802 completed', '803 completed'])
    expect(transcript.annotations.map(({ text }) => text).join()).toContain(` web-13 is "${status}". `)
    expect(world.events.filter(({ server, by }) => server === '13' && by === 'api')).toEqual([])
  })

  it('does not repeat a refused request once the status is unknown, and starts what it stopped', async () => {
    const { main, world } = stage(fleet(1), {
      faults: [
        { match: { kind: 'create', nth: 1 }, when: 'before', fault: { kind: 'refusal', status: 409 } },
        {
          match: { kind: 'read-server', from: 9, to: 26 },
          when: 'after',
          fault: { kind: 'fields', set: { status: 'suspended' } },
        },
      ],
    })
    const transcript = await main(create(fleet(1), ONE_BY_ONE))
    expect(ended(transcript)).toBe('red failed server-busy')
    expect(creates(transcript)).toHaveLength(1)
    expect(world.report().servers.every(({ running }) => running)).toBe(true)
  })

  it('fails where a server can no longer be read when its turn comes', async () => {
    const { main, world } = stage(fleet(2), {
      faults: [refuse({ method: 'GET', path: '/servers/12/', from: 2 }, 401)],
    })
    const transcript = await main(create(fleet(2), ONE_BY_ONE))
    expect(ended(transcript)).toBe('red failed unauthorized')
    expect(snapshotWords(transcript)).toEqual(['802 completed'])
    expect(world.events.filter(({ server }) => server === '12')).toEqual([])
  })

  it('does not touch the others when the first does not start again', async () => {
    const { main, world } = stage([
      { id: '11', name: 'web-11', timeline: { startingMs: 600_000 } },
      { id: '12', name: 'web-12' },
    ])
    const transcript = await main(create(fleet(2), ONE_BY_ONE))
    expect(ended(transcript)).toBe('red failed start-failed')
    expect(snapshotItems(transcript)).toMatchObject([{ id: '802', status: 'completed' }])
    expect(snapshotItems(transcript)[0]?.error).toBeDefined()
    expect(world.events.filter(({ server }) => server === '12')).toEqual([])
  })
})
