/** The first few of a list, and how many more there are: `801, 802, 803 and 7 more`. */
export function few(items: readonly string[], shown = 3, separator = ', '): string {
  const more = items.length > shown ? ` and ${items.length - shown} more` : ''
  return `${items.slice(0, shown).join(separator)}${more}`
}
