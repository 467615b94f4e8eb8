import { describe, expect, it } from 'vitest'
import { REFERENCE_SETUP } from '../../emulator/reference.ts'
import type { SettingsChange } from '../../emulator/settings.ts'
import { conversations, stage } from './support.ts'

describe('the API answers', () => {
  conversations()`
    as its reference shows it:
      GET /snapshots/?server_id=12345 -> 200 {"count":2,"results":[
        {"id":801,"server":{"id":12345,"name":"web-server-01"},"name":"pre-migration-snapshot","status":"completed",
        "size_mb":5120,"created_at":"2025-01-15T18:30:00Z","description":"Before major migration"},
        {"id":798,"server":{"id":12345,"name":"web-server-01"},"name":"weekly-snapshot-2025-01-08","status":"completed",
        "size_mb":4856,"created_at":"2025-01-08T12:00:00Z","description":"Weekly snapshot"}]}
      POST /snapshots/ {"server_id":12345,"name":"before-update-snapshot","description":"Before system update"} -> 201
        {"id":802,"server":{"id":12345,"name":"web-server-01"},"name":"before-update-snapshot","status":"in_progress",
        "size_mb":null,"created_at":"2025-01-16T16:15:00Z","description":"Before system update",
        "message":"Snapshot is being created. This may take 3-10 minutes depending on server size."}
      POST /snapshots/801/restore/ -> 200
        {"status":"success","message":"Server is being restored from snapshot. This may take 5-15 minutes.",
        "snapshot":{"id":801,"name":"pre-migration-snapshot","created_at":"2025-01-15T18:30:00Z"},
        "server":{"id":12345,"name":"web-server-01","status":"restoring"}}
      DELETE /snapshots/801/ -> 204; list -> 802 in_progress, 798 completed
    nobody without its token:
      as nobody: GET /snapshots/ -> 401 {"detail":"Authentication credentials were not provided."}
      as Bearer wrong: GET /snapshots/ -> 401 {"detail":"Invalid token."}; as nobody: POST /snapshots/ -> 401…
      as nobody: POST /snapshots/801/restore/ -> 401…; as nobody: DELETE /snapshots/801/ -> 401…
      as nobody: GET /servers/12345/ -> 401…; as nobody: GET /account/me/ -> 401…
    that something is not there, or in no state for what is asked:
      POST /snapshots/ {"server_id":1,"name":"x"} -> 404 {"detail":"Server not found."}
      POST /snapshots/1/restore/ -> 404 {"detail":"Not found."}; DELETE /snapshots/1/ -> 404 {"detail":"Not found."}
      GET /snapshots -> 404…; GET /snapshots/801/ -> 405 {"detail":"Method \"GET\" not allowed."}
      POST /servers/12345/power/ {"action":"explode"} -> 400 {"action":["\"explode\" is not a valid choice."]}
      create; POST /snapshots/802/restore/ -> 400 {"detail":"Snapshot is not completed."}
      restore 801; POST /snapshots/798/restore/ -> 400 {"detail":"Server is not in a valid state for restoration."}
    that a sixth snapshot is too many, in the field and with the limit that the settings have:
      create; create; create; POST /snapshots/ {"server_id":12345,"name":"x"} -> 400
        {"detail":"Snapshot limit reached. You can have a maximum of 5 snapshots per server."}
      settings {"snapshotLimit":2,"limitErrorField":"non_field_errors"}
      POST /snapshots/ {"server_id":12345,"name":"x"} -> 400 {"non_field_errors":["…maximum of 2 snapshots per server."]}
    what is wrong with a create, field by field:
      POST /snapshots/ {"server_id":12345} -> 400 {"name":["This field is required."]}
      POST /snapshots/ {"server_id":12345,"name":""} -> 400 {"name":["This field may not be blank."]}
      POST /snapshots/ {"server_id":12345,"name":"a b"} -> 400
        {"name":["Name may contain only letters, numbers, hyphens and underscores."]}
      POST /snapshots/ {"server_id":12345,"name":"x*256"} -> 400
        {"name":["Ensure this field has no more than 255 characters."]}
      POST /snapshots/ {"name":"x"} -> 400 {"server_id":["This field is required."]}
      POST /snapshots/ {"server_id":"12345","name":"x"} -> 400 {"server_id":["A valid integer is required."]}
      POST /snapshots/ {"server_id":12345,"name":"x","description":"x*501"} -> 400
        {"description":["Ensure this field has no more than 500 characters."]}
      POST /snapshots/ {"server_id":12345,"name":"x","description":7} -> 400 {"description":["Not a valid string."]}
      POST /snapshots/ [] -> 400 {"non_field_errors":["Invalid data. Expected a dictionary."]}
      POST /snapshots/ { -> 400 {"detail":"JSON parse error."}
    which permission a token lacks; the account tells those that it has:
      settings {"permissions":["snapshots:read"]}
      GET /servers/12345/ -> 403 {"detail":"This token lacks the permission \"servers:read\"."}
      GET /snapshots/ -> 200…; POST /snapshots/ -> 403…; GET /account/me/ -> 200…"permissions":["snapshots:read"]…
    in words that are not listed, or without a body, where the settings want it:
      settings {"powerAnswerStatus":204,"restoreAnswer":{"status":"queued","server":"rebuilding"}}
      POST /servers/12345/power/ {"action":"start"} -> 204
      POST /snapshots/801/restore/ -> 200 {"status":"queued",…,"status":"rebuilding"}}
  `
})

describe('servers', () => {
  conversations()`
    have their numbers, their UUIDs in any letter case, or both; only one by itself tells its password:
      GET /servers/ -> 200 …[{"id":12345,"uuid":"5e44e500-0000-4000-8000-000000012345","name":"web-server-01",
        "hostname":"web-server-01","status":"active",…,"created_at":"2024-11-02T09:15:00Z"}]}
      GET /servers/12345/ -> 200 …,"password":"root-password-of-web-server-01"}
      GET /servers/5E44E500-0000-4000-8000-000000012345/ -> 200…
      GET /snapshots/?server_id=5E44E500-0000-4000-8000-000000012345 -> 200 {"count":2,…"server":{"id":12345,…
      settings {"identifiers":"number"}; GET /servers/ -> 200 …[{"id":12345,"name":"web-server-01","status":…
      GET /servers/12345/ -> 200…; GET /servers/5e44e500-0000-4000-8000-000000012345/ -> 404…
      GET /snapshots/?server_id=5e44e500-0000-4000-8000-000000012345 -> 200 {"count":0,…
      settings {"identifiers":"uuid"}
      GET /servers/ -> 200 …[{"uuid":"5e44e500-0000-4000-8000-000000012345","hostname":"web-server-01","status":…
      GET /servers/12345/ -> 404…; GET /servers/5e44e500-0000-4000-8000-000000012345/ -> 200…
      GET /snapshots/?server_id=12345 -> 200 {"count":2,…"server":{"id":12345,…
  `
})

describe('a snapshot', () => {
  conversations()`
    has a part of its description or more:
      settings {"descriptions":"unbracketed"}
      POST /snapshots/ {"server_id":12345,"name":"x","description":"a [b]"} -> 201 …"description":"a",…
      settings {"descriptions":"cut","descriptionCut":2,"descriptionSuffix":"[c]"}
      POST /snapshots/ {"server_id":12345,"name":"x","description":"a [b]"} -> 201 …"description":"a [c]",…
    has a date, in any form:
      settings {"dateForm":"zulu"}; GET /snapshots/ -> 200 …"created_at":"2025-01-15T18:30:00Z",…
      settings {"dateForm":"offset"}; GET /snapshots/ -> 200 …"created_at":"2025-01-15T18:30:00+00:00",…
      settings {"dateForm":"basic-offset"}; GET /snapshots/ -> 200 …"created_at":"2025-01-15T18:30:00+0000",…
      settings {"dateForm":"short-offset"}; GET /snapshots/ -> 200 …"created_at":"2025-01-15T18:30:00+00",…
      settings {"dateForm":"other-zone"}; GET /snapshots/ -> 200 …"created_at":"2025-01-15T20:30:00+02:00",…
      settings {"dateForm":"space"}; GET /snapshots/ -> 200 …"created_at":"2025-01-15 18:30:00Z",…
      settings {"dateForm":"lower-case"}; GET /snapshots/ -> 200 …"created_at":"2025-01-15t18:30:00z",…
      settings {"dateForm":"fraction"}; GET /snapshots/ -> 200 …"created_at":"2025-01-15T18:30:00.000456Z",…
      settings {"dateForm":"no-seconds"}; GET /snapshots/ -> 200 …"created_at":"2025-01-15T18:30Z",…
      settings {"dateForm":"epoch"}; GET /snapshots/ -> 200 …"created_at":1736965800,…
      settings {"dateForm":"zoneless"}; GET /snapshots/ -> 200 …"created_at":"2025-01-15T18:30:00",…
    has any odd shape: one by one, or all of them:
      settings {"snapshotShape":{"hides":["description"],"shows":{"hue":1}}}
      others {"act":"snapshot-shape","snapshot":"801","shape":{"shows":{"name":null,"size_mb":"5120.00"},"hides":["id"]}}
      GET /snapshots/ -> 200 {"count":2,"results":[{"server":{"id":12345,"name":"web-server-01"},"name":null,
        "status":"completed","size_mb":"5120.00","created_at":"2025-01-15T18:30:00Z","hue":1},{"id":798,…
  `

  it('is dated by a clock that can be wrong, or otherwise; the clock is told with every answer, or nobody', () => {
    const { ask, world } = stage()
    const made = (settings: SettingsChange) => {
      world.configure(settings)
      const { created_at } = JSON.parse(ask('POST /snapshots/ {"server_id":12345,"name":"x"}')?.body ?? '')
      return [created_at, world.clockHeaders()['date']]
    }
    expect(made({ dateSkewMs: 3_600_000 })).toEqual(['2025-01-16T17:15:00Z', 'Thu, 16 Jan 2025 16:15:00 GMT'])
    const behind = { dateSkewMs: 0, clockSkewMs: -3_600_000 }
    expect(made(behind)).toEqual(['2025-01-16T15:15:00Z', 'Thu, 16 Jan 2025 15:15:00 GMT'])
    expect(made({ dateHeader: false })).toEqual(['2025-01-16T15:15:00Z', undefined])
  })
})

describe('lists', () => {
  conversations()`
    link back and forth, absolutely, and have no page beyond the last:
      settings {"snapshotPaging":true}; GET /snapshots/?page_size=1 -> 200
        {"count":2,"next":"http://127.0.0.1:9/api/v1/snapshots/?page_size=1&page=2","previous":null,…
      GET /snapshots/?page=2&page_size=1 -> 200
        {"count":2,"next":null,"previous":"http://127.0.0.1:9/api/v1/snapshots/?page=1&page_size=1",…
      GET /snapshots/?page=2 -> 404 {"detail":"Invalid page."}; GET /snapshots/?page=x -> 404…
    can link astray:
      settings {"snapshotPaging":true,"pageSize":1,"nextLinks":"other-host"}
      GET /snapshots/ -> 200 {"count":2,"next":"http://api.internal:8000/api/v1/snapshots/?page=2",…
      settings {"nextLinks":"no-port"}; GET /snapshots/ -> 200 …"next":"http://127.0.0.1/api/v1/snapshots/?page=2",…
      settings {"nextLinks":"no-prefix"}; GET /snapshots/ -> 200 …"next":"http://127.0.0.1:9/snapshots/?page=2",…
      settings {"nextLinks":"other-scheme"}
      GET /snapshots/ -> 200 {"count":2,"next":"https://127.0.0.1:9/api/v1/snapshots/?page=2",…
      settings {"nextLinks":"relative"}; GET /snapshots/ -> 200 {"count":2,"next":"/api/v1/snapshots/?page=2",…
    can be bare arrays:
      settings {"bareLists":["snapshots","servers"],"snapshotPaging":true,"pageSize":1}
      GET /snapshots/ -> 200 [{"id":801,…{"id":798,…}]; GET /servers/ -> 200 [{"id":12345,…}]
    filter by server, unless the filter is ignored:
      GET /snapshots/?server_id=3 -> 200 {"count":0,"results":[]}; GET /snapshots/?server_id=two -> 400…
      settings {"filterIgnored":true}; GET /snapshots/?server_id=3 -> 200 {"count":2,…
    come from a replica that is behind at every other read: snapshots, statuses, deletions, and servers:
      settings {"replicaLagMs":500,"timeline":{"snapshotMs":1000}}
      POST /snapshots/ {"server_id":12345,"name":"x"} -> 201…
      list -> 802 in_progress, 801 completed, 798 completed; list -> 801 completed, 798 completed
      1000 -> active runs; list -> 802 in_progress, 801 completed, 798 completed
      list -> 802 completed, 801 completed, 798 completed
      500 -> active runs; DELETE /snapshots/798/ -> 204
      list -> 802 completed, 801 completed; list -> 802 completed, 801 completed, 798 completed
      500; list -> 802 completed, 801 completed; list -> 802 completed, 801 completed
      others {"act":"status","server":"12345","status":"stopped"}
      GET /servers/12345/ -> 200 …"status":"active",…; GET /servers/12345/ -> 200 …"status":"stopped",…
  `

  it('can come from that replica by chance, which the seed decides', () => {
    const reads = (seed: number) => {
      const settings = { replicaLagMs: 500, replicaReads: 'random', seed } as const
      const { ask, world, pass } = stage({ ...REFERENCE_SETUP, settings })
      pass(1000)
      world.act({ act: 'delete', snapshot: '801' })
      return Array.from({ length: 64 }, () => JSON.parse(ask('GET /snapshots/')?.body ?? '').count)
    }
    expect(reads(7)).toEqual(reads(7))
    expect(reads(7)).not.toEqual(reads(8))
    expect(new Set(reads(7))).toEqual(new Set([1, 2]))
  })
})
