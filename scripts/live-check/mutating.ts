import type { Clock } from '../../src/domain/clock.ts'
import { formatDuration } from '../../src/policy/durations.ts'
import { field, itemsOf, type RawApi } from './api.ts'
import { type Finding, finding, notChecked, shapeOf } from './findings.ts'

/** Which steps that change something were asked for, each by a flag of its own. */
export interface Steps {
  readonly create: boolean
  readonly restore: boolean
  readonly power: boolean
  readonly delete: boolean
}

/** What the steps that change something work with. */
export interface Bench {
  readonly api: RawApi
  readonly clock: Clock
  readonly server: string
  readonly say: (line: string) => void
  /** Milliseconds between two looks. */
  readonly interval: number
  /** Milliseconds after which a wait is given up. */
  readonly patience: number
}

const MARKER = '[vps-snapshot-action live-check]'

/** Runs the steps that were asked for, on one server, with a snapshot of its own. */
export async function mutatingChecks(bench: Bench, steps: Steps): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  if (steps.power) findings.push(...(await checkPower(bench)))
  else findings.push(notChecked('power stop and start are followed by the status', 'asked for with --power'))
  if (!steps.create)
    return [
      ...findings,
      notChecked('a snapshot can be made, followed, restored, deleted', 'asked for with --create'),
    ]
  const made = await makeSnapshot(bench)
  findings.push(...made.findings)
  if (made.id === undefined) return findings
  findings.push(
    ...(steps.restore && made.completed
      ? await checkRestore(bench, made.id)
      : [notChecked("a restore's course", 'asked for with --restore')]),
  )
  findings.push(
    ...(steps.delete
      ? await checkDelete(bench, made.id)
      : [notChecked('a delete', `asked for with --delete; snapshot ${made.id} stays`)]),
  )
  return findings
}

async function makeSnapshot(bench: Bench): Promise<{
  readonly id: string | undefined
  readonly completed: boolean
  readonly findings: readonly Finding[]
}> {
  const { api, clock, server } = bench
  const wrong = await api.call('POST', '/snapshots/', {
    body: { server_id: serverJson(server), name: 'not a valid name!' },
  })
  const refused = finding(
    'An invalid name is answered with 400 and a map of fields',
    wrong.status === 400,
    `${wrong.status}, ${shapeOf(wrong.json)}`,
  )
  const wronglyMade = field(wrong.json, 'id')
  if (wrong.status < 300 && wronglyMade !== undefined)
    bench.say(`An invalid name was accepted: snapshot ${String(wronglyMade)} was made; delete it by hand.`)
  const body = {
    server_id: serverJson(server),
    name: `live-check-${Math.trunc(clock.now() / 1_000)}`,
    description: `Live check ${MARKER}`,
  }
  const began = clock.now()
  const made = await api.call('POST', '/snapshots/', { body })
  const id = field(made.json, 'id')
  const accepted = finding(
    'A create is answered with 201 and the snapshot',
    made.status === 201 && id !== undefined,
    `${made.status}, ${shapeOf(made.json)}`,
  )
  if (made.status >= 300 || id === undefined)
    return { id: undefined, completed: false, findings: [refused, accepted] }
  bench.say(`Snapshot ${String(id)} is being made.`)
  const followed = await followSnapshot(bench, String(id), began)
  return {
    id: String(id),
    completed: followed.completed,
    findings: [refused, accepted, ...followed.findings],
  }
}

/** The reference's type is an integer; a UUID travels as text. */
function serverJson(server: string): number | string {
  return /^\d{1,15}$/.test(server) ? Number(server) : server
}

async function followSnapshot(
  bench: Bench,
  id: string,
  began: number,
): Promise<{ readonly completed: boolean; readonly findings: readonly Finding[] }> {
  const words: string[] = []
  let firstSeen: number | undefined
  let description = ''
  await until(bench, async () => {
    const list = await bench.api.call('GET', `/snapshots/?server_id=${bench.server}`)
    const item = itemsOf(list).find(entry => String(field(entry, 'id')) === id)
    if (item === undefined) return false
    firstSeen ??= bench.clock.now() - began
    description = String(field(item, 'description'))
    note(words, String(field(item, 'status')))
    return words.at(-1) !== 'in_progress'
  })
  const took = bench.clock.now() - began
  const findings = [
    finding(
      'A new snapshot is in the list at once',
      (firstSeen ?? took) <= bench.interval * 2,
      `seen after ${formatDuration(firstSeen ?? took)}`,
    ),
    finding(
      'Its status goes from in_progress to completed',
      words.join(' → ') === 'in_progress → completed',
      `${words.join(' → ')} in ${formatDuration(took)}`,
    ),
    finding(
      'The description comes back with the marker at its end',
      description.endsWith(MARKER),
      description.endsWith(MARKER) ? 'it does' : `${description.length} characters came back`,
    ),
  ]
  return { completed: words.at(-1) === 'completed', findings }
}

async function checkRestore(bench: Bench, id: string): Promise<readonly Finding[]> {
  const seen = await bench.api.call('POST', `/snapshots/${id}/restore/`)
  const accepted = finding(
    'A restore is answered with 200 and status success',
    seen.status === 200 && field(seen.json, 'status') === 'success',
    `${seen.status}, ${shapeOf(seen.json)}`,
  )
  if (seen.status >= 300) return [accepted]
  bench.say('The server is being restored.')
  const again = await bench.api.call('POST', `/snapshots/${id}/restore/`)
  const began = bench.clock.now()
  const words: string[] = []
  await until(bench, async () => {
    note(words, await statusOf(bench))
    return words.includes('restoring') && words.at(-1) !== 'restoring'
  })
  return [
    accepted,
    finding(
      'A second restore meanwhile is answered with 400',
      again.status === 400,
      `${again.status}, ${shapeOf(again.json)}`,
    ),
    finding(
      'The server reads restoring during its restore',
      words.includes('restoring'),
      `${words.join(' → ')} in ${formatDuration(bench.clock.now() - began)}`,
    ),
    finding(
      'The restore starts the server again',
      /^(active|running)$/.test(words.at(-1) ?? ''),
      words.at(-1) ?? 'nothing',
    ),
  ]
}

async function checkPower(bench: Bench): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const [action, wanted] of [
    ['stop', /^(stopped|off)$/],
    ['start', /^(active|running)$/],
  ] as const) {
    const answer = await bench.api.call('POST', `/servers/${bench.server}/power/`, { body: { action } })
    const words: string[] = []
    await until(bench, async () => {
      note(words, await statusOf(bench))
      return wanted.test(words.at(-1) ?? '')
    })
    findings.push(
      finding(
        `power ${action} is followed by the status`,
        answer.status < 300 && wanted.test(words.at(-1) ?? ''),
        `${answer.status}; ${words.join(' → ')}`,
      ),
    )
  }
  return findings
}

async function checkDelete(bench: Bench, id: string): Promise<readonly Finding[]> {
  const first = await bench.api.call('DELETE', `/snapshots/${id}/`)
  const began = bench.clock.now()
  const gone = await until(bench, async () => {
    const list = await bench.api.call('GET', `/snapshots/?server_id=${bench.server}`)
    return !itemsOf(list).some(item => String(field(item, 'id')) === id)
  })
  const second = await bench.api.call('DELETE', `/snapshots/${id}/`)
  return [
    finding('A delete is answered with 204', first.status === 204, String(first.status)),
    finding('The list no longer holds it', gone, `after ${formatDuration(bench.clock.now() - began)}`),
    finding(
      'Deleting it again is answered with 404',
      second.status === 404,
      `${second.status}, ${shapeOf(second.json)}`,
    ),
  ]
}

async function statusOf(bench: Bench): Promise<string> {
  const seen = await bench.api.call('GET', `/servers/${bench.server}/`)
  return String(field(seen.json, 'status') ?? `HTTP ${seen.status}`).toLowerCase()
}

function note(words: string[], word: string): void {
  if (words.at(-1) !== word) words.push(word)
}

/** Looks until `done` or the patience is over; whether it was done. */
async function until(bench: Bench, done: () => Promise<boolean>): Promise<boolean> {
  const deadline = bench.clock.now() + bench.patience
  for (;;) {
    if (await done()) return true
    if (bench.clock.now() >= deadline) return false
    await bench.clock.sleep(bench.interval)
  }
}
