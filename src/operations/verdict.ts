import type { Inputs } from '../inputs.ts'
import { formatAge, formatDuration, formatSize } from '../policy/durations.ts'
import { createdAtMs } from '../policy/recency.ts'
import { serverPhase } from '../policy/statuses.ts'
import type { Context } from './context.ts'
import { type Entry, serverLabel } from './entry.ts'
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
  return steps.length === 0 ? undefined : [...new Set(steps)].slice(0, NEXT_STEPS).join(' ')
}

// A fleet may fail in many ways; the first few next steps are what a person can act on.
const NEXT_STEPS = 3

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
  const which = `Snapshot ${only.snapshot?.id ?? ''} of ${serverLabel(only)}`
  if (ledger.extent === 'accepted')
    return `${which} is accepted and in progress; take it up with operation: wait, snapshot-id: ${only.snapshot?.id ?? ''}.`
  return `${which} completed in ${took(only)} (${formatSize(only.snapshot?.sizeMb ?? null)}, slot ${ledger.slots.get(only.server) ?? '?'} of ${SLOTS}).`
}

function planned(ledger: Ledger): string {
  const servers = ledger.entries.map(serverLabel)
  return `Dry run: would take ${servers.length === 1 ? 'a snapshot' : `${servers.length} snapshots`} of ${few(servers)}.`
}

function groupText(ctx: Context, ledger: Ledger): string {
  const done = ledger.entries.filter(
    entry => entry.status === 'completed' && entry.problem === undefined,
  ).length
  const all = ledger.entries.length
  const failed = failures(ledger)
  if (failed === '' && ledger.extent === 'accepted') return `${all} snapshots are accepted and in progress.`
  const took = formatDuration(ctx.clock.now() - ledger.began)
  return failed === ''
    ? `${done} of ${all} snapshots completed in ${took}.`
    : `${done} of ${all} snapshots completed; ${failed} Nothing was restored.`
}

/** The entries that went wrong, the first few with their messages. */
function failures(ledger: Ledger): string {
  const failed = ledger.entries.filter(entry => entry.problem !== undefined)
  const texts = failed
    .slice(0, FAILURES)
    .map(entry => `server ${entry.server}: ${entry.problem?.message ?? ''}`)
  if (failed.length > FAILURES) texts.push(`and ${failed.length - FAILURES} more.`)
  return texts.join(' ')
}

const FAILURES = 3

/** What became of a restore; `because` opens the sentence at the end of a job, e.g. `Deploy failed; `. */
export function restoreText(ctx: Context, ledger: Ledger, because = ''): string {
  if (ledger.problem !== undefined) {
    const rest = ledger.entries.length === 0 ? '' : ` ${restoredCount(ledger)}`
    return because + ledger.problem.message + rest
  }
  const [only, ...others] = ledger.entries
  if (only === undefined) return because
  if (ledger.extent === 'planned')
    return `Dry run: would overwrite ${few(ledger.entries.map(plannedRestore(ctx)))}. Nothing was changed.`
  if (others.length > 0) return because + restoredCount(ledger)
  return because + oneRestored(ctx, only, ledger)
}

function plannedRestore(ctx: Context): (entry: Entry) => string {
  return entry => `${serverLabel(entry)} with snapshot ${entry.snapshot?.id ?? ''} (${age(ctx, entry)} old)`
}

function oneRestored(ctx: Context, entry: Entry, ledger: Ledger): string {
  const id = entry.snapshot?.id ?? ''
  if (entry.status === 'restoring')
    return `${serverLabel(entry)} is being restored since ${clockTime(ctx, entry.began)}: accepted, not confirmed. Do not restore again; follow it with operation: wait, snapshot-id: ${id}.`
  if (entry.problem !== undefined) return entry.problem.message
  const safety = ledger.safety.get(entry.server)
  const before = safety === undefined ? '' : ` What it held before is in snapshot ${safety.id}.`
  return `${serverLabel(entry)} is back at snapshot ${id} (${age(ctx, entry)} old), ${stateAfter(entry)}. What was written since ${clockTime(ctx, createdAt(entry))} is lost.${before}`
}

function stateAfter(entry: Entry): string {
  const running =
    serverPhase(entry.serverStatus ?? '') === 'active'
      ? 'running'
      : (entry.serverStatus ?? 'its status not known')
  return entry.phases.some(phase => phase.name === 'health check')
    ? `${running}, health check passed`
    : running
}

function restoredCount(ledger: Ledger): string {
  const done = ledger.entries.filter(
    entry => entry.status === 'restored' && entry.problem === undefined,
  ).length
  const underWay = ledger.entries.filter(entry => entry.status === 'restoring').length
  const parts = [`${done} of ${ledger.entries.length} servers are back at their snapshots.`]
  if (underWay > 0)
    parts.push(
      `${underWay} are being restored: accepted, not confirmed. Do not restore again; follow them with operation: wait.`,
    )
  return [...parts, failures(ledger)].filter(text => text !== '').join(' ')
}

function deleteText(_ctx: Context, ledger: Ledger): string {
  if (ledger.problem !== undefined) return ledger.problem.message
  const ids = (status: string): string[] =>
    ledger.entries.flatMap(entry =>
      entry.status === status && entry.snapshot !== undefined
        ? [`${entry.snapshot.id} of ${serverLabel(entry)}`]
        : [],
    )
  if (ledger.extent === 'planned')
    return `Dry run: would delete ${few(ids('planned')) || 'nothing'}. Nothing was changed.`
  const deleted = ids('deleted')
  const done =
    deleted.length === 0
      ? ''
      : `${deleted.length === 1 ? 'Snapshot' : `${deleted.length} snapshots`} deleted: ${few(deleted)}.`
  const absent = ledger.absent.length === 0 ? '' : `Gone already: ${few(ledger.absent)}.`
  return [done, absent, failures(ledger)].filter(text => text !== '').join(' ')
}

function listText(_ctx: Context, ledger: Ledger): string {
  if (ledger.listed === undefined) return ledger.problem?.message ?? ''
  const servers = new Set(ledger.listed.map(snapshot => snapshot.server.id)).size
  if (ledger.listed.length === 0) return 'There are no snapshots.'
  return `${ledger.listed.length} ${ledger.listed.length === 1 ? 'snapshot' : 'snapshots'} on ${servers} ${servers === 1 ? 'server' : 'servers'}.`
}

function waitText(ctx: Context, ledger: Ledger): string {
  const [only, ...others] = ledger.entries
  if (only === undefined || ledger.problem !== undefined) return ledger.problem?.message ?? ''
  if (others.length > 0) {
    const done = ledger.entries.filter(entry => entry.problem === undefined).length
    return [`${done} of ${ledger.entries.length} are as they should be.`, failures(ledger)]
      .filter(text => text !== '')
      .join(' ')
  }
  if (only.problem !== undefined) return only.problem.message
  // The API does not say which snapshot a server is being restored from.
  if (only.status === 'restored')
    return `The restore of ${serverLabel(only)} has ended (followed for snapshot ${only.snapshot?.id ?? ''}): ${stateAfter(only)}.`
  return `Snapshot ${only.snapshot?.id ?? ''} of ${serverLabel(only)} is completed (${formatSize(only.snapshot?.sizeMb ?? null)}, ${age(ctx, only)} old).`
}

function took(entry: Entry): string {
  return formatDuration((entry.ended ?? 0) - (entry.began ?? 0))
}

function createdAt(entry: Entry): number | undefined {
  return entry.snapshot === undefined ? undefined : createdAtMs(entry.snapshot)
}

function age(ctx: Context, entry: Entry): string {
  const created = createdAt(entry)
  return created === undefined ? 'unknown time' : formatAge(ctx.clock.now() - created)
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
