/** All that is said of one record must agree, whatever happened, and wherever it was cut off. */
import { expect } from 'vitest'
import { isCompleted } from '../../../src/policy/statuses.ts'
import { textOf, whatWentWrong } from '../../../src/present/account.ts'
import { nextStepsOf } from '../../../src/present/next-steps.ts'
import { earlyOutputs, finalOutputs } from '../../../src/present/outputs.ts'
import { overallReason, reasonOf } from '../../../src/present/reason.ts'
import { overallStatus, type Status, statusOf } from '../../../src/present/status.ts'
import { stepsToCopy } from '../../../src/present/steps-to-copy.ts'
import { summaryOf } from '../../../src/present/summary.ts'
import { resultTable } from '../../../src/present/tables.ts'
import { titleOf } from '../../../src/present/title.ts'
import { notificationOf } from '../../../src/present/to-notification.ts'
import { verdictOf } from '../../../src/present/verdict.ts'
import type { SummaryModel } from '../../../src/report/summary-markup.ts'
import { cellText } from '../../../src/report/text-table.ts'
import { createdAtOf, serverLabel } from '../../../src/run/labels.ts'
import type { OperationRun } from '../../../src/run/operation-run.ts'
import { REASONS } from '../../../src/run/reasons.ts'
import { readSavedState, type SavedState, saveChanges } from '../../../src/run/saved-state.ts'
import { isAccepted, isGood, mayBeDown, type ServerRun, snapshotOf } from '../../../src/run/server-run.ts'
import type { Ending } from '../run/endings.ts'
import { ORIGIN, PLAN } from '../run/fixtures.ts'
import { VERDICT_RULES } from './verdict-rules.ts'

// Worst first, as the documentation has it.
const WORST_FIRST: readonly Status[] = [
  'unknown',
  'failed',
  'timed_out',
  'cancelled',
  'restoring',
  'in_progress',
]

function fullText(run: OperationRun, now: number): string {
  const { headline, state, next } = verdictOf(run, now)
  return [headline, state, next ?? ''].filter(text => text !== '').join(' ')
}

/** What the end of the job finds if this record is the last one that was saved. */
function savedOf(run: OperationRun): SavedState {
  const values = new Map<string, string>()
  const save = (name: string, value: string): undefined => void values.set(name, value)
  saveChanges(save, PLAN, { ...run, armed: undefined }, run)
  const found = readSavedState(name => values.get(name) ?? '')
  if (found.state !== 'found') throw new Error(`what was saved is ${found.state}`)
  return found.saved
}

/** As if every server had a usual name, every id were a number, and no request were named: their length is not ours to choose. */
function plainly(run: OperationRun, text: string): string {
  const known = run.servers.filter(({ server }) => server.name !== '')
  const names = known.flatMap(server => [server.server.name, serverLabel(server)])
  const short = text
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '9000')
    .replace(/ \([^()]*(?:GET|POST|DELETE) \/[^()]*\)/g, '')
  return names.reduce((rest, name) => rest.replaceAll(name, 'web-server-01'), short)
}

/** The same record where servers and snapshots have names as long as an API may send them. */
function withLongNames(run: OperationRun): OperationRun {
  const text = JSON.stringify(run, (key, value) => (key === 'name' ? 'long-name-'.repeat(20) : value))
  return JSON.parse(text)
}

function summaryFor({ run, now }: Ending): SummaryModel {
  return summaryOf(run, verdictOf(run, now), ORIGIN, now)
}

function itemsOf(list: string | undefined): readonly string[] {
  return list === undefined || list === '' ? [] : list.split(',')
}

function isRestoring({ task }: ServerRun): boolean {
  return (
    (task.state === 'running' || task.state === 'left running' || task.state === 'ambiguous') &&
    (!('work' in task) || task.work === 'restore')
  )
}

/** By what each of them says. */
export const RULES: Readonly<Record<string, (ending: Ending) => void>> = {
  ...VERDICT_RULES,

  'the reason is empty exactly where the verdict is green': ({ run, now }) => {
    const { isGreen } = verdictOf(run, now)
    expect(finalOutputs(run, now).reason === '').toBe(isGreen)
    const reason = overallReason(run)
    if (reason !== undefined) expect(REASONS).toContain(reason)
  },

  'the tone is that of the verdict’s colour': ending => {
    const { isGreen, tone } = verdictOf(ending.run, ending.now)
    // A clean-up that could not delete something makes no job red.
    const ofGreen = ['done', 'nothing', 'planned', ...(ending.run.operation === 'post' ? ['partly'] : [])]
    expect(isGreen ? ofGreen : ['partly', 'failed']).toContain(tone)
    expect(summaryFor(ending).tone).toBe(tone)
  },

  'no red server is better in the overall status than by itself': ({ run, now }) => {
    const overall = overallStatus(run)
    for (const server of run.servers.filter(each => !isGood(each))) {
      const own = WORST_FIRST.indexOf(statusOf(server))
      if (own !== -1) expect(WORST_FIRST.slice(0, own + 1)).toContain(overall)
    }
    const known = [
      ...run.servers.map(statusOf),
      ...[...run.absent, ...run.deletedUnlisted].map(() => 'deleted'),
    ]
    if (!known.includes(overall)) expect(['failed', 'unknown']).toContain(overall)
    expect(finalOutputs(run, now).status).toBe(run.operation === 'list' ? undefined : overall)
  },

  'the JSON, the table and the lists tell of the same snapshots, with the same status': ending => {
    const { run, now } = ending
    const outputs = finalOutputs(run, now)
    if (run.operation === 'list') return
    const existing = run.servers.filter(server => snapshotOf(server) !== undefined)
    const items: readonly { id: string; status: string; error?: string }[] = JSON.parse(
      outputs.snapshots ?? '',
    )
    expect(items.map(({ id, status }) => [id, status])).toEqual(
      existing.map(server => [snapshotOf(server)?.id, statusOf(server)]),
    )
    expect(items.map(({ error }) => error)).toEqual(
      existing.map(server => {
        const account = whatWentWrong(server)
        return account === undefined ? undefined : textOf(account)
      }),
    )
    expect(itemsOf(outputs['snapshot-id'])).toEqual(items.map(({ id }) => id))
    // Of a single one a name may hold a comma.
    for (const name of ['server-id', 'server-name', 'created-at', 'snapshot-name'] as const)
      if (items.length > 1) expect(outputs[name]?.split(',').length, name).toBe(items.length)
    const { rows } = resultTable(run, ORIGIN, now)
    expect(rows.map(row => row.slice(1, 3).map(cellText))).toEqual(
      run.servers.map(server => [statusOf(server).replace('_', ' '), snapshotOf(server)?.id ?? '–']),
    )
  },

  'what is saved for the end of the job says the same': ({ run }) => {
    if (run.armed === undefined) return
    const saved = savedOf(run)
    const servers = saved.servers('clean up')
    for (const server of run.servers) {
      const loaded = servers.find(each => each.server.id === server.server.id)
      const id = loaded === undefined ? undefined : snapshotOf(loaded)?.id
      expect(id).toBe(snapshotOf(server)?.id)
      expect(loaded !== undefined && mayBeDown(loaded)).toBe(mayBeDown(server))
      const wasCompleted = loaded?.target !== undefined && isCompleted(loaded.target)
      // A wait that has followed a restore found its snapshot completed.
      expect(wasCompleted).toBe(['completed', 'restored'].includes(statusOf(server)))
    }
    const statuses = run.servers.map(statusOf)
    expect(saved.isGroupCompleted).toBe(statuses.every(each => each === 'completed' || each === 'restored'))
  },

  'a server is told to be wrong exactly where it has a reason': ({ run }) => {
    for (const server of run.servers) {
      expect(whatWentWrong(server) === undefined).toBe(reasonOf(server, run.cutOff) === undefined)
      if (isGood(server) && !mayBeDown(server)) expect(reasonOf(server, run.cutOff)).toBeUndefined()
      else if (server.goal !== 'clean up' && server.task.state !== 'pending')
        expect(reasonOf(server, run.cutOff)).toBeDefined()
    }
  },

  'a cancel and an internal error are mentioned': ({ run, now }) => {
    const { cutOff } = run
    if (cutOff === undefined) return
    const text = fullText(run, now)
    expect(text).toContain(cutOff.by === 'cancel' ? 'ancel' : cutOff.message)
    if (cutOff.by === 'internal error') expect(finalOutputs(run, now).reason).toBe('internal-error')
  },

  'what the API has accepted is in the outputs, unless it is gone': ({ run, accepted, now }) => {
    const outputs = finalOutputs(run, now)
    const published = [...itemsOf(outputs['snapshot-id']), ...itemsOf(outputs['safety-snapshot-id'])]
    const early = earlyOutputs(run)
    const publishedEarly = [...itemsOf(early['snapshot-id']), ...itemsOf(early['safety-snapshot-id'])]
    const isGone = run.servers.map(({ task }) => task.state === 'failed' && task.snapshot === undefined)
    for (const { on, id } of accepted) {
      if (isGone[on] === true) continue
      expect(published).toContain(id)
      expect(publishedEarly).toContain(id)
    }
  },

  'what goes on at VPS.org is told with its id, and how to follow it': ({ run, now }) => {
    for (const { task } of run.servers) {
      if (task.state !== 'left running' || task.why === 'not awaited' || run.cutOff?.by === 'internal error')
        continue
      const steps = nextStepsOf(run)
      // Nothing is known to go on, and what kept it from being seen is what has to be mended.
      if (task.work === 'possible restore' && task.why === 'unobservable') continue
      if (task.work === 'deletion') expect(steps.map(({ kind }) => kind)).toContain('list')
      else
        expect(steps).toContainEqual(expect.objectContaining({ kind: 'follow', snapshot: task.snapshot.id }))
      if (run.servers.length === 1) expect(fullText(run, now)).toContain(task.snapshot.id)
    }
  },

  'nobody is told to restore a server that is restoring': ({ run }) => {
    const restoring = run.servers.filter(isRestoring).map(server => snapshotOf(server)?.id)
    for (const step of nextStepsOf(run))
      if (step.kind === 'restore') expect(restoring).not.toContain(step.snapshot)
    if (run.operation === 'create') return
    const busy = run.servers.filter(
      each => isRestoring(each) || reasonOf(each, run.cutOff) === 'already-restoring',
    )
    const copied = stepsToCopy(run, ORIGIN).filter(({ yaml }) => yaml.includes('operation: restore'))
    for (const { yaml } of copied)
      for (const { server } of busy) expect(yaml).not.toMatch(new RegExp(`server-id: .*\\b${server.id}\\b`))
  },

  'a server that may be down because of this action is named': ({ run, now }) => {
    const down = run.servers.filter(mayBeDown)
    for (const server of down.slice(0, 3)) expect(fullText(run, now)).toContain(serverLabel(server))
    const isDue = run.operation !== 'post' || run.rollback !== 'not due'
    if (down.length > 0 && isDue) expect(verdictOf(run, now).isGreen).toBe(false)
  },

  'a title does not call failed what goes on': ({ run, now }) => {
    const bad = run.servers.filter(server => !isGood(server))
    const goOn = bad.length > 0 && bad.every(each => each.task.state === 'left running' && !mayBeDown(each))
    if (verdictOf(run, now).isGreen || !goOn || run.problem !== undefined) return
    expect(titleOf(run)).not.toContain('failed')
  },

  'the headline is one short sentence, and every text is whole': ({ run, now }) => {
    const headline = plainly(run, verdictOf(run, now).headline)
    expect(headline, JSON.stringify(headline)).toMatch(/^[^\n]*(?:\S[.]|…)$/)
    expect(Array.from(verdictOf(run, now).headline).length).toBeLessThanOrEqual(160)
    // What others say is quoted after a colon, and may be long.
    const [own = ''] = headline.split(': ')
    expect(Array.from(own).length, headline).toBeLessThanOrEqual(100)
    const [long = ''] = plainly(run, verdictOf(withLongNames(run), now).headline).split(': ')
    expect(Array.from(long).length, long).toBeLessThanOrEqual(110)
    expect(plainly(run, fullText(run, now))).not.toMatch(
      /undefined|NaN|\[object| {2,}\S| \.|\.\.|would \w+ \./,
    )
  },

  'the summary has two columns for one server, at most five for several': ending => {
    const { run } = ending
    const { details, table, candidates, timeline } = summaryFor(ending)
    const isShown = run.operation !== 'post' || run.rollback === 'due'
    if (run.operation === 'list') return
    expect(table !== undefined).toBe(isShown && run.servers.length > 1)
    if (run.servers.length !== 1) expect(details).toEqual([])
    if (table !== undefined) {
      expect(table.columns.length).toBeLessThanOrEqual(5)
      expect(table.columns.filter(name => name === 'Details')).toHaveLength(1)
      for (const row of table.rows) expect(row).toHaveLength(table.columns.length)
    }
    if (candidates !== undefined) expect(candidates.columns.length).toBeLessThanOrEqual(5)
    expect(timeline.length === 0 || new Set(timeline.map(({ name }) => name)).size > 1).toBe(true)
  },

  'a notification says the same': ({ run, now }) => {
    const facts = { event: 'failure', operation: 'create', origin: ORIGIN, now, apiNow: now } as const
    const told = notificationOf(run, facts)
    const { headline, next, isGreen } = verdictOf(run, now)
    expect(told).toMatchObject({ status: overallStatus(run), reason: overallReason(run) ?? '', headline })
    expect(told.way_out).toBe(next)
    expect(told.servers.map(({ status, reason }) => [status, reason])).toEqual(
      run.servers.map(server => [statusOf(server), reasonOf(server, run.cutOff) ?? '']),
    )
    if (isGreen) expect(told.command).toBeUndefined()
    expect(told.servers.map(({ lost_since }) => lost_since !== null)).toEqual(
      run.servers.map(
        each =>
          (statusOf(each) === 'restored' || (each.task.state !== 'ambiguous' && isRestoring(each))) &&
          createdAtOf(each) !== undefined,
      ),
    )
  },

  'phases lie one after another, in the time of the operation': ({ run, now }) => {
    for (const { phases, began, ended } of run.servers) {
      for (const { from, to } of phases) expect(from <= to && to <= now).toBe(true)
      if (began !== undefined && ended !== undefined) expect(ended).toBeGreaterThanOrEqual(began)
    }
  },

  'what the end of the job deleted, could not delete, or may have deleted is named': ({ run, now }) => {
    if (run.operation !== 'post') return
    const said = run.servers
      .flatMap(({ deletions }) => deletions)
      .filter(({ by, end }) => end !== 'gone' && (by === 'delete-on' || run.retention === 'asked'))
    for (const all of Map.groupBy(said, ({ by, end }) => `${by} ${end}`).values()) {
      // A headline has room for three.
      const named = all.slice(0, 3).map(({ snapshot }) => snapshot.id)
      const more = all.length > 3 ? ` and ${all.length - 3} more` : ''
      expect(fullText(run, now)).toContain(`${named.join(', ')}${more}`)
    }
  },

  'the count of a delete is that of what it deleted itself': ({ run, now }) => {
    const { count } = finalOutputs(run, now)
    if (run.operation !== 'delete') return
    const own = run.servers.filter(each => statusOf(each) === 'deleted' && isAccepted(each))
    expect(count).toBe(`${own.length + run.deletedUnlisted.length}`)
    for (const id of run.deletedUnlisted) expect(fullText(run, now)).toContain(id)
  },
}
