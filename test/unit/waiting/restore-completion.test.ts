import { describe, expect, it } from 'vitest'
import {
  BEFORE,
  changes,
  deployed,
  diskOf,
  green,
  levels,
  NOW,
  red,
  restoring,
} from '../operations/support/restoring.ts'
import { WEB } from '../operations/support/scenery.ts'

/** An API that knows servers by their UUIDs, and tells only the number of a snapshot's server. */
const settings = { serverIdField: 'uuid', serversAddressedBy: 'uuid' } as const

describe('the restore of a server that was found only by its name', () => {
  it('has ended once that server was seen restoring', async () => {
    const stage = deployed({}, { settings })
    expect(await stage.main(restoring())).toMatchObject(green('restored'))
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('is unknown where that server was never seen restoring: it may be another one', async () => {
    const namesake = { id: '777', name: WEB.name, disk: 'of another' }
    const stage = deployed({}, { settings, servers: [{ ...WEB, hidden: true, disk: NOW }, namesake] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(red('unknown', 'lost-answer'))
    expect(changes(seen)).toEqual([expect.stringContaining('POST /snapshots/801/restore/')])
    expect(levels(seen).at(-1)).toBe('error')
    expect(seen.annotations.at(-1)?.text).toContain(WEB.id)
    expect(diskOf(stage.world, namesake.id)).toBe(namesake.disk)
  })
})
