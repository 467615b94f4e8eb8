import { describe, expect, it } from 'vitest'
import { parseCommand } from '../../harness/commands.ts'
import { createLogReader } from '../../harness/log.ts'
import { applyMasks, maskValues } from '../../harness/masks.ts'
import { parseKeyValueFile, readKeyValueFile } from '../../harness/runner-files.ts'

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

  it('hides a mask from then on, in annotations, too, and shows debug lines apart', () => {
    const written =
      's3cret\n::add-mask::s3cret\na s3cret\n::warning title=b::s3cret%0Ac\n::debug::s3cret\n##[notice]d\n'
    expect(read(written)).toMatchObject({
      ...{
        lines: ['s3cret', 'a ***', '##[warning]***', 'c', '##[notice]d', 'f'],
        debug: ['***'],
        masks: ['s3cret'],
      },
      annotations: [
        { level: 'warning', title: 'b', message: '***\nc' },
        { level: 'notice', title: '', message: 'd' },
      ],
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

it('a file holds plain and multi-line values, of which the last counts, up to where it is torn', () => {
  const whole = 'a=1\nb<<E=F\nx=y\n\nz<<q\nE=F\na=2=3\n\nc=<<\nd<<E\nE\n'
  expect(parseKeyValueFile(whole)).toEqual({ a: '2=3', b: 'x=y\n\nz<<q', c: '<<', d: '' })
  expect(parseKeyValueFile('')).toEqual({})
  for (const [torn, problem] of [
    ['b<<E\nx\n', 'no end of the value that begins with: b<<E'],
    ['text\n', 'neither name=value nor a heredoc: text'],
  ] as const) {
    expect(readKeyValueFile(`a=1\n${torn}`)).toEqual({ values: { a: '1' }, problem })
    expect(() => parseKeyValueFile(`a=1\n${torn}`)).toThrow(problem)
  }
})
