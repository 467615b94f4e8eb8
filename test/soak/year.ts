import { mainStage, postStage } from '../../src/stages.ts'
import { type FaultRule, Faults } from '../emulator/faults.ts'
import { VirtualClock } from '../emulator/virtual-clock.ts'
import { createVirtualWire } from '../emulator/virtual-wire.ts'
import { World } from '../emulator/world.ts'
import type { WorldEvent } from '../emulator/world-types.ts'
import { createDice, type Dice } from './dice.ts'
import { type Candidate, mayBeRetired, ownerOf } from './rule.ts'
import { REPOSITORY, START } from './scenario.ts'
import { beginStage, ORIGIN_OF_RUN } from './stage.ts'
import type { StageStory } from './story.ts'

/** One of the workflows that share the server. */
interface Workflow {
  readonly path: string
  readonly event: string
  readonly keepLast: number | undefined
  readonly whenFull: 'fail' | 'delete-oldest'
}

/** What a year came to. */
export interface Year {
  readonly deploys: number
  readonly taken: number
  /** Deploys that did not begin, since no slot was free and the rule allowed none to be freed. */
  readonly full: number
  readonly deleted: number
  readonly broken: number
  readonly longestSeries: number
  readonly breaches: readonly string[]
}

const SERVER = '12345'
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const YEAR = 365 * 24 * HOUR
const TOKEN = 'vps_year'

/** A workflow owns what it made, whatever its event. Without `when-full` nothing is ever deleted to make room. */
function workflowsOf(whenFull: Workflow['whenFull']): readonly [Workflow, ...Workflow[]] {
  return [
    { path: 'deploy.yml', event: 'push', keepLast: whenFull === 'fail' ? 1 : 2, whenFull },
    { path: 'nightly.yml', event: 'schedule', keepLast: 1, whenFull },
    {
      path: 'hotfix.yml',
      event: 'workflow_dispatch',
      keepLast: whenFull === 'fail' ? 1 : undefined,
      whenFull,
    },
  ]
}

interface Snapshot extends Candidate {
  readonly id: string
}

/** A year of deploys by three workflows and a person to one server with five slots. */
export async function playYear(seed: number, deploys: number, whenFull: Workflow['whenFull']): Promise<Year> {
  const year = new YearOfDeploys(createDice(seed), whenFull)
  const gap = YEAR / deploys
  for (let deploy = 0; deploy < deploys; deploy += 1) await year.deploy(gap)
  return year.result(deploys)
}

class YearOfDeploys {
  readonly #dice: Dice
  readonly #clock = new VirtualClock(START)
  readonly #world: World
  readonly #workflows: readonly [Workflow, ...Workflow[]]
  readonly #breaches: string[] = []
  readonly #known = new Map<string, Snapshot>()
  /** What each run may delete under: the runs by the workflow's own name. */
  #runs = 1_000
  #good = 'version 0'
  #isBroken = false
  /** Whether the good state was photographed before the first broken deploy. */
  #isSaved = false
  #series = 0
  #isStuck = false
  /** How many deploys of a burst are still to come. */
  #burst = 0
  readonly #counts = { taken: 0, full: 0, deleted: 0, broken: 0, longestSeries: 0 }

  constructor(dice: Dice, whenFull: Workflow['whenFull']) {
    this.#dice = dice
    this.#workflows = workflowsOf(whenFull)
    this.#world = new World(() => this.#clock.now(), {
      settings: { token: TOKEN, timeline: { slotLagMs: 20_000, listLagMs: 3_000, deletionLagMs: 5_000 } },
      servers: [{ id: SERVER, name: 'web-server-01', disk: this.#good }],
    })
  }

  result(deploys: number): Year {
    return { deploys, ...this.#counts, breaches: this.#breaches }
  }

  async deploy(gap: number): Promise<void> {
    await this.#clock.advance(this.#pause(gap))
    if (this.#dice.chance(0.15)) this.#becomeBusy()
    this.#personActs()
    this.#learn()
    const jobs = this.#dice.chance(0.1)
      ? this.#dice.some(this.#workflows, 2)
      : [this.#dice.pick(this.#workflows)]
    await this.#clock.run(Promise.all(jobs.map(workflow => this.#job(workflow))))
    this.#learn()
    this.#checkLastGood()
  }

  /** Some deploys follow each other closely: six in an hour, and what the one before has made is too young to go. */
  #pause(gap: number): number {
    if (this.#burst > 0) this.#burst -= 1
    else if (this.#dice.chance(0.06)) this.#burst = 5
    if (this.#burst > 0) return this.#dice.int(0, 2) * MINUTE
    return Math.floor(gap * (this.#dice.chance(0.2) ? 0.01 : 0.2 + 1.9 * this.#dice.random()))
  }

  /** For a while the server takes no change, as while its host is serviced. */
  #becomeBusy(): void {
    const status = this.#dice.pick([400, 409, 423])
    const forMs = this.#dice.int(5, 110) * 1_000
    this.#world.act({ act: 'refuse', server: SERVER, forMs, status, detail: 'Another operation is running.' })
  }

  /** A person takes a snapshot by hand now and then, and deletes one of their own. */
  #personActs(): void {
    const own = this.#snapshots().filter(({ description }) => ownerOf(description) === undefined)
    const [oldest] = own
    const most = this.#workflows[0].whenFull === 'fail' ? 0 : 4
    if (oldest !== undefined && (own.length > most || this.#dice.chance(0.01)))
      this.#world.act({ act: 'delete', snapshot: oldest.id })
    if (this.#isStuck && this.#dice.chance(0.5)) this.#clearUp()
    if (this.#dice.chance(0.06)) this.#world.act({ act: 'create', server: SERVER, name: 'by-hand' })
  }

  /** Somebody is told that no slot is free, and makes room: of all but what holds the last good state. */
  #clearUp(): void {
    this.#isStuck = false
    for (const { id, disk } of this.#snapshots().slice(0, 4))
      if (disk !== this.#good) this.#world.act({ act: 'delete', snapshot: id })
  }

  #snapshots() {
    return this.#world.report().snapshots
  }

  #learn(): void {
    for (const snapshot of this.#snapshots()) this.#known.set(snapshot.id, snapshot)
  }

  /** A job: the snapshot, the deploy, and the end of the job. */
  async #job(workflow: Workflow): Promise<void> {
    this.#runs += 1
    const runId = String(this.#runs)
    const isBad = this.#dice.chance(this.#isBroken ? 0.7 : 0.12)
    const place = this.#placeOf(workflow, runId, isBad ? 'failure' : 'success')
    const events = this.#world.events.length
    const main = await beginStage(place, mainStage, {})
    this.#learn()
    if (main.green) this.#change(isBad, runId, main)
    else this.#judgeRed(workflow, runId, main)
    await this.#clock.sleep(this.#dice.int(1, this.#burst > 0 ? 4 : 20) * MINUTE)
    await beginStage(place, postStage, main.state)
    this.#judgeDeletions(this.#world.events.slice(events), workflow, runId)
  }

  #placeOf(workflow: Workflow, runId: string, jobStatus: string) {
    const faults = new Faults(this.#dice.random)
    faults.add(...throwFaults(this.#dice))
    const wire = createVirtualWire({ world: this.#world, clock: this.#clock, faults, latencyMs: 100 })
    const origin = {
      ...ORIGIN_OF_RUN,
      ...{ runId, event: workflow.event, workflow: workflowName(workflow) },
    }
    const inputs = {
      operation: 'create',
      'api-token': TOKEN,
      'server-id': SERVER,
      'when-full': workflow.whenFull,
      'keep-last': workflow.keepLast === undefined ? '' : String(workflow.keepLast),
      'job-status': jobStatus,
    }
    return { clock: this.#clock, world: this.#world, wire, dice: this.#dice, inputs, origin }
  }

  /** The deploy overwrites what the server holds, for better or worse. */
  #change(isBad: boolean, runId: string, main: StageStory): void {
    this.#counts.taken += 1
    if (!isBad) {
      this.#good = `version ${runId}`
      this.#isBroken = false
      this.#series = 0
      this.#world.deploy(SERVER, this.#good)
      return
    }
    const id = main.outputs['snapshot-id']
    const made = this.#snapshots().find(snapshot => snapshot.id === id)
    if (!this.#isBroken) this.#isSaved = made?.disk === this.#good
    this.#isBroken = true
    this.#counts.broken += 1
    this.#series += 1
    this.#counts.longestSeries = Math.max(this.#counts.longestSeries, this.#series)
    this.#world.deploy(SERVER, `broken by ${runId}`)
  }

  #judgeRed(workflow: Workflow, runId: string, main: StageStory): void {
    if (main.outputs['reason'] !== 'no-free-slot') return
    this.#counts.full += 1
    this.#isStuck = true
    if (workflow.whenFull === 'fail') return
    const others = main.worldAfter.snapshots
    const by = { workflow: workflowName(workflow), runId, now: this.#clock.now(), others }
    const allowed = others.filter(snapshot => mayBeRetired(snapshot, by))
    // Where one was freed and taken again by somebody else, the run has done what it may.
    if (allowed.length > 0 && main.outputs['deleted-snapshot-ids'] === undefined)
      this.#breaches.push(
        `run ${runId} of ${workflow.path} found no slot, though ${allowed.map(({ id }) => id).join(', ')} could go`,
      )
  }

  /** Who deleted what cannot be told from the world where two jobs run at once: it must be right for one of them. */
  #judgeDeletions(events: readonly WorldEvent[], workflow: Workflow, runId: string): void {
    for (const event of events) {
      if (event.kind !== 'deleted' || event.by !== 'api') continue
      const snapshot = this.#known.get(event.snapshot ?? '')
      const owner = ownerOf(snapshot?.description ?? null)
      if (owner?.workflow !== workflowName(workflow)) {
        const isAnothers = this.#workflows.some(other => workflowName(other) === owner?.workflow)
        if (!isAnothers) this.#breaches.push(`snapshot ${event.snapshot} was deleted, which a person made`)
        continue
      }
      this.#counts.deleted += 1
      // In a burst, `when-full` takes what is younger; `keep-last` never does.
      const others = workflow.whenFull === 'fail' ? [] : this.#thereAt(event.at)
      const by = { workflow: workflowName(workflow), runId, now: event.at, others }
      if (snapshot === undefined || !mayBeRetired(snapshot, by))
        this.#breaches.push(`run ${runId} deleted snapshot ${event.snapshot} outside of the rule`)
      else this.#judgeKept(workflow, snapshot, event.at)
    }
  }

  /** What was on the server at a moment, as far as is known. */
  #thereAt(at: number): readonly Snapshot[] {
    const gone = this.#world.events.filter(({ kind, at: then }) => kind === 'deleted' && then < at)
    const ids = new Set(gone.map(({ snapshot }) => snapshot))
    return [...this.#known.values()].filter(({ id, createdAt }) => createdAt < at && !ids.has(id))
  }

  /** What is deleted by keep-last alone is never among the newest N completed ones. */
  #judgeKept(workflow: Workflow, snapshot: Snapshot, at: number): void {
    if (workflow.whenFull !== 'fail' || workflow.keepLast === undefined) return
    if (snapshot.status !== 'completed') return
    const newer = [...this.#known.values()].filter(
      other =>
        ownerOf(other.description)?.workflow === workflowName(workflow) &&
        other.status === 'completed' &&
        other.createdAt > snapshot.createdAt &&
        other.createdAt < at,
    )
    if (newer.length < workflow.keepLast)
      this.#breaches.push(
        `snapshot ${snapshot.id} was deleted, though it was among the newest ${workflow.keepLast}`,
      )
  }

  #checkLastGood(): void {
    if (!this.#isBroken || !this.#isSaved || this.#workflows[0].whenFull !== 'fail') return
    const isThere = this.#snapshots().some(
      ({ disk, status }) => disk === this.#good && status === 'completed',
    )
    if (!isThere)
      this.#breaches.push(`after ${this.#series} broken deploys, "${this.#good}" is in no snapshot`)
  }
}

function workflowName(workflow: Workflow): string {
  return `${REPOSITORY}/.github/workflows/${workflow.path}`
}

/** Now and then something goes wrong, mostly in passing. */
function throwFaults(dice: Dice): readonly FaultRule[] {
  if (dice.chance(0.5)) return []
  const lost = dice.pick(['reset', 'truncated', 'hang', 'close'] as const)
  const rules: readonly [FaultRule, ...FaultRule[]] = [
    { match: { method: 'GET', chance: 0.2 }, when: 'before', fault: { kind: 'status', status: 503 } },
    { match: { method: 'POST', path: '/snapshots/', nth: 1 }, when: 'after', fault: { kind: lost } },
    { match: { method: 'POST', path: '/snapshots/', nth: 1 }, when: 'before', fault: { kind: lost } },
    { match: { method: 'DELETE', nth: 1 }, when: 'after', fault: { kind: lost } },
    { match: { method: 'DELETE', every: 2 }, when: 'before', fault: { kind: 'status', status: 502 } },
    { match: { method: 'DELETE' }, when: 'before', fault: { kind: 'status', status: 403, body: '{}' } },
    { match: { path: '/servers/*/', chance: 0.3 }, when: 'before', fault: { kind: lost } },
    { match: { path: '/snapshots/', from: 3, to: 20 }, when: 'before', fault: { kind: 'html' } },
  ]
  return [dice.pick(rules)]
}
