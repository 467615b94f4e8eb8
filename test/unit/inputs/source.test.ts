import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INPUT_NAMES } from '../../../src/inputs/rows.ts'
import { readInputTexts } from '../../../src/inputs.ts'

describe('the inputs in the environment', () => {
  it('are named as the runner names them, undeclared ones too', () => {
    const env = {
      'INPUT_RESTORE-ON': 'failure',
      INPUT_DRY_RUN: 'true',
      INPUT_: 'x',
      PATH: '/bin',
      XINPUT_A: '1',
    }
    expect([...readInputTexts(env)]).toEqual([
      ['restore-on', 'failure'],
      ['dry_run', 'true'],
      ['', 'x'],
    ])
  })

  it('may come in any letter case, as on Windows', () => {
    const name = fc.constantFrom(...INPUT_NAMES)
    fc.assert(
      fc.property(name, fc.nat(), (each, seed) => {
        const variable = Array.from(`INPUT_${each}`, (letter, at) =>
          (seed >> (at % 30)) % 2 === 0 ? letter.toLowerCase() : letter.toUpperCase(),
        ).join('')
        expect([...readInputTexts({ [variable]: 'x' })]).toEqual([[each, 'x']])
      }),
    )
  })

  it('are those of the runner where somebody else has set the same name in another case', () => {
    const [runner, other] = [{ INPUT_TIMEOUT: '1m' }, { input_Timeout: '2m' }]
    expect(readInputTexts({ ...runner, ...other }).get('timeout')).toBe('1m')
    expect(readInputTexts({ ...other, ...runner }).get('timeout')).toBe('1m')
  })

  it('may be undefined, which is empty', () => {
    expect(readInputTexts({ INPUT_WAIT: undefined }).get('wait')).toBe('')
  })
})
