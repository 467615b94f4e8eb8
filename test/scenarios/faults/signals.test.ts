import { describe, expect, it } from 'vitest'
import { breachesOf } from '../../soak/truth.ts'
import { PLAYS } from './operations.ts'
import { playSignal } from './play-cell.ts'

const MOMENTS = PLAYS.flatMap(play =>
  play.steps.map(step => ({ play, step, name: `${step.name} of ${play.name}` })),
)

// The last request of each is the one before which most can have happened to the others.
const OF_THREE = PLAYS.filter(({ operation }) => operation !== 'list').flatMap(play =>
  play.steps.slice(-1).map(step => ({ play, step, name: `${step.name} of ${play.name}` })),
)

// Elsewhere no process can be cancelled as the runner does it.
const SIGNALS = process.platform === 'win32' ? [] : (['SIGINT', 'SIGTERM'] as const)

describe.concurrent.each(SIGNALS)('%s while a request is on its way', signal => {
  it.each(MOMENTS)(
    '$name: ends, says how things stand, and asks for nothing more',
    async ({ play, step }) => {
      const { story, late } = await playSignal(play, step, signal)
      const struck = play.inPost === true ? story.post : story.main
      expect(breachesOf(story)).toEqual([])
      expect(late).toEqual([])
      // A cancel of what is only cleaning up does not make the job red.
      expect(struck?.green).toBe(play.inPost === true && (play.wish.restoreOn ?? []).length === 0)
      expect(struck?.log.join('\n')).toMatch(/cancel/i)
    },
  )
})

// What the other servers were asked for at the same moment is not late.
describe.skipIf(SIGNALS.length === 0)(
  'SIGINT while one of three servers is asked',
  { concurrent: true },
  () => {
    it.each(OF_THREE)('$name: ends, and says the same everywhere', async ({ play, step }) => {
      const { story, wasStruck } = await playSignal(play, step, 'SIGINT', 3)
      const struck = play.inPost === true ? story.post : story.main
      expect(wasStruck).toBe(true)
      expect(breachesOf(story)).toEqual([])
      expect(struck?.log.join('\n')).toMatch(/cancel/i)
    })
  },
)
