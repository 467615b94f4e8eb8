import { describe, expect, it } from 'vitest'
import { type Fault, type FaultRule, Faults } from '../../emulator/faults.ts'
import { conversations, like, told } from './support.ts'
import { CREATE, WIRES } from './wires.ts'

const RESET: Fault = { kind: 'reset' }

describe('which requests meet a fault', () => {
  /** An x for each request that does; one comes each second. */
  const met = (match: NonNullable<FaultRule['match']>, ...asked: readonly string[]) => {
    const faults = new Faults(() => 0.25)
    faults.add({ match, when: 'before', fault: RESET })
    const fates = asked.map((each, second) => {
      const [method = '', path = ''] = each.split(' ')
      const url = new URL(`https://api.test/api/v1${path}`)
      return faults.meet({ method, url, headers: {} }, 5000 + second * 1000)
    })
    return fates.map(({ fault }) => (fault === undefined ? '.' : 'x')).join('')
  }

  it.each<[NonNullable<FaultRule['match']>, string]>([
    [{}, 'xxxxxx'],
    [{ nth: 3 }, '..x...'],
    [{ from: 2, to: 4 }, '.xxx..'],
    [{ from: 3 }, '..xxxx'],
    [{ every: 2 }, '.x.x.x'],
    [{ forMs: 3000 }, 'xxx...'],
    [{ method: 'POST' }, '......'],
    [{ path: '/snapshots/' }, 'xxxxxx'],
    [{ path: '/snapshots/*/restore/' }, '......'],
    [{ query: 'page=2' }, 'xxxxxx'],
    [{ query: 'page=3' }, '......'],
    [{ chance: 0 }, '......'],
    [{ chance: 0.5 }, 'xxxxxx'],
  ])('%j: %s', (match, expected) => {
    expect(met(match, ...Array(6).fill('GET /snapshots/?server_id=1&page=2'))).toBe(expected)
  })

  it('a star is one segment, and every other character itself', () => {
    const asked = [
      'POST /snapshots/801/restore/',
      'POST /snapshots/801/2/restore/',
      'POST /snapshots//restore/',
    ]
    expect(met({ path: '/snapshots/*/restore/' }, ...asked)).toBe('x..')
  })

  it('the first rule that applies decides, and every rule counts', () => {
    const faults = new Faults()
    faults.add({ match: { to: 1 }, when: 'before', fault: RESET })
    faults.add({ match: { nth: 2 }, when: 'before', fault: { kind: 'hang' } })
    const meet = () => faults.meet({ method: 'GET', url: new URL('https://api.test/'), headers: {} }).fault
    expect([meet(), meet(), meet(), faults.rules.length]).toEqual(['reset', 'hang', undefined, 2])
    faults.add({ when: 'before', fault: RESET })
    faults.clear()
    expect(meet()).toBeUndefined()
  })
})

// Each row is a fault, what it makes of a create, and how many snapshots there are by it: where it comes before the
// world acts, and after.
const OF_A_CREATE = `
  {"kind":"reset"} -> nothing -> 0 1
  {"kind":"close"} -> nothing -> 0 1
  {"kind":"truncated"} -> nothing -> 0 1
  {"kind":"endless-headers","everyMs":0} -> nothing -> 0 1
  {"kind":"delay","ms":700} -> 201 {"id":802,… -> 1 1
  {"kind":"drip","everyMs":1} -> 201 {"id":802,… -> 1 1
  {"kind":"doubled"} -> 201 {"id":803,… -> 2 2
  {"kind":"encoded","encoding":"gzip"} -> 201 …{"id":802,… -> 1 1
  {"kind":"encoded","encoding":"br"} -> 201 …{"id":802,… -> 1 1
  {"kind":"encoded","encoding":"deflate"} -> 201 …{"id":802,… -> 1 1
  {"kind":"status","status":404} -> 404 {"detail":"Not Found"} -> 0 1
  {"kind":"status","status":499} -> 499 {"detail":"Error"} -> 0 1
  {"kind":"status","status":404,"body":""} -> 404 application/json -> 0 1
  {"kind":"status","status":202} -> 202 application/json -> 0 1
  {"kind":"status","status":302} -> 302 application/json -> 0 1
  {"kind":"status","status":503,"body":"{authorization}","headers":{"Retry-After":"7"}}
    -> 503 7 Bearer vps_emulated_token -> 0 1
  {"kind":"redirect","location":"https://elsewhere.test/?{authorization}"}
    -> 307 https://elsewhere.test/?Bearer vps_emulated_token -> 0 1
  {"kind":"redirect","location":"/","status":302} -> 302 / -> 0 1
  {"kind":"empty"} -> 201 application/json -> 0 1
  {"kind":"html"} -> 201 text/html <!DOCTYPE html>… -> 0 1
  {"kind":"body","body":"{\\"id\\":","contentType":"text/css"} -> 201 text/css {"id": -> 0 1
  {"kind":"oversized","bytes":1000} -> 201 "x*998" -> 0 1
  {"kind":"refusal","status":409} -> 409 {"detail":"Try again later."} -> 0 1
  {"kind":"refusal","status":423,"detail":"Locked."} -> 423 {"detail":"Locked."} -> 0 1
  {"kind":"refusal","status":422,"fields":{"name":["Taken."]}} -> 422 {"name":["Taken."]} -> 0 1
  {"kind":"challenge","status":403} -> 403 text/html <!DOCTYPE html>…</html> -> 0 1
  {"kind":"fields","set":{"server.id":99,"a.b":1},"remove":["name","nothing.here"]}
    -> 201 {"id":802,"status":"in_progress",…size.","server":{"name":"web-server-01","id":99}}
    -> 1 1
`

// Each row is a limiter and which of eight requests it lets through: four at once, and four after a second. Then the
// first refusal.
const LIMITERS = `
  {"perSecond":1} -> .xxx.xxx -> 429 {"detail":"…available in 1 second."}
  {"perSecond":0.3,"tells":"retry-after"} -> .xxxxxxx -> 429 4 {"detail":"…available in 4 seconds."}
  {"perSecond":10,"burst":2} -> ...x...x -> 429…
  {"perSecond":1,"tells":"ratelimit"} -> .xxx.xxx -> 429 1 0 1 {…
  {"perSecond":1,"burst":1,"status":403,"tells":"x-ratelimit","body":"empty"} -> ..xx.xxx -> 403 2 0 1
  {"perSecond":1,"status":503,"body":"html"} -> .xxx.xxx -> 503 text/html …<title>503 Service Temporarily Unavailable<…
`

function rowsOf(table: string): readonly (readonly string[])[] {
  const rows = table.trim().split(/\n\s*(?=\{)/)
  return rows.map(row => row.split(/\s+-> /))
}

describe.each(WIRES)('over %s', (_name, open) => {
  it.each(rowsOf(OF_A_CREATE))('%s makes %s of a create', async (text = '', expected = '', made = '') => {
    const fault: Fault = JSON.parse(text)
    for (const [index, when] of (['before', 'after'] as const).entries()) {
      const { ask, world, log, faults } = await open()
      faults.add({ when, fault })
      const answer = await ask(CREATE)
      expect(told(answer)).toMatch(like(expected))
      const count = world.events.filter(({ kind }) => kind === 'snapshot-created').length
      expect(String(count)).toBe(made.split(' ')[index])
      expect(log.all).toMatchObject([{ fault: fault.kind, acted: count > 0, status: answer?.status ?? null }])
    }
  })

  it.each(rowsOf(LIMITERS))('a limiter %s lets through %s', async (text = '', expected, refusal = '') => {
    const { ask, pass, log, faults } = await open()
    faults.add({ when: 'before', fault: { kind: 'limiter', ...JSON.parse(text) } })
    const answers: string[] = []
    for (const ms of [0, 0, 0, 0, 1000, 0, 0, 0]) {
      await pass(ms)
      answers.push(told(await ask('GET /account/me/')))
    }
    expect(answers.map(answer => (answer.startsWith('200 ') ? '.' : 'x')).join('')).toBe(expected)
    expect(answers.find(answer => !answer.startsWith('200 '))).toMatch(like(refusal))
    expect(log.all.map(({ acted }) => (acted ? '.' : 'x')).join('')).toBe(expected)
  })

  conversations(open)`
    a 204 that gets a body is a 200, a page that answers a delete, with or without having deleted:
      fault {"match":{"nth":1},"when":"before","fault":{"kind":"html"}}
      fault {"match":{"nth":2},"when":"after","fault":{"kind":"html"}}; fault {"when":"after","fault":{"kind":"empty"}}
      DELETE /snapshots/801/ -> 200 text/html <…; events -> ; DELETE /snapshots/801/ -> 200 text/html <…
      events -> deleted; DELETE /snapshots/798/ -> 204…; events -> deleted deleted
    fields of every item of a list, and of one, can be others:
      fault {"when":"after","fault":{"kind":"fields","set":{"results.*.name":null,"results.1.id":"x","count":7},
        "remove":["results.*.server"]}}
      GET /snapshots/ -> 200 {"count":7,"results":[{"id":801,"status":"completed","size_mb":5120,"created_at":…,
        "description":"Before major migration","name":null},{"status":…,"name":null,"id":"x"}]}
      DELETE /snapshots/801/ -> 200 {"count":7}
    others can act between two pages, before or after one is read:
      settings {"snapshotPaging":true,"pageSize":1}
      fault {"match":{"query":"page=2","nth":1},"when":"after",
        "fault":{"kind":"meanwhile","do":[{"act":"create","server":"12345","name":"x"}]}}
      fault {"match":{"kind":"list-snapshots","query":"page=2"},"when":"before",
        "fault":{"kind":"meanwhile","do":[{"act":"delete","snapshot":"801"}]}}
      GET /snapshots/ -> 200 {"count":2,…; GET /snapshots/?page=2 -> 200 {"count":2,…; events -> snapshot-created
      GET /snapshots/?page=2 -> 200 {"count":2,…; events -> snapshot-created deleted
  `

  it('a challenge can be large and leave its tags open', async () => {
    const { ask, faults } = await open()
    const fault: Fault = { kind: 'challenge', status: 503, bytes: 300_000, unclosed: true, title: 'Wait' }
    faults.add({ match: { nth: 1 }, when: 'before', fault })
    faults.add({ when: 'before', fault: { ...fault, unclosed: false } })
    expect((await ask('GET /snapshots/'))?.body).toMatch(/^(?!.*<\/).*<title>Wait.{299900,}$/)
    expect((await ask('GET /snapshots/'))?.body).toMatch(/<title>Wait<\/title>.{299000,}<\/html>$/)
  })

  it('everything has the date of the API’s clock, unless it has one of its own, or none is wanted', async () => {
    const { ask, faults, world } = await open()
    world.configure({ clockSkewMs: 3_600_000 })
    const headers = { date: 'Wed, 01 Jan 2020 00:00:00 GMT' }
    faults.add({ match: { nth: 2 }, when: 'before', fault: { kind: 'challenge', status: 401 } })
    faults.add({ match: { nth: 3 }, when: 'before', fault: { kind: 'status', status: 500, headers } })
    const date = async () => (await ask('GET /snapshots/'))?.headers['date']
    const own = 'Thu, 16 Jan 2025 17:15:00 GMT'
    expect([await date(), await date(), await date()]).toEqual([own, own, headers.date])
    world.configure({ dateHeader: false })
    expect(await date()).toBeUndefined()
  })
})
