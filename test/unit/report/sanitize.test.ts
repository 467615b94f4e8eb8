import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  escapeHtml,
  escapeWorkflowCommands,
  logLine,
  mermaidText,
  oneLine,
  PIECE_LIMIT,
  sentenceHtml,
} from '../../../src/report/sanitize.ts'
import { hostileText, isObeyed } from './hostile-text.ts'

function check(property: (text: string) => void): void {
  fc.assert(fc.property(hostileText, property), { numRuns: 2_000 })
}

describe('oneLine', () => {
  it.each([
    ['plain', 'plain'],
    ['  two\r\n\tlines\u2028and\u2029more\u00a0 ', 'two lines and more'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]8;;https://example.com\u0007link\u001b]8;;\u001b\\ after', 'link after'],
    ['\u009b1mbold', '1mbold'],
    ['\u001bMback \u001b', 'back'],
    ['a lone \u001bescape', 'a lone escape'],
    ['\u202eright\u202c \u200bto\ufeff left', 'right to left'],
    ['private \ue000 unassigned \u0378', 'private unassigned'],
    ['lone \ud800 and \udc00', 'lone \ufffd and \ufffd'],
    ['🙂 漢字 é', '🙂 漢字 é'],
    ['', ''],
  ])('makes %j harmless', (text, expected) => {
    expect(oneLine(text)).toBe(expected)
  })

  it('keeps what is exactly as long as its limit, and cuts what is longer', () => {
    expect(oneLine('x'.repeat(PIECE_LIMIT))).toBe('x'.repeat(PIECE_LIMIT))
    expect(oneLine('x'.repeat(PIECE_LIMIT + 1))).toBe(`${'x'.repeat(PIECE_LIMIT - 1)}…`)
    expect(oneLine('abcdef', 4)).toBe('abc…')
    expect(oneLine('ab cdef', 4)).toBe('ab…')
  })

  it('says so where what was cut off may have been anything', () => {
    expect(oneLine(`ab${' '.repeat(20)}`, 4)).toBe('ab…')
    expect(oneLine(`ab${' '.repeat(14)}`, 4)).toBe('ab')
  })

  it('never cuts a character in two', () => {
    expect(oneLine('🙂🙂🙂🙂', 3)).toBe('🙂🙂…')
    expect(oneLine('🙂🙂🙂', 3)).toBe('🙂🙂🙂')
  })

  it('is one well-formed line of printable characters, whatever comes in', () => {
    check(text => {
      const line = oneLine(text)
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u)
      expect(line.isWellFormed()).toBe(true)
      expect(Array.from(line).length).toBeLessThanOrEqual(PIECE_LIMIT)
      expect(line).toBe(line.trim())
    })
  })
})

describe('logLine', () => {
  it.each([
    ['::error::forged', ': :error::forged'],
    ['  ::error::forged', '  : :error::forged'],
    ['\r::error::forged', ': :error::forged'],
    ['a ##[error]b ##[group]c', 'a ## [error]b ## [group]c'],
    ['a ::not at the start::', 'a ::not at the start::'],
    ['  two blanks stay', '  two blanks stay'],
  ])('makes %j harmless', (text, expected) => {
    expect(logLine(text)).toBe(expected)
  })

  it('is at most a thousand characters', () => {
    expect(logLine('y'.repeat(1_000))).toBe('y'.repeat(1_000))
    expect(logLine('y'.repeat(1_001))).toBe(`${'y'.repeat(999)}…`)
  })

  it('is never obeyed, whatever comes in', () => {
    check(text => {
      expect(isObeyed(logLine(text))).toBe(false)
      expect(isObeyed(logLine(`  Snapshot ${text} of ${text}`))).toBe(false)
    })
  })
})

describe('escapeWorkflowCommands', () => {
  it('takes only commands apart', () => {
    expect(escapeWorkflowCommands('::a::##[b]##[c]')).toBe(': :a::## [b]## [c]')
    expect(escapeWorkflowCommands('a :: b # [c]')).toBe('a :: b # [c]')
  })
})

describe('escapeHtml', () => {
  it('replaces what HTML, Markdown and tables take for more than text', () => {
    expect(escapeHtml(`&<>"'\`|`)).toBe('&#38;&#60;&#62;&#34;&#39;&#96;&#124;')
    expect(escapeHtml('a\n\nb')).toBe('a b')
  })

  it('leaves neither a tag nor a line nor an entity of its own, whatever comes in', () => {
    check(text => {
      const escaped = escapeHtml(text)
      expect(escaped).not.toMatch(/[<>"'`|\n\r]/)
      expect(escaped.replace(/&#\d{2,3};/g, '')).not.toContain('&')
    })
  })
})

describe('sentenceHtml', () => {
  it('shows as code what stands between backticks, and nothing else', () => {
    expect(sentenceHtml('`a` b `<i>|` c ` d')).toBe(
      '<code>a</code> b <code>&#60;i&#62;&#124;</code> c &#96; d',
    )
    expect(sentenceHtml('``')).toBe('&#96;&#96;')
    expect(sentenceHtml('`abc`', 3)).toBe('&#96;a…')
  })

  it('brings no other markup in, whatever comes in', () => {
    check(text => {
      const html = sentenceHtml(text)
      // Each is closed before the next begins.
      expect(html.replace(/<code>[^<>]+<\/code>/g, '')).not.toMatch(/[<>"'`|\n\r]/)
      expect(html.replace(/&#\d{2,3};/g, '')).not.toContain('&')
    })
  })
})

describe('mermaidText', () => {
  it('keeps letters, digits and a few signs', () => {
    expect(mermaidText('web-server_01 (new), a.b/c: 漢字')).toBe('web-server_01 (new) a.b/c 漢字')
    expect(mermaidText('%%{init}%% crit, :done; #x')).toBe('init crit done x')
    expect(mermaidText('a;b')).toBe('a b')
    expect(mermaidText('z'.repeat(61))).toBe(`${'z'.repeat(59)}…`)
  })

  it('holds nothing that ends a label, whatever comes in', () => {
    check(text => {
      expect(mermaidText(text)).toMatch(/^[\p{L}\p{N} .()/_…-]*$/u)
      expect(Array.from(mermaidText(text)).length).toBeLessThanOrEqual(60)
    })
  })
})
