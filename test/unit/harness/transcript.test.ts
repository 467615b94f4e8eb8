import { describe, expect, it } from 'vitest'
import { formatTranscript, type Transcript } from '../../harness/index.ts'
import { parseKeyValueFile } from '../../harness/runner-files.ts'

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
--- log
at http://127.0.0.1:<port>/x
took <duration> (repeated)
still running after <duration>
<age> old
--- annotations
error (No): since <time> UTC
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
    expect(formatTranscript({ ...EMPTY, exitCode: null, signal: 'SIGTERM' })).toBe(
      '=== main: ended by SIGTERM\n',
    )
  })

  it('keeps times where a test says that they are exact', () => {
    const text = formatTranscript({ ...EMPTY, log: ['5m at 127.0.0.1:4711'] }, { exact: true })
    expect(text).toContain('5m at 127.0.0.1:<port>')
  })

  it('leaves out what a test says', () => {
    const text = formatTranscript({ ...EMPTY, log: ['slot 3'] }, { replace: [[/slot \d/, 'slot <n>']] })
    expect(text).toContain('slot <n>')
  })
})

describe("a runner's file", () => {
  it('holds plain and multi-line values, of which the last counts', () => {
    const text = 'a=1\nb<<E=F\nx=y\n\nz<<q\nE=F\na=2=3\n\nc=<<\nd<<E\nE\n'
    expect(parseKeyValueFile(text)).toEqual({ a: '2=3', b: 'x=y\n\nz<<q', c: '<<', d: '' })
  })

  it('is empty when nothing was written', () => {
    expect(parseKeyValueFile('')).toEqual({})
  })

  it('cannot be read where a value has no end, or a line is neither form', () => {
    expect(() => parseKeyValueFile('a<<E\nx\n')).toThrow('no end')
    expect(() => parseKeyValueFile('text\n')).toThrow('neither')
  })
})
