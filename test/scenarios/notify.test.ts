import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it, type TestContext } from 'vitest'
import { makeCertificate } from '../emulator/certificate.ts'
import type { Fault } from '../emulator/faults.ts'
import { type GithubApi, type GithubSetup, SECONDARY_RATE_LIMIT, startGithub } from '../emulator/github.ts'
import { startProxy } from '../emulator/proxy.ts'
import { type Receiver, startReceiver } from '../emulator/receiver.ts'
import type { WorldSetup } from '../emulator/settings.ts'
import { type MainTranscript, ROOT, type RunOptions, type Transcript } from '../harness/index.ts'
import { expectFixture, ONE_SERVER, ONE_SNAPSHOT, type Scene, sceneFor, TIMING_OUT } from './scene.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const ROLLBACK = { ...CREATE, 'restore-on': 'failure cancelled' }
const RESTORE = { operation: 'restore', 'snapshot-id': '801' }
const FAILING = { ...ONE_SERVER, settings: { timeline: { snapshotOutcome: 'failed' } } } as const
const SECRET_PATH = '/hook/s3cr3t-path'

type Texts = Readonly<Record<string, string>>

const SCHEMA = JSON.parse(readFileSync(join(ROOT, 'docs/notification.schema.json'), 'utf8'))
const isValid = new Ajv2020({ strictTypes: false, allErrors: true }).compile(SCHEMA)

interface Told {
  readonly scene: Scene
  readonly webhook: Receiver
  /** `notify-url`. */
  readonly url: string
}

/** A scene in which a webhook listens; what is sent to it is in the transcripts, too. */
async function withWebhook(context: TestContext, setup: WorldSetup = ONE_SERVER): Promise<Told> {
  const scene = await sceneFor(context, { setup })
  const webhook = await startReceiver({ log: scene.emulator.log })
  context.onTestFinished(() => webhook.close())
  return { scene, webhook, url: `${webhook.origin}${SECRET_PATH}` }
}

/** What a stage told the webhook; each body must fit the schema. */
function notificationsOf(...stages: readonly Transcript[]): readonly Record<string, unknown>[] {
  const sent = stages.flatMap(({ requests }) => requests.filter(({ to }) => to === 'webhook'))
  return sent.map(({ body }) => {
    const parsed: Record<string, unknown> = JSON.parse(String(body))
    isValid(parsed)
    expect(isValid.errors ?? []).toEqual([])
    return parsed
  })
}

function warningsOf({ annotations }: Transcript): readonly string[] {
  return annotations.filter(({ level }) => level === 'warning').map(({ message }) => message)
}

/** Nothing of the address but its host is ever printed, nor does the VPS.org token go anywhere else. */
function expectDiscreet({ scene }: Told, ...stages: readonly Transcript[]): void {
  for (const { rawStdout, rawStderr, summary, outputs } of stages) {
    const printed = `${rawStdout}${rawStderr}`.replaceAll(/::add-mask::.*/g, '')
    expect(printed + summary + JSON.stringify(outputs)).not.toContain('s3cr3t-path')
  }
  for (const { to, headers, body } of scene.emulator.log.all)
    if (to !== undefined) expect(JSON.stringify([headers, body])).not.toContain('vps_scenario_token')
}

async function runWith(
  { scene, url }: Told,
  inputs: Texts,
  options?: Omit<RunOptions, 'with'>,
): Promise<MainTranscript> {
  return scene.run({ 'notify-url': url, ...inputs }, options)
}

describe.concurrent('a webhook is told', () => {
  it.for<[what: string, fixture: string, setup: WorldSetup, inputs: Texts, event: string]>([
    ['of a create that fails', 'create-failed', FAILING, CREATE, 'failure'],
    [
      'of a create that succeeds, if asked',
      'create',
      ONE_SERVER,
      { ...CREATE, 'notify-on': 'success' },
      'success',
    ],
    ['of a restore', 'restore', ONE_SNAPSHOT, RESTORE, 'rollback'],
    [
      'of a restore that times out',
      'restore-timed-out',
      ONE_SNAPSHOT,
      { ...RESTORE, ...TIMING_OUT },
      'rollback',
    ],
    [
      'of a delete that succeeds, if asked',
      'delete',
      ONE_SNAPSHOT,
      { operation: 'delete', 'snapshot-id': '801', 'notify-on': 'success' },
      'success',
    ],
    [
      'of a wait that fails',
      'wait-failed',
      ONE_SNAPSHOT,
      { operation: 'wait', 'snapshot-id': '999' },
      'failure',
    ],
  ])('%s', async ([, fixture, setup, inputs, event], context) => {
    const told = await withWebhook(context, setup)
    const main = await runWith(told, inputs)
    context.expect(notificationsOf(main)).toEqual([context.expect.objectContaining({ event })])
    context.expect(warningsOf(main)).toEqual([])
    expectDiscreet(told, main)
    await expectFixture(context, `notify/${fixture}`, told.scene, main)
  })

  it.for<[jobStatus: string, green: boolean, status: string]>([
    ['failure', true, 'restored'],
    ['cancelled', false, 'cancelled'],
  ])('of the rollback of a job that ended as %s', async ([jobStatus, green, status], context) => {
    const told = await withWebhook(context)
    const main = await runWith(told, ROLLBACK)
    told.scene.emulator.world.deploy('12345', 'version 2')
    const post = await told.scene.post(main, { jobStatus })
    context.expect(notificationsOf(main)).toEqual([])
    context.expect(notificationsOf(post)).toMatchObject([{ event: 'rollback', operation: 'create', status }])
    context.expect(post.exitCode).toBe(green ? 0 : 1)
    // It comes last: after every request that the rollback needs.
    if (jobStatus === 'cancelled') context.expect(post.requests.at(-1)?.to).toBe('webhook')
    expectDiscreet(told, main, post)
    await expectFixture(context, `notify/rollback-${jobStatus}`, told.scene, main, post)
  })

  it('of a rollback that failed', async context => {
    const told = await withWebhook(context, {
      ...ONE_SERVER,
      settings: { timeline: { restoreEndsAs: 'error' } },
    })
    const main = await runWith(told, ROLLBACK)
    const post = await told.scene.post(main, { jobStatus: 'failure' })
    context
      .expect(notificationsOf(post))
      .toMatchObject([{ event: 'rollback', status: 'failed', reason: 'restore-failed' }])
  })

  it.for<[what: string, inputs: Texts, jobStatus: string]>([
    ['a green create', CREATE, 'success'],
    ['a dry run of a restore', { ...RESTORE, 'dry-run': 'true' }, 'success'],
    ['a job that failed and had nothing to roll back', CREATE, 'failure'],
  ])('nothing of %s', async ([, inputs, jobStatus], context) => {
    const told = await withWebhook(context, { ...ONE_SNAPSHOT, nextSnapshotId: '802' })
    const main = await runWith(told, inputs)
    const post = await told.scene.post(main, { jobStatus })
    context.expect(main.exitCode).toBe(0)
    context.expect(notificationsOf(main, post)).toEqual([])
  })

  it.skipIf(process.platform === 'win32')('nothing by a stage that a signal ends', async context => {
    const told = await withWebhook(context)
    const when = { at: 'request', matches: /^GET .*\/snapshots\//, nth: 2 } as const
    const main = await runWith(told, CREATE, { kill: { when } })
    context.expect(main.outputs).toMatchObject({ status: 'cancelled' })
    context.expect(notificationsOf(main)).toEqual([])
  })
})

describe.concurrent('a webhook that fails changes nothing', () => {
  it.for<[what: string, fault: Fault, tries: number]>([
    ['it answers 500', { kind: 'status', status: 500 }, 3],
    ['it answers 404', { kind: 'status', status: 404 }, 1],
    ['it allows no more messages', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }, 3],
    ['it redirects', { kind: 'redirect', location: 'http://127.0.0.1:9/{authorization}' }, 1],
    ['it closes the connection', { kind: 'reset' }, 3],
    ['it answers nothing', { kind: 'hang' }, 2],
    ['it answers without end', { kind: 'drip', everyMs: 3_600_000 }, 1],
  ])('%s', async ([what, fault, tries], context) => {
    const told = await withWebhook(context, FAILING)
    told.webhook.faults.add({ when: 'before', fault })
    const main = await runWith(told, CREATE)
    const isTaken = fault.kind === 'drip'
    context
      .expect(main)
      .toMatchObject({ exitCode: 1, outputs: { status: 'failed', reason: 'snapshot-failed' } })
    context.expect(notificationsOf(main)).toHaveLength(tries)
    context.expect(warningsOf(main)).toEqual(isTaken ? [] : [context.expect.stringContaining('127.0.0.1')])
    // Ten seconds are for telling; the rest is what the machine takes.
    context.expect(main.durationMs).toBeLessThan(30_000)
    expectDiscreet(told, main)
    if (what === 'it answers 500') await expectFixture(context, 'notify/webhook-500', told.scene, main)
  })

  it('nobody listens', async context => {
    const told = await withWebhook(context)
    const main = await runWith(told, ROLLBACK)
    await told.webhook.close()
    const post = await told.scene.post(main, { jobStatus: 'failure' })
    context.expect(post.exitCode).toBe(0)
    context.expect(warningsOf(post)).toHaveLength(1)
    expectDiscreet(told, main, post)
  })

  it('it hangs after a cancel: one try', async context => {
    const told = await withWebhook(context)
    const main = await runWith(told, ROLLBACK)
    told.webhook.faults.add({ when: 'before', fault: { kind: 'hang' } })
    const post = await told.scene.post(main, { jobStatus: 'cancelled' })
    context.expect(notificationsOf(post)).toHaveLength(1)
    context.expect(warningsOf(post)).toHaveLength(1)
    await expectFixture(context, 'notify/cancelled-hanging', told.scene, main, post)
  })
})

const CHATS: readonly [name: string, url: string][] = [
  ['slack', 'https://hooks.slack.com/services/T0/B0/s3cr3t-path'],
  ['discord', 'https://discord.com/api/webhooks/1/s3cr3t-path'],
  ['google-chat', 'https://chat.googleapis.com/v1/spaces/A/messages?key=s3cr3t-path'],
  ['teams', 'https://prod-1.westeurope.logic.azure.com/workflows/s3cr3t-path'],
]

describe.concurrent('a chat is told in its own shape', () => {
  it.for(CHATS)('%s', async ([name, url], context) => {
    const scene = await sceneFor(context, { setup: ONE_SERVER })
    const certificate = makeCertificate(new Date(), [new URL(url).hostname])
    const folder = mkdtempSync(join(tmpdir(), 'ca-'))
    writeFileSync(join(folder, 'ca.pem'), certificate.cert)
    const webhook = await startReceiver({ log: scene.emulator.log, tls: certificate })
    const proxy = await startProxy({ route: () => ({ host: '127.0.0.1', port: webhook.port }) })
    context.onTestFinished(async () => {
      await Promise.all([webhook.close(), proxy.close()])
      rmSync(folder, { recursive: true })
    })
    const env = { HTTPS_PROXY: proxy.origin, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }
    const main = await scene.run({ ...ROLLBACK, 'notify-url': url }, { env })
    scene.emulator.world.deploy('12345', 'version 2')
    const post = await scene.post(main, { jobStatus: 'failure', env })
    const sent = post.requests.filter(({ to }) => to === 'webhook')
    context.expect(sent).toHaveLength(1)
    context.expect(warningsOf(post)).toEqual([])
    expectDiscreet({ scene, webhook, url }, main, post)
    const { body } = sent[0] ?? {}
    const shown = JSON.stringify(JSON.parse(String(body)), null, 2)
    const stable = shown
      .replaceAll(/(?:\d{4}-\d\d-\d\d )?\d\d:\d\d UTC/g, '<time>')
      .replaceAll(/\b\d+ (?:second|minute|hour|day)s?\b/g, '<age>')
    await context.expect(`${stable}\n`).toMatchFileSnapshot(`fixtures/notify/shape-${name}.json`)
  })
})

const SHA = '0123456789abcdef0123456789abcdef01234567'
const GITHUB_TOKEN = 'ghs_scenario'

/** A rollback in a repository whose GitHub is emulated. */
async function rolledBack(
  context: TestContext,
  setup: Partial<GithubSetup>,
  spoil: (github: GithubApi) => void = () => {},
  jobStatus = 'failure',
): Promise<{
  readonly told: Scene
  readonly github: GithubApi
  readonly main: MainTranscript
  readonly post: Transcript
}> {
  const scene = await sceneFor(context, { setup: ONE_SERVER })
  const github = await startGithub(
    { repository: 'owner/shop', token: GITHUB_TOKEN, pulls: { [SHA]: [7] }, ...setup },
    { log: scene.emulator.log },
  )
  context.onTestFinished(() => github.close())
  const env = { GITHUB_API_URL: github.origin }
  const main = await scene.run({ ...ROLLBACK, 'github-token': GITHUB_TOKEN }, { env })
  scene.emulator.world.deploy('12345', 'version 2')
  spoil(github)
  const post = await scene.post(main, { jobStatus, env })
  context.expect(main.requests.filter(({ to }) => to !== undefined)).toEqual([])
  for (const { rawStdout, rawStderr, summary } of [main, post])
    context
      .expect(`${rawStdout}${rawStderr}${summary}`.replaceAll(/::add-mask::.*/g, ''))
      .not.toContain(GITHUB_TOKEN)
  for (const { to, headers } of scene.emulator.log.all)
    context.expect(headers['authorization'] ?? '').not.toContain(to === undefined ? GITHUB_TOKEN : 'vps_')
  return { told: scene, github, main, post }
}

describe.concurrent('the pull request of a commit that was rolled back', () => {
  it('gets a comment', async context => {
    const { told, github, main, post } = await rolledBack(context, {})
    context.expect(post.exitCode).toBe(0)
    context.expect(github.comments.map(({ issue }) => issue)).toEqual([7])
    context.expect(github.comments[0]?.body).toContain('802')
    context.expect(warningsOf(post)).toEqual([])
    await expectFixture(context, 'notify/comment', told, main, post)
  })

  it('gets one after a cancel, too', async context => {
    const { github, post } = await rolledBack(context, {}, () => {}, 'cancelled')
    context.expect(post.exitCode).toBe(1)
    context.expect(github.comments).toHaveLength(1)
  })

  it('gets one comment for a run, updated by the next attempt', async context => {
    const { told, github, main } = await rolledBack(context, {})
    told.emulator.world.deploy('12345', 'version 3')
    const env = { GITHUB_API_URL: github.origin }
    const again = await told.post(main, { jobStatus: 'failure', env })
    context.expect(again.exitCode).toBe(0)
    context.expect(github.comments).toHaveLength(1)
    const changes = again.requests.filter(({ to, method }) => to === 'github' && method !== 'GET')
    context.expect(changes.map(({ method }) => method)).toEqual(['PATCH'])
  })

  it('gets at most three comments for one commit', async context => {
    const { github } = await rolledBack(context, { pulls: { [SHA]: [1, 2, 3, 4, 5] } })
    context.expect(github.comments).toHaveLength(3)
  })

  it('gets none where there is none', async context => {
    const { github, post } = await rolledBack(context, { pulls: { [SHA]: [] } })
    context.expect(github.comments).toEqual([])
    context.expect(warningsOf(post)).toEqual([])
  })

  it.for<[what: string, setup: Partial<GithubSetup>, fault: Fault | undefined, warns: number]>([
    ['the token may not comment', { mayComment: false }, undefined, 1],
    ['the repository cannot be seen', { repository: 'owner/other' }, undefined, 1],
    ['the commit is unknown', { pulls: {} }, undefined, 1],
    ['GitHub asks for a pause', {}, SECONDARY_RATE_LIMIT, 1],
    ['GitHub is down', {}, { kind: 'status', status: 503 }, 1],
    ['GitHub answers nothing', {}, { kind: 'hang' }, 1],
    ['GitHub answers a page', {}, { kind: 'html' }, 1],
  ])('gets none where %s, and the rollback is what it was', async ([what, setup, fault, warns], context) => {
    const { told, github, main, post } = await rolledBack(context, setup, each => {
      if (fault !== undefined) each.faults.add({ when: 'before', fault })
    })
    context.expect(post.exitCode).toBe(0)
    context.expect(github.comments).toEqual([])
    context.expect(warningsOf(post)).toHaveLength(warns)
    if (what === 'the token may not comment') {
      context.expect(warningsOf(post).join()).toContain('pull-requests: write')
      await expectFixture(context, 'notify/comment-forbidden', told, main, post)
    }
  })
})
