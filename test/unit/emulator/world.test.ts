import { describe } from 'vitest'
import { conversations } from './support.ts'

describe('a snapshot', () => {
  conversations()`
    takes five minutes, and can be restored then:
      create -> 201…; 5m-1; GET /snapshots/ -> 200 …{"id":802,…"status":"in_progress","size_mb":null,…
      restore 802 -> 400…; events -> snapshot-created
      1; GET /snapshots/ -> 200 …{"id":802,…"status":"completed","size_mb":5120,…
      events -> snapshot-created snapshot-completed; restore 802 -> 200…
    can fail, in any word:
      times {"snapshotOutcome":"failed","failedWord":"kaputt"}; create; 5m-1; restore 802 -> 400…
      list -> 802 in_progress, …; 1; GET /snapshots/ -> 200 …{"id":802,…"status":"kaputt","size_mb":null,…
      events -> snapshot-created snapshot-failed; restore 802 -> 400…
      times {"failedWord":"aborted"}; create; 5m; list -> 803 aborted, …; events -> … snapshot-failed
    can begin and end in other words:
      times {"progressWord":"pending","completedWord":"available"}; create; 5m-1; list -> 802 pending, …
      restore 802 -> 400…; 1; list -> 802 available, …; restore 802 -> 200…
      times {"completedWord":"vollendet"}; create; 5m; list -> 803 vollendet, …
      events -> … snapshot-completed; 4m; restore 803 -> 200…
    need never end:
      times {"snapshotOutcome":"never"}; create; 99m; list -> 802 in_progress, …; restore 802 -> 400…
    holds the disk of the instant at which it began:
      deploy version 1; create; 1m; deploy version 2; 4m; restore 802 -> 200…
      disk -> 200 …(being overwritten); 8m; disk -> 200 …version 1
    can appear late in the list, and be unknown to restores and deletes for a while:
      times {"listLagMs":5000,"unknownMs":7000}; create; 4999; list -> 801 completed, 798 completed
      1; list -> 802 in_progress, 801 completed, 798 completed
      1999; delete 802 -> 404…; 1; delete 802 -> 204…
    can be listed for a while after its deletion, and free its slot later still:
      settings {"snapshotLimit":2,"timeline":{"deletionLagMs":5000,"slotLagMs":9000}}
      delete 801 -> 204…; delete 801 -> 404…; restore 801 -> 404…
      4999; list -> 801 completed, 798 completed; 1; list -> 798 completed
      3999; create -> 400…; 1; create -> 201…; list -> 802 in_progress, 798 completed
    can be there beforehand, as it was told:
      reset {"servers":[{"id":"12345","name":"one"}],"snapshots":[
        {"id":"5","server":"12345","name":"a","status":"in_progress","createdAt":"2025-01-16T16:12:00Z"},
        {"id":"6","server":"12345","name":"b","status":"archiving","createdAt":"2025-01-16T16:11:00Z"},
        {"id":"7","server":"12345","name":"c","description":null}]}
      list -> 7 completed, 5 in_progress, 6 archiving
      2m; list -> 7 completed, 5 completed, 6 archiving
      GET /snapshots/ -> 200 …"description":null},…"description":""},…"size_mb":null,…
  `
})

describe('a restore', () => {
  conversations()`
    is shown at once, keeps others out, and ends running with the content of the snapshot:
      restore 801 -> 200 restoring down; restore 798 -> 400 restoring down; hard_stop -> 400 restoring down
      disk -> 200 …(being overwritten); state -> 200 …"running":false,"activity":"restoring",…
      8m-1 -> restoring down; 1 -> active runs; disk -> 200 …content of 2025-01-15
      events -> restore-begun stopped restore-ended running; state -> 200 …"activity":null,…
    can be stale, then stopped, then restoring, then left stopped:
      times {"restoreStaleMs":3000,"restoreStoppedMs":7000,"restoreEndsAs":"stopped"}
      restore 801 -> 200 active runs; 2999 -> active runs; 1 -> stopped down; 6999 -> stopped down
      1 -> restoring down; 8m-10001 -> restoring down; 1 -> stopped down
    need never be seen:
      times {"restoreShows":null,"restoreStoppedMs":1000}
      restore 801 -> 200 active down; 1m -> active down; restore 801 -> 400 active down; 7m -> active runs
    can be shown by another word, and fail:
      times {"restoreShows":"rebuilding","restoreEndsAs":"error"}
      restore 801 -> 200 rebuilding down; 8m -> error down; disk -> 200 …(left by a failed restore)
      events -> restore-begun stopped restore-failed; restore 798 -> 200 rebuilding down
    can begin late: the server works until then, and what was asked for twice is done twice:
      times {"restoreBeginsMs":60000}
      restore 801 -> 200 active runs; restore 801 -> 200 active runs; 1m-1 -> active runs
      events -> restore-accepted restore-accepted; 1 -> restoring down
      8m -> restoring down; 8m -> active runs; disk -> 200 …content of 2025-01-15
      events -> … restore-begun stopped restore-ended running restore-begun stopped restore-ended running
    is not accepted from a status that is none to restore from, nor, where that is set, during a snapshot:
      settings {"restoreWhileSnapshotting":"refused"}
      others {"act":"status","server":"12345","status":"suspended"}; restore 801 -> 400…
      others {"act":"status","server":"12345","status":"active"}; create; restore 801 -> 400…
      5m; restore 801 -> 200…
    lets a snapshot be taken of the half-written disk, unless it is told not to:
      restore 801; create -> 201…; state -> 200 …"id":"802",…"disk":"(being overwritten)"…
      settings {"createWhileRestoring":"refused"}; POST /snapshots/ {"server_id":12345,"name":"x"} -> 400
        {"detail":"Server is not in a valid state for this action."}
  `
})

describe('power', () => {
  conversations()`
    stops and starts by way of what it passes through:
      start -> 200 active runs; stop -> 200 stopping runs; start -> 400 stopping runs
      20000 -> stopped down; start -> 200 starting down; 30000 -> active runs
      events -> power power stopped power running
    can go straight, after a stale while; reads can lag while the truth is on time:
      times {"showsTransitions":false,"powerStaleMs":1000,"readLagMs":500}; 1m; stop -> 200 active runs
      20999 -> active runs; 1 -> active down; 499 -> active down; 1 -> stopped down
    can land late: a start in between is accepted and changes nothing:
      times {"stopLandsMs":600000,"stoppingMs":0}
      stop -> 200 active runs; 1m -> active runs; start -> 200 active runs; 9m-1 -> active runs; 1 -> stopped down
    does nothing late to a server that is down by then:
      times {"stopLandsMs":60000}; stop -> 200 active runs; hard_stop -> 200 stopped down; 1m -> stopped down
    restarts; a hard stop ends whatever it interrupts; a start can fail:
      times {"startEndsAs":"error"}
      restart -> 200 stopping runs; 20000 -> starting down; hard_stop -> 200 stopped down; 1m -> stopped down
      start -> 200 starting down; 30000 -> error down
      state -> 200 …"detail":"restart"}…"detail":"hard_stop"}…"detail":"start"}…
  `
})

describe('others', () => {
  conversations()`
    do what the API does, and are refused what it refuses:
      others {"act":"create","server":"12345","name":"by-hand"} -> 200 {"id":"802"}
      others {"act":"delete","snapshot":"798"} -> 200 {"id":"798"}
      others {"act":"restore","snapshot":"801"} -> 200 {"id":"801"}
      others {"act":"restore","snapshot":"801"} -> 400 …server-busy…
      others {"act":"power","server":"12345","action":"stop"} -> 400 …server-busy…
      others {"act":"delete","snapshot":"798"} -> 400 …unknown…
      others {"act":"deploy","server":"1","disk":""} -> 400 …unknown…
      others {"act":"status","server":"12345","status":"active"}
      others {"act":"power","server":"12345","action":"stop"} -> 200 {"id":"12345"}; delete 801 -> 204…
      state -> 200 …"kind":"snapshot-created","server":"12345","by":"other",…"kind":"deleted","server":"12345",
        "by":"other",…"kind":"restore-begun","server":"12345","by":"other",…"kind":"power","server":"12345",
        "by":"other",…"kind":"deleted","server":"12345","by":"api",…
    can do it later:
      others {"afterMs":1000,"do":{"act":"delete","snapshot":"801"}} -> 204
      others {"afterMs":1001,"do":{"act":"deploy","server":"12345","disk":"later"}} -> 204
      999; events -> ; 9m; state -> 200
        …"events":[{"at":1737044101000,"kind":"deleted",…{"at":1737044101001,"kind":"disk",…
    can force any status on a server and on a snapshot, and change how long things take on a server:
      restore 801; others {"act":"status","server":"12345","status":"error"}; 10m -> error down
      others {"act":"status","server":"12345","status":"active"}; 0 -> active runs
      others {"act":"snapshot-status","snapshot":"801","status":"verifying"}; list -> 801 verifying, …
      PUT /_emulator/servers/12345/timeline {"snapshotMs":1000} -> 204; create; 1000; list -> 802 completed, …
      PUT /_emulator/servers/7/timeline {} -> 400 …the emulated world has no server 7…
    can make a server refuse every change for a time:
      others {"act":"refuse","server":"12345","forMs":5000,"status":423,"detail":"Locked by a backup."}
      POST /snapshots/ {"server_id":12345,"name":"x"} -> 423 {"detail":"Locked by a backup."}
      POST /snapshots/801/restore/ -> 423 {"detail":"Locked by a backup."}
      DELETE /snapshots/801/ -> 423 {"detail":"Locked by a backup."}
      POST /servers/12345/power/ {"action":"stop"} -> 423 {"detail":"Locked by a backup."}
      4999 -> active runs; stop -> 423…; 1; create -> 201…; delete 798 -> 204…; stop -> 200…; 1m; restore 801 -> 200…
  `
})
