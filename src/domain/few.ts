/** How many of a list are named, by what they are named for. Tables and outputs have them all. */
export const NAMED = {
  /** A headline, which is read at a glance. */
  headline: 3,
  /** What somebody has to look at or choose among. */
  choice: 5,
  /** Details. */
  detail: 10,
  /** What is to be copied; the runner cuts an annotation's text at 4,096 characters. */
  copy: 30,
} as const

/** The first few of a list, and how many more there are: `801, 802, 803 and 7 more`. */
export function few(items: readonly string[], shown: number = NAMED.headline, separator = ', '): string {
  const more = items.length > shown ? ` and ${items.length - shown} more` : ''
  return `${items.slice(0, shown).join(separator)}${more}`
}
