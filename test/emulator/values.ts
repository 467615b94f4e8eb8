import { dateIn } from './dates.ts'
import { idValue, type Json } from './json.ts'
import type { Shape } from './settings.ts'
import type { World } from './world.ts'
import type { ServerState, SnapshotState } from './world-types.ts'

type Fields = { readonly [key: string]: Json }

/** A snapshot as the API shows it at an instant, which may be one of a while ago. */
export function snapshotValue(world: World, snapshot: SnapshotState, at = world.now()): Fields {
  const { status, sizeMb } = snapshot.shown.findLast(shown => shown.at <= at) ?? snapshot
  const value = {
    id: idValue(snapshot.id),
    server: snapshotServer(snapshot),
    name: snapshot.name,
    status,
    size_mb: sizeMb,
    created_at: createdAt(world, snapshot),
    description: snapshot.description,
  }
  return shaped(shaped(value, snapshot.shape), world.settings.snapshotShape)
}

function shaped(value: Fields, { shows = {}, hides = [] }: Shape): Fields {
  const all = Object.entries({ ...value, ...shows })
  return Object.fromEntries(all.filter(([field]) => !hides.includes(field)))
}

/** The server that a snapshot tells, by its number. */
export function snapshotServer({ server }: SnapshotState): Fields {
  return { id: idValue(server.id), name: server.name }
}

/** When a snapshot was made, by the API's clock and in the API's form. */
export function createdAt(world: World, snapshot: SnapshotState): Json {
  const { clockSkewMs, dateSkewMs, dateForm } = world.settings
  return dateIn(dateForm, snapshot.createdAt + clockSkewMs + dateSkewMs)
}

/** A server as the servers endpoints show it at an instant. */
export function serverValue(world: World, server: ServerState, at: number): Fields {
  const { serverIdField, serverNameField } = world.settings
  return {
    ...(serverIdField === 'uuid' ? {} : { id: idValue(server.id) }),
    ...(serverIdField === 'id' ? {} : { uuid: server.uuid }),
    ...(serverNameField === 'hostname' ? {} : { name: server.name }),
    ...(serverNameField === 'name' ? {} : { hostname: server.name }),
    status: world.shownStatus(server, at),
    ip_address: '192.0.2.10',
    ipv4_addresses: ['192.0.2.10'],
    plan: { name: 'standard-2', cpu: 2, memory_mb: 4096, disk_gb: 80 },
    created_at: '2024-11-02T09:15:00Z',
  }
}
