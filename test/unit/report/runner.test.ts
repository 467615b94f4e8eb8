import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { githubRunner, withoutSecrets } from '../../../src/report/runner.ts'
import { createRecorder } from '../operations/support/recorder.ts'

const FILES = ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'] as const

describe('the GitHub runner', () => {
  let folder = ''
  let written: string[] = []

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'runner-'))
    for (const name of FILES) {
      writeFileSync(join(folder, name), '')
      vi.stubEnv(name, join(folder, name))
    }
    written = []
    vi.spyOn(process.stdout, 'write').mockImplementation(chunk => {
      written.push(String(chunk))
      return true
    })
  })

  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  })

  const contentOf = (name: (typeof FILES)[number]): string =>
    readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n')
  const lines = (): readonly string[] => written.join('').trimEnd().split(/\r?\n/)

  it('is told everything in its own commands', () => {
    githubRunner.info('a line')
    githubRunner.debug('a detail')
    githubRunner.notice('a notice', 'Title')
    githubRunner.warning('a warning', 'Title')
    githubRunner.error('an error', 'Title')
    githubRunner.startGroup('A group')
    githubRunner.endGroup()
    githubRunner.mask('a secret')
    expect(lines()).toEqual([
      'a line',
      '::debug::a detail',
      '::notice title=Title::a notice',
      '::warning title=Title::a warning',
      '::error title=Title::an error',
      '::group::A group',
      '::endgroup::',
      '::add-mask::a secret',
    ])
  })

  it('gets outputs, state and summary in its files', async () => {
    githubRunner.setOutput('snapshot-id', '802')
    githubRunner.saveState('green', 'true')
    await githubRunner.writeSummary('<h3>Begun</h3>', { replace: false })
    await githubRunner.writeSummary('<h3>Done</h3>', { replace: true })
    expect(contentOf('GITHUB_OUTPUT')).toMatch(/^snapshot-id<<(\S+)\n802\n\1\n$/)
    expect(contentOf('GITHUB_STATE')).toMatch(/^green<<(\S+)\ntrue\n\1\n$/)
    expect(contentOf('GITHUB_STEP_SUMMARY')).toBe('<h3>Done</h3>\n')
  })

  it.each([undefined, ''])('without a file for its state (%j) is told no state: the token is in it', file => {
    vi.stubEnv('GITHUB_STATE', file)
    expect(() => githubRunner.saveState('plan', 'vps_secret')).toThrow('GITHUB_STATE is not set')
    expect(written).toEqual([])
  })
})

describe('a runner without secrets', () => {
  it('hides them in everything but the state, for the post stage needs it', async () => {
    const recorder = createRecorder()
    const runner = withoutSecrets(recorder, ['vps_secret', 'ghs_other_secret'])
    runner.info('a vps_secret b ghs_other_secret c')
    runner.debug('vps_secret')
    runner.notice('vps_secret', 'title')
    runner.warning('vps_secret', 'title')
    runner.error('vps_secret', 'title')
    runner.setOutput('name', 'vps_secret')
    await runner.writeSummary('vps_secret vps_secret', { replace: false })
    runner.saveState('plan', 'vps_secret')
    const { printed, debugLines, outputWrites, summary, stateWrites } = recorder
    expect(printed).toEqual(['a *** b *** c', 'notice: ***', 'warning: ***', 'error: ***'])
    expect([debugLines, outputWrites, summary]).toEqual([['***'], [['name', '***']], '*** ***'])
    expect(stateWrites).toEqual([['plan', 'vps_secret']])
  })

  it('leaves a text alone that is so short that ids would be hidden', () => {
    const recorder = createRecorder()
    withoutSecrets(recorder, ['1234567', '']).setOutput('snapshot-id', '1234567')
    expect(recorder.outputWrites).toEqual([['snapshot-id', '1234567']])
  })
})
