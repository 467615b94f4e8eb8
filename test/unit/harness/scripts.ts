import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const HELPERS = `
const { appendFileSync, readFileSync } = require('node:fs')
const file = (name, text) => appendFileSync(process.env['GITHUB_' + name], text + '\\n')
const post = process.env['STATE_stage'] === 'post'
`

/** Writes stand-ins for the action, each of which is handed back as its path, and removes them after the tests of the file. */
export function scriptWriter(): (body: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'harness-scripts-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  let count = 0
  return body => {
    count += 1
    const path = join(folder, `${count}.cjs`)
    writeFileSync(path, HELPERS + body)
    return path
  }
}
