import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { discordText, githubText, type Neutralizer, plainText, slackText } from '../../../src/notify/text.ts'
import { trickText } from './support.ts'

const BREAK = '\u200b'
const DIALECTS: readonly (readonly [string, Neutralizer])[] = [
  ['plain', plainText],
  ['slack', slackText],
  ['discord', discordText],
  ['github', githubText],
]

/** What a reader sees: escapes resolved, lookalikes and invisible characters as what they stand for. */
function seen(text: string): string {
  return text
    .replaceAll(BREAK, '')
    .replace(/\\([^A-Za-z0-9\s])/g, '$1')
    .replace(/&(?:lt|gt|amp|#36);/g, entity => ({ '&lt;': '<', '&gt;': '>', '&amp;': '&' })[entity] ?? '$')
    .replace(
      /[\u2217\u223c\u2039\u203a\uff3f]/g,
      look => '*~<>_'['\u2217\u223c\u2039\u203a\uff3f'.indexOf(look)] ?? '',
    )
}

describe.each(DIALECTS)('in %s', (name, neutralize) => {
  test('no text mentions anybody', () => {
    fc.assert(
      fc.property(trickText, text => {
        expect(neutralize(text, 500).replaceAll('&#36;', '')).not.toMatch(
          /[@#][\w&!]|(?<!\\)<[@#!/]|(?<!\\)<users/,
        )
      }),
    )
  })

  test('no text becomes a link', () => {
    fc.assert(
      fc.property(trickText, text => {
        const result = neutralize(text, 500)
        expect(result).not.toMatch(/:\/\/|\w:[a-z/]|\bwww\.\w|[^\\]\]\(|[^\\]\]\[/i)
        if (name === 'github') expect(result).not.toMatch(/\bGH-\d/i)
        else expect(result).not.toMatch(/[\p{L}\p{N}_-][.。．｡]\p{L}/u)
      }),
    )
  })

  test('no text becomes an emoji, a heading, a list, a quote, a rule or a table', () => {
    fc.assert(
      fc.property(trickText, text => {
        const result = neutralize(text, 500)
        expect(result).not.toMatch(/:[\w+-]*[a-z][\w+-]*:/)
        expect(result).not.toMatch(/^(?:[#>+=|•-]|&gt;|\d+[.)])/)
        expect(result).not.toMatch(/[\n\r]/)
      }),
    )
  })

  test('a person reads what was there, one line of it', () => {
    for (const text of ['web_server-01 (10.0.0.5): 12 % of "a" & <b> at 02:41 UTC', '*a* _b_ ~c~ #1 @x'])
      expect(seen(neutralize(text, 500))).toBe(text)
    expect(neutralize('a\nb\u0000\u202ec', 500)).toBe('a b c')
  })

  test('what is too long is cut before it is escaped, and grows by less than three times', () => {
    fc.assert(
      fc.property(trickText, fc.integer({ min: 1, max: 400 }), (text, limit) => {
        expect(seen(neutralize(text, limit)).length).toBeLessThanOrEqual(limit * 2)
        if (name !== 'github' && name !== 'slack')
          expect(neutralize(text, limit).length).toBeLessThanOrEqual(limit * 2.5 + 1)
      }),
    )
  })

  test('ordinary ids and names can be copied as they are', () => {
    const text = 'Run operation: wait with snapshot-id: 802 for web-server-01 (18 minutes, 5.0 GiB).'
    expect(seen(neutralize(text, 500))).toBe(text)
    expect(plainText(text, 500)).toBe(text)
  })
})

test('without an escape, no character that formats is left', () => {
  fc.assert(
    fc.property(trickText, text => {
      expect(plainText(text, 500)).not.toMatch(/[*~`<>]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|&[#a-zA-Z]/u)
    }),
  )
})

test('in Slack, entities are the only ampersands, and there are no brackets', () => {
  fc.assert(
    fc.property(trickText, text => {
      const result = slackText(text, 500)
      expect(result.replace(/&(?:amp|lt|gt);/g, '')).not.toMatch(/[&<>*~`]/)
    }),
  )
})

test('in Discord, every character that formats is escaped', () => {
  fc.assert(
    fc.property(trickText, text => {
      const bare = discordText(text, 500).replace(/\\[^A-Za-z0-9\s]/g, '')
      expect(bare).not.toMatch(/[\\*_~`|<>[\]]/)
    }),
  )
})

test('on GitHub, every character that formats is escaped, and no commit is referred to', () => {
  fc.assert(
    fc.property(trickText, text => {
      const result = githubText(text, 500)
      expect(result.replace(/\\[^A-Za-z0-9\s]/g, '').replaceAll('&#36;', '')).not.toMatch(
        /[\\`*_{}[\]()<>#+!|~&$]/,
      )
    }),
  )
  expect(githubText('since 6dcb09b, a1234567 and run 9876543210', 500)).toBe(
    `since 6${BREAK}dcb09b, a${BREAK}1234567 and run 9876543210`,
  )
})

test('file names stay whole on GitHub, which does not link them', () => {
  expect(githubText('Open deploy.yml', 500)).toBe('Open deploy.yml')
  expect(plainText('Open deploy.yml', 500)).toBe(`Open deploy.${BREAK}yml`)
})
