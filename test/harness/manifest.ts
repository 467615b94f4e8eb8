import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { parse } from 'yaml'

/** The repository's root folder. */
export const ROOT = join(import.meta.dirname, '..', '..')

const Manifest = v.object({
  name: v.string(),
  description: v.string(),
  branding: v.object({ icon: v.string(), color: v.string() }),
  inputs: v.record(
    v.string(),
    v.strictObject({
      description: v.string(),
      required: v.optional(v.boolean()),
      // The runner takes only texts; an unquoted `true` would be a mistake that it forgives.
      default: v.optional(v.string()),
    }),
  ),
  outputs: v.record(v.string(), v.strictObject({ description: v.string() })),
  runs: v.strictObject({ using: v.string(), main: v.string(), post: v.string() }),
})

export type Manifest = v.InferOutput<typeof Manifest>

/** action.yml, checked. */
export function readManifest(): Manifest {
  return v.parse(Manifest, parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')))
}

/** The file that the runner starts for a stage. */
export function entryOf(stage: 'main' | 'post', runs: Manifest['runs'] = readManifest().runs): string {
  return join(ROOT, runs[stage])
}
