import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const HELPERS = `
const { appendFileSync } = require('node:fs')
const file = (name, text) => appendFileSync(process.env['GITHUB_' + name], text + '\\n')
const post = process.env['STATE_stage'] === 'post'
`

/** Writes a stand-in for the action to a temporary folder; hands back its path. */
export function script(body: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'harness-script-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'action.cjs')
  writeFileSync(path, HELPERS + body)
  return path
}
