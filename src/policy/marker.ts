import type { Random } from '../domain/clock.ts'
import { DESCRIPTION_LIMIT } from '../domain/limits.ts'
import type { WorkflowRun } from '../domain/workflow-run.ts'

/**
 * What a snapshot was made for: before a deploy, by a scheduled workflow, to save what a restore overwrites, or to
 * stay (the input `keep`).
 */
export type Purpose = 'deploy' | 'schedule' | 'safety' | 'keep'

/** Who made a snapshot. It stands at the very end of the description and is the only proof of ownership. */
export interface Marker {
  /** The workflow file without its ref, decoded: `owner/repo/.github/workflows/deploy.yml`. */
  readonly workflow: string
  /** `owner/repo`, out of `workflow`. */
  readonly repository: string
  /** The run's id, decimal digits. */
  readonly run: string
  /** From 1 upwards. */
  readonly attempt: number
  readonly purpose: Purpose
  /** Random and new for each create, so that an answer that was lost can be told from another job's snapshot. */
  readonly key: string
}

const KEY_LENGTH = 8
const KEY_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const MARKER_START = '[vps-snapshot-action '

// GitHub's own letters for owner and repository; anything may stand in the rest of the path, percent-encoded.
const MARKER = new RegExp(
  [
    '^\\[vps-snapshot-action',
    'workflow=(?<workflow>(?<repository>[A-Za-z0-9._-]+/[A-Za-z0-9._-]+)/(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+)',
    'run=(?<run>0|[1-9][0-9]{0,19})',
    'attempt=(?<attempt>[1-9][0-9]{0,8})',
    'purpose=(?<purpose>deploy|schedule|safety|keep)',
    'key=(?<key>[a-z0-9]{8})\\]$',
  ].join(' '),
)

/** A new key: 8 of `a-z0-9`. */
export function newKey(random: Random): string {
  const letter = () => KEY_LETTERS.charAt(Math.floor(random() * KEY_LETTERS.length))
  return Array.from({ length: KEY_LENGTH }, letter).join('')
}

/** The marker of a snapshot that this run makes. */
export function markerFor(run: WorkflowRun, purpose: Purpose, key: string): Marker {
  const workflow = run.workflow.toWellFormed()
  const repository = repositoryOf(workflow)
  return { workflow, repository, run: run.runId, attempt: run.attempt, purpose, key }
}

/** What the snapshots that `operation: create` makes in this run are for. */
export function purposeOf(run: WorkflowRun, options: { readonly keep: boolean }): Exclude<Purpose, 'safety'> {
  if (options.keep) return 'keep'
  return run.event === 'schedule' ? 'schedule' : 'deploy'
}

/** The text that `parseMarker` reads: one line of plain characters. */
export function formatMarker(marker: Marker): string {
  const { run, attempt, purpose, key } = marker
  return `${MARKER_START}workflow=${encode(marker.workflow)} run=${run} attempt=${attempt} purpose=${purpose} key=${key}]`
}

/**
 * Whether a description that the API hands back carries the marker of the create with this key. With any other it
 * counts as dropped: an API that cuts descriptions, or a text that quotes a marker, must not pass our snapshot to
 * another workflow's retention.
 */
export function markerMatches(description: string, key: string): boolean {
  return parseMarker(description)?.key === key
}

/**
 * The marker of a description: only as the very last thing in it (white space after it aside, since an API may append
 * a newline), set off by white space, and exactly as `formatMarker` writes it. Undefined for everything that merely
 * looks like one.
 */
export function parseMarker(description: string): Marker | undefined {
  const text = description.trimEnd()
  const start = text.lastIndexOf(MARKER_START)
  if (start > 0 && text.charAt(start - 1).trim() !== '') return undefined
  return readMarker(text.slice(Math.max(start, 0)))
}

/** What a description says before its marker; all of it where there is none. */
export function withoutMarker(description: string): string {
  const marker = parseMarker(description)
  return (
    marker === undefined ? description : description.trimEnd().slice(0, -formatMarker(marker).length)
  ).trim()
}

function readMarker(text: string): Marker | undefined {
  const match = MARKER.exec(text)
  if (match === null) return undefined
  // Safe: every group of MARKER takes part in every match.
  const groups = match.groups as Record<'workflow' | 'repository' | 'run' | 'attempt' | 'key', string> & {
    readonly purpose: Purpose
  }
  const { repository, run, purpose, key } = groups
  const workflow = decode(groups.workflow)
  // An encoding that formatMarker would not have chosen (%41 for A) was not written by this action.
  if (workflow === undefined || encode(workflow) !== groups.workflow) return undefined
  return { workflow, repository, run, attempt: Number(groups.attempt), purpose, key }
}

/**
 * A description that ends with the marker, at most `DESCRIPTION_LIMIT` characters in all. The text is made one line of printable
 * characters and cut to fit, to nothing if need be; the marker is never cut.
 */
export function describe(text: string, marker: Marker): string {
  const ending = formatMarker(marker)
  const beginning = cutText(oneLine(text), DESCRIPTION_LIMIT - ending.length - 1)
  return beginning === '' ? ending : `${beginning} ${ending}`
}

/** What and where from, in one line: workflow, job, short commit, run URL. What the runner left empty is left out. */
export function defaultDescription(run: WorkflowRun): string {
  const parts = [
    ['workflow', run.workflowName],
    ['job', run.job],
    ['commit', run.sha.slice(0, 7)],
  ].flatMap(([label, value]) => (value === '' ? [] : [`${label} ${value}`]))
  const url = `${run.serverUrl}/${run.repository}/actions/runs/${run.runId}`
  return [...parts, url].join(', ')
}

/** Whether this very workflow made it: the same path in the same repository, letter case of owner/repo aside. */
export function isOwn(marker: Marker | undefined, run: WorkflowRun): boolean {
  return (
    marker !== undefined && foldRepository(marker.workflow) === foldRepository(run.workflow.toWellFormed())
  )
}

/** Whether any workflow of this repository made it, letter case aside. */
export function isThisRepository(marker: Marker | undefined, run: WorkflowRun): boolean {
  return marker !== undefined && marker.repository.toLowerCase() === run.repository.toLowerCase()
}

/** Whether this workflow run made it, in whichever attempt: only then may a `wait` step arm a rollback to it. */
export function madeByThisRun(marker: Marker | undefined, run: WorkflowRun): boolean {
  return isThisRepository(marker, run) && marker?.run === run.runId
}

/** Whether this very attempt made it: then nobody can have restored it before the deploy that it is for. */
export function madeByThisAttempt(marker: Marker | undefined, run: WorkflowRun): boolean {
  return madeByThisRun(marker, run) && marker?.attempt === run.attempt
}

/**
 * The workflow file of a workflow's ref (`GITHUB_WORKFLOW_REF`), e.g. `owner/repo/.github/workflows/deploy.yml` of
 * `owner/repo/.github/workflows/deploy.yml@refs/heads/main`. A file's name may itself contain `@`, so the ref is cut
 * off at the last `@refs/`, or else the last `@`.
 */
export function workflowPathOf(ref: string): string {
  const end = ref.includes('@refs/') ? ref.lastIndexOf('@refs/') : ref.lastIndexOf('@')
  return end < 0 ? ref : ref.slice(0, end)
}

function repositoryOf(workflow: string): string {
  return workflow.split('/', 2).join('/')
}

/** Owner and repository have no letter case at GitHub; the path of a file in it has. */
function foldRepository(workflow: string): string {
  const repository = repositoryOf(workflow)
  return repository.toLowerCase() + workflow.slice(repository.length)
}

function encode(workflow: string): string {
  // encodeURIComponent leaves more than this alone (! ' ( ) *), and encodes the slash, which reads better as it is.
  return encodeURIComponent(workflow.toWellFormed())
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

function decode(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replace(/\p{Cc}/gu, '')
    .trim()
}

/** At most `limit` code units, never half a surrogate pair, no space at the end. */
function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text
  const cut = text.slice(0, Math.max(limit, 0))
  return (cut.isWellFormed() ? cut : cut.slice(0, -1)).trimEnd()
}
