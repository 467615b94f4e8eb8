import { describe, expect, it } from 'vitest'
import { REFERENCE_SETUP } from '../../emulator/reference.ts'
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
    nobody without a token, or with a wrong one:
      as nobody; GET /snapshots/ -> 401 {"detail":"Authentication credentials were not provided."}
      POST /snapshots/ -> 401…; POST /snapshots/801/restore/ -> 401…; DELETE /snapshots/801/ -> 401…
      GET /servers/12345/ -> 401…; GET /account/me/ -> 401…
      as Bearer wrong; GET /snapshots/ -> 401 {"detail":"Invalid token."}
      POST /snapshots/ -> 401…; POST /snapshots/801/restore/ -> 401…; DELETE /snapshots/801/ -> 401…
      GET /servers/12345/ -> 401…; GET /account/me/ -> 401…
    that something is not there, or in no state for what is asked:
      POST /snapshots/ {"server_id":1,"name":"x"} -> 404 {"detail":"Server not found."}
      POST /snapshots/1/restore/ -> 404 {"detail":"Not found."}
      DELETE /snapshots/1/ -> 404 {"detail":"Not found."}
      GET /snapshots -> 404 {"detail":"Not found."}; GET /backups/ -> 404 {"detail":"Not found."}
      GET /snapshots/801/ -> 405 {"detail":"Method \"GET\" not allowed."}
      POST /servers/12345/power/ {"action":"explode"} -> 400 {"action":["\"explode\" is not a valid choice."]}
      create -> 201…; POST /snapshots/802/restore/ -> 400 {"detail":"Snapshot is not completed."}
      restore 801 -> 200…
      POST /snapshots/798/restore/ -> 400 {"detail":"Server is not in a valid state for restoration."}
    that a sixth snapshot is too many, in the field and with the limit that the settings have:
      create -> 201…; create -> 201…; create -> 201…; POST /snapshots/ {"server_id":12345,"name":"x"} -> 400
        {"detail":"Snapshot limit reached. You can have a maximum of 5 snapshots per server."}
      settings {"snapshotLimit":2,"limitErrorField":"non_field_errors"}
      POST /snapshots/ {"server_id":12345,"name":"x"} -> 400
        {"non_field_errors":["Snapshot limit reached. You can have a maximum of 2 snapshots per server."]}
    what is wrong with a create, field by field:
      POST /snapshots/ {"server_id":12345} -> 400 {"name":["This field is required."]}
      POST /snapshots/ {"server_id":12345,"name":""} -> 400 {"name":["This field may not be blank."]}
      POST /snapshots/ {"server_id":12345,"name":"a b"} -> 400
        {"name":["Name may contain only letters, numbers, hyphens and underscores."]}
      POST /snapshots/ {"server_id":12345,"name":"x*256"} -> 400
        {"name":["Ensure this field has no more than 255 characters."]}
      POST /snapshots/ {"server_id":12345,"name":7} -> 400 {"name":["Not a valid string."]}
      POST /snapshots/ {"name":"x"} -> 400 {"server_id":["This field is required."]}
      POST /snapshots/ {"server_id":"12345","name":"x"} -> 400 {"server_id":["A valid integer is required."]}
      POST /snapshots/ {"server_id":1.5,"name":"x"} -> 400 {"server_id":["A valid integer is required."]}
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

describe('ids', () => {
  conversations()`
    keep every digit of a large one:
      reset {"servers":[{"id":"90071992547409931234","name":"one"}],"nextSnapshotId":"90071992547409939999"}
      POST /snapshots/ {"server_id":90071992547409931234,"name":"x"} -> 201
        {"id":90071992547409939999,"server":{"id":90071992547409931234,…
      POST /snapshots/ {"server_id":90071992547409931235,"name":"x"} -> 404…
      GET /servers/90071992547409931234/ -> 200 {"id":90071992547409931234,…
      GET /snapshots/?server_id=90071992547409931234 -> 200 {"count":1,…
    are UUIDs in any letter case:
      reset {"servers":[{"id":"6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506","name":"one"}],"settings":{"snapshotIds":"uuid"}}
      POST /snapshots/ {"server_id":"6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506","name":"x"} -> 201
        {"id":"00000000-0000-4000-8000-000000000001","server":{"id":"6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506",…
      GET /snapshots/?server_id=6F1C2A34-5B6D-4E7F-8A90-B1C2D3E4F506 -> 200 {"count":1,…
      DELETE /snapshots/00000000-0000-4000-8000-000000000001/ -> 204
    of servers are their numbers, their UUIDs, or both; only a server by itself tells its password:
      settings {"identifiers":"both"}
      GET /servers/ -> 200 …[{"id":12345,"uuid":"5e44e500-0000-4000-8000-000000012345","name":"web-server-01",
        "hostname":"web-server-01","status":"active",…,"created_at":"2024-11-02T09:15:00Z"}]}
      GET /servers/12345/ -> 200 …,"password":"root-password-of-web-server-01"}
      GET /servers/5e44e500-0000-4000-8000-000000012345/ -> 200…
      GET /snapshots/?server_id=12345 -> 200 {"count":2,…"server":{"id":12345,…
      GET /snapshots/?server_id=5e44e500-0000-4000-8000-000000012345 -> 200 {"count":2,…
      settings {"identifiers":"number"}; GET /servers/ -> 200 …[{"id":12345,"name":"web-server-01","status":…
      GET /servers/12345/ -> 200…; GET /servers/5e44e500-0000-4000-8000-000000012345/ -> 404…
      GET /snapshots/?server_id=12345 -> 200 {"count":2,…"server":{"id":12345,…
      GET /snapshots/?server_id=5e44e500-0000-4000-8000-000000012345 -> 200 {"count":0,…
      settings {"identifiers":"uuid"}
      GET /servers/ -> 200 …[{"uuid":"5e44e500-0000-4000-8000-000000012345","hostname":"web-server-01","status":…
      GET /servers/12345/ -> 404…
      GET /servers/5e44e500-0000-4000-8000-000000012345/ -> 200 …,"password":"root-password-of-web-server-01"}
      GET /snapshots/?server_id=12345 -> 200 {"count":2,…"server":{"id":12345,…
      GET /snapshots/?server_id=5e44e500-0000-4000-8000-000000012345 -> 200 {"count":0,…
      settings {"identifiers":"both","snapshotServerIds":"uuid","serverIdsTaken":"uuid"}
      GET /servers/12345/ -> 200…; GET /snapshots/?server_id=12345 -> 200 {"count":0,…
      GET /snapshots/?server_id=5e44e500-0000-4000-8000-000000012345 -> 200
        {"count":2,…"server":{"id":"5e44e500-0000-4000-8000-000000012345",…
    of a hidden server are unknown; a status can be another word:
      reset {"servers":[{"id":"1","name":"one","hidden":true},{"id":"2","name":"two","status":"stopped"}]}
      settings {"statusWords":{"stopped":"Off"}}
      GET /servers/1/ -> 404…; GET /servers/ -> 200 {"count":1,…[{"id":2,…"status":"Off",…
  `
})

describe('a snapshot', () => {
  conversations()`
    keeps its description, loses it, or has a part of it or more:
      settings {"snapshotLimit":99}
      POST /snapshots/ {"server_id":12345,"name":"x","description":"a [b]"} -> 201 …"description":"a [b]",…
      settings {"descriptions":"dropped"}
      POST /snapshots/ {"server_id":12345,"name":"x","description":"a [b]"} -> 201 …"description":"",…
      settings {"descriptions":"null"}
      POST /snapshots/ {"server_id":12345,"name":"x","description":"a [b]"} -> 201 …"description":null,…
      settings {"descriptions":"unbracketed"}
      POST /snapshots/ {"server_id":12345,"name":"x","description":"a [b]"} -> 201 …"description":"a",…
      settings {"descriptions":"cut","descriptionCut":4}
      POST /snapshots/ {"server_id":12345,"name":"x","description":"a [b]"} -> 201 …"description":"a [b",…
      settings {"descriptionCut":2,"descriptionSuffix":"[c]"}
      POST /snapshots/ {"server_id":12345,"name":"x","description":"a [b]"} -> 201 …"description":"a [c]",…
      settings {"descriptions":"kept"}
      POST /snapshots/ {"server_id":12345,"name":"x","description":"a [b]"} -> 201 …"description":"a [b][c]",…
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
    has a date that can be another than that of the API’s clock, which can be wrong or be told nobody:
      settings {"dateSkewMs":3600000}; date -> Thu, 16 Jan 2025 16:15:00 GMT
      POST /snapshots/ {"server_id":12345,"name":"x"} -> 201 …"created_at":"2025-01-16T17:15:00Z",…
      settings {"dateSkewMs":0,"clockSkewMs":-3600000}; date -> Thu, 16 Jan 2025 15:15:00 GMT
      POST /snapshots/ {"server_id":12345,"name":"x"} -> 201 …"created_at":"2025-01-16T15:15:00Z",…
      settings {"dateHeader":false}; date -> none
    has any odd shape: one by one, all of them, from the start, or as an item that is none:
      settings {"strayItems":[null,"odd",{"status":7}],"snapshotShape":{"hides":["description"],"shows":{"hue":1}}}
      others {"act":"snapshot-shape","snapshot":"801","shape":{"shows":{"name":null,"size_mb":"5120.00"}}}
      others {"act":"snapshot-shape","snapshot":"798","shape":{"hides":["id"],"shows":{"server":null}}}
      GET /snapshots/ -> 200 {"count":5,"results":[null,"odd",{"status":7},
        {"id":801,"server":{"id":12345,"name":"web-server-01"},"name":null,"status":"completed",
        "size_mb":"5120.00","created_at":"2025-01-15T18:30:00Z","hue":1},
        {"server":null,"name":"weekly-snapshot-2025-01-08",…
      reset {"servers":[{"id":"1","name":"one"}],
        "snapshots":[{"id":"2","server":"1","name":"x","shape":{"shows":{"created_at":7}}}]}
      GET /snapshots/ -> 200 …"created_at":7,…
  `
})

describe('lists', () => {
  conversations()`
    link back and forth, absolutely, and have no page beyond the last:
      settings {"snapshotPaging":true}; GET /snapshots/?page_size=1 -> 200
        {"count":2,"next":"http://127.0.0.1:9/api/v1/snapshots/?page_size=1&page=2","previous":null,…
      GET /snapshots/?page=2&page_size=1 -> 200
        {"count":2,"next":null,"previous":"http://127.0.0.1:9/api/v1/snapshots/?page=1&page_size=1",…
      GET /snapshots/ -> 200 {"count":2,"next":null,"previous":null,…
      GET /snapshots/?page=2 -> 404 {"detail":"Invalid page."}
      GET /snapshots/?page=0 -> 404 {"detail":"Invalid page."}
      GET /snapshots/?page=x -> 404 {"detail":"Invalid page."}
    can link astray:
      settings {"snapshotPaging":true,"pageSize":1}
      GET /snapshots/ -> 200 {"count":2,"next":"http://127.0.0.1:9/api/v1/snapshots/?page=2",…
      settings {"nextLinks":"other-host"}
      GET /snapshots/ -> 200 {"count":2,"next":"http://api.internal:8000/api/v1/snapshots/?page=2",…
      settings {"nextLinks":"no-port"}
      GET /snapshots/ -> 200 {"count":2,"next":"http://127.0.0.1/api/v1/snapshots/?page=2",…
      settings {"nextLinks":"no-prefix"}
      GET /snapshots/ -> 200 {"count":2,"next":"http://127.0.0.1:9/snapshots/?page=2",…
      settings {"nextLinks":"other-scheme"}
      GET /snapshots/ -> 200 {"count":2,"next":"https://127.0.0.1:9/api/v1/snapshots/?page=2",…
      settings {"nextLinks":"relative"}
      GET /snapshots/ -> 200 {"count":2,"next":"/api/v1/snapshots/?page=2",…
    can be bare arrays:
      settings {"bareLists":["snapshots","servers"],"snapshotPaging":true,"pageSize":1}
      GET /snapshots/ -> 200 [{"id":801,…{"id":798,…}]
      GET /servers/ -> 200 [{"id":12345,…}]
    filter by server, unless the filter is ignored:
      reset {"servers":[{"id":"1","name":"one"},{"id":"2","name":"two"}]}
      others {"act":"create","server":"1","name":"x"}; others {"act":"create","server":"2","name":"x"}
      GET /snapshots/?server_id=2 -> 200 {"count":1,"results":[{"id":2,…
      GET /snapshots/?server_id=3 -> 200 {"count":0,"results":[]}
      GET /snapshots/?server_id=two -> 400…
      settings {"filterIgnored":true}; GET /snapshots/?server_id=2 -> 200 {"count":2,…
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

  it('have pages of a hundred at most', () => {
    const ids = Array.from({ length: 201 }, (_, index) => String(index + 1))
    const snapshots = ids.map(id => ({ id, server: '1', name: 'x' }))
    const servers = [{ id: '1', name: 'one' }]
    const { ask } = stage({ servers, snapshots, settings: { snapshotPaging: true } })
    const pages = [1, 2, 3].map(page => JSON.parse(ask(`GET /snapshots/?page_size=1000&page=${page}`).body))
    const items = pages.flatMap(({ results }) => results.map(({ id }: { id: unknown }) => String(id)))
    expect([pages.map(({ results }) => results.length), items.toReversed()]).toEqual([[100, 100, 1], ids])
  })

  it('can come from that replica by chance, which the seed decides', () => {
    const reads = (seed: number) => {
      const settings = { replicaLagMs: 500, replicaReads: 'random', seed } as const
      const { ask, world, pass } = stage({ ...REFERENCE_SETUP, settings })
      pass(1000)
      world.act({ act: 'delete', snapshot: '801' })
      return Array.from({ length: 64 }, () => JSON.parse(ask('GET /snapshots/').body).count)
    }
    expect(reads(7)).toEqual(reads(7))
    expect(reads(7)).not.toEqual(reads(8))
    expect(new Set(reads(7))).toEqual(new Set([1, 2]))
  })
})
