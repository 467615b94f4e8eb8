/**
 * Why a step is red, as one word that a workflow can branch on: the output `reason`. The list is closed; the table in
 * docs/outputs.md is held against it by a test.
 */
export const REASONS = {
  'invalid-input': 'an input is missing, mistyped or contradicts another; nothing was sent',
  unauthorized: 'VPS.org rejected the API token (401)',
  forbidden: 'the token may not do what was asked (403)',
  'not-found': 'the server or snapshot does not exist, or belongs to another account',
  'wrong-server': 'the snapshot belongs to a server that server-id does not allow',
  'wrong-run': 'operation: wait was to arm a rollback with a snapshot that another run made',
  ambiguous: 'more than one snapshot fits, or which is the newest, or whose it is, cannot be told',
  'not-completed': 'the snapshot is not completed',
  'too-old': 'the snapshot is older than max-snapshot-age, or its age is unknown',
  'no-free-slot': 'the server has no free snapshot slot',
  'already-restoring': 'the server is being restored by somebody else or an earlier step',
  'server-busy':
    'the server did not settle, or its API refused the request for as long as the step could wait',
  'rate-limited': 'the API limited the rate of requests for longer than the step could wait',
  refused: 'the API refused the request for good',
  unreachable: 'the API could not be reached, or something in between answered for it',
  'server-error': 'the API answered with an error of its own, or with something that cannot be read',
  'lost-answer': 'a request got no answer, and whether VPS.org acted on it cannot be told',
  'snapshot-failed': 'VPS.org reports that the snapshot failed, or it disappeared',
  'restore-failed': 'VPS.org reports that the restore failed',
  'start-failed': 'the server could not be started again',
  'stop-failed': 'the server could not be stopped for its snapshot',
  'health-check': 'the server runs, and what health-check names does not answer',
  timeout: 'the time was over; what was accepted continues at VPS.org',
  cancelled: 'the job or the step was cancelled',
  'group-failed': 'another server of the group failed',
  interleaved: 'another run has deployed to the server, or to its group, since this snapshot was taken',
  'lost-state': 'the post step did not find what the main step had saved',
  'runner-files': 'a file of the runner that a safe run needs cannot be written',
  'internal-error': 'a mistake in this action',
} as const

export type Reason = keyof typeof REASONS
