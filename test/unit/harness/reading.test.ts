import { describe, expect, it } from 'vitest'
import { parseCommand } from '../../harness/commands.ts'
import { createLogReader } from '../../harness/log.ts'
import { applyMasks, maskValues } from '../../harness/masks.ts'
import { readKeyValueFile } from '../../harness/runner-files.ts'

describe('a line of the log', () => {
  it.each([
    ['::error::text', 'error', {}, 'text'],
    ['  ::Warning title=a%2Cb,file=c%3A::x%0Ay%25', 'warning', { title: 'a,b', file: 'c:' }, 'x\ny%'],
    ['before ##[error]text', 'error', {}, 'text'],
    ['##[set-output name=a%3Bb;x=1]v%5D', 'set-output', { name: 'a;b', x: '1' }, 'v]'],
    ['\t::endgroup::', 'endgroup', {}, ''],
  ])('%j is the command %s with %j and %j', (line, name, properties, data) => {
    expect(parseCommand(line)).toEqual({ name, properties, data })
  })

  const TEXTS = 'text|x ::error::text|: :error::text|::nonsense::x|::error|## [error]x|##[error|::|'
  it.each(TEXTS.split('|'))('%j is no command', line => {
    expect(parseCommand(line)).toBeUndefined()
  })
})

describe('the log', () => {
  const read = (...pieces: readonly string[]) => {
    const reader = createLogReader()
    for (const piece of pieces) reader.feed('stdout', piece)
    reader.feed('stderr', 'f')
    reader.end()
    return reader
  }

  it('ends a line at a line feed, both, or a lone carriage return, wherever the pieces are cut', () => {
    const { lines } = read('a\r', '\nb\rc', '\n::err', 'or::d\n', 'e\r')
    expect(lines).toEqual(['a', 'b', 'c', '##[error]d', 'e', 'f'])
  })

  it('hides a mask from then on, in annotations, too, and shows no debug lines', () => {
    const told = '::warning title=b::s3cret%0Ac\n::debug::s3cret\n'
    expect(read(`s3cret\n::add-mask::s3cret\na s3cret\n${told}`)).toMatchObject({
      ...{ lines: ['s3cret', 'a ***', '##[warning]***', 'c', 'f'], masks: ['s3cret'] },
      annotations: [{ level: 'warning', title: 'b', message: '***\nc' }],
    })
  })

  it('obeys nothing between stop-commands and its token', () => {
    const { lines, annotations, commands } = read(
      '::stop-commands::Token\n::error::a\n::token::\n::group::b\n',
    )
    expect([lines, annotations]).toEqual([['::error::a', '##[group]b', 'f'], []])
    expect(commands.map(({ name }) => name)).toEqual(['stop-commands', 'group'])
  })

  it('hides overlapping secrets as one, and those of several lines line by line', () => {
    expect(applyMasks('xabcabcdy', ['abc', 'bca', 'cd'])).toBe('x***y')
    expect([applyMasks('a-b', ['a', 'b']), applyMasks('nothing', [])]).toEqual(['***-***', 'nothing'])
    expect(maskValues('one\n two\n\n')).toEqual(['one\n two\n\n', 'one', 'two'])
  })
})

it.each([
  ['', undefined],
  ['b<<E\nx\n', 'no end of the value that begins with: b<<E'],
  ['text\n', 'neither name=value nor a heredoc: text'],
])('a file holds plain and multi-line values, the last of which counts, up to %j', (torn, problem) => {
  const whole = 'a=1\nb<<E=F\nx=y\n\nz<<q\nE=F\na=2=3\n\nc=<<\nd<<E\nE\n'
  const values = { a: '2=3', b: 'x=y\n\nz<<q', c: '<<', d: '' }
  expect(readKeyValueFile(`${whole}${torn}`)).toEqual({ values, problem })
})
