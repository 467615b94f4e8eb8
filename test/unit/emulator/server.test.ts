import { get } from 'node:http'
import { describe, expect, it } from 'vitest'
import { AUTHORISED, conversations } from './support.ts'
import { CREATE, overHttp, send } from './wires.ts'

describe('the emulated API over HTTP', () => {
  conversations(() => overHttp({ speed: 100 }))`
    has a time of its own, which runs as fast as it is told to, and can jump:
      create -> 201…; 2999; list -> 802 in_progress, …; 1; list -> 802 completed, …
      POST /_emulator/advance {"ms":1000} -> 204; state -> 200 {"now":1737044401000,…
    links to further pages at the host that was asked:
      settings {"snapshotPaging":true,"pageSize":1}
      GET /snapshots/ -> 200 {"count":2,"next":"http://127.0.0.1:…/api/v1/snapshots/?page=2",…
    limits by real time, however fast the world runs; what is compressed says so:
      fault {"match":{"kind":"account"},"when":"before","fault":{"kind":"limiter","perSecond":1}}
      fault {"match":{"kind":"account"},"when":"after","fault":{"kind":"encoded","encoding":"gzip"}}
      GET /account/me/ -> 200 gzip {…; 999; GET /account/me/ -> 429 {…; 1; GET /account/me/ -> 200 gzip {…
  `

  it('announces more than it sends of a truncated answer', async () => {
    const { origin, faults } = await overHttp()
    faults.add({ when: 'after', fault: { kind: 'truncated' } })
    const [announced, sent] = await new Promise<[number, number]>(resolve => {
      get(`${origin}/api/v1/snapshots/`, { headers: AUTHORISED }, answer => {
        let bytes = 0
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length
        })
        answer.on('error', () => resolve([Number(answer.headers['content-length']), bytes]))
      })
    })
    expect(sent).toBe(Math.floor(announced / 2))
  })

  it('hangs until the one who asked ends it', async () => {
    const { world, faults, origin } = await overHttp()
    faults.add({ when: 'after', fault: { kind: 'hang' } })
    const controller = new AbortController()
    const ended = expect(send(CREATE, origin, { signal: controller.signal })).rejects.toThrow('aborted')
    while (world.events.length === 0) await new Promise(resolve => setImmediate(resolve))
    controller.abort()
    await ended
  })

  it('waits before or after the world acts, and between the bytes of a drip, in real time', async () => {
    const { ask, faults, waits } = await overHttp({ speed: 100 })
    faults.add({ match: { nth: 1 }, when: 'before', fault: { kind: 'delay', ms: 700 } })
    faults.add({ match: { nth: 2 }, when: 'after', fault: { kind: 'delay', ms: 800 } })
    faults.add({ match: { nth: 3 }, when: 'after', fault: { kind: 'drip', everyMs: 1000 } })
    await ask('GET /snapshots/')
    await ask('GET /snapshots/')
    const { length = 0 } = (await ask('GET /account/me/'))?.body ?? ''
    expect(waits).toEqual([700, 800, ...Array(length).fill(1000)])
  })
})

describe('the control endpoints', () => {
  conversations(overHttp)`
    are obeyed call by call, or say why not:
      deploy x -> 204; disk -> 200 x; GET /_emulator/servers/7/disk -> 400 there is no server 7
      state -> 200 …"running":true,"activity":null,"disk":"x"…
      fault {"match":{},"when":"before","fault":{"kind":"html"}} -> 204
      fault [{"match":{},"when":"after","fault":{"kind":"html"}},{"match":{},"when":"before","fault":{"kind":"reset"}}]
      GET /_emulator/faults -> 200 [{"match":{},"when":"before","fault":{"kind":"html"}},
        {"match":{},"when":"after","fault":{"kind":"html"}},{"match":{},"when":"before","fault":{"kind":"reset"}}]
      DELETE /_emulator/faults -> 204; GET /_emulator/faults -> 200 []
      fault {"when":"before","fault":{"kind":"refused"}}
        -> 400 a server that listens cannot do "refused": it is for the virtual wire…
      POST /_emulator/advance {"ms":"soon"} -> 400 ms: Invalid type: Expected number but received "soon"…
      others {"afterMs":5000,"do":{"act":"delete","snapshot":"801"}} -> 204; events -> disk
      POST /_emulator/advance {"ms":5000} -> 204; events -> disk deleted
      settings {"dateForm":"roman"} -> 400 dateForm: Invalid type: …"zulu"…; GET /_emulator/nonsense -> 404 no such…
    tell and forget the requests:
      GET /snapshots/ -> 200…
      GET /_emulator/requests -> 200 [{…"path":"/api/v1/snapshots/",…"status":200,…}]
      DELETE /_emulator/requests -> 204; GET /_emulator/requests -> 200 []
    begin anew as it was at first, or with another world:
      fault {"match":{"nth":9},"when":"before","fault":{"kind":"html"}}; settings {"token":"another"}
      GET /snapshots/ -> 401…; reset {"servers":[{"id":"1","name":"one"}]} -> 204
      GET /_emulator/faults -> 200 []; GET /_emulator/requests -> 200 []; GET /servers/1/ -> 200…
      settings {"token":"another"}; POST /_emulator/reset -> 204; GET /servers/1/ -> 200…
    change what they name and nothing else:
      settings {"timeline":{"failedWord":"broken"}}; settings {"timeline":{"stopLandsMs":60000}}
      stop -> 200 active runs; 1m -> stopping runs; 20000 -> stopped down
      create; 5m; list -> 802 completed, 801 completed, 798 completed
  `
})
