import type { ServerId } from '../domain/ids.ts'
import { makeValidName } from '../policy/names.ts'
import { contradictions, missing } from './messages.ts'
import type { RawInputs } from './raw.ts'
import type { Operation, SnapshotChoice } from './types.ts'

/** Something that follows from several inputs, or why it does not. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Which snapshots are meant, or what is missing to know it. What is invalid by itself was said already. */
export function chooseSnapshots(raw: RawInputs, operation: Operation): Outcome<SnapshotChoice> {
  const { 'snapshot-id': ids, 'snapshot-name': name } = raw.values
  if (ids === 'latest') {
    const problems = operation === 'delete' ? [contradictions.latestToDelete] : []
    return onServers(raw, 'snapshot-id: latest', problems, servers => ({ by: 'latest', servers }))
  }
  if (ids !== undefined) return { ok: true, value: { by: 'id', ids } }
  if (raw.invalidNames.has('snapshot-id')) return { ok: false, problems: [] }
  if (name === undefined) return { ok: false, problems: [missing.snapshots] }
  return onServers(raw, 'snapshot-name', [], servers => ({ by: 'name', names: spellingsOf(name), servers }))
}

/** A choice that has to be looked up on the servers in `server-id`. */
function onServers(
  { values, invalidNames }: RawInputs,
  input: string,
  problems: readonly string[],
  choose: (servers: readonly ServerId[]) => SnapshotChoice,
): Outcome<SnapshotChoice> {
  const servers = values['server-id']
  const isMissing = servers.length === 0 && !invalidNames.has('server-id')
  const all = isMissing ? [...problems, missing.serversToSearch(input)] : problems
  return servers.length === 0 || all.length > 0
    ? { ok: false, problems: all }
    : { ok: true, value: choose(servers) }
}

/** The names that a snapshot may have which `create` was given this name for. */
function spellingsOf(name: string): readonly string[] {
  const valid = makeValidName(name)
  return valid?.changed === true ? [name, valid.name] : [name]
}
