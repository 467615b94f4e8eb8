/** The runner's files and words, the author's slips, and a wait that arms the end of the job. */

import { describe, expect, it } from 'vitest'
import { armed } from '../../../src/present/messages/results.ts'
import { byWorkflow, fleet, idsOf, recordOf, WEB } from './support/scenery.ts'
import { createStage, type StageSettings } from './support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const ARMED = { ...CREATE, 'restore-on': 'failure, cancelled' }

/** What a green step says of its rollback. */
const PROMISE = armed(
  { servers: [recordOf(WEB)], jobStatus: 'success', cutOff: undefined },
  { restoreOn: ['failure', 'cancelled'], deleteOn: [], keepLast: undefined, isTooLate: false, isKept: false },
)

function restores(calls: readonly string[]): readonly string[] {
  return calls.filter(call => call.includes('/restore/'))
}

describe('a post stage without its state', () => {
  it('changes nothing, and is red where a restore was due', async () => {
    const stage = createStage({ servers: [WEB] })
    await stage.main(ARMED)
    const post = await stage.post('failure', { state: {}, inputs: ARMED })
    expect(post.green).toBe(false)
    expect(post.requests).toEqual([])
    expect(post.log.join(' ')).toContain('12345')
  })

  it('is red where a server may be stopped', async () => {
    const post = await createStage({ servers: [WEB] }).post('success', {
      state: {},
      inputs: { ...CREATE, 'stop-server': 'true' },
    })
    expect(post.green).toBe(false)
  })

  it.each([
    ['nothing was asked of it', CREATE, 0],
    ['it was to delete', { ...CREATE, 'keep-last': '2' }, 1],
    ['its inputs are lost, too', {}, 1],
    ['it was another operation', { operation: 'list' }, 0],
  ])('is green where %s', async (_, inputs, warnings) => {
    const post = await createStage({ servers: [WEB] }).post('success', { state: {}, inputs })
    expect(post.green).toBe(true)
    expect(post.requests).toEqual([])
    expect(post.annotations).toHaveLength(warnings)
  })

  it.each(['{"apiToken":"vps_secret_to', '{}', 'null'])(
    'takes a torn one (%s) for a lost one, and shows nothing of it',
    async plan => {
      const post = await createStage({ servers: [WEB] }).post('failure', {
        state: { main: 'begun', plan },
        inputs: ARMED,
      })
      expect(post.green).toBe(false)
      expect(post.printed.join(' ')).not.toContain('vps_secret')
    },
  )

  it('does nothing where the main stage left nothing to do', async () => {
    const post = await createStage({ servers: [WEB] }).post('failure', {
      state: { main: 'begun' },
      inputs: ARMED,
    })
    expect(post.green).toBe(true)
    expect(post.annotations).toEqual([])
  })
})

describe('a state file that cannot be written', () => {
  it('is a refusal before the first change, where the end of the job is needed', async () => {
    const stage = createStage({ servers: [WEB], failState: () => true })
    const seen = await stage.main(ARMED)
    expect(seen.outputs).toMatchObject({ status: 'failed', reason: 'runner-files' })
    expect(stage.world.events).toEqual([])
  })

  it('does not matter where it is not needed', async () => {
    const seen = await createStage({ servers: [WEB], failState: () => true }).main(CREATE)
    expect(seen.outputs).toMatchObject({ status: 'completed', reason: '' })
  })

  it('that is lost in the middle lets the work go on, and makes the step red: no rollback can follow', async () => {
    let writes = 0
    const stage = createStage({ servers: [WEB], failState: () => ++writes > 3 })
    const seen = await stage.main({ ...ARMED, 'stop-server': 'true' })
    expect(seen.green).toBe(false)
    expect(seen.outputs).toMatchObject({ 'snapshot-id': '802', status: 'completed', reason: 'runner-files' })
    expect(stage.world.report().servers[0]?.running).toBe(true)
  })

  it('that is lost at the very end disarms the rollback, red', async () => {
    const stage = createStage({ servers: [WEB], failState: name => name === 'green' })
    const seen = await stage.main(ARMED)
    expect(seen.green).toBe(false)
    expect(seen.outputs['reason']).toBe('runner-files')
    expect(restores((await stage.post('failure')).calls)).toEqual([])
  })
})

describe('a state file that is lost where only a clean-up needs it', () => {
  it.each([
    ['keep-last', { 'keep-last': '1' }],
    ['delete-on', { 'delete-on': 'success, failure' }],
    ['both', { 'keep-last': '3', 'delete-on': 'cancelled' }],
  ])('is a warning, and %s is promised no more', async (_, asked) => {
    const stage = createStage({ servers: [WEB], failState: name => name === 'server-0' })
    const seen = await stage.main({ ...CREATE, ...asked, 'job-status': 'success' })
    expect(seen).toMatchObject({ green: true, outputs: { status: 'completed', reason: '' } })
    expect(seen.annotations.map(({ level, text }) => [level, text.includes('`keep-last`')])).toEqual([
      ['warning', true],
    ])
    for (const text of [seen.verdict, seen.summary]) expect(text).not.toMatch(/kept|deleted/)
  })

  it('is a warning where the step is red: what it made may stay', async () => {
    const stage = createStage({
      servers: [WEB],
      failState: name => name === 'server-0',
      settings: { timeline: { snapshotOutcome: 'failed' } },
    })
    const seen = await stage.main({ ...CREATE, 'restore-on': 'failure', 'delete-on': 'cancelled' })
    expect(seen.green).toBe(false)
    expect(seen.annotations.map(({ level }) => level)).toEqual(['warning', 'error'])
  })

  it('says no more than the refusal where nothing was begun', async () => {
    const stage = createStage({ servers: [WEB], failState: () => true })
    const seen = await stage.main({ ...CREATE, 'keep-last': '1' })
    expect(seen.outputs['reason']).toBe('runner-files')
    expect(seen.annotations.map(({ level }) => level)).toEqual(['error'])
  })
})

describe('an output file that cannot be written', () => {
  it('is one warning; the values go to the log, and the work goes on', async () => {
    const stage = createStage({ servers: [WEB], failOutputs: true })
    const seen = await stage.main({ ...ARMED, 'stop-server': 'true' })
    expect(seen.green).toBe(true)
    expect(seen.annotations.filter(({ level }) => level === 'warning')).toHaveLength(1)
    expect(seen.log).toContain('Output snapshot-id: 802')
    expect((await stage.post('failure')).green).toBe(true)
  })
})

describe('a job that had failed before its snapshot step', () => {
  it('is not rolled back, and the step says that nothing is armed', async () => {
    const stage = createStage({ servers: [WEB] })
    const seen = await stage.main({ ...ARMED, 'job-status': 'failure' })
    expect(seen.green).toBe(true)
    expect(JSON.parse(seen.state['plan'] ?? '{}').restoreOn).toEqual([])
    expect(restores((await stage.post('failure')).calls)).toEqual([])
  })
})

describe('what makes a step red at the very last', () => {
  it('a cancel arms no rollback of a deploy that never began, and is told everywhere', async () => {
    const stage = createStage({ servers: [WEB], cancelOnSummary: true })
    const seen = await stage.main(ARMED)
    expect(seen.green).toBe(false)
    expect(seen.outputs).toMatchObject({ status: 'completed', reason: 'cancelled' })
    for (const text of [seen.summary, ...seen.annotations.map(item => item.text)]) {
      expect(text).toMatch(/cancelled/i)
      expect(text).not.toContain(PROMISE)
    }
    expect((await createStage({ servers: [WEB] }).main(ARMED)).verdict).toContain(PROMISE)
    expect(seen.annotations.map(({ level }) => level)).toEqual(['error'])
    expect(seen.state['green']).toBeUndefined()
    expect(restores((await stage.post('cancelled')).calls)).toEqual([])
  })

  it('a state file that cannot be written then is told everywhere, too', async () => {
    const failState = (name: string) => name === 'green'
    const seen = await createStage({ servers: [WEB], failState }).main(ARMED)
    expect(seen.green).toBe(false)
    expect(seen.outputs).toMatchObject({ status: 'completed', reason: 'runner-files' })
    expect(seen.summary).not.toContain(PROMISE)
    expect(seen.annotations.map(({ level }) => level)).toEqual(['error'])
  })
})

describe('a runner that is not GitHub’s, in a composite action', () => {
  const nested: StageSettings = { servers: [WEB], origin: { isNestedInForeignRunner: true } }

  it('proves nothing by saying success: nothing is restored, nothing deleted, and a warning says so', async () => {
    const stage = createStage(nested)
    await stage.main({ ...ARMED, 'keep-last': '1' })
    const post = await stage.post('success')
    expect(post.green).toBe(true)
    expect(post.requests).toEqual([])
    expect(post.annotations.map(({ level }) => level)).toContain('warning')
  })

  it('still rolls back when it says failure', async () => {
    const stage = createStage(nested)
    await stage.main(ARMED)
    expect(restores((await stage.post('failure')).calls)).toHaveLength(1)
  })
})

describe('a mistyped input', () => {
  it.each(['restore_on', 'restoreon', 'restor-on', 'dry_run', 'snapshot-before-restore', 'max-age'])(
    '%s is refused before anything is sent',
    async name => {
      const seen = await createStage({ servers: [WEB] }).main({ ...CREATE, [name]: 'failure' })
      expect(seen.outputs).toMatchObject({ status: 'failed', reason: 'invalid-input' })
      expect(seen.requests).toEqual([])
    },
  )
})

describe('a wait that arms the end of the job', () => {
  const LATER = { operation: 'wait', 'snapshot-id': '802', 'restore-on': 'failure' }

  async function begun(servers = [WEB], settings: StageSettings = {}) {
    const stage = createStage({ servers, ...settings })
    await stage.main({ operation: 'create', 'server-id': idsOf(servers), wait: 'false' })
    return stage
  }

  it('rolls back what this run has made beside its build', async () => {
    const stage = await begun()
    const waited = await stage.main(LATER)
    expect(waited.outputs).toMatchObject({ status: 'completed', reason: '' })
    expect(restores((await stage.post('failure')).calls)).toEqual(['POST /snapshots/802/restore/'])
  })

  it('does not wait for a restore that nobody can have asked for', async () => {
    const stage = await begun()
    await stage.clock.run(stage.clock.sleep(20 * 60_000))
    expect((await stage.main(LATER)).took).toBeLessThan(5_000)
  })

  it('does so for a group, and deletes and keeps what was asked', async () => {
    const servers = fleet(3)
    const stage = await begun(servers)
    const inputs = {
      operation: 'wait',
      'snapshot-id': '802,803,804',
      'restore-on': 'failure',
      'delete-on': 'success',
    }
    expect((await stage.main(inputs)).green).toBe(true)
    const post = await stage.post('success')
    expect(post.calls.filter(call => call.startsWith('DELETE'))).toHaveLength(3)
  })

  it.each([
    ['another run', { run: '1234567890' }],
    ['another repository', { workflow: 'octo/other/.github/workflows/deploy.yml', run: '9876543210' }],
  ])('refuses what %s has made, before the deploy', async (_, made) => {
    const stage = createStage({ servers: [WEB], snapshots: [byWorkflow({ id: '802', ...made })] })
    const seen = await stage.main(LATER)
    expect(seen.outputs).toMatchObject({ status: 'failed', reason: 'wrong-run' })
    expect(restores((await stage.post('failure')).calls)).toEqual([])
  })

  it('takes what an earlier attempt of this run has made', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [byWorkflow({ id: '802', run: '9876543210' })],
      origin: { attempt: 2 },
    })
    expect((await stage.main(LATER)).outputs).toMatchObject({ reason: '' })
  })

  it('refuses a mixed list as a whole', async () => {
    const servers = fleet(2)
    const stage = createStage({
      servers,
      snapshots: [
        byWorkflow({ id: '802', server: '11', run: '9876543210' }),
        byWorkflow({ id: '803', server: '12' }),
      ],
    })
    const seen = await stage.main({ ...LATER, 'snapshot-id': '802,803' })
    expect(seen.outputs['reason']).toBe('wrong-run')
    expect(seen.state['plan']).toBeUndefined()
  })
})

describe('a snapshot that is to be kept', () => {
  it('has its own purpose, and is left alone by retention and latest', async () => {
    const stage = createStage({ servers: [WEB] })
    const seen = await stage.main({ ...CREATE, keep: 'true' })
    expect(JSON.parse(seen.outputs['snapshots'] ?? '[]')[0].made_by.purpose).toBe('keep')
    const latest = await stage.main({ operation: 'restore', 'snapshot-id': 'latest', 'server-id': '12345' })
    expect(latest.outputs['reason']).toBe('not-found')
  })
})
