/** Every output that action.yml declares, in its order. */
export const OUTPUT_NAMES = [
  'snapshot-id',
  'snapshot-name',
  'server-id',
  'server-name',
  'created-at',
  'size-mb',
  'status',
  'server-status',
  'snapshots',
  'count',
  'deleted-snapshot-ids',
  'safety-snapshot-id',
  'reason',
  'duration-seconds',
] as const

export type OutputName = (typeof OUTPUT_NAMES)[number]

/** The values of some outputs. What is undefined is left as it is. */
export type Outputs = { readonly [name in OutputName]?: string | undefined }
