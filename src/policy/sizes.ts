const MIB_PER_GIB = 1_024

/** A size for a person, from mebibytes: `512 MiB`, `5.0 GiB`, `unknown size`. */
export function formatSize(mb: number | null): string {
  if (mb === null || !Number.isFinite(mb) || mb < 0) return 'unknown size'
  const mebibytes = Math.round(mb)
  return mebibytes < MIB_PER_GIB ? `${mebibytes} MiB` : `${(mb / MIB_PER_GIB).toFixed(1)} GiB`
}
