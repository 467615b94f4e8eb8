/** Snapshots that the list shows without their server. */
import { describe, expect, it } from 'vitest'
import type { Shape } from '../../emulator/settings.ts'
import { byHand, byWorkflow, WEB } from './support/scenery.ts'
import { createStage, type Inputs } from './support/stage.ts'

const OWNERLESS: readonly Shape[] = [{ hides: ['server'] }, { shows: { server: null } }]

describe.each(OWNERLESS)('a snapshot that the list shows without its server (%o)', shape => {
  const shelf = () =>
    createStage({
      servers: [WEB],
      snapshots: [{ ...byWorkflow({ id: '801' }), shape }, byHand({ id: '802' })],
    })

  it.each<Inputs>([
    { operation: 'delete', 'snapshot-id': '801', 'server-id': WEB.id },
    { operation: 'delete', 'snapshot-id': '801' },
    { operation: 'delete', 'snapshot-id': '802,801' },
    { operation: 'restore', 'snapshot-id': '801', 'server-id': WEB.id },
    { operation: 'restore', 'snapshot-id': '801' },
  ])('is neither used nor called missing: %o', async inputs => {
    const stage = shelf()
    const seen = await stage.main(inputs)
    expect(seen.green).toBe(false)
    expect(seen.outputs).toMatchObject({ status: 'failed', reason: 'ambiguous' })
    expect(seen.annotations.at(-1)?.text).toContain('801')
    expect(seen.requests.every(({ method }) => method === 'GET')).toBe(true)
    expect(stage.world.report().snapshots).toHaveLength(2)
  })

  it('is named beside every other one of that kind', async () => {
    const snapshots = ['801', '803'].map(id => ({ ...byWorkflow({ id }), shape }))
    const seen = await createStage({ servers: [WEB], snapshots }).main({
      operation: 'delete',
      'snapshot-id': '801,803',
    })
    expect(seen.outputs['reason']).toBe('ambiguous')
    for (const id of ['801', '803']) expect(seen.annotations.at(-1)?.text).toContain(id)
  })

  it('is followed by its id where this step has made it', async () => {
    const stage = createStage({ servers: [WEB], settings: { snapshotShape: shape } })
    const seen = await stage.main({ operation: 'create', 'server-id': WEB.id, 'restore-on': 'failure' })
    expect(seen.outputs).toMatchObject({ status: 'completed', 'snapshot-id': '802', 'server-id': WEB.id })
    expect((await stage.post('failure')).green).toBe(true)
    expect(stage.world.events.map(({ kind }) => kind)).toContain('restore-begun')
  })

  it('is still listed, so that its deletion is not said to be done', async () => {
    const stage = createStage({
      servers: [WEB],
      settings: { snapshotShape: shape, timeline: { deletionLagMs: 60 * 60_000 } },
    })
    await stage.main({ operation: 'create', 'server-id': WEB.id, 'delete-on': 'success' })
    const seen = await stage.post('success')
    expect(seen.annotations.some(({ level, text }) => level === 'warning' && text.includes('802'))).toBe(true)
    expect(seen.summary).toContain('⚠️')
  })
})

describe('a list of what may be of a server', () => {
  const [first, second] = OWNERLESS
  const LIST = { operation: 'list', 'server-id': WEB.id }
  const NONE = 'No snapshots'

  function listed(ids: readonly string[], shape: Shape | undefined, inputs: Inputs = LIST) {
    const snapshots = ids.map(id => ({ ...byHand({ id }), ...(shape === undefined ? {} : { shape }) }))
    return createStage({ servers: [WEB], snapshots }).main(inputs)
  }

  it.each([
    [['801'], first],
    [['801', '802'], second],
  ])('does not say that there are none: %o', async (ids, shape) => {
    const seen = await listed(ids, shape)
    expect(seen).toMatchObject({ green: true, outputs: { count: '0' } })
    for (const text of [seen.verdict, seen.summary]) {
      for (const id of ids) expect(text).toContain(id)
      expect(text).not.toContain(NONE)
    }
  })

  it('tells of them beside the others, of one server and of all', async () => {
    for (const inputs of [LIST, { operation: 'list' }]) {
      const stage = createStage({
        servers: [WEB],
        snapshots: [byHand({ id: '801' }), { ...byHand({ id: '802' }), shape: { shows: { server: null } } }],
      })
      const { log } = await stage.main(inputs)
      expect(log.join(' ')).toMatch(/1 snapshot on 1 server\. [^.]*802/)
    }
  })

  it('does not say so where the API knows the server by a number and the token not its UUID', async () => {
    const uuid = '2f1c7a52-90d3-4b7e-8a31-5d0c6f1e9b44'
    const stage = createStage({
      servers: [{ ...WEB, uuid }],
      snapshots: [byHand({ id: '801' })],
      settings: { serverIdField: 'id' },
    })
    const seen = await stage.main({ ...LIST, 'server-id': uuid })
    expect(seen.verdict).toContain('801')
    expect(seen.verdict).not.toContain(NONE)
  })

  it('counts what has no id', async () => {
    const odd = { id: null, name: 'x', status: 'completed', server: { id: 12345, name: WEB.name } }
    for (const [strays, said] of [
      [[odd], '1 entry'],
      [[odd, odd], '2 entries'],
    ] as const) {
      const stage = createStage({ servers: [WEB], settings: { strayItems: [...strays] } })
      const seen = await stage.main(LIST)
      expect(seen.verdict).toContain(said)
      expect(seen.verdict).not.toContain(NONE)
      expect(seen.annotations.map(({ level }) => level)).toEqual(['warning'])
    }
  })

  it('says that there are none where there are none', async () => {
    expect((await listed([], undefined)).verdict).toContain(NONE)
  })
})
