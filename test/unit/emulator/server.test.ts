import { describe, expect, it, onTestFinished } from 'vitest'
import { REFERENCE_INSTANT, REFERENCE_SETUP } from '../../emulator/reference.ts'
import { type EmulatorOptions, startEmulator } from '../../emulator/server.ts'
import { AUTHORISED, conversations, requestOf } from './support.ts'

/** The real server, whose real time stands still until the test moves it, and whose faults wait for nobody. */
async function open(options: EmulatorOptions = {}) {
  let real = 5000
  const waits: number[] = []
  const wait = async (ms: number) => void waits.push(ms)
  const timing = { startAt: REFERENCE_INSTANT, realNow: () => real, wait }
  const emulator = await startEmulator({ setup: REFERENCE_SETUP, ...timing, ...options })
  onTestFinished(() => emulator.close())
  return {
    ...{ emulator, waits },
    get world() {
      return emulator.world
    },
    pass: (ms: number) => {
      real += ms
    },
    ask: async (asked: string, headers = AUTHORISED) => {
      const { method, url, body } = requestOf(asked, emulator.origin)
      const answer = await fetch(url, { headers, method, body: body || null }).catch(() => undefined)
      const text = await answer?.text().catch(() => undefined)
      if (answer === undefined || text === undefined) return undefined
      return { status: answer.status, body: text, date: answer.headers.get('date') }
    },
  }
}

describe('the emulated API over HTTP', () => {
  conversations(() => open({ speed: 100 }))`
    has a time of its own, which runs as fast as it is told to, and can jump:
      create -> 201…; 2999; list -> 802 in_progress, …; 1; list -> 802 completed, …
      POST /_emulator/advance {"ms":1000} -> 204; state -> 200 {"now":1737044401000,…
    links to further pages at the host that was asked:
      settings {"snapshotPaging":true,"pageSize":1}
      GET /snapshots/ -> 200 {"count":2,"next":"http://127.0.0.1:…/api/v1/snapshots/?page=2",…
    limits by real time, however fast the world runs; says what is compressed:
      fault {"match":{"kind":"account"},"when":"before","fault":{"kind":"limiter","perSecond":1}}
      fault {"match":{"kind":"account"},"when":"after","fault":{"kind":"encoded","encoding":"gzip"}}
      GET /account/me/ -> 200 {…; 999; GET /account/me/ -> 429 {…; 1; GET /account/me/ -> 200 {…
  `

  conversations(open)`
    breaks off, at once or in the middle of an answer, or has no end of headers:
      fault {"match":{"nth":1},"when":"before","fault":{"kind":"close"}}; GET /account/me/ -> nothing
      fault {"match":{"nth":1},"when":"before","fault":{"kind":"truncated"}}; GET /account/me/ -> nothing
      fault {"when":"before","fault":{"kind":"endless-headers","everyMs":0}}; GET /account/me/ -> nothing
  `

  it('waits before or after the world acts, and between the bytes of a drip, in real time', async () => {
    const { ask, emulator, waits } = await open({ speed: 100 })
    emulator.faults.add({ match: { nth: 1 }, when: 'before', fault: { kind: 'delay', ms: 700 } })
    emulator.faults.add({ match: { nth: 2 }, when: 'after', fault: { kind: 'delay', ms: 800 } })
    emulator.faults.add({ match: { nth: 3 }, when: 'after', fault: { kind: 'drip', everyMs: 1000 } })
    await ask('GET /snapshots/')
    await ask('GET /snapshots/')
    const answer = await ask('GET /account/me/')
    expect(waits).toEqual([700, 800, ...Array(answer?.body.length).fill(1000)])
  })

  it('tells the date of the API’s clock with everything that has none of its own', async () => {
    const { ask, emulator } = await open()
    const headers = { date: 'Wed, 01 Jan 2020 00:00:00 GMT' }
    emulator.faults.add({ match: { nth: 1 }, when: 'before', fault: { kind: 'challenge', status: 401 } })
    emulator.faults.add({
      match: { nth: 2 },
      when: 'before',
      fault: { kind: 'status', status: 500, headers },
    })
    const dateOf = async () => (await ask('GET /snapshots/'))?.date
    expect([await dateOf(), await dateOf()]).toEqual(['Thu, 16 Jan 2025 16:15:00 GMT', headers.date])
    emulator.world.configure({ dateHeader: false })
    expect(await dateOf()).toBe(null)
    expect(emulator.log.all.map(({ acted }) => acted)).toEqual([false, false, true])
  })
})

describe('the control endpoints', () => {
  conversations(open)`
    are obeyed call by call, or say why not:
      PUT /_emulator/servers/12345/disk x -> 204; disk -> 200 x
      GET /_emulator/servers/7/disk -> 400 there is no server 7
      PUT /_emulator/servers/12345/timeline {"snapshotMs":1000} -> 204; create; 1000; list -> 802 completed, …
      PUT /_emulator/servers/7/timeline {} -> 400 …the emulated world has no server 7…
      state -> 200 …"running":true,"activity":null,"disk":"x"…
      fault {"match":{},"when":"before","fault":{"kind":"html"}} -> 204
      fault [{"match":{},"when":"after","fault":{"kind":"html"}},{"match":{},"when":"before","fault":{"kind":"reset"}}]
      GET /_emulator/faults -> 200 [{"match":{},"when":"before","fault":{"kind":"html"}},
        {"match":{},"when":"after","fault":{"kind":"html"}},{"match":{},"when":"before","fault":{"kind":"reset"}}]
      DELETE /_emulator/faults -> 204; GET /_emulator/faults -> 200 []
      fault {"when":"before","fault":{"kind":"refused"}}
        -> 400 a server that listens cannot do "refused": it is for the virtual wire…
      POST /_emulator/advance {"ms":"soon"} -> 400 ms: Invalid type: Expected number but received "soon"…
      others {"afterMs":5000,"do":{"act":"delete","snapshot":"801"}} -> 204; events -> …snapshot-completed
      POST /_emulator/advance {"ms":5000} -> 204; events -> …deleted
      settings {"dateForm":"roman"} -> 400 dateForm: Invalid type: …"zulu"…; GET /_emulator/nonsense -> 404 no such…
    begin anew as it was at first, or with another world, and tell the requests since:
      fault {"match":{"nth":9},"when":"before","fault":{"kind":"html"}}; settings {"token":"another"}
      GET /snapshots/ -> 401…; reset {"servers":[{"id":"1","name":"one"}]} -> 204
      GET /_emulator/faults -> 200 []; GET /_emulator/requests -> 200 []; GET /servers/1/ -> 200…
      GET /_emulator/requests -> 200 [{…"path":"/api/v1/servers/1/",…"status":200,"fault":null,"acted":true}]
      DELETE /_emulator/requests -> 204; GET /_emulator/requests -> 200 []
      settings {"token":"another"}; POST /_emulator/reset -> 204; GET /servers/1/ -> 200…
    change what they name and nothing else:
      settings {"timeline":{"failedWord":"broken"}}; settings {"timeline":{"stopLandsMs":60000}}
      stop -> 200 active runs; 1m -> stopping runs
  `
})
