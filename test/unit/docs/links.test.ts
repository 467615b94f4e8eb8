import { describe, expect, it } from 'vitest'
import { anchors, brokenLink, documents, localLinks } from './markdown.ts'

describe('the links of the documents', () => {
  it.each(documents())('of $path lead to files and headings that are there', document => {
    const broken = localLinks(document.text).flatMap(link => brokenLink(document, link) ?? [])
    expect(broken).toEqual([])
  })

  it('would be found broken', () => {
    const document = {
      path: 'README.md',
      text: '# One `two`: three\n[a](#nothing) [b](docs/nothing.md) [c](#one-two-three)\n<img alt="d" src="docs/nothing.png">',
    }
    expect(localLinks(document.text)).toEqual([
      ...['#nothing', 'docs/nothing.md', '#one-two-three', 'docs/nothing.png'],
    ])
    expect(anchors(document.text)).toEqual(new Set(['one-two-three']))
    expect(brokenLink(document, '#nothing')).toBe('README.md: #nothing leads to no heading')
    expect(brokenLink(document, 'docs/nothing.md')).toBe('README.md: docs/nothing.md leads to no file')
  })
})
