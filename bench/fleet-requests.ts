/** A request as a log has it. */
export interface SentRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
}

/** What a wait for a fleet has cost. */
export interface FleetRequests {
  readonly all: number
  /** For each poll after the last request that changed anything: how many list requests it took. */
  readonly polls: readonly number[]
}

/** Counts requests, and tells the polls apart. */
export function countRequests(requests: readonly SentRequest[]): FleetRequests {
  const lastChange = requests.findLastIndex(request => request.method !== 'GET')
  const lists = requests.slice(lastChange + 1).filter(request => request.path.includes('/snapshots/?'))
  return { all: requests.length, polls: pollsIn(lists.map(request => request.path)) }
}

/**
 * A poll is the pages of the whole list; or a filtered request for each server, which a look at the first page (how
 * many pages are there?) may precede.
 */
function pollsIn(paths: readonly string[]): number[] {
  const polls: number[] = []
  let current = new Set<string>()
  let wholeList = false
  for (const path of paths) {
    const filtered = path.includes('server_id=')
    const paged = /[?&]page=/.test(path)
    const begins =
      current.size === 0 || current.has(path) || (filtered ? wholeList : !paged && current.size > 0)
    if (begins && current.size > 0) {
      polls.push(current.size)
      current = new Set()
      wholeList = false
    }
    current.add(path)
    wholeList ||= !filtered && paged
  }
  return current.size > 0 ? [...polls, current.size] : polls
}

/** The most requests that one poll may take: a page for each hundred snapshots, or one for each server. */
export function pollLimit(listed: number, servers: number, pageSize: number): number {
  return Math.min(Math.ceil(listed / pageSize), servers)
}
