/** What a verdict counts of a group, read as a person reads it, against the servers' own words. */

/** How one server of a group stands, by any of the places that tell it. */
export interface Standing {
  readonly status: string
  /** Whether anything is told to be wrong with it. */
  readonly isWrong: boolean
}

const TALLY =
  /(?:^|[.…] )(?<done>\d+) of (?<all>\d+) (?<what>snapshots completed|servers restored|finished|snapshots deleted)\b(?<rest>[^.]*)\./

const OTHERS = /\b(\d+) (with a problem|in progress|still restoring|unknown|failed|skipped)\b/g

/** Whether a verdict counts how the servers of a group stand. */
export function isTally(text: string): boolean {
  return TALLY.test(text)
}

/** Every number of a verdict that is not that of the servers which stand so. */
export function miscounts(text: string, group: readonly Standing[]): readonly string[] {
  const of = (...statuses: readonly string[]): number =>
    group.filter(({ status }) => statuses.includes(status)).length
  const breaches: string[] = []
  const compare = (what: string, said: number, meant: number): void => {
    if (said !== meant)
      breaches.push(`the verdict says ${said} ${what}, and of the servers ${meant} are: ${text}`)
  }
  const { done = '', all = '', what = '', rest = '' } = TALLY.exec(text)?.groups ?? {}
  if (done !== '') {
    const isDeletion = what === 'snapshots deleted'
    const numbers = new Map([...rest.matchAll(OTHERS)].map(([, count, word = '']) => [word, Number(count)]))
    const said = (...words: readonly string[]): number =>
      words.reduce((sum, word) => sum + (numbers.get(word) ?? 0), 0)
    compare('in all', Number(all), group.length)
    // Of a delete, what was gone already is named apart, and the failures one by one.
    compare(what, Number(done), of('completed', 'restored', 'deleted') - (isDeletion ? gone(text) : 0))
    if (isDeletion) return breaches
    const troubled = group.filter(each => each.isWrong && ['completed', 'restored'].includes(each.status))
    compare('with a problem', said('with a problem'), troubled.length)
    const underWay = of('in_progress', 'restoring', 'timed_out', 'cancelled')
    compare('under way', said('in progress', 'still restoring'), underWay)
    compare('unknown', said('unknown'), of('unknown'))
    compare('failed or skipped', said('failed', 'skipped'), of('failed'))
  }
  const [, accepted] = /(?:^| )(\d+) snapshots were accepted and are in progress/.exec(text) ?? []
  if (accepted !== undefined) compare('accepted', Number(accepted), of('in_progress'))
  const [, planned] = /would (?:take|overwrite|delete) (\d+) (?:snapshots|servers)\b/.exec(text) ?? []
  if (planned !== undefined) compare('planned', Number(planned), of('planned'))
  return breaches
}

/** How many were gone before a delete came to them. */
function gone(text: string): number {
  const [, list] = /Already deleted: (.+?)\./.exec(text) ?? []
  if (list === undefined) return 0
  const [, more = '0'] = / and (\d+) more$/.exec(list) ?? []
  return list.split(', ').length + Number(more)
}
