import { describe, expect, it } from 'vitest'
import { breachesOf } from '../../soak/truth.ts'
import { PLAYS } from './operations.ts'
import { playSignal } from './play-cell.ts'

const MOMENTS = PLAYS.flatMap(play =>
  play.steps.map(step => ({ play, step, name: `${step.name} of ${play.name}` })),
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
