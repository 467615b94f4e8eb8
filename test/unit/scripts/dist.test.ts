import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { licencesOf } from '../../../scripts/dist/licences.ts'
import { BUILD_CODE, originOf, partsOf, sizeReport } from '../../../scripts/dist/sizes.ts'

const BUNDLE = `"use strict"
// src/vps/client.ts
const client = '…'
// node_modules/@actions/core/lib/core.js
// a comment of its own
const core = 2
`

describe('the parts of a bundle', () => {
  it('begin at a line with nothing but the path of a module', () => {
    expect(partsOf(BUNDLE)).toEqual([
      { module: BUILD_CODE, bytes: 13 },
      { module: 'src/vps/client.ts', bytes: Buffer.byteLength("\nconst client = '…'\n") },
      {
        module: 'node_modules/@actions/core/lib/core.js',
        bytes: Buffer.byteLength('\n// a comment of its own\nconst core = 2\n'),
      },
    ])
  })

  it('are all of it, but for the lines that name them', () => {
    const name = fc.constantFrom('src/index.ts', 'node_modules/undici/index.js', 'src/policy/names.ts')
    const text = fc.string({ unit: 'grapheme' }).filter(code => !/^\/\/ (?:src|node_modules)\//m.test(code))
    fc.assert(
      fc.property(text, fc.array(fc.tuple(name, text)), (head, modules) => {
        const code = head + modules.map(([module, body]) => `\n// ${module}\n${body}`).join('')
        const parts = partsOf(code)
        expect(parts.map(part => part.module)).toEqual([BUILD_CODE, ...modules.map(([module]) => module)])
        const named = modules.reduce((sum, [module]) => sum + module.length + 3, 0)
        expect(parts.reduce((sum, part) => sum + part.bytes, named)).toBe(Buffer.byteLength(code))
      }),
    )
  })

  it.each([
    ['node_modules/@actions/core/lib/core.js', '@actions/core'],
    ['node_modules/undici/lib/core/errors.js', 'undici'],
    ['src/vps/client.ts', 'src/vps'],
    ['src/index.ts', 'src'],
    [BUILD_CODE, BUILD_CODE],
  ])('come from a package or a folder: %s from %s', (module, origin) => {
    expect(originOf(module)).toBe(origin)
  })

  it('are summed up by where they come from, the largest first', () => {
    const report = sizeReport(new Map([['index.js', Buffer.from(BUNDLE)]]))
    const lines = report.split('\n').map(line => line.trim().split(/\s{2,}/))
    const all = String(Buffer.byteLength(BUNDLE))
    expect(lines).toEqual([
      ['index.js', all],
      ['@actions/core', '40'],
      ['src/vps', '22'],
      [BUILD_CODE, '13'],
      ['in all', all],
    ])
  })
})

describe('the licences', () => {
  it('are those of the packages, each once, by name', () => {
    const root = join(import.meta.dirname, '..', '..', '..')
    const modules = [
      `${root}/src/index.ts`,
      `${root}/node_modules/undici/index.js`,
      '\0rolldown/runtime.js',
      `${root}/node_modules/@actions/core/lib/core.js`,
      `${root}/node_modules/undici/lib/core/errors.js`,
    ]
    const lines = licencesOf(modules).split('\n')
    expect(lines.slice(0, 2)).toEqual(['@actions/core', 'MIT'])
    expect(lines.filter(line => line === 'undici')).toHaveLength(1)
    expect(lines).not.toContain('rolldown')
  })
})
