import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderSummary, type SummaryModel } from '../../../src/report/summary-markup.ts'
import type { Cell } from '../../../src/report/text-table.ts'
import { hostileText } from './hostile-text.ts'

const EMPTY: SummaryModel = {
  ...{ tone: 'done', headline: 'Done.', state: '', next: undefined, details: [], table: undefined },
  ...{ candidates: undefined, facts: [], steps: [], timeline: [] },
}
const TITLE = '<h3>✅ Done.</h3>\n\n'

function render(change: Partial<SummaryModel>): string {
  return renderSummary({ ...EMPTY, ...change })
}

const PHASE = { name: 'restore', server: 'web-server-01', from: 5_000, to: 65_000 }
const STEP = {
  title: 'Back & forth',
  yaml: '- uses: a@v1\n  with:\n    id: "1"',
  command: 'gh workflow run x.yml -f snapshot-id=1',
}

describe('renderSummary', () => {
  it('is no more than the headline where there is no more', () => {
    expect(render({})).toBe(TITLE)
  })

  it.each([
    ['done', '✅'],
    ['partly', '⚠️'],
    ['failed', '❌'],
    ['nothing', 'ℹ️'],
    ['planned', '🔎'],
  ] as const)('shows that a stage is %s', (tone, icon) => {
    expect(render({ tone })).toBe(`<h3>${icon} Done.</h3>\n\n`)
  })

  it('says the state of things, then the way out', () => {
    expect(render({ state: 'It <runs>.', next: 'Look & see.' })).toBe(
      `${TITLE}<p>It &#60;runs&#62;.</p>\n\n<p><strong>Next:</strong> Look &#38; see.</p>\n\n`,
    )
  })

  it('has two columns for one server, without a head', () => {
    const run = { text: 'run 1 & 2', href: 'https://github.example/a?b=1&c="2"' }
    const details: SummaryModel['details'] = [
      ['Server', 'web <1>'],
      ['Made by', run],
    ]
    expect(render({ details })).toBe(
      `${TITLE}<table>\n<tr><th align="left">Server</th><td>web &#60;1&#62;</td></tr>\n<tr><th align="left">Made by</th><td><a href="https://github.example/a?b=1&#38;c=&#34;2&#34;">run 1 &#38; 2</a></td></tr>\n</table>\n\n`,
    )
  })

  it('has a row for each of several servers', () => {
    const rows = [
      ['801', '<b>|'],
      ['802', { text: 'two', href: 'https://github.example/2' }],
    ]
    expect(render({ table: { columns: ['Id', 'Name'], rows } })).toBe(
      `${TITLE}<table>\n<tr><th>Id</th><th>Name</th></tr>\n<tr><td>801</td><td>&#60;b&#62;&#124;</td></tr>\n<tr><td>802</td><td><a href="https://github.example/2">two</a></td></tr>\n</table>\n\n`,
    )
    expect(render({ table: { columns: ['Id'], rows: [] } })).toBe(TITLE)
  })

  it('has a table of what could be used instead, with a title', () => {
    const candidates = { columns: ['Id'], rows: [['801']] }
    expect(render({ candidates })).toMatch(
      /^<h3>.*<\/h3>\n\n<p><strong>[^<]+<\/strong><\/p>\n\n<table>\n<tr><th>Id<\/th><\/tr>\n<tr><td>801<\/td>/,
    )
  })

  it('says how many rows are left out of a long table', () => {
    const rows = Array.from({ length: 1_203 }, (_, index) => [String(index)])
    const long = render({ table: { columns: ['Id', 'x'], rows } })
    expect(long).toContain('<tr><td>1199</td></tr>\n<tr><td colspan="2">… and 3 more</td></tr>\n</table>')
    expect(render({ table: { columns: ['Id'], rows: rows.slice(0, 1_200) } })).not.toContain('more')
  })

  it('cuts tables of long rows before the runner refuses the summary', () => {
    const rows = Array.from({ length: 1_000 }, () => ['|'.repeat(900)])
    const table = { columns: ['Name'], rows }
    const long = render({ table, candidates: table, state: '|'.repeat(9_000), steps: [STEP] })
    const shown = (long.match(/<td>/g) ?? []).length / 2
    expect(long).toContain(`… and ${1_000 - shown} more`)
    expect(shown).toBeGreaterThan(50)
    expect(Buffer.byteLength(long)).toBeLessThan(1_024 * 1_024)
  })

  it('lists facts', () => {
    expect(render({ facts: ['3 of 5', '<i>'] })).toBe(
      `${TITLE}<ul><li>3 of 5</li><li>&#60;i&#62;</li></ul>\n\n`,
    )
  })

  it('keeps the indentation of a step to copy, and has the command besides', () => {
    const markup = render({ steps: [STEP, { ...STEP, title: 'Two' }] })
    expect(markup).toContain('<details><summary>Back &#38; forth</summary>\n\n')
    expect(markup).toContain('<pre><code>- uses: a@v1\n  with:\n    id: &#34;1&#34;</code></pre>\n')
    expect(markup).toContain('<pre><code>gh workflow run x.yml -f snapshot-id=1</code></pre>\n')
    expect(markup.match(/<details>/g)).toHaveLength(2)
    expect(markup.match(/<\/details>/g)).toHaveLength(2)
  })

  it('does not cut a line that is to be pasted', () => {
    const ids = Array.from({ length: 1_000 }, () => crypto.randomUUID()).join(',')
    const step = { ...STEP, yaml: `    snapshot-id: ${ids}`, command: `gh -f ${ids}` }
    expect(render({ steps: [step] }).split(ids)).toHaveLength(3)
  })

  it('ends with a chart of the phases, from the first on, a section for each server', () => {
    const timeline = [
      PHASE,
      { ...PHASE, name: 'start', from: 65_000, to: 65_100, failed: true },
      { ...PHASE, server: 'web-server-02', from: 6_000, to: 7_500 },
    ]
    expect(render({ timeline })).toBe(
      [
        `${TITLE}\`\`\`mermaid`,
        '%%{init: {"gantt": {"leftPadding": 111}}}%%',
        'gantt',
        'title Times in UTC',
        'dateFormat YYYY-MM-DD HH:mm:ss',
        'todayMarker off',
        'axisFormat %H:%M:%S',
        'tickInterval 15second',
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
    [0, '1second'],
    [6, '1second'],
    [7, '2second'],
    [12, '2second'],
    [13, '5second'],
    [30, '5second'],
    [60, '10second'],
    [90, '15second'],
    [180, '30second'],
    [181, '1minute'],
    [360, '1minute'],
    [720, '2minute'],
    [1_800, '5minute'],
    [3_600, '10minute'],
    [5_400, '15minute'],
    [5_401, '30minute'],
    // Longer than any time-out: more marks, but even ones.
    [86_400, '30minute'],
  ])('marks the axis of %i seconds every %s', (seconds, tick) => {
    const early = { ...PHASE, server: 'a', from: 9_000, to: 9_000 }
    const late = { ...early, from: 9_000 + seconds * 1_000, to: 9_000 + seconds * 1_000 }
    const markup = render({ timeline: [late, early] })
    const format = tick.endsWith('second') ? '%H:%M:%S' : '%H:%M'
    expect(markup).toContain(`axisFormat ${format}\ntickInterval ${tick}\n`)
    expect(markup).toContain('"leftPadding": 75')
  })

  it('names a section where nothing is left of the server’s name', () => {
    expect(render({ timeline: [{ ...PHASE, server: ';;;' }] })).toContain('\nsection server\n')
  })

  it('charts forty phases at most', () => {
    const timeline = Array.from({ length: 50 }, () => PHASE)
    expect(render({ timeline }).match(/^restore /gm)).toHaveLength(40)
  })

  it('stays within its structure, whatever comes in', () => {
    const cell: fc.Arbitrary<Cell> = fc.oneof(
      hostileText,
      fc.record({ text: hostileText, href: hostileText }),
    )
    const rows = fc.array(fc.tuple(cell, cell), { maxLength: 4 })
    const table = fc.option(fc.record({ columns: fc.constant(['Id', 'Name']), rows }), { nil: undefined })
    const model: fc.Arbitrary<SummaryModel> = fc.record({
      tone: fc.constantFrom('done', 'partly', 'failed', 'nothing', 'planned'),
      ...{ headline: hostileText, state: hostileText, next: hostileText },
      details: fc.array(fc.tuple(hostileText, cell), { maxLength: 3 }),
      ...{ table, candidates: table },
      facts: fc.array(hostileText, { maxLength: 3 }),
      steps: fc.array(fc.record({ title: hostileText, yaml: hostileText, command: hostileText }), {
        maxLength: 2,
      }),
      timeline: fc.array(
        fc.record({
          ...{ name: hostileText, server: hostileText },
          ...{ from: fc.nat(), to: fc.nat(), failed: fc.boolean() },
        }),
        { maxLength: 4 },
      ),
    })
    fc.assert(
      fc.property(model, summary => {
        const markup = renderSummary(summary)
        const [html = '', chart = ''] = markup.split('\n\n```mermaid\n')
        const allowed =
          /<\/?(?:h3|p|strong|table|tr|th|td|ul|li|details|summary|pre|code|a)>|<th align="left">|<a href="[^"<>|`]*">/g
        expect(html.replace(allowed, '')).not.toMatch(/[<>|`]/)
        const sizes = [summary.table, summary.candidates].map(each => each?.rows.length ?? 0)
        const heads = sizes.filter(size => size > 0).length
        const shown = sizes.reduce((sum, size) => sum + size, 0)
        const details = summary.details.length
        expect((html.match(/<tr>/g) ?? []).length).toBe(heads + shown + details)
        expect((html.match(/<td>/g) ?? []).length).toBe(shown * 2 + details)
        // A blank line within a block would have Markdown read what follows.
        for (const block of html.split('\n\n')) {
          const [tag] = block.match(/^<(h3|p|table|ul)>/)?.slice(1) ?? []
          if (tag !== undefined) expect(block.endsWith(`</${tag}>`)).toBe(true)
        }
        const lines = chart.split('\n').filter(line => line !== '' && line !== '```')
        for (const line of lines.slice(7))
          expect(line).toMatch(/^(?:section [^:;#%]*|[^:;#%]* :(?:crit, )?[\d :-]+, [\d :-]+)$/)
        expect(markup.match(/```/g) ?? []).toHaveLength(summary.timeline.length === 0 ? 0 : 2)
      }),
      { numRuns: 300 },
    )
  })
})
