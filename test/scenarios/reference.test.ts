import { describe, it } from 'vitest'
import { REFERENCE_SETUP } from '../emulator/reference.ts'
import type { LoggedRequest } from '../emulator/request-log.ts'
import { expectFixture, type Scene, type SceneOptions, sceneFor, TOKEN } from './scene.ts'

/** Nothing is later than the instant of the examples, until the wait for the end of what was accepted. */
const REFERENCE: SceneOptions = {
  setup: { ...REFERENCE_SETUP, settings: { timeline: { snapshotMs: 3, restoreMs: 3 } } },
  startAt: '2025-01-16T16:15:00Z',
  pace: 1,
}

/** The headers that each of the published cURL commands sends. */
const CURL_HEADERS = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }

describe.concurrent("the reference's own example", () => {
  it('creates snapshot 802 as its cURL command does', async context => {
    const { expect } = context
    const scene = await sceneFor(context, REFERENCE)
    const main = await scene.run({
      operation: 'create',
      'server-id': '12345',
      'snapshot-name': 'before-update-snapshot',
      description: 'Snapshot before system update',
    })
    const [sent] = sentBy(scene, 'POST')
    expect(sent).toMatchObject({ path: '/api/v1/snapshots/', headers: CURL_HEADERS })
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      server_id: 12345,
      name: 'before-update-snapshot',
      description: expect.stringMatching(/^Snapshot before system update \[vps-snapshot-action [^\]]+\]$/),
    })
    expect(main.outputs).toMatchObject({
      'snapshot-id': '802',
      'snapshot-name': 'before-update-snapshot',
      'server-id': '12345',
      'server-name': 'web-server-01',
      'created-at': '2025-01-16T16:15:00Z',
      'size-mb': '5120',
      status: 'completed',
    })
    await expectFixture(context, 'reference-create', scene, main)
  })

  it('restores snapshot 801 as its cURL command does', async context => {
    const { expect } = context
    const scene = await sceneFor(context, REFERENCE)
    const main = await scene.run({ operation: 'restore', 'snapshot-id': '801' })
    const [sent, ...others] = sentBy(scene, 'POST')
    expect(sent).toMatchObject({ path: '/api/v1/snapshots/801/restore/', headers: CURL_HEADERS, body: '' })
    expect(others).toEqual([])
    expect(main.outputs).toMatchObject({
      'snapshot-id': '801',
      'snapshot-name': 'pre-migration-snapshot',
      'server-id': '12345',
      'server-name': 'web-server-01',
      'created-at': '2025-01-15T18:30:00Z',
      'size-mb': '5120',
      status: 'restored',
      'server-status': 'active',
    })
    await expectFixture(context, 'reference-restore', scene, main)
  })

  it('deletes snapshot 801 as its cURL command does', async context => {
    const { expect } = context
    const scene = await sceneFor(context, REFERENCE)
    const main = await scene.run({ operation: 'delete', 'snapshot-id': '801' })
    const [sent] = sentBy(scene, 'DELETE')
    expect(sent).toMatchObject({ path: '/api/v1/snapshots/801/', headers: CURL_HEADERS, body: '' })
    expect(main.outputs).toMatchObject({ 'snapshot-id': '801', status: 'deleted', count: '1' })
    await expectFixture(context, 'reference-delete', scene, main)
  })

  it('lists 801 and 798 as its cURL command does', async context => {
    const { expect } = context
    const scene = await sceneFor(context, REFERENCE)
    const main = await scene.run({ operation: 'list', 'server-id': '12345' })
    const [sent, ...others] = sentBy(scene, 'GET')
    expect(sent).toMatchObject({
      path: '/api/v1/snapshots/?server_id=12345&page_size=100',
      headers: CURL_HEADERS,
    })
    expect(others).toEqual([])
    expect(main.outputs['count']).toBe('2')
    expect(JSON.parse(main.outputs['snapshots'] ?? '')).toEqual([
      {
        id: '801',
        name: 'pre-migration-snapshot',
        status: 'completed',
        size_mb: 5120,
        created_at: '2025-01-15T18:30:00Z',
        description: 'Before major migration',
        server: { id: '12345', name: 'web-server-01' },
        made_by: null,
      },
      {
        id: '798',
        name: 'weekly-snapshot-2025-01-08',
        status: 'completed',
        size_mb: 4856,
        created_at: '2025-01-08T12:00:00Z',
        description: 'Weekly snapshot',
        server: { id: '12345', name: 'web-server-01' },
        made_by: null,
      },
    ])
    await expectFixture(context, 'reference-list', scene, main)
  })
})

function sentBy({ emulator }: Scene, method: string): readonly LoggedRequest[] {
  return emulator.log.all.filter(request => request.method === method)
}
