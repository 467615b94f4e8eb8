import { expect, it } from 'vitest'
import { readManifest } from '../harness/index.ts'

it('everything runs under the Node that the action is run with', () => {
  const [major] = process.versions.node.split('.')
  expect(`node${major}`).toBe(readManifest().runs.using)
})
