/**
 * The action's main job, for somebody who has never seen it: a snapshot, a deploy that fails, and its rollback. The
 * built action runs as the GitHub runner runs it, against the emulated API, in time-lapse. Fails if one of its claims
 * turns out not to be true.
 */
import { styleText } from 'node:util'
import { type Emulator, startEmulator } from '../test/emulator/server.ts'
import { type MainTranscript, runAction, runPost } from '../test/harness/index.ts'

const SERVER = '12345'
const TOKEN = 'vps_demo_token'
const SPEED = 600
const MINUTE = 60_000
// What happens here in a second takes minutes there; it is to end about now.
const BEGINS_AGO = 25 * MINUTE

type Inputs = Readonly<Record<string, string>>

const began = performance.now()
const problems: string[] = []
let count = 0

const emulator = await startEmulator({
  speed: SPEED,
  startAt: Date.now() - BEGINS_AGO,
  setup: {
    servers: [{ id: SERVER, name: 'web-server-01', disk: 'version 1' }],
    settings: { token: TOKEN },
    nextSnapshotId: '802',
    snapshots: [
      {
        id: '801',
        server: SERVER,
        name: 'by-hand',
        description: 'Made by a person',
        createdAt: new Date(Date.now() - 2 * 24 * 60 * MINUTE).toISOString(),
        disk: 'version 0',
      },
    ],
  },
})
try {
  await showJob()
} finally {
  await emulator.close()
}
conclude()

async function showJob(): Promise<void> {
  explain('A deploy that fails, and its rollback', [
    'The server, its snapshots and the API are emulated on this machine; ten minutes there take a second here.',
    'So a snapshot that took a second can be twenty minutes old: ages are by the emulated clock.',
    'What runs is the built action, as the GitHub runner runs it; its log is what a user sees.',
  ])
  showServer('Before', emulator)

  begin('Snapshot before the deploy', 'The one step of the README: it waits until the snapshot is complete.')
  const snapshot = await runStep({ operation: 'create', 'server-id': SERVER, 'restore-on': 'failure' })
  const id = snapshot.outputs['snapshot-id'] ?? ''
  expect('the snapshot is complete', snapshot.outputs['status'] === 'completed' && id === '802')
  expect('it holds what was on the disk', diskOfSnapshot(id) === 'version 1')

  begin('Deploy', 'Your own step: it writes a version that does not start, and fails the job.')
  emulator.world.deploy(SERVER, 'version 2, which does not start')
  showServer('After the deploy', emulator)

  explain('The end of the job: the rollback', [
    'The runner runs the post step of the snapshot step. The job has failed, so the server is restored.',
  ])
  const rollback = await runPost(snapshot, { jobStatus: 'failure' })
  print('log', rollback.log.flatMap(lineForTerminal))
  expect('the server is back at version 1 and running', diskOf() === 'version 1' && isRunning())
  showServer('After the rollback', emulator)

  explain('By hand, later', ['The same action, started from a form: list the snapshots, then delete one.'])
  const listed = await runStep({ operation: 'list', 'server-id': SERVER })
  expect('both snapshots are listed', listed.outputs['count'] === '2')
  const deleted = await runStep({ operation: 'delete', 'snapshot-id': id })
  expect('the snapshot is deleted', deleted.outputs['status'] === 'deleted')
  expect("the person's own snapshot is untouched", diskOfSnapshot('801') === 'version 0')
  showServer('At the end', emulator)
}

function begin(title: string, what: string): void {
  count += 1
  explain(`Step ${count}. ${title}`, [what])
}

async function runStep(inputs: Inputs): Promise<MainTranscript> {
  const pace: Inputs = inputs['operation'] === 'list' ? {} : { 'poll-interval': '100ms' }
  const given = { ...inputs, 'api-token': TOKEN, 'api-url': emulator.apiUrl, ...pace }
  const shown = Object.entries(given).map(([name, value]) => `${name}: ${value === TOKEN ? '***' : value}`)
  print('with', shown)
  const transcript = await runAction({ with: given, requests: () => emulator.log.all })
  print('log', transcript.log.flatMap(lineForTerminal))
  const outputs = Object.entries(transcript.outputs).filter(
    ([name, value]) => name !== 'snapshots' && value !== '',
  )
  print(
    'outputs',
    outputs.map(([name, value]) => `${name}: ${value}`),
  )
  expect('the step is green', transcript.exitCode === 0)
  return transcript
}

/** The runner folds groups; a terminal shows their titles. */
function lineForTerminal(line: string): readonly string[] {
  if (line.startsWith('##[endgroup]')) return []
  return [line.startsWith('##[group]') ? styleText('dim', line.replace('##[group]', '▾ ')) : line]
}

function showServer(when: string, { world }: Emulator): void {
  const { servers, snapshots } = world.report()
  print(`${when.toLowerCase()}, at VPS.org`, [
    ...servers.map(
      ({ name, status, disk }) => `${name} is ${status}, its disk holds: ${styleText('bold', disk)}`,
    ),
    ...snapshots.map(({ id, name, status, disk }) => `snapshot ${id} ${name}: ${status}, holds: ${disk}`),
  ])
}

function diskOf(): string | undefined {
  return emulator.world.report().servers[0]?.disk
}

function isRunning(): boolean {
  return emulator.world.report().servers[0]?.running === true
}

function diskOfSnapshot(wanted: string): string | undefined {
  return emulator.world.report().snapshots.find(({ id }) => id === wanted)?.disk
}

function expect(what: string, isSo: boolean): void {
  if (!isSo) problems.push(what)
  console.log(isSo ? `  ${styleText('green', '✓')} ${what}` : `  ${styleText('red', '✗')} not true: ${what}`)
}

function explain(title: string, lines: readonly string[]): void {
  console.log(`\n${styleText(['bold', 'cyan'], title)}`)
  for (const line of lines) console.log(line)
}

function print(label: string, lines: readonly string[]): void {
  console.log(styleText('dim', `  ${label}`))
  for (const line of lines) console.log(`    ${line}`)
}

function conclude(): void {
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  if (problems.length === 0) {
    console.log(styleText(['bold', 'green'], `\nAll checks passed (${seconds} s).`))
    return
  }
  console.log(styleText(['bold', 'red'], `\nFailed: ${problems.join('; ')}.`))
  process.exitCode = 1
}
