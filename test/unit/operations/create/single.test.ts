import { describe, expect, it } from 'vitest'
import type { WorkflowRun } from '../../../../src/domain/workflow-run.ts'
import { creates, ended, levels } from '../support/facts.ts'
import { byHand, WEB } from '../support/scenery.ts'
import { createStage, type Inputs, type StageSettings, TOKEN } from '../support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const LIST_CALL = 'GET /snapshots/?server_id=12345&page_size=100'

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } }, ...more })
}

describe('a create of one server', () => {
  it('reads, asks, waits, and ends green', async () => {
    const { world, main } = stage({ snapshots: [byHand({ id: '700' })] })
    const transcript = await main(CREATE)
    expect(ended(transcript)).toBe('green completed')
    expect(transcript.calls.slice(0, 3)).toEqual([LIST_CALL, 'GET /servers/12345/', 'POST /snapshots/'])
    expect(new Set(transcript.calls.slice(3))).toEqual(new Set([LIST_CALL]))
    expect(levels(transcript)).toEqual([])
    expect(transcript.masks).toEqual([TOKEN])
    expect(world.report().snapshots.map(({ id, status }) => `${id} ${status}`)).toEqual([
      '700 completed',
      '802 completed',
    ])
  })

  it.each<readonly [string, Inputs, Partial<WorkflowRun>, string, string, string]>([
    [
      'the name and a description that says where from',
      {},
      {},
      'shop-9876543210-1',
      'workflow Deploy, job deploy, commit 0123456, https://github.com/octo/shop/actions/runs/9876543210',
      'deploy',
    ],
    [
      'the given name and description, marked as scheduled in a scheduled workflow',
      { 'snapshot-name': 'nightly', description: 'every night' },
      { event: 'schedule' },
      'nightly',
      'every night',
      'schedule',
    ],
    [
      'a given name that was made valid',
      { 'snapshot-name': 'before deploy!', description: 'x' },
      {},
      'before-deploy',
      'x',
      'deploy',
    ],
  ])('sends %s, and the marker at the end', async (_, inputs, origin, name, description, purpose) => {
    const transcript = await stage({ origin }).main({ ...CREATE, ...inputs })
    const post = creates(transcript)[0]
    const marker = `[vps-snapshot-action workflow=octo/shop/.github/workflows/deploy.yml run=9876543210 attempt=1 purpose=${purpose} key=ssssssss]`
    expect(JSON.parse(post?.body ?? '')).toEqual({
      ...{ server_id: 12345, name, description: `${description} ${marker}` },
    })
    expect(post?.headers['authorization']).toBe(`Bearer ${TOKEN}`)
    expect(transcript.outputs['snapshot-name']).toBe(name)
  })

  it('says so when the given name had to be made valid', async () => {
    const { log } = await stage().main({ ...CREATE, 'snapshot-name': 'before deploy!' })
    expect(log.some(line => line.includes('before deploy!') && line.includes('before-deploy'))).toBe(true)
  })

  it('writes the id as soon as the API has accepted, and everything at the end', async () => {
    const { outputWrites, outputs } = await stage().main(CREATE)
    expect(outputWrites.slice(0, 7)).toEqual([
      ['snapshot-id', '802'],
      ['snapshot-name', 'shop-9876543210-1'],
      ['server-id', '12345'],
      ['server-name', 'web-server-01'],
      ['created-at', '2026-03-02T02:40:00Z'],
      ['size-mb', ''],
      ['status', 'in_progress'],
    ])
    const { snapshots, 'duration-seconds': seconds, ...others } = outputs
    expect(others).toEqual({
      'snapshot-id': '802',
      'snapshot-name': 'shop-9876543210-1',
      'server-id': '12345',
      'server-name': 'web-server-01',
      'created-at': '2026-03-02T02:40:00Z',
      'size-mb': '5120',
      status: 'completed',
      reason: '',
    })
    expect(Number(seconds)).toBeGreaterThan(60)
    expect(JSON.parse(snapshots ?? '')).toMatchObject([{ id: '802', status: 'completed', size_mb: 5120 }])
  })

  it('saves the plan before the request, the snapshot when accepted and when completed, and that it ended green', async () => {
    const { stateWrites } = await stage().main({
      ...CREATE,
      'restore-on': 'failure, cancelled',
      'delete-on': 'success',
      'keep-last': '3',
      'start-after-restore': 'false',
      'health-check': 'https://shop.test/up tcp://shop.test:22',
      'health-check-timeout': '90s',
      'max-parallel': '4',
      summary: 'false',
      timeout: '20m',
    })
    const names = stateWrites.map(([name]) => name)
    expect([names.slice(0, 3), names.at(-1)]).toEqual([['main', 'plan', 'server-0'], 'green'])
    const [plan, ...servers] = stateWrites.slice(1, -1).map(([, value]) => JSON.parse(value))
    expect(plan).toMatchObject({
      ...{ apiToken: 'vps_emulated_token', apiUrl: 'https://api.test/api/v1/', acceleratedClock: false },
      ...{ deleteOn: ['success'], restoreOn: ['failure', 'cancelled'], keepLast: 3, servers: 1 },
      ...{ maxParallel: 4, restoreTimeoutMs: 1_200_000, startAfterRestore: false, summary: false },
      health: {
        timeoutMs: 90_000,
        targets: [
          { kind: 'http', url: 'https://shop.test/up' },
          { kind: 'tcp', host: 'shop.test', port: 22 },
        ],
      },
    })
    const server = { power: 'untouched', server: '12345', serverName: 'web-server-01' }
    const snapshot = { createdAt: '2026-03-02T02:40:00Z', id: '802', name: 'shop-9876543210-1' }
    expect(servers.slice(-2)).toMatchObject([
      { ...server, snapshot: { ...snapshot, completed: false, sizeMb: null } },
      { ...server, snapshot: { ...snapshot, completed: true, sizeMb: 5120 } },
    ])
  })

  it('shows the snapshot and the step that puts it back in the summary, unless none is wanted', async () => {
    const { summary } = await stage().main(CREATE)
    expect(summary).toContain('<td>802 shop-9876543210-1</td>')
    expect(summary).toMatch(/operation: restore[\s\S]*server-id: 12345\s+snapshot-id: 802/)
    const silent = await stage().main({ ...CREATE, summary: 'false' })
    expect(silent.summary).toBe('')
    expect(silent.green).toBe(true)
  })

  it('takes a snapshot of a stopped server all the same', async () => {
    const { main } = stage({ servers: [{ ...WEB, status: 'stopped' }] })
    const transcript = await main({ ...CREATE, 'stop-server': 'true' })
    expect(ended(transcript)).toBe('green completed')
    expect(transcript.outputs['server-status']).toBe('stopped')
    expect(ended(await stage({ servers: [{ ...WEB, status: 'stopped' }] }).main(CREATE))).toBe(
      'green completed',
    )
  })

  it('without wait returns once the API has accepted, and names the snapshot in the way out', async () => {
    const { world, main } = stage()
    const transcript = await main({ ...CREATE, wait: 'false' })
    expect(ended(transcript)).toBe('green in_progress')
    expect(transcript.verdict).toContain('snapshot-id: 802')
    expect(transcript.state['green']).toBeUndefined()
    expect(transcript.calls).toHaveLength(3)
    expect(world.report().snapshots[0]?.status).toBe('in_progress')
  })
})

describe('a dry run of a create', () => {
  it('reads, says what it would do, and sends nothing that changes anything', async () => {
    const { main, world } = stage({ snapshots: [byHand({ id: '700' })] })
    const transcript = await main({ ...CREATE, 'dry-run': 'true' })
    expect(ended(transcript)).toBe('green planned')
    expect(transcript.log[0]).toContain('shop-9876543210-1')
    expect(transcript.outputs).toMatchObject({
      'snapshot-id': '',
      snapshots: '[]',
    })
    expect(transcript.calls).toEqual([LIST_CALL, 'GET /servers/12345/'])
    expect(transcript.state).toEqual({ main: 'begun' })
    expect(world.events).toEqual([])
  })

  it('names the stop', async () => {
    const plain = await stage().main({ ...CREATE, 'dry-run': 'true' })
    const stopping = await stage().main({ ...CREATE, 'dry-run': 'true', 'stop-server': 'true' })
    expect(stopping.log).toHaveLength(plain.log.length + 1)
    expect(stopping.green).toBe(true)
  })

  it('plans without what it could not read', async () => {
    const { main } = stage({ settings: { permissions: ['snapshots:read'] } })
    expect(ended(await main({ ...CREATE, 'dry-run': 'true' }))).toBe('green planned')
  })
})

describe('the last free slot', () => {
  const four = ['1', '2', '3', '4'].map(id => byHand({ id }))

  it('is warned of where nothing is set that frees one', async () => {
    const transcript = await stage({ snapshots: four }).main(CREATE)
    expect(ended(transcript)).toBe('green completed')
    expect(levels(transcript)).toEqual(['warning'])
    expect(transcript.annotations[0]?.text).toContain('802')
  })

  it.each([{ 'keep-last': '2' }, { 'when-full': 'delete-oldest' }, { 'delete-on': 'success' }])(
    'is not warned of with %j',
    async inputs => {
      expect(levels(await stage({ snapshots: four }).main({ ...CREATE, ...inputs }))).toEqual([])
    },
  )

  it('is not warned of while another is left', async () => {
    expect(levels(await stage({ snapshots: four.slice(1) }).main(CREATE))).toEqual([])
  })
})
