import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { faultSchema, REQUEST_KIND_NAMES } from '../../emulator/faults.ts'
import { DEFAULT_SETTINGS, DEFAULT_TIMELINE } from '../../emulator/settings.ts'
import { actSchema } from '../../emulator/world-types.ts'

const README = readFileSync(new URL('../../emulator/README.md', import.meta.url), 'utf8')

describe("the emulator's page", () => {
  it.each([
    ['setting', Object.keys(DEFAULT_SETTINGS)],
    ['part of a timeline', Object.keys(DEFAULT_TIMELINE)],
    ['fault', faultSchema.options.map(({ entries }) => entries.kind.literal)],
    ['act', actSchema.options.map(({ entries }) => entries.act.literal)],
    ['kind of request', REQUEST_KIND_NAMES],
  ])('names every %s', (_what, names) => {
    expect(names.filter(name => !README.includes(`\`${name}\``))).toEqual([])
  })
})
