import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commentBody, commentMarker } from '../../../src/notify/comment-body.ts'
import { RUN_URL, rollback, trickNotification } from './support.ts'

const RUN = '9876543210'
const [SERVER] = rollback().servers

function fleet(size: number) {
  if (SERVER === undefined) throw new Error('no server')
  return Array.from({ length: size }, (_, index) => ({ ...SERVER, id: `${index}` }))
}

test('the marker is one hidden comment, the same for the same servers in any order', () => {
  const servers = fleet(3)
  const marker = commentMarker(RUN, rollback({ servers }))
  expect(marker).toMatch(/^<!-- vps-snapshot-action run=9876543210 of=[0-9a-f]{16} -->$/)
  expect(commentMarker(RUN, rollback({ servers: servers.toReversed() }))).toBe(marker)
  expect(commentMarker('--><b>', rollback())).toMatch(
    /^<!-- vps-snapshot-action run=%2D%2D%3E%3Cb%3E of=\w+ -->$/,
  )
})

test('no text from outside mentions, links or is HTML, and none forges a marker', () => {
  fc.assert(
    fc.property(trickNotification, notification => {
      const marker = commentMarker(RUN, notification)
      const body = commentBody(marker, notification)
      expect(body.startsWith(`${marker}\n\n**`)).toBe(true)
      const outside = body
        .slice(marker.length)
        .replace(`[View the workflow run](${RUN_URL})`, '')
        .replace(/^`[\w.=,/ -]+`$/m, '')
        .replace(/\\[^A-Za-z0-9\s]/g, '')
        .replaceAll('&#36;', '')
      expect(outside).not.toMatch(/[<>[\]`_~$&#\\]|@\w|:\/\/|\bwww\.\w|\bGH-\d/)
      // Of our own: the headline in bold, and the lines of the table.
      expect(outside.match(/\*/g)?.length).toBe(4)
      const cells = outside
        .split('\n')
        .filter(line => line.includes('|'))
        .map(line => line.split('|').length)
      expect(cells.every(count => count === 7)).toBe(true)
    }),
  )
})

test('a server without a name, a snapshot or a loss has dashes', () => {
  const servers = [
    { id: '1', name: '', status: 'failed', reason: 'timeout', snapshot: null, lost_since: null },
    {
      ...{ id: '2', name: 'db', status: 'restored', reason: '', lost_since: null },
      snapshot: { id: '9', name: '', created_at: null, size_mb: null },
    },
  ]
  const rows = commentBody('', rollback({ servers }))
    .split('\n')
    .filter(line => /^\| (?:1|db)/.test(line))
  expect(rows).toEqual(['| 1 | – | – | failed \\(timeout\\) | – |', '| db \\(2\\) | 9 | – | restored | – |'])
})

test('without servers there is no table', () => {
  expect(commentBody('', rollback({ servers: [] }))).not.toContain('|')
})

test('a fleet is cut, and GitHub takes the comment', () => {
  expect(commentBody('', rollback({ servers: fleet(51) }))).toContain('… and 1 more server.')
  const lines = Array.from({ length: 1_000 }, (_, index) => `${index} ${'*'.repeat(490)}`)
  const body = commentBody('', rollback({ servers: fleet(400), lines }))
  expect(body).toContain('… and 350 more servers.')
  expect(body).toMatch(/… and \d+ more lines in the log\./)
  expect(body.length).toBeLessThanOrEqual(60_000)
})
