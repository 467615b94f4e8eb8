import { describe, expect, it } from 'vitest'
import { ended } from './support/facts.ts'
import { fleet, WEB } from './support/scenery.ts'
import { createStage, type Inputs, type StageSettings, type Transcript } from './support/stage.ts'

const SERVERS_CALL = 'GET /servers/?page_size=100'
const CREATE = { operation: 'create', 'server-id': '99999' }

async function told(inputs: Inputs, settings: StageSettings = {}): Promise<Transcript> {
  const transcript = await createStage({ servers: [WEB], ...settings }).main(inputs)
  expect(ended(transcript)).toMatch(/^red .* not-found$/)
  return transcript
}

describe('a server that does not exist', () => {
  it.each<Inputs>([
    CREATE,
    { ...CREATE, 'dry-run': 'true' },
    { operation: 'list', 'server-id': '99999' },
    { operation: 'restore', 'server-id': '99999', 'snapshot-id': 'latest' },
    { operation: 'delete', 'server-id': '99999', 'snapshot-name': 'before' },
  ])('is told with what the token can see, which costs one request: %j', async inputs => {
    const { verdict, calls } = await told(inputs)
    expect(verdict).toContain('web-server-01 (12345).')
    expect(calls.filter(call => call === SERVERS_CALL)).toHaveLength(1)
  })

  it('is told with five servers at most', async () => {
    const { verdict } = await told(CREATE, { servers: fleet(7) })
    expect(verdict).toContain('web-11 (11), web-12 (12), web-13 (13), web-14 (14), web-15 (15) and 2 more')
    expect(verdict).not.toContain('web-16')
  })

  it('is told once for a group, in which several do not exist', async () => {
    const { verdict } = await told({ ...CREATE, 'server-id': '99998,99999,12345' })
    expect(verdict.split('web-server-01 (12345)')).toHaveLength(2)
  })

  it('is told alone where the token can see none', async () => {
    const { verdict } = await told(CREATE, { servers: [] })
    expect(verdict).toMatch(/server-id/)
    expect(verdict).not.toMatch(/can see/)
  })

  it('is told of servers whatever their names are', async () => {
    const names = ['', `${'long-'.repeat(40)}end`, '::error::\u001b[31mred\n::stop']
    const servers = names.map((name, index) => ({ id: String(21 + index), name }))
    const { verdict, log } = await told(CREATE, { servers })
    expect(verdict).toContain(' 21, long-')
    expect(verdict).not.toContain('end (22)')
    expect(verdict).toContain('(22)')
    expect(verdict).toContain('(23)')
    expect(log.filter(line => line.includes('::stop') && line.startsWith('::'))).toEqual([])
    expect(verdict).not.toContain('\u001b')
  })

  it('is told of no more than the ID where the list cannot be read', async () => {
    const { main } = createStage({
      servers: [WEB],
      faults: [
        { match: { path: '/servers/' }, when: 'before', fault: { kind: 'status', status: 500 } },
        {
          match: { path: '/servers/99999/' },
          when: 'before',
          fault: { kind: 'status', status: 404, body: '{"detail":"Not found."}' },
        },
      ],
    })
    const transcript = await main({ ...CREATE, timeout: '1m' })
    expect(transcript.green).toBe(false)
    expect(transcript.annotations.map(({ level }) => level)).toEqual(['error'])
    expect(transcript.verdict).not.toContain(WEB.name)
  })
})
