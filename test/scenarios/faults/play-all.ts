import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pLimit from 'p-limit'
import type { Cell } from './cells.ts'
import { type Place, type PlayedCell, playCell } from './play-cell.ts'

/** What many cells came to. */
export interface Matrix {
  readonly ran: number
  readonly failed: readonly PlayedCell[]
  /** What was sent to where nobody may be asked. */
  readonly strays: readonly string[]
}

// They mostly wait.
const AT_ONCE = 8

/** Plays cells side by side, those that wait longest first. */
export async function playAll(cells: readonly Cell[], { shares }: Pick<Place, 'shares'>): Promise<Matrix> {
  const strays: string[] = []
  const sink = createServer((request, response) => {
    strays.push(`${request.method} ${request.url}`)
    response.end('{}')
  })
  await new Promise<void>(resolve => sink.listen(0, '127.0.0.1', resolve))
  // A server that listens on a port has such an address; one that listens on a pipe does not.
  const { port } = sink.address() as AddressInfo
  try {
    const limit = pLimit(AT_ONCE)
    const patient = [...cells].sort((one, other) => one.timeoutSeconds - other.timeoutSeconds)
    const place = { sink: `http://127.0.0.1:${port}`, shares }
    const played = await Promise.all(patient.map(cell => limit(() => playCell(cell, place))))
    const alone = pLimit(1)
    // Beside seven others on a busy machine, time in time-lapse can run out: a defect shows again when played alone.
    const again = await Promise.all(
      played.filter(isBroken).map(({ cell }) => alone(() => playCell(cell, place))),
    )
    return { ran: played.length, failed: again.filter(isBroken), strays }
  } finally {
    await new Promise(resolve => sink.close(resolve))
  }
}

function isBroken({ breaches }: PlayedCell): boolean {
  return breaches.length > 0
}

/** The cells that did not hold, with why, as text. */
export function describeFailures(failed: readonly PlayedCell[]): string {
  return failed
    .map(
      ({ cell, breaches, log }) =>
        `${cell.name}\n  ${breaches.join('\n  ')}\n    ${log.slice(-4).join('\n    ')}`,
    )
    .join('\n')
}
