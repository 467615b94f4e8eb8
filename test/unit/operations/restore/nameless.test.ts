import { expect, it } from 'vitest'
import { deployed, restoring } from '../support/restoring.ts'
import { byHand } from '../support/scenery.ts'

it.each([
  ['is restored', {}, [], true],
  ['cannot be restored', { timeout: '2m' }, ['restarting'], false],
])(
  'a server without a name that %s begins no sentence with a small letter',
  async (_, inputs, status, isGreen) => {
    const stage = deployed(
      { stoppingMs: 10 * 60_000 },
      { servers: [{ id: '12345', name: '' }], snapshots: [byHand({ id: '801' })] },
    )
    for (const each of status) stage.world.act({ act: 'status', server: '12345', status: each })
    const seen = await stage.main(restoring(inputs))
    expect(seen.green).toBe(isGreen)
    const told = seen.printed.join('\n')
    expect(told).toMatch(/\bserver 12345/i)
    expect(told).not.toMatch(/(?:^|[.:] )server 12345/m)
  },
)
