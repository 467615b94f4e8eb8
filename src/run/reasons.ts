/**
 * Why a step is red, as one word that a workflow can branch on: the output `reason`. The list is closed; what each word
 * means stands in the table of docs/outputs.md, which a test holds against it.
 */
export const REASONS = [
  'invalid-input',
  'unauthorized',
  'forbidden',
  'not-found',
  'wrong-server',
  'wrong-run',
  'ambiguous',
  'not-completed',
  'too-old',
  'no-free-slot',
  'already-restoring',
  'server-busy',
  'rate-limited',
  'refused',
  'unreachable',
  'server-error',
  'lost-answer',
  'snapshot-failed',
  'restore-failed',
  'start-failed',
  'stop-failed',
  'health-check',
  'timeout',
  'cancelled',
  'group-failed',
  'interleaved',
  'lost-state',
  'runner-files',
  'internal-error',
] as const

export type Reason = (typeof REASONS)[number]
