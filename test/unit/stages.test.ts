import { describe, expect, it } from 'vitest'
import { ended, levels } from './operations/support/facts.ts'
import { byWorkflow, refuse, WEB } from './operations/support/scenery.ts'
import { createStage, LOOPBACK, type StageSettings, TOKEN } from './operations/support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } }, ...more })
}

describe('the main stage', () => {
  it('refuses wrong inputs with every problem at once, before any request', async () => {
    const inputs = { operation: 'Create', 'api-token': '', 'server-id': '12a' }
    const transcript = await stage().main(inputs)
    expect(ended(transcript)).toBe('red failed invalid-input')
    expect(transcript.outputs).toMatchObject({ status: 'failed', reason: 'invalid-input', snapshots: '[]' })
    expect(levels(transcript)).toEqual(['error'])
    for (const name of Object.keys(inputs)) {
      expect(transcript.annotations[0]?.text).toContain(`\`${name}\``)
      expect(transcript.log.filter(line => line.includes(`\`${name}\``))).not.toEqual([])
    }
    expect(transcript.calls).toEqual([])
    expect(transcript.masks).toEqual([])
    for (const name of Object.keys(inputs)) expect(transcript.summary).toContain(name)
    expect(transcript.state).toEqual({ main: 'begun' })
  })

  it('says one problem once, with the token masked', async () => {
    const transcript = await stage().main({ operation: 'create' })
    expect(transcript.masks).toEqual([TOKEN])
    expect(transcript.annotations.filter(({ text }) => text.includes('`server-id`'))).toHaveLength(1)
  })

  it('says in one notice which inputs the operation does not use', async () => {
    const inputs = { ...CREATE, 'max-snapshot-age': '1d', 'safety-snapshot': 'true', wait: 'false' }
    const transcript = await stage().main(inputs)
    expect(ended(transcript)).toBe('green in_progress')
    expect(levels(transcript)).toEqual(['notice'])
    for (const name of ['max-snapshot-age', 'safety-snapshot'])
      expect(transcript.annotations[0]?.text).toContain(name)
  })

  it('says each repetition of a request, and each exchange to those who debug', async () => {
    const { main } = stage({ random: () => 0.26, faults: [refuse({ nth: 1 }, 503)] })
    const { log, debugLines } = await main({ ...CREATE, wait: 'false' })
    for (const fact of ['503', '0.3s']) expect(log[0]).toContain(fact)
    const exchanges = debugLines.filter(line => line.startsWith('GET /snapshots/'))
    expect(exchanges.map(line => /: (\d{3})\b/.exec(line)?.[1])).toEqual(['503', '200'])
    expect(debugLines.some(line => line.includes('[vps-snapshot-action workflow=octo/shop/'))).toBe(true)
  })

  it('says which server it took where the API knows another id, and only the name tells', async () => {
    const uuid = '5e44e500-0000-4000-8000-000000012345'
    const identifiers = 'uuid'
    const snapshots = [byWorkflow({ id: '801' })]
    const transcript = await stage({ snapshots, settings: { identifiers } }).main({
      operation: 'restore',
      'snapshot-id': '801',
    })
    expect(transcript.green).toBe(true)
    const lines = transcript.log.filter(line => line.includes('by its ID'))
    expect(lines).toHaveLength(1)
    for (const fact of ['12345', WEB.name]) expect(lines[0]).toContain(fact)
    expect(transcript.calls).toContain(`GET /servers/${uuid}/`)
  })

  it('goes on where it cannot save that it has begun, and tells those who debug', async () => {
    const transcript = await stage({ failState: name => name === 'main' }).main({ operation: 'list' })
    expect(transcript.green).toBe(true)
    expect(transcript.annotations).toEqual([])
    expect(transcript.debugLines.some(line => line.includes('no space left on device'))).toBe(true)
  })

  it('warns of an input that may be somebody else’s, and goes on', async () => {
    const origin = { isNestedInForeignRunner: true }
    const transcript = await stage({ origin }).main({ operation: 'list', server_id: '12345' })
    expect(transcript.green).toBe(true)
    expect(levels(transcript)).toEqual(['warning'])
    expect(transcript.annotations[0]?.text).toContain('server_id')
  })

  it('refuses wrong inputs with the warnings about others', async () => {
    const origin = { isNestedInForeignRunner: true }
    const inputs = { operation: 'create', server_id: '12345' }
    const transcript = await stage({ origin }).main(inputs)
    expect(ended(transcript)).toBe('red failed invalid-input')
    expect(levels(transcript)).toEqual(['warning', 'error'])
    expect(transcript.annotations[0]?.text).toContain('server_id')
  })

  it('goes on without a summary that cannot be written', async () => {
    const transcript = await stage({ failSummary: true }).main({ ...CREATE, wait: 'false' })
    expect(ended(transcript)).toBe('green in_progress')
    expect(levels(transcript)).toEqual(['warning'])
    expect(transcript.annotations[0]?.text).toContain('no space left on device')
  })

  it('tells the truth of what was accepted when the action itself fails', async () => {
    const { main } = stage({
      probe: () => {
        throw new Error('a mistake')
      },
    })
    const inputs = { ...CREATE, 'stop-server': 'true', 'health-check': 'tcp://shop.test:22' }
    const transcript = await main(inputs)
    expect(ended(transcript)).toBe('red completed internal-error')
    expect(transcript.annotations.at(-1)?.text).toContain('a mistake')
    expect(transcript.outputs['snapshot-id']).toBe('802')
    expect(transcript.summary).toContain('802')
    expect(transcript.state['green']).toBeUndefined()
  })
})

describe('the post stage', () => {
  it('has nothing to do where the main stage saved nothing', async () => {
    const transcript = await stage().post('failure', { state: {} })
    expect(transcript.green).toBe(true)
    expect(transcript.log).toEqual([])
    expect(transcript.masks).toEqual([])
    expect(transcript.calls).toEqual([])
  })

  it('masks the saved token and writes neither outputs nor state', async () => {
    const { main, post } = stage()
    await main(CREATE)
    const transcript = await post('success')
    expect(transcript.green).toBe(true)
    expect(transcript.masks).toEqual([TOKEN])
    expect(transcript.outputs).toEqual({})
    expect(transcript.stateWrites).toEqual([])
  })

  it.each([
    ['success', true],
    ['failure', true],
    ['cancelled', true],
    [' Failure ', true],
    ['', false],
    ['skipped', false],
    [undefined, false],
  ])('acts on the job status "%s": %s', async (text, isKnown) => {
    const { main, post } = stage()
    await main({ ...CREATE, 'delete-on': 'success, failure, cancelled' })
    const transcript = await post(text)
    expect(transcript.calls.includes('DELETE /snapshots/802/')).toBe(isKnown)
    expect(levels(transcript)).toEqual(isKnown ? [] : ['warning'])
  })

  it('takes each job status for what it is', async () => {
    for (const text of ['success', 'failure', 'cancelled'])
      for (const deleteOn of ['success', 'failure', 'cancelled']) {
        const { main, post } = stage()
        await main({ ...CREATE, 'delete-on': deleteOn })
        const { calls } = await post(text)
        expect(calls.includes('DELETE /snapshots/802/')).toBe(text === deleteOn)
      }
  })

  it('keeps the pace, the parallelism and the summary of the main stage', async () => {
    const { main, post } = stage({ settings: { timeline: { snapshotMs: 5_000, restoreMs: 13_000 } } })
    await main({ ...CREATE, ...LOOPBACK, 'poll-interval': '1s', 'restore-on': 'failure', summary: 'false' })
    const { green, requests, summary, outputs } = await post('failure')
    expect(green).toBe(true)
    expect(outputs).toEqual({})
    expect(summary).toBe('')
    const reads = requests.filter(({ path }) => path === '/servers/12345/').map(({ after }) => after)
    expect(reads.slice(2).map((after, index) => after - (reads[index + 1] ?? 0))).toContain(1_100)
    expect(requests.every(({ after }) => after < 20_000)).toBe(true)
  })
})
