/** What the verdict and the title of a stage say must be what the servers' own words say. */
import { expect } from 'vitest'
import { statusOf } from '../../../src/present/status.ts'
import { titleOf } from '../../../src/present/title.ts'
import { notificationOf } from '../../../src/present/to-notification.ts'
import { verdictOf } from '../../../src/present/verdict.ts'
import { isTally, miscounts } from '../../soak/counts.ts'
import type { Ending } from '../run/endings.ts'
import { ORIGIN } from '../run/fixtures.ts'

function notified({ run, now }: Ending) {
  return notificationOf(run, { event: 'failure', operation: 'create', origin: ORIGIN, now, apiNow: now })
}

/** By what each of them says. */
export const VERDICT_RULES: Readonly<Record<string, (ending: Ending) => void>> = {
  'the numbers of a verdict are those of the servers that stand so': ending => {
    const { run, now } = ending
    const { headline, state } = verdictOf(run, now)
    const statuses = run.servers.map(statusOf)
    // Where nothing is restored, the end of a job says nothing of how its servers stand.
    if (run.servers.length < 2 || (run.operation === 'post' && run.rollback !== 'due')) return
    const told = notified(ending).servers
    const group = told.map(({ status, reason }) => ({ status, isWrong: reason !== '' }))
    expect(miscounts(`${headline} ${state}`, group)).toEqual([])
    const isDone = (status: string): boolean => ['completed', 'restored', 'deleted'].includes(status)
    const isMixed = statuses.some(isDone) && !statuses.every(isDone)
    if (isMixed && run.problem === undefined) expect(isTally(`${headline} ${state}`), headline).toBe(true)
  },

  'a title that says completed is that of what is partly done, and no other title of what is done': ({
    run,
    now,
  }) => {
    const { isGreen, tone } = verdictOf(run, now)
    if (isGreen) return
    const title = titleOf(run)
    if (title.includes('completed')) expect(tone, title).toBe('partly')
    else expect(tone, title).not.toBe('done')
  },

  'what an internal error cut off is not told to be cancelled': ending => {
    const { run } = ending
    if (run.cutOff?.by !== 'internal error') return
    // What was left because the whole job was cancelled had come to its end before.
    const isOfJob = run.servers.map(
      ({ task }) => task.state === 'left running' && task.why === 'job cancelled',
    )
    const told = notified(ending).servers.filter((_, index) => isOfJob[index] !== true)
    expect(told.map(({ reason }) => reason)).not.toContain('cancelled')
  },
}
