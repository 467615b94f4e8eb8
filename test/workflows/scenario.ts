import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { WorldSetup } from '../emulator/settings.ts'
import type { Act, EventKind } from '../emulator/world-types.ts'

/** The commands that stand in for the user's own; each example calls some of them. */
export type Command =
  | 'build.sh'
  | 'deploy.sh'
  | 'smoke-test.sh'
  | 'quiesce-database.sh'
  | 'release-database.sh'

/** What must be true of one server when the workflow has ended. */
export interface ServerExpectation {
  readonly disk: string
  readonly isRunning: boolean
  /** All that happened to it, in this order. */
  readonly events: readonly EventKind[]
  /** The snapshots that are left, the oldest first: the disk that each holds; its status if it is not complete. */
  readonly snapshots: readonly string[]
}

/** A workflow, the world in which it runs, and what must come of it. */
export interface Scenario {
  /** The workflow's path in this repository; or a document's, with the anchor of the heading under which it stands. */
  readonly workflow: string
  readonly event: 'push' | 'schedule' | 'workflow_dispatch'
  /** What a person fills into the form of a `workflow_dispatch`. */
  readonly form?: Readonly<Record<string, string>>
  /** What is so in this scenario, e.g. `the deploy fails`. */
  readonly when: string
  /** What must come of it, in words. */
  readonly expected: string
  readonly world: WorldSetup
  /** What somebody else does before the workflow begins. */
  readonly beforehand?: readonly Act[]
  readonly fails?: {
    readonly command: Command
    /** Only when the command is called for this server. */
    readonly server?: string
  }
  readonly run: 'green' | 'red'
  readonly servers: Readonly<Record<string, ServerExpectation>>
  /** Texts that the log must hold. */
  readonly says?: readonly string[]
  /** The address of a chat that `notify-url` is; not given: an endpoint of one's own. */
  readonly chat?: string
  /** Texts that the log must not hold. */
  readonly neverSays?: readonly string[]
  /**
   * From the job's first step to its deploy, on the emulated clock, which then only moves with the build and with looks
   * at a snapshot that is being taken.
   */
  readonly minutesToDeploy?: number
}

/** What a build takes where minutes are counted. */
export const BUILD_MINUTES = 4

/** What others were told. */
export interface Told {
  /** What was posted to `notify-url`. */
  readonly webhook: readonly unknown[]
  /** The comments on the pull request of the commit. */
  readonly comments: readonly unknown[]
}

export const NOBODY: Told = { webhook: [], comments: [] }

/** What each scenario must have told, by its title; one that is missing tells nobody anything. */
export type AllTold = Readonly<Record<string, Told>>

/** Under which name the workflow is saved. */
export function fileNameOf({ workflow }: Scenario): string {
  const [path = '', anchor] = workflow.split('#')
  return anchor === undefined ? basename(path) : `${anchor}.yml`
}

export function titleOf({ workflow, when, expected, run }: Scenario): string {
  return `${workflow}: ${when}; expected: ${run}, ${expected}`
}

/** What a workflow has led to. */
export interface Outcome {
  readonly run: 'green' | 'red'
  readonly servers: Readonly<Record<string, ServerExpectation>>
  readonly log: string
  readonly told: Told
  /** Undefined where they are not counted. */
  readonly minutesToDeploy: number | undefined
}

/** What is not as the scenario expects it, one line each; none: it has passed. */
export function differences(scenario: Scenario, outcome: Outcome, allTold: AllTold): readonly string[] {
  const found: string[] = []
  if (outcome.run !== scenario.run) found.push(`the run is ${outcome.run}, not ${scenario.run}`)
  const ids = new Set([...Object.keys(scenario.servers), ...Object.keys(outcome.servers)])
  for (const id of ids) {
    const [expected, actual] = [scenario.servers[id], outcome.servers[id]]
    if (!isDeepStrictEqual(actual, expected))
      found.push(`server ${id} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`)
  }
  for (const text of scenario.says ?? []) if (!outcome.log.includes(text)) found.push(`never said: ${text}`)
  if (outcome.minutesToDeploy !== scenario.minutesToDeploy)
    found.push(`deployed after ${outcome.minutesToDeploy} minutes, not ${scenario.minutesToDeploy}`)
  const told = allTold[titleOf(scenario)] ?? NOBODY
  if (!isDeepStrictEqual(outcome.told, told))
    found.push(`told: ${JSON.stringify(outcome.told)}, not ${JSON.stringify(told)}`)
  for (const text of scenario.neverSays ?? []) if (outcome.log.includes(text)) found.push(`said: ${text}`)
  return found
}
