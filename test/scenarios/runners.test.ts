import { describe, it } from 'vitest'
import { ONE_SERVER, sceneFor } from './scene.ts'

const CREATE = { operation: 'create', 'server-id': '12345', 'restore-on': 'failure' }

// What a runner that only says that it is compatible may leave out; an empty variable is none to the toolkit.
const FEW = {
  GITHUB_ACTION_REF: '',
  GITHUB_ACTION_REPOSITORY: '',
  GITHUB_API_URL: '',
  GITHUB_EVENT_PATH: '',
  GITHUB_RUN_ATTEMPT: '',
  GITHUB_STEP_SUMMARY: '',
  GITHUB_WORKFLOW_REF: '',
}

describe.concurrent('a runner', () => {
  it('of an enterprise server is what links lead to, also without a file for the summary', async context => {
    const { expect } = context
    const scene = await sceneFor(context, { setup: ONE_SERVER })
    const env = { GITHUB_SERVER_URL: 'https://github.example.com', GITHUB_STEP_SUMMARY: '' }
    const main = await scene.run(CREATE, { env })
    expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'completed' } })
    const [snapshot] = scene.emulator.world.report().snapshots
    expect(snapshot?.description).toContain('https://github.example.com/owner/shop/actions/runs/9876543210')
    expect(snapshot?.description).not.toContain('https://github.com')
  })

  it('that sets few variables gets its snapshot, and its server back', async context => {
    const { expect } = context
    const scene = await sceneFor(context, { setup: ONE_SERVER })
    const main = await scene.run(CREATE, { env: FEW })
    expect(main).toMatchObject({ exitCode: 0, outputs: { 'snapshot-id': '802', status: 'completed' } })
    scene.emulator.world.deploy('12345', 'version 2')
    const post = await scene.post(main, { jobStatus: 'failure' })
    expect(post.exitCode).toBe(0)
    const report = scene.emulator.world.report()
    expect(report.servers.map(({ disk }) => disk)).toEqual(['version 1'])
    // The workflow goes by its name where the runner does not say its file.
    expect(report.snapshots[0]?.description).toContain('workflow=owner/shop/Deploy run=9876543210 attempt=1')
  })

  it('that starts an older Node is told so, and nothing is sent', async context => {
    const { expect } = context
    const scene = await sceneFor(context, { setup: ONE_SERVER })
    const older = 'data:text/javascript,delete Promise.withResolvers'
    const env = { NODE_OPTIONS: `--import=${encodeURI(older)}` }
    const main = await scene.run(CREATE, { env })
    expect(main).toMatchObject({ exitCode: 1, requests: [] })
    expect(main.log).toHaveLength(1)
    expect(main.log[0]).toMatch(/needs Node 24, but .* Node \d+\./)
    const post = await scene.post(main, { jobStatus: 'failure', env })
    expect(post).toMatchObject({ exitCode: 1, requests: [] })
  })

  it('that ends lines as Windows does is understood', async context => {
    const { expect } = context
    const scene = await sceneFor(context, {
      setup: { servers: ['1', '2'].map(id => ({ id, name: `web-${id}` })) },
    })
    const main = await scene.run({
      operation: 'create',
      'server-id': '1\r\n2\r\n',
      'restore-on': 'failure\r\n',
    })
    expect(main).toMatchObject({ exitCode: 0, outputs: { 'server-id': '1,2', status: 'completed' } })
  })
})
