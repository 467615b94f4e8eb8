import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createReport, type Report } from '../../../src/report/report.ts'
import type { Runner } from '../../../src/report/runner.ts'
import { createLogReader } from '../../harness/log.ts'
import { createRecorder } from '../../soak/recorder.ts'
import { hostileText } from './hostile-text.ts'

interface Bench {
  readonly report: Report
  /** Each call of the runner, in order. */
  readonly calls: readonly (readonly unknown[])[]
}

function bench(
  settings: { summary: boolean; outputs: boolean } = { summary: true, outputs: true },
  writeSummary: (markup: string) => Promise<void> = async () => {},
): Bench {
  const calls: (readonly unknown[])[] = []
  const note =
    (name: string) =>
    (...values: readonly unknown[]): void => {
      calls.push([name, ...values])
    }
  const runner: Runner = {
    info: note('info'),
    debug: note('debug'),
    notice: note('notice'),
    warning: note('warning'),
    error: note('error'),
    startGroup: note('startGroup'),
    endGroup: note('endGroup'),
    mask: note('mask'),
    setOutput: note('setOutput'),
    saveState: note('saveState'),
    writeSummary: async markup => {
      note('writeSummary')(markup)
      await writeSummary(markup)
    },
  }
  return { report: createReport(runner, settings), calls }
}

const SUMMARY = { good: true, verdict: 'Done.', columns: [], rows: [], facts: [], timeline: [] }
const CONCLUSION = {
  good: true,
  title: 'Restore failed',
  verdict: 'Done.',
  next: undefined,
  summary: SUMMARY,
}

describe('a report', () => {
  it('makes lines harmless', () => {
    const { report, calls } = bench()
    report.line('  ::error::x')
    report.debug('a\nb')
    expect(calls).toEqual([
      ['info', '  : :error::x'],
      ['debug', 'a b'],
    ])
  })

  it.each(['warn', 'notice'] as const)('shows no more than ten annotations of a kind: %s', kind => {
    const { report, calls } = bench()
    for (let count = 1; count <= 12; count += 1) report[kind](`text ${count} ##[group]`)
    const shown = calls.filter(([name]) => name !== 'info')
    expect(shown).toHaveLength(10)
    expect(shown[0]).toEqual([kind === 'warn' ? 'warning' : 'notice', 'text 1 ##[group]', 'VPS.org snapshot'])
    expect(shown[8]?.[1]).toBe('text 9 ##[group]')
    expect(shown[9]?.[1]).toBe('text 10 ##[group] (Further ones are in the log only.)')
    const prefix = kind === 'warn' ? 'Warning: ' : ''
    expect(calls.filter(([name]) => name === 'info')).toEqual([
      ['info', `${prefix}text 11 ## [group]`],
      ['info', `${prefix}text 12 ## [group]`],
    ])
  })

  it('cuts an annotation before the runner does', () => {
    const { report, calls } = bench()
    report.warn('w'.repeat(5_000))
    expect(calls[0]?.[1]).toBe(`${'w'.repeat(3_999)}…`)
  })

  it('sets the outputs that have a value', () => {
    const { report, calls } = bench()
    report.outputs({ status: 'completed', count: undefined, 'snapshot-id': '' })
    expect(calls).toEqual([
      ['setOutput', 'status', 'completed'],
      ['setOutput', 'snapshot-id', ''],
    ])
  })

  it('sets none in a stage that has none', () => {
    const { report, calls } = bench({ summary: true, outputs: false })
    report.outputs({ status: 'completed' })
    expect(calls).toEqual([])
  })

  it('keeps a value as it is', () => {
    const { report, calls } = bench()
    report.keep('plan', '{"a":\n1}')
    expect(calls).toEqual([['saveState', 'plan', '{"a":\n1}']])
  })

  it('opens a group with its first line, and closes it also when its body throws', async () => {
    const { report, calls } = bench()
    const body = async (): Promise<number> => {
      report.line('one')
      report.line('two')
      return 7
    }
    await expect(report.group('Title\n', body)).resolves.toBe(7)
    const broken = async (): Promise<never> => {
      report.line('three')
      throw new Error('no')
    }
    await expect(report.group('Two', broken)).rejects.toThrow('no')
    report.line('outside')
    expect(calls).toEqual([
      ['startGroup', 'Title'],
      ['info', 'one'],
      ['info', 'two'],
      ['endGroup'],
      ['startGroup', 'Two'],
      ['info', 'three'],
      ['endGroup'],
      ['info', 'outside'],
    ])
  })

  it('shows no group in which nothing was said', async () => {
    const { report, calls } = bench()
    await report.group('Title', async () => report.debug('silent'))
    expect(calls).toEqual([['debug', 'silent']])
  })

  it('ends with the verdict', async () => {
    const { report, calls } = bench()
    await report.conclude(CONCLUSION)
    expect(calls).toEqual([
      ['writeSummary', '<h3>✅ Done.</h3>\n\n'],
      ['info', 'Done.'],
    ])
  })

  it('annotates a failure with its verdict and the next step', async () => {
    const { report, calls } = bench({ summary: false, outputs: true })
    await report.conclude({ ...CONCLUSION, good: false, verdict: 'It\nfailed.', next: 'Look.' })
    expect(calls).toEqual([
      ['error', 'It failed. Look.', 'Restore failed'],
      ['info', 'Next: Look.'],
      ['info', 'It failed.'],
    ])
  })

  it('writes a summary once, where it was written before the end', async () => {
    const { report, calls } = bench()
    await report.summarise({ ...SUMMARY, verdict: 'Begun.' })
    await report.conclude(CONCLUSION)
    expect(calls).toEqual([
      ['writeSummary', '<h3>✅ Begun.</h3>\n\n'],
      ['info', 'Done.'],
    ])
  })

  it('annotates what the log has said in lines of its own', async () => {
    const { report, calls } = bench()
    await report.conclude({ ...CONCLUSION, good: false, detail: 'One. Two.', summary: undefined })
    expect(calls).toEqual([
      ['error', 'Done. One. Two.', 'Restore failed'],
      ['info', 'Done.'],
    ])
  })

  it('prints a table as lines, within the group', async () => {
    const { report, calls } = bench()
    await report.group('Title', async () => report.table({ columns: ['A', 'B'], rows: [['::x', 'y']] }))
    expect(calls).toEqual([['startGroup', 'Title'], ['info', 'A     B'], ['info', ': :x  y'], ['endGroup']])
  })

  it('writes no summary where there is none', async () => {
    const { report, calls } = bench()
    await report.conclude({ ...CONCLUSION, good: false, summary: undefined })
    expect(calls).toEqual([
      ['error', 'Done.', 'Restore failed'],
      ['info', 'Done.'],
    ])
  })

  it.each([
    [new Error('disk full'), 'disk full'],
    ['a text', 'unknown reason'],
  ])('only warns when the summary cannot be written: %s', async (reason, words) => {
    const { report, calls } = bench(undefined, () => Promise.reject(reason))
    await report.conclude(CONCLUSION)
    expect(calls.slice(1)).toEqual([
      ['warning', `The job summary could not be written: ${words}`, 'VPS.org snapshot'],
      ['info', 'Done.'],
    ])
  })

  it('has the runner obey nothing but what it means, whatever comes in', async () => {
    const run = async (text: string): Promise<void> => {
      const recorder = createRecorder()
      const report = createReport(recorder.runner, { summary: true, outputs: true })
      report.line(text)
      report.line(`  ${text} ${text}`)
      report.debug(text)
      for (let count = 0; count < 12; count += 1) report.warn(text)
      report.notice(text)
      await report.group(text, async () => report.line(text))
      await report.conclude({ ...CONCLUSION, good: false, title: text, verdict: text, next: text })
      const reader = createLogReader()
      reader.feed('stdout', recorder.text())
      reader.end()
      expect(reader.commands.map(({ name }) => name)).toEqual([
        'debug',
        ...Array.from({ length: 10 }, () => 'warning'),
        ...['notice', 'group', 'endgroup', 'error'],
      ])
      expect(recorder.commands()).toBe(reader.commands.length)
    }
    await fc.assert(fc.asyncProperty(hostileText, run), { numRuns: 500 })
  })
})
