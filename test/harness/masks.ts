/** Replaces each stretch of the text that is covered by secrets with `***`, as the runner does: overlaps are one stretch. */
export function applyMasks(text: string, masks: Iterable<string>): string {
  const hidden = mergeStretches([...masks].flatMap(mask => findAll(text, mask)))
  let masked = ''
  let end = 0
  for (const stretch of hidden) {
    masked += `${text.slice(end, stretch.start)}***`
    end = stretch.end
  }
  return masked + text.slice(end)
}

/** What the runner hides after `::add-mask::`: the value, and each of its lines. */
export function maskValues(secret: string): readonly string[] {
  const lines = secret.split(/[\r\n]+/).map(line => line.trim())
  return [...new Set([secret, ...lines])].filter(value => value !== '')
}

interface Stretch {
  readonly start: number
  readonly end: number
}

function findAll(text: string, secret: string): readonly Stretch[] {
  const found: Stretch[] = []
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
    found.push({ start: at, end: at + secret.length })
  }
  return found
}

function mergeStretches(stretches: readonly Stretch[]): readonly Stretch[] {
  const merged: Stretch[] = []
  for (const stretch of stretches.toSorted((one, other) => one.start - other.start)) {
    const last = merged.at(-1)
    if (last === undefined || stretch.start > last.end) merged.push(stretch)
    else merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, stretch.end) }
  }
  return merged
}
