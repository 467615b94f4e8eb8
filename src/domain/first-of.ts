/** The first few of a list, and how many more there are: `801, 802, 803 and 7 more`. */
export function firstOf(items: readonly string[], shown: number, separator = ', '): string {
  const more = items.length > shown ? ` and ${items.length - shown} more` : ''
  return `${items.slice(0, shown).join(separator)}${more}`
}
