import { describe, expect, it } from 'vitest'
import { parseCommand } from '../../harness/commands.ts'
import { createLogReader } from '../../harness/log.ts'
import { applyMasks, maskValues } from '../../harness/masks.ts'

function read(...lines: readonly string[]) {
  const reader = createLogReader()
  for (const line of lines) reader.feed('stdout', `${line}\n`)
  reader.end()
  return reader
}

describe('a command in a line', () => {
  it.each([
    ['::error::text', { name: 'error', properties: {}, data: 'text' }],
    [
      '  ::Warning title=a%2Cb,file=c%3A::x%0Ay%25',
      { name: 'warning', properties: { title: 'a,b', file: 'c:' }, data: 'x\ny%' },
    ],
    ['before ##[error]text', { name: 'error', properties: {}, data: 'text' }],
    [
      '##[set-output name=a%3Bb;x=1]v%5D',
      { name: 'set-output', properties: { name: 'a;b', x: '1' }, data: 'v]' },
    ],
    ['\t::endgroup::', { name: 'endgroup', properties: {}, data: '' }],
  ])('%j is one', (line, command) => {
    expect(parseCommand(line)).toEqual(command)
  })

  it.each([
    'text',
    'x ::error::text',
    ': :error::text',
    '::nonsense::x',
    '::error',
    '## [error]x',
    '##[error',
    '::',
    '',
  ])('%j is none', line => {
    expect(parseCommand(line)).toBeUndefined()
  })
})

describe('a log', () => {
  it('ends a line at a line feed, both, or a lone carriage return, wherever the pieces are cut', () => {
    const reader = createLogReader()
    for (const piece of ['a\r', '\nb\rc', '\n::err', 'or::d\n', 'e\r']) reader.feed('stdout', piece)
    reader.feed('stderr', 'f')
    reader.end()
    expect(reader.lines).toEqual(['a', 'b', 'c', '##[error]d', 'e', 'f'])
  })

  it('lists annotations with their titles', () => {
    const { annotations, lines } = read('::warning title=Slots::last one%0Ataken', '##[notice]hm', 'x')
    expect(annotations).toEqual([
      { level: 'warning', title: 'Slots', message: 'last one\ntaken' },
      { level: 'notice', title: '', message: 'hm' },
    ])
    expect(lines).toEqual(['##[warning]last one', 'taken', '##[notice]hm', 'x'])
  })

  it('hides a mask from then on, in annotations too, and shows debug lines apart', () => {
    const reader = read('s3cret', '::add-mask::s3cret', 'a s3cret', '::error::s3cret', '::debug::s3cret')
    expect(reader.lines).toEqual(['s3cret', 'a ***', '##[error]***'])
    expect(reader.debug).toEqual(['***'])
    expect(reader.masks).toEqual(['s3cret'])
  })

  it('obeys nothing between stop-commands and its token', () => {
    const reader = read('::stop-commands::Token', '::error::a', '::token::', '::group::b')
    expect(reader.annotations).toEqual([])
    expect(reader.lines).toEqual(['::error::a', '##[group]b'])
    expect(reader.commands.map(({ name }) => name)).toEqual(['stop-commands', 'group'])
  })
})

describe('masks', () => {
  it('hide overlapping secrets as one', () => {
    expect(applyMasks('xabcabcdy', ['abc', 'bca', 'cd'])).toBe('x***y')
    expect(applyMasks('a-b', ['a', 'b'])).toBe('***-***')
    expect(applyMasks('nothing', [])).toBe('nothing')
  })

  it('of several lines hide each line', () => {
    expect(maskValues('one\n two\n\n')).toEqual(['one\n two\n\n', 'one', 'two'])
  })
})
