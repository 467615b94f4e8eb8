import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderSummary, type SummaryModel } from '../../../src/report/summary.ts'
import { hostileText } from './hostile-text.ts'

const EMPTY: SummaryModel = { good: true, verdict: 'Done.', columns: [], rows: [], facts: [], timeline: [] }

function render(change: Partial<SummaryModel>): string {
  return renderSummary({ ...EMPTY, ...change })
}

const PHASE = { name: 'restore', server: 'web-server-01', from: 5_000, to: 65_000 }

describe('renderSummary', () => {
  it('is no more than the verdict where there is no more', () => {
    expect(render({})).toBe('<h3>✅ Done.</h3>\n\n')
    expect(render({ good: false, next: 'Look & see.' })).toBe(
      '<h3>❌ Done.</h3>\n\n<p><strong>Next:</strong> Look &#38; see.</p>\n\n',
    )
  })

  it('has a row for each snapshot, and says how many are left out', () => {
    expect(
      render({
        columns: ['Id', 'Name'],
        rows: [
          ['801', '<b>|'],
          ['802', 'two'],
        ],
      }),
    ).toBe(
      '<h3>✅ Done.</h3>\n\n<table>\n<tr><th>Id</th><th>Name</th></tr>\n<tr><td>801</td><td>&#60;b&#62;&#124;</td></tr>\n<tr><td>802</td><td>two</td></tr>\n</table>\n\n',
    )
    const rows = Array.from({ length: 1_203 }, (_, index) => [String(index)])
    const long = render({ columns: ['Id', 'x'], rows })
    expect(long).toContain('<tr><td>1199</td></tr>\n<tr><td colspan="2">… and 3 more</td></tr>\n</table>')
    expect(render({ columns: ['Id'], rows: rows.slice(0, 1_200) })).not.toContain('more')
  })

  it('cuts a table of long rows before the runner refuses it', () => {
    const rows = Array.from({ length: 1_000 }, () => ['|'.repeat(900)])
    const long = render({ columns: ['Name'], rows })
    const shown = (long.match(/<td>/g) ?? []).length
    expect(long).toContain(`… and ${1_000 - shown} more`)
    expect(shown).toBeGreaterThan(50)
    expect(Buffer.byteLength(long)).toBeLessThan(1_024 * 1_024)
  })

  it('lists facts', () => {
    expect(render({ facts: ['3 of 5', '<i>'] })).toBe(
      '<h3>✅ Done.</h3>\n\n<ul><li>3 of 5</li><li>&#60;i&#62;</li></ul>\n\n',
    )
  })

  it('keeps the indentation of a snippet', () => {
    expect(render({ snippet: { title: 'Back & forth', yaml: '- uses: a@v1\n  with:\n    id: "1"' } })).toBe(
      '<h3>✅ Done.</h3>\n\n<details><summary>Back &#38; forth</summary>\n\n<pre><code>- uses: a@v1\n  with:\n    id: &#34;1&#34;</code></pre>\n\n</details>\n\n',
    )
    expect(render({ snippet: undefined })).toBe('<h3>✅ Done.</h3>\n\n')
  })

  it('ends with a chart of the phases, from the first on, a section for each server', () => {
    const timeline = [
      PHASE,
      { ...PHASE, name: 'start', from: 65_000, to: 65_100, failed: true },
      { ...PHASE, server: 'web-server-02', from: 6_000, to: 7_500 },
    ]
    expect(render({ timeline })).toBe(
      [
        '<h3>✅ Done.</h3>\n\n```mermaid',
        '%%{init: {"gantt": {"leftPadding": 111}}}%%',
        'gantt',
        'title Times in UTC',
        'dateFormat YYYY-MM-DD HH:mm:ss',
        'axisFormat %H:%M:%S',
        'tickInterval 16second',
        'section web-server-01',
        'restore :1970-01-01 00:00:05, 1970-01-01 00:01:05',
        'start :crit, 1970-01-01 00:01:05, 1970-01-01 00:01:06',
        'section web-server-02',
        'restore :1970-01-01 00:00:06, 1970-01-01 00:00:07',
        '```\n\n',
      ].join('\n'),
    )
  })

  it.each([
    [0, 'axisFormat %H:%M:%S\ntickInterval 1second\n'],
    [240, 'axisFormat %H:%M:%S\ntickInterval 60second\n'],
    [241, 'axisFormat %H:%M\ntickInterval 1minute\n'],
    [3_000, 'axisFormat %H:%M\ntickInterval 10minute\n'],
  ])('marks the axis of %i seconds about five times', (seconds, axis) => {
    const long = { ...PHASE, server: 'a', from: 0, to: seconds * 1_000 }
    const late = { ...long, from: seconds * 1_000 }
    expect(render({ timeline: [long, late] })).toContain(axis)
    expect(render({ timeline: [long] })).toContain('"leftPadding": 75')
  })

  it('names a section where nothing is left of the server’s name', () => {
    expect(render({ timeline: [{ ...PHASE, server: ';;;' }] })).toContain('\nsection server\n')
  })

  it('charts forty phases at most', () => {
    const timeline = Array.from({ length: 50 }, () => PHASE)
    expect(render({ timeline }).match(/^restore /gm)).toHaveLength(40)
  })

  it('stays within its structure, whatever comes in', () => {
    const model = fc.record({
      ...{ good: fc.boolean(), verdict: hostileText, next: hostileText },
      ...{
        columns: fc.constant(['Id', 'Name']),
        rows: fc.array(fc.tuple(hostileText, hostileText), { maxLength: 4 }),
      },
      facts: fc.array(hostileText, { maxLength: 3 }),
      snippet: fc.record({ title: hostileText, yaml: hostileText }),
      timeline: fc.array(
        fc.record({
          name: hostileText,
          server: hostileText,
          from: fc.nat(),
          to: fc.nat(),
          failed: fc.boolean(),
        }),
        { maxLength: 4 },
      ),
    })
    fc.assert(
      fc.property(model, summary => {
        const markup = renderSummary(summary)
        const [html = '', chart = ''] = markup.split('\n\n```mermaid\n')
        const allowed = /<\/?(?:h3|p|strong|table|tr|th|td|ul|li|details|summary|pre|code)>/g
        expect(html.replace(allowed, '')).not.toMatch(/[<>|`]/)
        expect((html.match(/<tr>/g) ?? []).length).toBe(
          summary.rows.length === 0 ? 0 : summary.rows.length + 1,
        )
        expect((html.match(/<td>/g) ?? []).length).toBe(summary.rows.length * 2)
        const lines = chart.split('\n').filter(line => line !== '' && line !== '```')
        for (const line of lines.slice(6))
          expect(line).toMatch(/^(?:section [^:;#%]*|[^:;#%]* :(?:crit, )?[\d :-]+, [\d :-]+)$/)
        expect(markup.match(/```/g) ?? []).toHaveLength(summary.timeline.length === 0 ? 0 : 2)
      }),
      { numRuns: 300 },
    )
  })
})
