import { describe, it } from 'vitest'
import type { MainTranscript, Transcript } from '../harness/index.ts'
import { ONE_SNAPSHOT, type Scene, sceneFor, TOKEN } from './scene.ts'

type Texts = Readonly<Record<string, string>>

const STEPS: readonly [what: string, inputs: Texts][] = [
  ['a create with a rollback', { operation: 'create', 'server-id': '12345', 'restore-on': 'failure' }],
  ['a restore', { operation: 'restore', 'snapshot-id': '801', 'safety-snapshot': 'true' }],
  ['a delete', { operation: 'delete', 'snapshot-id': '801' }],
  ['a list', { operation: 'list' }],
  ['a wait', { operation: 'wait', 'snapshot-id': '801' }],
  ['a refused input', { operation: 'restore', 'snapshot-id': `801 ${TOKEN}`, timeout: TOKEN }],
]

describe.concurrent('the token of', () => {
  it.for(STEPS)(
    '%s is masked first, and stands nowhere but in the Authorization header and the own state',
    async ([, inputs], context) => {
      const { expect } = context
      const scene = await sceneFor(context, { setup: ONE_SNAPSHOT })
      const main = await scene.run(inputs, { env: { RUNNER_DEBUG: '1' } })
      const post = await scene.post(main, { jobStatus: 'failure' })
      for (const stage of [main, post]) expect(leaksOf(stage)).toEqual([])
      expect(leaksInRequests(scene)).toEqual([])
      expect(main.rawStdout.startsWith(`::add-mask::${TOKEN}\n`)).toBe(true)
      if (post.requests.length > 0) expect(post.rawStdout.startsWith(`::add-mask::${TOKEN}\n`)).toBe(true)
    },
  )

  it('a create is masked together with the whole of what a nested action keeps for its end', async context => {
    const { expect } = context
    const scene = await sceneFor(context, { setup: ONE_SNAPSHOT })
    const main: MainTranscript = await scene.run(STEPS[0]?.[1] ?? {})
    expect(Object.entries(main.state).filter(([, value]) => value.includes(TOKEN))).toHaveLength(1)
    expect(main.masks).toEqual([TOKEN])
  })
})

/** Where the token is written, the command that masks it and the step's own state apart. */
function leaksOf(stage: Transcript): readonly string[] {
  const places = {
    stdout: stage.rawStdout.replaceAll(`::add-mask::${TOKEN}`, ''),
    stderr: stage.rawStderr,
    outputs: JSON.stringify(stage.outputs),
    environment: JSON.stringify([stage.env, stage.paths]),
    summary: stage.summary,
  }
  return Object.entries(places).flatMap(([place, text]) => (text.includes(TOKEN) ? [place] : []))
}

function leaksInRequests({ emulator }: Scene): readonly string[] {
  return emulator.log.all.flatMap(({ method, path, body, headers }) => {
    const { authorization, ...others } = headers
    const text = JSON.stringify([path, body, others])
    const well = authorization === `Bearer ${TOKEN}` && !text.includes(TOKEN)
    return well ? [] : [`${method} ${path}`]
  })
}
