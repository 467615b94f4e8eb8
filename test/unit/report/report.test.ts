import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Conclusion, createReport, type Report } from '../../../src/report/report.ts'
import type { Runner } from '../../../src/report/runner.ts'
import type { SummaryModel } from '../../../src/report/summary-markup.ts'
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
  broken: readonly string[] = [],
): Bench {
  const calls: (readonly unknown[])[] = []
  const note =
    (name: string) =>
    (...values: readonly unknown[]): void => {
      calls.push([name, ...values])
      if (broken.includes(name)) throw new Error('disk full')
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
    writeSummary: async (markup, how) => {
      note('writeSummary')(markup, how)
      await writeSummary(markup)
    },
  }
  return { report: createReport(runner, settings), calls }
}

const SUMMARY: SummaryModel = {
  ...{ tone: 'done', headline: 'Done.', state: '', next: undefined, details: [], table: undefined },
  ...{ candidates: undefined, facts: [], steps: [], timeline: [] },
}
const CONCLUSION: Conclusion = {
  isGreen: true,
  title: 'Restore failed',
  headline: 'Done.',
  state: '',
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

  it.each(['warn', 'notice'] as const)('says the same text once: %s', kind => {
    const { report, calls } = bench()
    for (const text of ['one', 'two', 'one', 'two', 'three']) report[kind](text)
    expect(calls.map(([, text]) => text)).toEqual(['one', 'two', 'three'])
  })

  it.each(['warn', 'notice'] as const)('shows no more than ten annotations of a kind: %s', kind => {
    const { report, calls } = bench()
    for (let count = 1; count <= 12; count += 1) report[kind](`text ${count} ##[group]`)
    const shown = calls.filter(([name]) => name !== 'info')
    expect(shown).toHaveLength(10)
    expect(shown[0]).toEqual([kind === 'warn' ? 'warning' : 'notice', 'text 1 ##[group]', 'VPS.org snapshot'])
    expect(shown[8]?.[1]).toBe('text 9 ##[group]')
    expect(shown[9]?.[1]).toBe('text 10 ##[group] (More in the log.)')
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

  it('goes on where outputs cannot be written: they are in the log, and one warning', () => {
    const { report, calls } = bench(undefined, undefined, ['setOutput'])
    report.outputs({ 'snapshot-id': '802', status: 'in_progress' })
    report.outputs({ 'snapshot-name': '::error::x' })
    const written = calls.filter(([name]) => name !== 'setOutput')
    expect(written[0]).toEqual(['warning', expect.stringContaining('disk full'), 'VPS.org snapshot'])
    expect(written.slice(1)).toEqual([
      ['info', expect.stringMatching(/snapshot-id: 802$/)],
      ['info', expect.stringMatching(/status: in_progress$/)],
      ['info', expect.stringMatching(/^[^:]+snapshot-name: ::error::x$/)],
    ])
  })

  it('says why state could not be saved', () => {
    const { report } = bench(undefined, undefined, ['saveState'])
    expect(report.saveState('plan', '{}')).toBe('disk full')
  })

  it('sets none in a stage that has none', () => {
    const { report, calls } = bench({ summary: true, outputs: false })
    report.outputs({ status: 'completed' })
    expect(calls).toEqual([])
  })

  it('keeps a value as it is', () => {
    const { report, calls } = bench()
    expect(report.saveState('plan', '{"a":\n1}')).toBeUndefined()
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
      ['writeSummary', '<h3>✅ Done.</h3>\n\n', { replace: false }],
      ['info', 'Done.'],
    ])
  })

  it('says the way out where there is one', () => {
    const { report, calls } = bench()
    report.wayOut('Look.')
    report.wayOut(undefined)
    expect(calls).toEqual([['info', 'Next: Look.']])
  })

  it('annotates a failure with its verdict', async () => {
    const { report, calls } = bench({ summary: false, outputs: true })
    await report.conclude({
      ...CONCLUSION,
      isGreen: false,
      headline: 'It\nfailed.',
      state: 'All is as it was.',
      next: 'Look.',
    })
    expect(calls).toEqual([['error', 'It failed. All is as it was. Look.', 'Restore failed']])
  })

  it.each(['notice', 'warning'] as const)(
    'says a green end that is worth it as a %s, once',
    async annotateAs => {
      const { report, calls } = bench({ summary: false, outputs: true })
      await report.conclude({ ...CONCLUSION, annotateAs, state: 'It runs.', next: 'Look.' })
      expect(calls).toEqual([[annotateAs, 'Done. It runs. Look.', 'VPS.org snapshot']])
    },
  )

  it('replaces a summary that was written before the end', async () => {
    const { report, calls } = bench()
    await report.summarise({ ...SUMMARY, headline: 'Begun.' })
    await report.conclude(CONCLUSION)
    expect(calls).toEqual([
      ['writeSummary', '<h3>✅ Begun.</h3>\n\n', { replace: false }],
      ['writeSummary', '<h3>✅ Done.</h3>\n\n', { replace: true }],
      ['info', 'Done.'],
    ])
  })

  it('says once that the summary cannot be written', async () => {
    const { report, calls } = bench(undefined, () => Promise.reject(new Error('disk full')))
    await report.summarise({ ...SUMMARY, headline: 'Begun.' })
    await report.conclude(CONCLUSION)
    expect(calls.map(([name]) => name)).toEqual(['writeSummary', 'warning', 'info'])
  })

  it('prints a table as lines, within the group', async () => {
    const { report, calls } = bench()
    await report.group('Title', async () => report.table({ columns: ['A', 'B'], rows: [['::x', 'y']] }))
    expect(calls).toEqual([['startGroup', 'Title'], ['info', 'A     B'], ['info', ': :x  y'], ['endGroup']])
  })

  it('writes no summary where there is none', async () => {
    const { report, calls } = bench()
    await report.conclude({ ...CONCLUSION, isGreen: false, summary: undefined })
    expect(calls).toEqual([['error', 'Done.', 'Restore failed']])
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
      for (let count = 0; count < 12; count += 1) report.warn(`${text} ${count}`)
      report.notice(text)
      await report.group(text, async () => report.line(text))
      await report.conclude({
        ...CONCLUSION,
        isGreen: false,
        title: text,
        headline: text,
        state: text,
        next: text,
      })
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
