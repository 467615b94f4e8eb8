import { describe, expect, it } from 'vitest'
import { deployed, restoring } from './support/restoring.ts'
import { byWorkflow, WEB } from './support/scenery.ts'
import { createStage, type Transcript } from './support/stage.ts'

const CREATE = { operation: 'create', 'server-id': WEB.id, 'restore-on': 'failure' }

/** The commands for the form by hand, each as the operation that it starts. */
function commandsOf({ log }: Transcript): readonly string[] {
  return log.flatMap(line => /gh workflow run \S+ -f operation=(\w+)/.exec(line)?.[1] ?? [])
}

describe('the log of a red step', () => {
  it('ends with the commands that carry the next step out', async () => {
    const seen = await deployed({ restoreEndsAs: 'error' }).main(restoring())
    expect(commandsOf(seen)).toEqual(['restore'])
    expect(seen.log.at(-1)).toContain('gh workflow run')
    expect(seen.log.at(-2)).toMatch(/^Next: /)
  })

  it('has no command that overwrites a server where nobody is told to restore it', async () => {
    const stage = createStage({ servers: [WEB], probe: () => 'refused' })
    const inputs = { ...CREATE, 'stop-server': 'true', 'health-check': 'tcp://10.0.0.5:22' }
    const seen = await stage.main(inputs)
    expect(seen).toMatchObject({ green: false, outputs: { reason: 'health-check' } })
    expect(commandsOf(seen)).toEqual([])
    expect(seen.summary).toContain('operation: restore')
  })
})

describe('the log of a green step', () => {
  it('has no command', async () => {
    const stage = createStage({ servers: [WEB] })
    expect(commandsOf(await stage.main(CREATE))).toEqual([])
    expect(commandsOf(await stage.post('success'))).toEqual([])
  })

  it('has the command for a rollback of which only a person can know whether it is due', async () => {
    const stage = createStage({ servers: [WEB], snapshots: [byWorkflow({ id: '700' })] })
    await stage.main(CREATE)
    const seen = await stage.post('')
    expect(seen.green).toBe(true)
    expect(commandsOf(seen)).toEqual(['restore'])
    expect(seen.summary).toContain('⚠')
  })
})
