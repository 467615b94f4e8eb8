import type { WorldSetup } from './settings.ts'

/** The instant at which the reference's example creates snapshot 802. */
export const REFERENCE_INSTANT = Date.parse('2025-01-16T16:15:00Z')

/** The world of the published reference's examples: one server, snapshots 801 and 798, and 802 comes next. */
export const REFERENCE_SETUP: WorldSetup = {
  servers: [{ id: '12345', name: 'web-server-01' }],
  snapshots: [
    {
      id: '801',
      server: '12345',
      name: 'pre-migration-snapshot',
      sizeMb: 5120,
      createdAt: '2025-01-15T18:30:00Z',
      description: 'Before major migration',
      disk: 'content of 2025-01-15',
    },
    {
      id: '798',
      server: '12345',
      name: 'weekly-snapshot-2025-01-08',
      sizeMb: 4856,
      createdAt: '2025-01-08T12:00:00Z',
      description: 'Weekly snapshot',
      disk: 'content of 2025-01-08',
    },
  ],
}
