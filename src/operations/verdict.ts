import type { ServerId } from '../domain/ids.ts'
import type { Inputs } from '../inputs.ts'
import { formatAge, formatDuration, formatSize } from '../policy/durations.ts'
import { createdAtMs } from '../policy/recency.ts'
import { serverPhase } from '../policy/statuses.ts'
import type { Context } from './context.ts'
import { type Entry, lastStatus, serverLabel, snapshotIdOf } from './entry.ts'
import { SLOTS } from './full-server.ts'
import { type Ledger, problemsOf } from './ledger.ts'
import type { Problem } from './problem.ts'

/** The one sentence (or two) that says it all, and the next step where there is one. Raw texts. */
export interface Verdict {
  readonly good: boolean
  readonly text: string
  readonly next: string | undefined
}

/** What happened, in the words that end the log, open the summary and make the annotation. */
export function verdictOf(ctx: Context, operation: Inputs['operation'], ledger: Ledger): Verdict {
  const problems = problemsOf(ledger)
  const text = TEXTS[operation](ctx, ledger)
  return { good: problems.length === 0, text, next: nextSteps(problems, text) }
}

/** The next steps of some problems, each once, but for what the verdict says itself; undefined where there is none. */
export function nextSteps(problems: readonly Problem[], verdict: string): string | undefined {
  const steps = problems.map(problem => problem.next).filter(step => !verdict.includes(step))
  return steps.length === 0 ? undefined : mergeSteps(steps).slice(0, NEXT_STEPS).join(' ')
}

// A fleet may fail in many ways; the first few next steps are what a person can act on.
const NEXT_STEPS = 3
// More than these are in the output of that name; the runner cuts an annotation's text at 4,096 characters.
const IDS = 30
// Where a next step names an id, it is as an input that takes a list.
const ID_INPUT = /(?<=\b(?:snapshot|server)-id: )[0-9a-f-]+/

/** Each step once; those that differ in nothing but the id that they name become one for all of them. */
function mergeSteps(steps: readonly string[]): readonly string[] {
  const idsByStep = new Map<string, Set<string>>()
  for (const step of steps) {
    const template = step.replace(ID_INPUT, '')
    const ids = idsByStep.get(template) ?? new Set()
    idsByStep.set(template, ids.add(ID_INPUT.exec(step)?.[0] ?? ''))
  }
  return [...idsByStep].map(([template, ids]) =>
    template.replace(/(?<=\b(?:snapshot|server)-id: )/, listOf([...ids], ',')),
  )
}

/** The first of some ids, and how many there are besides. */
function listOf(ids: readonly string[], separator: string): string {
  const more = ids.length > IDS ? ` and ${ids.length - IDS} more` : ''
  return ids.slice(0, IDS).join(separator) + more
}

const TEXTS: Readonly<Record<Inputs['operation'], (ctx: Context, ledger: Ledger) => string>> = {
  create: createText,
  restore: (ctx, ledger) => restoreText(ctx, ledger),
  delete: deleteText,
  list: listText,
  wait: waitText,
}

function createText(ctx: Context, ledger: Ledger): string {
  const [only, ...others] = ledger.entries
  if (ledger.problem !== undefined || only === undefined) return ledger.problem?.message ?? ''
  if (ledger.extent === 'planned') return `${planned(ledger)} Nothing was changed.`
  if (others.length > 0) return groupText(ctx, ledger)
  if (only.problem !== undefined) return only.problem.message
  const which = `Snapshot ${snapshotIdOf(only)} of ${serverLabel(only)}`
  if (ledger.extent === 'accepted')
    return `${which} is accepted and in progress; take it up with operation: wait, snapshot-id: ${snapshotIdOf(only)}.`
  return `${which} completed in ${took(only)} (${formatSize(only.snapshot?.sizeMb ?? null)}, slot ${ledger.slots.get(only.server) ?? '?'} of ${SLOTS}).`
}

function planned(ledger: Ledger): string {
  const servers = ledger.entries.map(serverLabel)
  return `Dry run: would take ${servers.length === 1 ? 'a snapshot' : `${servers.length} snapshots`} of ${few(servers)}.`
}

/** A group that was refused beforehand has changed nothing; one that was begun has restored nothing. */
function nothingElse(ledger: Ledger): string {
  const touched = ledger.deleted.length > 0 || ledger.entries.some(mayBeTouched)
  return touched ? 'Nothing was restored.' : 'Nothing was changed.'
}

function mayBeTouched({ accepted, stopAsked, problem, phases }: Entry): boolean {
  return accepted || stopAsked || problem?.status === 'unknown' || phases.some(({ name }) => name === 'stop')
}

function groupText(ctx: Context, ledger: Ledger): string {
  const done = ledger.entries.filter(entry => entry.status === 'completed').length
  const all = ledger.entries.length
  const failed = failures(ledger)
  if (failed === '' && ledger.extent === 'accepted') return `${all} snapshots are accepted and in progress.`
  const took = formatDuration(ctx.clock.now() - ledger.began)
  return failed === ''
    ? `${done} of ${all} snapshots completed in ${took}.`
    : `${done} of ${all} snapshots completed${underWay(ledger)}; ${failed} ${notBegun(ledger)}${nothingElse(ledger)}`
}

/** What was accepted and is not waited for exists, too. */
function underWay(ledger: Ledger): string {
  const { length } = ledger.entries.filter(
    ({ status, problem }) => status === 'in_progress' && problem === undefined,
  )
  return length === 0 ? '' : `, ${length} accepted and in progress`
}

function notBegun(ledger: Ledger): string {
  const idle = ledger.entries.flatMap(({ server, status, problem }) =>
    status === undefined && problem === undefined ? [server] : [],
  )
  return idle.length === 0 ? '' : `Not begun: ${few(idle)}. `
}

/** The entries that went wrong, the first few with their messages. */
function failures(ledger: Ledger): string {
  const failed = failedEntries(ledger)
  const texts = failed.slice(0, FAILURES).map(({ text }) => text)
  const others = failed.slice(FAILURES).map(({ server }) => server)
  if (others.length > 0) texts.push(`And ${others.length} more: ${listOf(others, ', ')}.`)
  return texts.join(' ')
}

const FAILURES = 3

/** The failures for which the verdict has only an id. */
export function furtherFailures(ledger: Ledger): readonly string[] {
  return failedEntries(ledger)
    .slice(FAILURES)
    .map(({ text }) => text)
}

/** A restore that was accepted and not followed is not one that went wrong. */
function failedEntries(ledger: Ledger): readonly { readonly server: ServerId; readonly text: string }[] {
  return ledger.entries.flatMap(({ server, status, problem }) =>
    problem === undefined || status === 'restoring'
      ? []
      : [{ server, text: `server ${server}: ${problem.message}` }],
  )
}

/** What became of a restore; `because` opens the sentence at the end of a job, e.g. `Deploy failed; `. */
export function restoreText(ctx: Context, ledger: Ledger, because = ''): string {
  if (ledger.problem !== undefined) {
    const began = ledger.entries.some(entry => entry.status !== undefined)
    const rest = began
      ? `${ledger.extent === 'planned' ? plannedText(ctx, ledger) : restoredText(ctx, ledger, '')} `
      : ''
    return asSentence(because) + rest + ledger.problem.message
  }
  if (ledger.extent === 'planned') return plannedText(ctx, ledger)
  return restoredText(ctx, ledger, because)
}

function restoredText(ctx: Context, ledger: Ledger, because: string): string {
  const [only, ...others] = ledger.entries
  const opening = ledger.entries.some(entry => entry.problem !== undefined) ? asSentence(because) : because
  const text =
    only === undefined || others.length > 0 ? restoredCount(ctx, ledger) : oneRestored(ctx, only, ledger)
  return opening + text
}

/** A problem's message is a sentence of its own. */
function asSentence(because: string): string {
  return because.replace('; ', '. ')
}

function plannedText(ctx: Context, ledger: Ledger): string {
  const possible = ledger.entries.filter(entry => entry.problem === undefined).map(plannedRestore(ctx))
  const planned =
    possible.length === 0 ? '' : `Dry run: would overwrite ${few(possible)}. Nothing was changed.`
  return [planned, failures(ledger)].filter(text => text !== '').join(' ')
}

function plannedRestore(ctx: Context): (entry: Entry) => string {
  return entry => `${serverLabel(entry)} with snapshot ${snapshotIdOf(entry)} (${age(ctx, entry)})`
}

function oneRestored(ctx: Context, entry: Entry, ledger: Ledger): string {
  const id = snapshotIdOf(entry)
  if (entry.status === 'restoring')
    return `${serverLabel(entry)} is being restored since ${clockTime(ctx, entry.began)}: accepted, not confirmed. Do not restore again; follow it with operation: wait, snapshot-id: ${id}.`
  if (entry.problem !== undefined) return entry.problem.message
  const safety = ledger.safety.get(entry.server)
  const before =
    safety === undefined
      ? ''
      : ` What it held before is in snapshot ${safety.id}; delete that one when you no longer need it.`
  return `${serverLabel(entry)} is back at snapshot ${id} (${age(ctx, entry)}), ${stateAfter(entry)}. What was written since ${clockTime(ctx, createdAt(entry))} is lost.${before}`
}

function stateAfter(entry: Entry): string {
  const status = lastStatus(entry)
  const state = serverPhase(status) === 'active' ? 'running' : status
  return entry.phases.some(phase => phase.name === 'health check') ? `${state}, health check passed` : state
}

/** Since when, at the latest, what was written to some server that is back is lost. */
function oldestOf(ledger: Ledger): number | undefined {
  const times = ledger.entries.flatMap(entry => (entry.status === 'restored' ? (createdAt(entry) ?? []) : []))
  return times.length === 0 ? undefined : Math.min(...times)
}

function restoredCount(ctx: Context, ledger: Ledger): string {
  const all = ledger.entries.length
  const done = ledger.entries.filter(
    entry => entry.status === 'restored' && entry.problem === undefined,
  ).length
  const restoring = ledger.entries.filter(entry => entry.status === 'restoring')
  const underWay = restoring.length
  const isNextSaid = restoring.some(({ problem }) => problem !== undefined)
  const since = oldestOf(ledger)
  const lost = since === undefined ? '' : ` What was written since ${clockTime(ctx, since)} is lost.`
  const parts = underWay === all ? [] : [`${done} of ${all} servers are back at their snapshots.${lost}`]
  if (underWay > 0)
    parts.push(
      `${underWay === all ? `All ${all} servers` : underWay} are being restored: accepted, not confirmed.${isNextSaid ? '' : ' Do not restore again; follow them with operation: wait.'}`,
    )
  return [...parts, failures(ledger)].filter(text => text !== '').join(' ')
}

function deleteText(_ctx: Context, ledger: Ledger): string {
  if (ledger.problem !== undefined) return ledger.problem.message
  if (ledger.extent === 'planned') {
    const planned = ledger.entries.filter(({ status }) => status === 'planned')
    const what = planned.map(entry => `${snapshotIdOf(entry)} of ${serverLabel(entry)}`)
    return [`Dry run: would delete ${few(what) || 'nothing'}. Nothing was changed.`, failures(ledger)]
      .filter(text => text !== '')
      .join(' ')
  }
  // What somebody else deleted in between was not accepted as ours.
  const wasThere = ledger.entries.filter(({ status, accepted }) => status === 'deleted' && accepted)
  const deleted = wasThere.map(entry => `${snapshotIdOf(entry)} of ${serverLabel(entry)}`)
  const gone = ledger.entries
    .filter(({ status, accepted }) => status === 'deleted' && !accepted)
    .map(snapshotIdOf)
  const missing = [...ledger.absent, ...gone]
  const done =
    deleted.length === 0
      ? ''
      : `${deleted.length === 1 ? 'Snapshot' : `${deleted.length} snapshots`} deleted: ${few(deleted)}.`
  const absent = missing.length === 0 ? '' : `Gone already: ${few(missing)}.`
  return [done, absent, failures(ledger)].filter(text => text !== '').join(' ')
}

function listText(_ctx: Context, ledger: Ledger): string {
  if (ledger.problem !== undefined || ledger.listed === undefined) return ledger.problem?.message ?? ''
  const servers = new Set(ledger.listed.map(snapshot => snapshot.server.id)).size
  if (ledger.listed.length === 0 && ledger.asked.length === 0)
    return 'There are no snapshots that this token can see.'
  if (ledger.listed.length === 0)
    return `${ledger.asked.length === 1 ? 'Server' : 'Servers'} ${few(ledger.asked)}: no snapshots.`
  return `${ledger.listed.length} ${ledger.listed.length === 1 ? 'snapshot' : 'snapshots'} on ${servers} ${servers === 1 ? 'server' : 'servers'}.`
}

function waitText(ctx: Context, ledger: Ledger): string {
  const [only, ...others] = ledger.entries
  if (ledger.problem !== undefined)
    return [ledger.problem.message, failures(ledger)].filter(text => text !== '').join(' ')
  if (only === undefined) return ''
  if (others.length > 0) {
    const done = ledger.entries.filter(entry => entry.problem === undefined).length
    return [`${done} of ${ledger.entries.length} are as they should be.`, failures(ledger)]
      .filter(text => text !== '')
      .join(' ')
  }
  if (only.problem !== undefined) return only.problem.message
  // The API does not say which snapshot a server is being restored from.
  if (only.status === 'restored')
    return `The restore of ${serverLabel(only)} has ended (followed for snapshot ${snapshotIdOf(only)}): ${stateAfter(only)}.`
  const completed = `Snapshot ${snapshotIdOf(only)} of ${serverLabel(only)} is completed (${formatSize(only.snapshot?.sizeMb ?? null)}, ${age(ctx, only)}).`
  // Read only where it was completed from the start; whether a restore has just ended cannot be told.
  return only.serverStatus === undefined
    ? completed
    : `${completed} No restore of its server is under way: it is ${only.serverStatus}.`
}

function took(entry: Entry): string {
  return formatDuration((entry.ended ?? 0) - (entry.began ?? 0))
}

function createdAt(entry: Entry): number | undefined {
  return entry.snapshot === undefined ? undefined : createdAtMs(entry.snapshot)
}

function age(ctx: Context, entry: Entry): string {
  const created = createdAt(entry)
  return created === undefined ? 'of unknown age' : `${formatAge(ctx.clock.now() - created)} old`
}

/** `02:41 UTC`, with the date where it was another day. */
function clockTime(ctx: Context, at: number | undefined): string {
  if (at === undefined) return 'then'
  const text = new Date(at).toISOString()
  const today = new Date(ctx.clock.now()).toISOString().slice(0, 10)
  const time = `${text.slice(11, 16)} UTC`
  return text.startsWith(today) ? time : `${text.slice(0, 10)} ${time}`
}

/** The first few of a list, and how many more. */
function few(items: readonly string[]): string {
  if (items.length <= 5) return items.join(', ')
  return `${items.slice(0, 5).join(', ')} and ${items.length - 5} more`
}
