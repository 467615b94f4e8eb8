import type { Gathered } from './gather.ts'
import type { Operation, SnapshotChoice } from './types.ts'

export type Chosen =
  | { readonly ok: true; readonly choice: SnapshotChoice }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Which snapshots are meant, or what is missing to know it. What is wrong by itself was said already. */
export function chooseSnapshots(gathered: Gathered, operation: Operation): Chosen {
  const ids = gathered.values['snapshot-id']
  if (ids === 'latest') return chooseLatest(gathered, operation)
  if (ids !== undefined) return { ok: true, choice: { by: 'id', ids } }
  if (gathered.faulty.has('snapshot-id')) return { ok: false, problems: [] }
  return chooseByName(gathered, operation)
}

function chooseLatest(gathered: Gathered, operation: Operation): Chosen {
  const servers = gathered.values['server-id'] ?? []
  const problems = missingServers(gathered, 'snapshot-id', '"latest"')
  if (operation === 'delete') {
    problems.unshift('`snapshot-id`: "latest" is for `restore` and `wait` only. `delete` takes snapshot ids.')
  }
  if (problems.length > 0 || servers.length === 0) return { ok: false, problems }
  return { ok: true, choice: { by: 'latest', servers } }
}

function chooseByName(gathered: Gathered, operation: Operation): Chosen {
  const name = gathered.values['snapshot-name']
  if (name === undefined) return { ok: false, problems: [nothingChosen(operation)] }
  const servers = gathered.values['server-id'] ?? []
  if (servers.length > 0) return { ok: true, choice: { by: 'name', name, servers } }
  return { ok: false, problems: missingServers(gathered, 'snapshot-name', 'a name') }
}

function nothingChosen(operation: Operation): string {
  const latest = operation === 'delete' ? '' : '`latest` with `server-id`, '
  return (
    '`snapshot-id`: nothing was given, nor for `snapshot-name`. An empty value is never taken for `latest`. If the ' +
    'value comes from `steps.<id>.outputs.snapshot-id` or from `needs`, the snapshot step did not run or made no ' +
    'snapshot, or the runner dropped the id because it contains the text of a secret. ' +
    `\`${operation}\` takes snapshot ids, ${latest}or \`snapshot-name\` with \`server-id\`.`
  )
}

function missingServers({ values, faulty }: Gathered, input: string, what: string): string[] {
  if (values['server-id'] !== undefined || faulty.has('server-id')) return []
  return [
    `\`server-id\`: nothing was given, and \`${input}\` holds ${what}, which is looked up on a server. It takes the ids of the servers to look on.`,
  ]
}
