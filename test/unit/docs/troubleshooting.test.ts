import { describe, expect, it } from 'vitest'
import { codeBlocks, readText } from './markdown.ts'
import { sourceTexts, strangeMessage, textsOf } from './messages.ts'

const texts = sourceTexts()

function quoted(document: string): readonly string[] {
  const blocks = codeBlocks(readText(document)).filter(({ language }) => language === 'text')
  return blocks.flatMap(({ code }) => code.split('\n')).filter(line => line !== '')
}

describe('docs/troubleshooting.md', () => {
  it.each(quoted('docs/troubleshooting.md'))('quotes what the source says: %s', line => {
    expect(strangeMessage(line, texts)).toBeUndefined()
  })

  it('quotes no message twice', () => {
    const lines = quoted('docs/troubleshooting.md')
    expect(lines).toEqual([...new Set(lines)])
  })
})

describe('a quoted message', () => {
  const code = [
    '// Not a text: nothing of the kind is said.',
    'const message = `Snapshot ${id(entry, { a: 1 })} of ${label} ` +',
    "  'was lost, and it isn\\'t back.'",
  ].join('\n')

  it('is held against literals as they read', () => {
    expect(textsOf(code)).toContain("Snapshot … of … was lost, and it isn't back.")
    expect(strangeMessage("Snapshot … of … was lost, and it isn't back.", textsOf(code))).toBeUndefined()
  })

  it('is strange where a word of it differs', () => {
    expect(strangeMessage('Snapshot … of … was found, and it …', textsOf(code))).toBe(
      'the source does not say "was found, and it"',
    )
  })

  it('may be made of two texts, each long enough', () => {
    const two = textsOf("say('web-server-01 has been restored, but', 'the health check failed')")
    expect(strangeMessage('… has been restored, but the health check failed.', two)).toBeUndefined()
    expect(strangeMessage('… has been restored, but a health check failed.', two)).toBeDefined()
  })

  it('is strange where only a comment says it', () => {
    expect(strangeMessage('nothing of the kind is said', textsOf(code))).toBe(
      'the source does not say "nothing of the kind is said"',
    )
  })

  it('needs a part that tells it from others', () => {
    expect(strangeMessage('Snapshot … of …', textsOf(code))).toBe(
      '"Snapshot … of …" has no part that tells it from others',
    )
  })
})
