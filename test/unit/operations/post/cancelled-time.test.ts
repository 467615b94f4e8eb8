/** After a cancel all post steps share some five minutes: this one ends within two, whatever the API does. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fault, FaultRule, RequestKind } from '../../../emulator/faults.ts'
import { afterCreate, ROLLBACK } from '../support/end-of-job.ts'
import { changes, MINUTE } from '../support/restoring.ts'
import { fleet, idsOf } from '../support/scenery.ts'
import { createStage, type Inputs, type Stage } from '../support/stage.ts'

const KINDS = [
  'list-snapshots',
  'read-server',
  'list-servers',
  'restore',
  'delete',
  'power',
  'account',
] as const
const SECONDS = fc.integer({ min: 0, max: 130 })

const FAULT: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom<Fault>({ kind: 'hang' }, { kind: 'reset' }, { kind: 'refused' }, { kind: 'html' }),
  fc
    .constantFrom(400, 401, 403, 404, 409, 423, 500, 503)
    .map((status): Fault => ({ kind: 'refusal', status })),
  SECONDS.map((seconds): Fault => ({ kind: 'delay', ms: seconds * 1_000 })),
  fc.tuple(fc.constantFrom(409, 429, 503), SECONDS).map(([status, seconds]): Fault => {
    return { kind: 'status', status, headers: { 'retry-after': String(seconds) } }
  }),
)

const RULE: fc.Arbitrary<FaultRule> = fc
  .record({
    kind: fc.constantFrom<RequestKind>(...KINDS),
    from: fc.integer({ min: 1, max: 4 }),
    forMs: SECONDS.map(seconds => seconds * 1_000),
    when: fc.constantFrom('before' as const, 'after' as const),
    fault: FAULT,
  })
  .map(({ kind, from, forMs, when, fault }) => ({ match: { kind, from, forMs }, when, fault }))

const CASE = fc.record({
  rules: fc.array(RULE, { minLength: 1, maxLength: 4 }),
  servers: fc.integer({ min: 1, max: 3 }),
  inputs: fc.constantFrom<Inputs>(
    ROLLBACK,
    { ...ROLLBACK, 'max-parallel': '1' },
    { 'delete-on': 'cancelled' },
    { 'stop-server': 'true' },
  ),
  status: fc.constantFrom(undefined, 'stopping', 'restarting', 'error'),
  timeline: fc.record({ restoreBeginsMs: SECONDS.map(seconds => seconds * 1_000) }),
})

/** A main stage that took its snapshots; with `stop-server`, one that was killed and left its servers stopped. */
async function afterMain(inputs: Inputs, count: number, timeline: object): Promise<Stage> {
  const settings = { servers: fleet(count), settings: { timeline } }
  if (inputs['stop-server'] === undefined) return (await afterCreate(inputs, settings)).stage
  const stage = createStage(settings)
  const create = { operation: 'create', 'server-id': idsOf(settings.servers), ...inputs }
  await stage.main(create, { cancel: { afterMs: 40_000 } })
  return stage
}

describe('the post step of a cancelled job', () => {
  it('ends within two minutes whatever goes wrong', async () => {
    await fc.assert(
      fc.asyncProperty(CASE, async ({ rules, servers, inputs, status, timeline }) => {
        const stage = await afterMain(inputs, servers, timeline)
        if (status !== undefined) stage.world.act({ act: 'status', server: '11', status })
        stage.faults.add(...rules)
        const seen = await stage.post('cancelled')
        expect(seen.took).toBeLessThanOrEqual(2 * MINUTE)
      }),
      { numRuns: 100 },
    )
  })

  it('sends a restore that a limiter puts off, and does not look for its beginning beyond that', async () => {
    const { stage } = await afterCreate(ROLLBACK, { settings: { timeline: { restoreBeginsMs: 2 * MINUTE } } })
    const fault = { kind: 'status', status: 429, headers: { 'retry-after': '105' } } as const
    stage.faults.add({ match: { kind: 'restore', nth: 1 }, when: 'before', fault })
    const seen = await stage.post('cancelled')
    expect(changes(seen)).toHaveLength(2)
    expect(seen.took).toBeLessThanOrEqual(2 * MINUTE)
  })

  it('does not ask for the token’s permissions beyond that', async () => {
    const { stage } = await afterCreate(ROLLBACK)
    const forMs = 80_000
    stage.faults.add(
      { match: { kind: 'restore', forMs }, when: 'before', fault: { kind: 'refusal', status: 409 } },
      { match: { kind: 'restore' }, when: 'before', fault: { kind: 'refusal', status: 403 } },
      { match: { kind: 'account' }, when: 'before', fault: { kind: 'hang' } },
    )
    expect((await stage.post('cancelled')).took).toBeLessThanOrEqual(2 * MINUTE)
  })
})
