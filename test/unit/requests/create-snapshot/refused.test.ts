import { expect, it } from 'vitest'
import { WEB } from '../../operations/support/scenery.ts'
import { createStage } from '../../operations/support/stage.ts'

// Wherever in the course of looks and requests the time is over.
const TIMEOUTS = Array.from({ length: 120 }, (_, index) => 8_000 + 50 * index)

it('a create that is refused to the end tells the refusal, not that a server that runs was not ready', async () => {
  const fault = { kind: 'refusal', status: 409, detail: 'Another operation is running.' } as const
  for (const timeout of TIMEOUTS) {
    const faults = [{ match: { kind: 'create' }, when: 'before', fault } as const]
    const stage = createStage({ servers: [WEB], faults, latencyMs: 400 })
    const seen = await stage.main({ operation: 'create', 'server-id': WEB.id, timeout: `${timeout}ms` })
    expect(seen.outputs['reason'], `${timeout}`).toBe('server-busy')
    expect(seen.annotations.at(-1)?.text, `${timeout}`).toContain('Another operation is running')
  }
})
