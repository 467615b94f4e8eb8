import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type FileTrouble, FOREIGN_RUNNERS, formatTranscript, runAction } from '../../harness/index.ts'
import { script } from './scripts.ts'

/** Writes to its output file in the four ways in which an action can, and prints what became of each. */
const WRITES = `
const fs = require('node:fs')
const path = process.env.GITHUB_OUTPUT
const append = { flag: 'a' }
const ways = [
  () => fs.appendFileSync(path, 'w1=one\\n'),
  () => fs.writeFileSync(path, 'w2=two\\n', append),
  async () => (await import('node:fs/promises')).appendFile(path, 'w3=three\\n'),
  () => fs.promises.writeFile(path, Buffer.from('w4=four\\n'), append),
]
const main = async () => {
  for (const way of ways) {
    try { await way(); console.log('ok') } catch (error) { console.log(error.code) }
  }
}
main()`

const ALL = { w1: 'one', w2: 'two', w3: 'three', w4: 'four' }

describe("the runner's files", () => {
  it.each<[FileTrouble, string, Readonly<Record<string, string>>]>([
    ['unset', Array(4).fill('ERR_INVALID_ARG_TYPE').join(' '), {}],
    ['empty', 'ENOENT ENOENT ENOENT ENOENT', {}],
    ['missing', 'ok ok ok ok', ALL],
    ['dangling', 'ENOENT ENOENT ENOENT ENOENT', {}],
    ['directory', 'EISDIR EISDIR EISDIR EISDIR', {}],
    [{ content: 'w0=zero\n' }, 'ok ok ok ok', { w0: 'zero', ...ALL }],
    [{ afterWrites: 0, effect: 'fails' }, 'ENOSPC ENOSPC ENOSPC ENOSPC', {}],
    [{ afterWrites: 1, effect: 'fails', code: 'EACCES' }, 'ok EACCES EACCES EACCES', { w1: 'one' }],
    [{ afterWrites: 2, effect: 'tears' }, 'ok ok ENOSPC ENOSPC', { w1: 'one', w2: 'two', w3: 't' }],
    [{ afterWrites: 3, effect: 'tears' }, 'ok ok ok ENOSPC', { w1: 'one', w2: 'two', w3: 'three', w4: 'f' }],
    [{ afterWrites: 2, effect: 'vanishes' }, 'ok ok ok ok', { w3: 'three', w4: 'four' }],
    [{ afterWrites: 3, effect: 'vanishes' }, 'ok ok ok ok', { w4: 'four' }],
    [{ afterWrites: 2, effect: 'directory' }, 'ok ok EISDIR EISDIR', {}],
  ])('with %j four writes end as %s', async (trouble, log, outputs) => {
    const transcript = await runAction({ script: script(WRITES), files: { OUTPUT: trouble } })
    expect([transcript.log.join(' '), transcript.outputs]).toEqual([log, outputs])
  })

  it.runIf(existsSync('/dev/full'))('can be full', async () => {
    const { log, outputs } = await runAction({ script: script(WRITES), files: { OUTPUT: 'full' } })
    expect([log.join(' '), outputs]).toEqual(['ENOSPC ENOSPC ENOSPC ENOSPC', {}])
  })

  it('are spoiled one by one; what is only read, too; and the action sees nothing of the harness', async () => {
    const path = script(`
      file('STATE', 'a=1')
      try { file('STATE', 'b=2') } catch {}
      file('STEP_SUMMARY', '# Done')
      file('OUTPUT', 'event=' + require('node:fs').readFileSync(process.env.GITHUB_EVENT_PATH))
      file('OUTPUT', 'names=' + Object.keys(process.env).filter(name => name.startsWith('HARNESS')))`)
    const files = { STATE: { afterWrites: 1, effect: 'fails' }, EVENT_PATH: { content: 'torn {' } } as const
    expect(await runAction({ script: path, files })).toMatchObject({
      ...{ exitCode: 0, state: { a: '1' }, summary: '# Done\n', outputs: { event: 'torn {', names: '' } },
    })
  })

  it('that are torn keep what came before, as the runner does, and the transcript says so', async () => {
    const path = script(`
      file('OUTPUT', 'a=1')
      try { file('OUTPUT', 'b<<END\\n1234567890123456789012345\\nEND') } catch {}`)
    const transcript = await runAction({
      script: path,
      files: { OUTPUT: { afterWrites: 1, effect: 'tears' } },
    })
    expect(transcript.outputs).toEqual({ a: '1' })
    expect(formatTranscript(transcript)).toContain(
      '--- unreadable files\nOUTPUT: no end of the value that begins with: b<<END\n',
    )
    // Where nobody meant it, it is a mistake of the action.
    await expect(runAction({ script: script(`file('OUTPUT', 'b<<END')`) })).rejects.toThrow('no end')
  })
})

describe('runners that are not GitHub’s', () => {
  it.each(Object.entries(FOREIGN_RUNNERS))('%s is known by its variables', async (_name, env) => {
    const path = script(
      `for (const name of ['ACT', 'GITEA_ACTIONS', 'FORGEJO_ACTIONS']) if (process.env[name]) file('OUTPUT', name + '=' + process.env[name])`,
    )
    expect((await runAction({ script: path, env })).outputs).toEqual(env)
  })
})
