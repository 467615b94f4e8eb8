import { describe, expect, it } from 'vitest'
import { changes, deeds, deployed, green, levels, red, restoring, tabled } from '../support/restoring.ts'
import { byHand, byWorkflow, fleet, hoursAgo, WEB } from '../support/scenery.ts'
import { DB, refused, SHELF } from '../support/shelf.ts'
import { createStage } from '../support/stage.ts'

describe('snapshot-id: latest', () => {
  const LATEST = { 'snapshot-id': 'latest', 'server-id': '12345' }

  it('is the newest completed snapshot that a workflow of this repository made before a deploy', async () => {
    const seen = await createStage(SHELF).main(restoring(LATEST))
    expect(seen).toMatchObject(green('restored'))
    expect(levels(seen)).toEqual(['notice'])
    expect(changes(seen)).toEqual(['0s POST /snapshots/805/restore/'])
  })

  it('is never a person’s, a safety, a scheduled, a failed or another repository’s snapshot', async () => {
    const snapshots = [
      byHand({ id: '802', hours: 30 }),
      byWorkflow({ id: '803', status: 'failed' }),
      byWorkflow({ id: '804', purpose: 'safety' }),
      byWorkflow({ id: '805', purpose: 'schedule' }),
      byWorkflow({ id: '806', workflow: 'octo/other/.github/workflows/deploy.yml' }),
    ]
    const seen = await refused('not-found', LATEST, { servers: [WEB], snapshots })
    expect(tabled(seen).toSorted()).toEqual(['802', '803', '804', '805', '806'])
  })

  it('of a server without snapshots is an error', async () => {
    expect(tabled(await refused('not-found', LATEST, { servers: [WEB] }))).toEqual([])
  })

  it('warns when its choice was made by a re-run', async () => {
    const stage = createStage({ servers: [WEB], snapshots: [byWorkflow({ id: '801', attempt: 2 })] })
    const seen = await stage.main(restoring(LATEST))
    expect(seen).toMatchObject(green('restored'))
    expect(levels(seen)).toEqual(['warning', 'notice'])
    expect(seen.annotations[0]?.text).toContain('801')
  })

  it('of several servers is one of each, in their order', async () => {
    const snapshots = [byWorkflow({ id: '801', server: '11' }), byWorkflow({ id: '802', server: '12' })]
    const stage = createStage({ servers: fleet(2), snapshots })
    const seen = await stage.main(restoring({ 'snapshot-id': 'latest', 'server-id': '12,11' }))
    expect(seen).toMatchObject(green('restored'))
    expect(seen.outputs).toMatchObject({ 'snapshot-id': '802,801', 'server-id': '12,11' })
  })

  it('without a match on one of several servers changes nothing on any', async () => {
    const inputs = { 'snapshot-id': 'latest', 'server-id': '11,12' }
    const snapshots = [byWorkflow({ id: '801', server: '11' })]
    const seen = await refused('not-found', inputs, { servers: fleet(2), snapshots })
    expect(seen.outputs['snapshot-id']).toBe('')
    expect(seen.annotations[0]?.text).toContain('12')
  })

  it('cannot be chosen when the list cannot be read', async () => {
    await refused('unauthorized', { ...LATEST, 'api-token': 'vps_wrong' })
  })
})

describe('snapshot-name', () => {
  const NAMED = { 'snapshot-name': 'golden', 'server-id': '12345' }

  it('is the snapshot of exactly that name, whoever made it, without a warning of re-runs', async () => {
    const snapshots = [
      byWorkflow({ id: '801', name: 'golden', attempt: 3 }),
      byHand({ id: '802', name: 'golden-2' }),
    ]
    const seen = await createStage({ servers: [WEB], snapshots }).main({ operation: 'restore', ...NAMED })
    expect(seen).toMatchObject(green('restored'))
    expect(levels(seen)).toEqual(['notice'])
    expect(changes(seen)).toEqual(['0s POST /snapshots/801/restore/'])
  })

  it('of two snapshots of one server is an error that shows both ids', async () => {
    const snapshots = [2, 3].map(hours => byHand({ id: `80${hours}`, name: 'golden', hours }))
    const seen = await refused('ambiguous', NAMED, { servers: [WEB], snapshots })
    for (const id of ['802', '803']) expect(seen.annotations[0]?.text).toContain(id)
  })

  it.each([[[byHand({ id: '801' })]], [[]]])(
    'that no snapshot has is an error that shows what there is',
    async snapshots => {
      const seen = await refused('not-found', NAMED, { servers: [WEB], snapshots })
      expect(tabled(seen)).toEqual(snapshots.map(({ id }) => id))
    },
  )
})

describe('a dry run of a restore', () => {
  const DRY = { 'dry-run': 'true' }
  const FIVE = ['801', '802', '803', '804', '805'].map(id => byHand({ id }))

  it('plans, and changes nothing', async () => {
    const stage = deployed()
    const seen = await stage.main(restoring(DRY))
    expect(seen).toMatchObject(green('planned'))
    expect(seen.outputs).toMatchObject({ 'snapshot-id': '801', 'server-status': 'active' })
    expect(changes(seen)).toEqual([])
    expect(levels(seen)).toEqual([])
    const safe = await stage.main(restoring({ ...DRY, 'safety-snapshot': 'true' }))
    expect(safe).toMatchObject(green('planned'))
    expect(changes(safe)).toEqual([])
    // That a safety snapshot would be taken first.
    expect(safe.log).toHaveLength(seen.log.length + 1)
  })

  it.each([
    ['does not fit', 'not-completed', { 'snapshot-id': '803' }, SHELF],
    [
      'is of a server that cannot be read',
      'not-found',
      { 'snapshot-id': '801' },
      {
        ...SHELF,
        servers: [{ ...WEB, hidden: true }, DB],
      },
    ],
    [
      'needs a slot for its safety snapshot',
      'no-free-slot',
      { 'snapshot-id': '801', 'safety-snapshot': 'true' },
      {
        servers: [WEB],
        snapshots: FIVE,
      },
    ],
    [
      'is of a server that is being restored',
      'already-restoring',
      { 'snapshot-id': '801' },
      {
        servers: [{ ...WEB, status: 'restoring' }],
        snapshots: FIVE,
      },
    ],
    [
      'needs slots that cannot be read',
      'unauthorized',
      { 'snapshot-id': '801', 'safety-snapshot': 'true' },
      {
        servers: [WEB],
        snapshots: [byHand({ id: '801' })],
        faults: [
          {
            match: { path: '/snapshots/', from: 2 },
            when: 'before',
            fault: { kind: 'refusal', status: 401 },
          } as const,
        ],
      },
    ],
  ])('refuses what %s', async (_, reason, inputs, setup) => {
    await refused(reason, { ...inputs, ...DRY }, setup)
  })

  it('with an id that no list holds plans the others, and is red', async () => {
    const servers = fleet(2)
    const stage = createStage({
      servers,
      snapshots: servers.map(({ id }) => byHand({ id: `8${id}`, server: id })),
    })
    const seen = await stage.main(restoring({ ...DRY, 'snapshot-id': '999,811,812' }))
    expect(seen).toMatchObject(red('failed', 'not-found'))
    expect(JSON.parse(seen.outputs['snapshots'] ?? '')).toMatchObject([
      { status: 'planned' },
      { status: 'planned' },
    ])
    expect(stage.world.events).toEqual([])
  })

  it('of several plans those that can be read, and says which cannot', async () => {
    const servers = fleet(2).map(server => ({ ...server, hidden: server.id === '12' }))
    const stage = createStage({
      servers,
      snapshots: servers.map(({ id }) => ({
        ...byWorkflow({ id: `8${id}`, server: id }),
        createdAt: hoursAgo(1),
      })),
    })
    const seen = await stage.main(restoring({ ...DRY, 'snapshot-id': '811,812' }))
    expect(seen).toMatchObject(red('failed', 'not-found'))
    expect(JSON.parse(seen.outputs['snapshots'] ?? '')).toMatchObject([
      { status: 'planned' },
      { status: 'failed' },
    ])
    expect(deeds(stage.world)).toEqual([])
  })

  it('with wait: false is as green as that restore where the token may not read servers', async () => {
    const permissions = ['snapshots:read', 'snapshots:write']
    const stage = createStage({
      servers: [WEB],
      snapshots: [byHand({ id: '801' })],
      settings: { permissions },
    })
    const seen = await stage.main(restoring({ ...DRY, wait: 'false' }))
    expect(seen).toMatchObject(green('planned'))
    expect(levels(seen)).toEqual(['warning'])
  })
})
