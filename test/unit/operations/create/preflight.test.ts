import { describe, expect, it } from 'vitest'
import { changes, ended, levels } from '../support/facts.ts'
import { fleet, idsOf, WEB } from '../support/scenery.ts'
import { createStage, type StageSettings } from '../support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const ONE_MINUTE = { timeline: { snapshotMs: 60_000 } }
const LIST_CALL = 'GET /snapshots/?server_id=12345&page_size=100'
const MAY_NOT_READ_SERVERS = ['snapshots:read', 'snapshots:write']

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: ONE_MINUTE, ...more })
}

describe('what a create finds before it changes anything', () => {
  it('fails when the snapshots cannot be listed, and saves nothing', async () => {
    const transcript = await stage({ settings: { token: 'another' } }).main(CREATE)
    expect(ended(transcript)).toBe('red failed unauthorized')
    expect(transcript.outputs).toMatchObject({ 'snapshot-id': '', 'server-id': '', snapshots: '[]' })
    expect(changes(transcript)).toEqual([])
    expect(transcript.state).toEqual({ main: 'begun' })
  })

  it('names the token’s permissions when it may not list', async () => {
    const transcript = await stage({ settings: { permissions: ['servers:read'] } }).main(CREATE)
    expect(ended(transcript)).toBe('red failed forbidden')
    expect(transcript.calls).toEqual([LIST_CALL, 'GET /account/me/'])
    expect(transcript.verdict).toContain('servers:read')
  })

  it('asks for the token’s permissions once, however often it is refused', async () => {
    const servers = fleet(3)
    const { main } = createStage({ servers, settings: { permissions: ['snapshots:read', 'servers:read'] } })
    const { calls } = await main({ operation: 'create', 'server-id': idsOf(servers) })
    expect(calls.filter(call => call === 'GET /account/me/')).toHaveLength(1)
  })

  it('does without the permissions when the account does not answer', async () => {
    const { main } = stage({
      settings: { permissions: [] },
      faults: [{ match: { path: '/account/me/' }, when: 'before', fault: { kind: 'hang' } }],
    })
    const transcript = await main(CREATE)
    expect(ended(transcript)).toBe('red failed forbidden')
    expect(transcript.took).toBeLessThan(15_000)
  })

  it('fails for a server that does not exist', async () => {
    const transcript = await stage({ servers: [] }).main(CREATE)
    expect(ended(transcript)).toBe('red failed not-found')
    expect(transcript.calls.slice(1)).toEqual(['GET /servers/12345/', 'GET /servers/?page_size=100'])
  })

  it('goes on with a warning when the token may not read servers', async () => {
    const { main } = stage({ settings: { ...ONE_MINUTE, permissions: MAY_NOT_READ_SERVERS } })
    const transcript = await main(CREATE)
    expect(ended(transcript)).toBe('green completed')
    expect(levels(transcript)).toEqual(['warning'])
    expect(transcript.annotations[0]?.text).toContain('12345')
    expect(transcript.outputs['server-status']).toBeUndefined()
    // The snapshot gives it.
    expect(transcript.outputs['server-name']).toBe(WEB.name)
  })

  it.each([
    ['restore-on', { 'restore-on': 'failure' }],
    ['stop-server', { 'stop-server': 'true' }],
    ['stop-server', { 'stop-server': 'true', 'restore-on': 'cancelled' }],
  ])('refuses %s when the token may not read servers', async (name, inputs) => {
    const { main } = stage({ settings: { permissions: MAY_NOT_READ_SERVERS } })
    const transcript = await main({ ...CREATE, ...inputs })
    expect(ended(transcript)).toBe('red failed forbidden')
    expect(transcript.annotations[0]?.text).toContain(name)
    for (const permission of MAY_NOT_READ_SERVERS) expect(transcript.verdict).toContain(permission)
    expect(changes(transcript)).toEqual([])
  })

  it.each<[string, StageSettings]>([
    ['the API drops the marker', { settings: { ...ONE_MINUTE, descriptions: 'unbracketed' } }],
    ['the runner made a marker impossible', { origin: { repository: '', workflow: '/' } }],
  ])('warns when %s', async (_, settings) => {
    const transcript = await stage(settings).main(CREATE)
    expect(ended(transcript)).toBe('green completed')
    expect(levels(transcript)).toEqual(['warning'])
    const text = transcript.annotations[0]?.text
    expect(text).toContain('802')
    // The one whose fault it is, is named.
    expect(text?.includes('GITHUB_REPOSITORY')).toBe('origin' in settings)
  })

  it('does without a server’s name where the API gives none', async () => {
    const transcript = await stage({ servers: [{ ...WEB, name: '' }] }).main(CREATE)
    expect(ended(transcript)).toBe('green completed')
    expect(transcript.outputs['server-name']).toBe('')
  })
})
