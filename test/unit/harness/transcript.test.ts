import { describe, expect, it } from 'vitest'
import { formatTranscript, type Transcript } from '../../harness/index.ts'
import { parseKeyValueFile, readKeyValueFile } from '../../harness/runner-files.ts'

const EMPTY: Transcript = {
  stage: 'main',
  log: [],
  debug: [],
  rawStdout: '',
  rawStderr: '',
  outputs: {},
  state: {},
  env: {},
  paths: [],
  summary: '',
  exitCode: 0,
  signal: null,
  annotations: [],
  commands: [],
  masks: [],
  requests: [],
  durationMs: 1,
  afterSignalMs: undefined,
}

describe('a transcript as text', () => {
  it('has a section for what there is', () => {
    const poll = { method: 'GET', path: '/snapshots/?server_id=12345', status: 200 }
    const text = formatTranscript({
      ...EMPTY,
      exitCode: 1,
      masks: ['s3cret'],
      requests: [
        { method: 'POST', path: '/snapshots/', body: '{"name":"a"}', status: 201 },
        ...[poll, poll, poll],
        { method: 'POST', path: '/servers/1/power/', body: { action: 'stop' }, status: null },
        { to: 'webhook', method: 'POST', path: '/hook', body: '', status: 204 },
      ],
      log: [
        'at http://127.0.0.1:4711/x',
        'took 4m 10s',
        'took 3s',
        'still running after 1h 5m',
        '18 minutes old',
      ],
      annotations: [
        { level: 'error', title: 'No', message: 'since 02:41 UTC' },
        { level: 'notice', title: '', message: 'hm' },
      ],
      outputs: { 'duration-seconds': '12', 'snapshot-id': '802', 'created-at': '2026-01-02T03:04:05.678Z' },
      state: { token: 's3cret', made: '{"key":"k3v9x2p7","at":1795460000000}' },
      env: { X: 'y' },
      summary: '# Done\nkey=k3v9x2p7\n',
    })
    expect(text).toBe(`=== main: exit 1
--- requests
POST /snapshots/ {"name":"a"} -> 201
GET /snapshots/?server_id=12345 -> 200 (repeated)
POST /servers/1/power/ {"action":"stop"}
[webhook] POST /hook -> 204
--- log
at http://127.0.0.1:<port>/x
took <duration> (repeated)
still running after <duration>
<age> old
--- annotations
error (No): since <time>
notice: hm
--- outputs
duration-seconds=<seconds>
snapshot-id=802
created-at=<time>
--- state
token=***
made={"key":"<key>","at":<ms>}
--- environment
X=y
--- summary
# Done
key=<key>
`)
  })

  it('is short for a stage that did nothing, and says which signal ended it', () => {
    expect(formatTranscript({ ...EMPTY, stage: 'post' })).toBe('=== post: exit 0\n')
    const killed = formatTranscript({ ...EMPTY, exitCode: null, signal: 'SIGTERM' })
    expect(killed).toBe('=== main: ended by SIGTERM\n')
  })

  it.each([
    ['5m at 127.0.0.1:4711', { exact: true }, '5m at 127.0.0.1:<port>'],
    ['slot 3', { replace: [[/slot \d/, 'slot <n>']] }, 'slot <n>'],
  ] as const)('keeps or leaves out of %j what a test says', (line, options, expected) => {
    expect(formatTranscript({ ...EMPTY, log: [line] }, options)).toContain(expected)
  })
})

describe("a runner's file", () => {
  it.each([
    [
      'a=1\nb<<E=F\nx=y\n\nz<<q\nE=F\na=2=3\n\nc=<<\nd<<E\nE\n',
      { a: '2=3', b: 'x=y\n\nz<<q', c: '<<', d: '' },
    ],
    ['', {}],
  ])('%j holds plain and multi-line values, of which the last counts', (text, values) => {
    expect(parseKeyValueFile(text)).toEqual(values)
  })

  it.each([
    ['a=1\nb<<E\nx\n', 'no end of the value that begins with: b<<E'],
    ['a=1\ntext\n', 'neither name=value nor a heredoc: text'],
  ])('%j can be read only up to where it is torn', (text, problem) => {
    expect(readKeyValueFile(text)).toEqual({ values: { a: '1' }, problem })
    expect(() => parseKeyValueFile(text)).toThrow(problem)
  })
})
