import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'vitest'
import { makeCertificate } from '../emulator/certificate.ts'
import type { Fault } from '../emulator/faults.ts'
import { SECONDARY_RATE_LIMIT, startGithub } from '../emulator/github.ts'
import { startProxy } from '../emulator/proxy.ts'
import { startReceiver } from '../emulator/receiver.ts'
import type { MainTranscript, Transcript } from '../harness/index.ts'
import { alignedTable, changesOf, MINUTE, ONE_SERVER, type Scene, sceneFor } from './scene.ts'

const ROLLBACK = { operation: 'create', 'server-id': '12345', 'restore-on': 'failure cancelled' }
const SECRET = 's3cr3t-path'

type Texts = Readonly<Record<string, string>>

interface Trouble {
  readonly what: string
  readonly fault: Fault | undefined
  /** Whether the message arrives. */
  readonly arrives: boolean
}

const TROUBLES: readonly Trouble[] = [
  { what: 'none', fault: undefined, arrives: true },
  { what: 'it is slow', fault: { kind: 'delay', ms: 300 }, arrives: true },
  { what: 'it never answers', fault: { kind: 'hang' }, arrives: false },
  { what: 'it answers 404', fault: { kind: 'status', status: 404 }, arrives: false },
  { what: 'it allows no more (429)', fault: { kind: 'status', status: 429 }, arrives: false },
  { what: 'it answers 503', fault: { kind: 'status', status: 503 }, arrives: false },
  { what: 'it closes the connection', fault: { kind: 'reset' }, arrives: false },
]
const DOWN: Trouble = { what: 'nobody is there', fault: undefined, arrives: false }

/** Whoever is told, with what leads to it. */
interface Listener {
  readonly inputs: Texts
  readonly env: Texts
  /** Makes it fail so; `undefined`: closes it. */
  spoil(trouble: Trouble): Promise<void>
}

const CHATS: Texts = {
  Slack: `https://hooks.slack.com/services/T0/B0/${SECRET}`,
  Discord: `https://discord.com/api/webhooks/1/${SECRET}`,
  'Google Chat': `https://chat.googleapis.com/v1/spaces/A/messages?key=${SECRET}`,
  Teams: `https://prod-1.westeurope.logic.azure.com/workflows/${SECRET}`,
}

async function webhookFor(
  context: TestContext,
  { emulator }: Scene,
  chat: string | undefined,
): Promise<Listener> {
  const tls = chat === undefined ? undefined : makeCertificate(new Date(), [new URL(chat).hostname])
  const webhook = await startReceiver({ log: emulator.log, ...(tls === undefined ? {} : { tls }) })
  const proxy = await startProxy({ route: () => ({ host: '127.0.0.1', port: webhook.port }) })
  const folder = mkdtempSync(join(tmpdir(), 'ca-'))
  writeFileSync(join(folder, 'ca.pem'), tls?.cert ?? '')
  context.onTestFinished(async () => {
    await Promise.all([webhook.close(), proxy.close()])
    rmSync(folder, { recursive: true })
  })
  const throughProxy = { HTTPS_PROXY: proxy.origin, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }
  return {
    inputs: { 'notify-url': chat ?? `${webhook.origin}/${SECRET}` },
    env: chat === undefined ? {} : throughProxy,
    spoil: async trouble => {
      if (trouble === DOWN) return webhook.close()
      webhook.faults.clear()
      if (trouble.fault !== undefined) webhook.faults.add({ when: 'before', fault: trouble.fault })
    },
  }
}

const SHA = '0123456789abcdef0123456789abcdef01234567'

async function githubFor(context: TestContext, { emulator }: Scene): Promise<Listener> {
  const token = `ghs_${SECRET}`
  const github = await startGithub(
    { repository: 'owner/shop', token, pulls: { [SHA]: [7] } },
    { log: emulator.log },
  )
  context.onTestFinished(() => github.close())
  return {
    inputs: { 'github-token': token },
    env: { GITHUB_API_URL: github.origin },
    spoil: async trouble => {
      if (trouble === DOWN) return github.close()
      github.faults.clear()
      if (trouble.fault !== undefined) github.faults.add({ when: 'before', fault: trouble.fault })
    },
  }
}

function byGithub(status: number, message: string): Fault {
  const body = JSON.stringify({ message, documentation_url: 'https://docs.github.com/rest' })
  return { kind: 'status', status, body, headers: { 'content-type': 'application/json' } }
}

const OF_GITHUB: readonly Trouble[] = [
  { what: 'it is too slow', fault: { kind: 'delay', ms: 5_000 }, arrives: false },
  {
    what: 'the token may not (403)',
    fault: byGithub(403, 'Resource not accessible by integration'),
    arrives: false,
  },
  { what: 'it shows no such repository (404)', fault: byGithub(404, 'Not Found'), arrives: false },
  { what: 'it knows no such commit (422)', fault: byGithub(422, 'No commit found for SHA'), arrives: false },
  { what: 'it asks for a pause (403)', fault: SECONDARY_RATE_LIMIT, arrives: false },
]

/** The end of a cancelled job, once for each trouble; what its post step did, a row for each. */
async function play(
  context: TestContext,
  scene: Scene,
  listener: Listener,
  troubles: readonly Trouble[],
): Promise<readonly (readonly string[])[]> {
  const { env } = listener
  const main = await scene.run({ ...ROLLBACK, ...listener.inputs }, { env })
  const rows: string[][] = []
  for (const trouble of troubles) {
    await listener.spoil(trouble)
    let post = await endCancelled(scene, main, env)
    // Two seconds are real ones: a busy machine may need another try.
    for (let again = 0; again < 4 && trouble.arrives && warningsOf(post).length > 0; again += 1)
      post = await endCancelled(scene, main, env)
    // It changes nothing of the rollback, comes after it, and says nothing of the address.
    context.expect(changesOf(post)).toEqual(['POST /snapshots/802/restore/'])
    context.expect(post.exitCode).toBe(1)
    const warnings = warningsOf(post)
    context.expect(warnings).toHaveLength(trouble.arrives ? 0 : 1)
    const printed = `${post.rawStdout}${post.rawStderr}${post.summary}`.replaceAll(/::add-mask::.*/g, '')
    context.expect(printed).not.toContain(SECRET)
    rows.push([trouble.what, requestsTo(post), stable(warnings[0]?.message ?? 'none')])
  }
  return rows
}

async function endCancelled(scene: Scene, main: MainTranscript, env: Texts): Promise<Transcript> {
  scene.emulator.world.deploy('12345', 'version 2')
  const post = await scene.post(main, { jobStatus: 'cancelled', env })
  scene.emulator.advance(60 * MINUTE)
  return post
}

function warningsOf({ annotations }: Transcript): Transcript['annotations'] {
  return annotations.filter(({ level }) => level === 'warning')
}

/**
 * Which error a lost connection is depends on the operating system; how long was waited, on the machine: GitHub is given
 * what is left of two seconds.
 */
function stable(warning: string): string {
  return warning
    .replaceAll(/ \((?:UND_ERR_\w+|(?:connect|read) .*?)\)/g, '')
    .replaceAll(/connection (?:closed|reset)/g, 'connection lost')
    .replaceAll(/no complete response within [\d.]+s|no time left/g, 'no response in time')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>')
}

function requestsTo({ requests }: Transcript): string {
  return requests
    .filter(({ to }) => to !== undefined)
    .map(({ method }) => method)
    .join(', ')
}

async function expectTable(
  { expect }: TestContext,
  name: string,
  title: string,
  rows: readonly (readonly string[])[],
): Promise<void> {
  const table = alignedTable([['trouble', 'requests', 'warning'], ...rows])
  const text = [`# ${title}, at the end of a cancelled job`, '', ...table, ''].join('\n')
  await expect(text).toMatchFileSnapshot(`fixtures/notify/trouble-${name}.md`)
}

describe.concurrent('trouble in telling of a rollback after a cancel', () => {
  it.for<[name: string, chat: string | undefined]>([['own endpoint', undefined], ...Object.entries(CHATS)])(
    '%s',
    { timeout: 120_000 },
    async ([name, chat], context) => {
      const scene = await sceneFor(context, { setup: ONE_SERVER })
      const listener = await webhookFor(context, scene, chat)
      // Which chat it is decides the body alone: all kinds for two of them, some for the others.
      const isOne = chat === undefined || name === 'Slack'
      const troubles = isOne ? TROUBLES : TROUBLES.filter(({ what }) => /none|404|503/.test(what))
      const rows = await play(context, scene, listener, [...troubles, DOWN])
      await expectTable(context, name.replace(' ', '-').toLowerCase(), name, rows)
    },
  )

  it('the pull request', { timeout: 120_000 }, async context => {
    const scene = await sceneFor(context, { setup: ONE_SERVER })
    const listener = await githubFor(context, scene)
    const rows = await play(context, scene, listener, [
      ...TROUBLES.filter(({ what }) => what !== 'it is slow'),
      ...OF_GITHUB,
      DOWN,
    ])
    await expectTable(context, 'pull-request', 'The pull request', rows)
  })
})
