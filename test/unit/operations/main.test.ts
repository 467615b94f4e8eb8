import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../emulator/faults.ts'
import { deployed, levels, offers, red, restoring } from './support/restoring.ts'
import { byHand, WEB } from './support/scenery.ts'
import { createStage, TOKEN } from './support/stage.ts'

describe('inputs that are not as they must be', () => {
  const BAD = { operation: 'restore', 'snapshot-id': '../1', timeout: 'soon' }

  it('are all told, before anything is sent', async () => {
    const seen = await deployed().main(BAD)
    expect(seen).toMatchObject({ ...red('failed', 'invalid-input'), calls: [] })
    expect(seen.masks).toEqual([TOKEN])
    expect(levels(seen)).toEqual(['error'])
    for (const part of ['snapshot-id', '../1', 'timeout', 'soon'])
      for (const text of [seen.annotations[0]?.text, seen.log.join('\n')]) expect(text).toContain(part)
  })

  it('are told once where there is one', async () => {
    const seen = await deployed().main({ ...BAD, 'snapshot-id': '801' })
    expect(seen).toMatchObject(red('failed', 'invalid-input'))
    expect(seen.log.filter(line => line.includes('timeout'))).toEqual([])
    expect(seen.annotations.map(({ text }) => text.includes('timeout'))).toEqual([true])
  })

  it('have no token to mask where none was given', async () => {
    const seen = await deployed().main({ operation: 'list', 'api-token': '' })
    expect(seen).toMatchObject({ green: false, masks: [] })
  })

  it('are noticed where the operation does not use them', async () => {
    const seen = await deployed().main({ operation: 'list', 'max-snapshot-age': '1d' })
    expect(seen.green).toBe(true)
    expect(levels(seen)).toEqual(['notice'])
    expect(seen.annotations[0]?.text).toContain('max-snapshot-age')
  })
})

describe('a request that is sent again', () => {
  it('is told, with its delay', async () => {
    const faults = [{ match: { nth: 1 }, when: 'before', fault: { kind: 'refusal', status: 503 } }] as const
    const seen = await deployed({}, { faults }).main({ operation: 'list' })
    expect(seen.green).toBe(true)
    expect(seen.log[0]).toMatch(/503.*\d/)
    expect(seen.debugLines).toHaveLength(2)
  })

  it('after a long pause is told though the same failure was told just before', async () => {
    const paused = (seconds: number, nth: number): FaultRule => ({
      match: { method: 'POST', nth },
      when: 'before',
      fault: { kind: 'status', status: 429, headers: { 'retry-after': `${seconds}` } },
    })
    const stage = createStage({ servers: [WEB], faults: [paused(1, 1), paused(600, 2)] })
    const { log } = await stage.main({ operation: 'create', 'server-id': WEB.id })
    expect(log.filter(line => line.includes('429')).length).toBeGreaterThan(1)
    expect(log.join('\n')).toMatch(/10m|600/)
  })
})

describe('a mistake of this action', () => {
  const HEALTH = { 'health-check': 'https://shop.example/up' }
  const probe = () => {
    throw new Error('kaputt')
  }

  it('is told like every other end, and is no cancel', async () => {
    const seen = await deployed({}, { probe }).main(restoring(HEALTH))
    expect(seen).toMatchObject(red('restored', 'internal-error'))
    for (const text of [seen.annotations[0]?.text, seen.summary]) {
      expect(text).toContain('kaputt')
      expect(text).not.toMatch(/SIGINT/)
    }
  })

  it('is told whatever it throws', async () => {
    const text: unknown = 'kaputt, and no error'
    const thrower = () => {
      throw text
    }
    const seen = await deployed({}, { probe: thrower }).main(restoring(HEALTH))
    expect(seen).toMatchObject(red('restored', 'internal-error'))
    expect(seen.annotations[0]?.text).toContain('kaputt, and no error')
  })

  it('is told in the post stage, too', async () => {
    const stage = createStage({ servers: [WEB], probe })
    await stage.main({ operation: 'create', 'server-id': WEB.id, 'restore-on': 'failure', ...HEALTH })
    const seen = await stage.post('failure')
    expect(seen.green).toBe(false)
    expect(seen.annotations.at(-1)?.text).toContain('kaputt')
    expect(offers(seen)).not.toContain('restore 802')
  })
})

describe('the token', () => {
  it.each(['vps_emu\u200blated_token', 'vps_emu\u001b[0mlated_token', 'vps_emu\u00adlated_token'])(
    'is nowhere, though the API wraps it up: %j',
    async wrapped => {
      const body = JSON.stringify({ detail: `bad header ${wrapped}` })
      const fault = { kind: 'status', status: 401, body } as const
      const refused = createStage({
        servers: [WEB],
        faults: [{ match: { method: 'GET' }, when: 'before', fault }],
      })
      const snapshots = [byHand({ id: '701', name: `x${TOKEN}` })]
      const listed = createStage({ servers: [{ ...WEB, name: wrapped }], snapshots })
      for (const stage of [refused, listed]) {
        const { printed, summary, outputs, debugLines } = await stage.main({ operation: 'list' })
        expect(JSON.stringify([printed, summary, outputs, debugLines])).not.toContain(TOKEN)
      }
    },
  )
})
