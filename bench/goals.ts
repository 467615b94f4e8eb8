/** A figure beside what it must be. Figures are counts or ratios, never times of this machine. */
export interface Goal {
  readonly what: string
  readonly figure: string
  readonly goal: string
  readonly met: boolean
}

/** `figure` must not be above `limit`. `digits` after the point are printed. */
export function atMost(what: string, figure: number, limit: number, digits = 1): Goal {
  return { what, figure: fixed(figure, digits), goal: `at most ${trimmed(limit)}`, met: figure <= limit }
}

/** The goals as lines, each with its figure, its limit and whether it is met. */
export function formatGoals(goals: readonly Goal[]): string {
  const rows = goals.map(({ what, figure, goal, met }) => [what, figure, goal, met ? 'met' : 'MISSED'])
  return formatTable(['goal', 'figure', 'must be', ''], rows)
}

/** Columns side by side: the first to the left, the others to the right. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)))
  const format = (line: readonly string[]): string =>
    widths
      .map((width, column) => {
        const cell = line[column] ?? ''
        return column === 0 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd()
  return lines.map(format).join('\n')
}

/** The middle of some figures; NaN of none. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((one, other) => one - other)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}

/** A number with so many digits after the point. */
export function fixed(figure: number, digits = 1): string {
  return figure.toFixed(digits)
}

function trimmed(limit: number): string {
  return String(Number(limit.toFixed(2)))
}
