import { describe } from 'vitest'
import { conversations } from './support.ts'

describe('a snapshot', () => {
  conversations()`
    takes five minutes, and can be restored then, if it has not failed, in whatever words:
      times {"completedWord":"vollendet"}; create -> 201…; 5m-1; list -> 802 in_progress, …; restore 802 -> 400…
      1; list -> 802 vollendet, …; restore 802 -> 200…; 8m
      times {"snapshotOutcome":"failed","failedWord":"kaputt"}; create; 5m; list -> 803 kaputt, …; restore 803 -> 400…
      events -> … snapshot-created snapshot-failed
    can be unknown to restores and deletes for a while, and need never end:
      times {"unknownMs":7000,"snapshotOutcome":"never"}; create; 6999; delete 802 -> 404…; 1; restore 802 -> 400…
      99m; list -> 802 in_progress, …; delete 802 -> 204…
    stays as it is told to be beforehand:
      reset {"servers":[{"id":"12345","name":"one"}],
        "snapshots":[{"id":"6","server":"12345","name":"x","status":"archiving"}]}
      9m; list -> 6 archiving
  `
})

describe('a restore', () => {
  conversations()`
    keeps others out, and ends running with the content of the snapshot:
      restore 801 -> 200 restoring down; restore 798 -> 400 restoring down; hard_stop -> 400 restoring down
      8m-1; disk -> 200 (being overwritten); 1 -> active runs; disk -> 200 content of 2025-01-15
      events -> restore-begun stopped restore-ended running
    can be stale, then stopped, then restoring, then left stopped:
      times {"restoreStaleMs":3000,"restoreStoppedMs":7000,"restoreEndsAs":"stopped"}
      restore 801 -> 200 active runs; 2999 -> active runs; 1 -> stopped down; 6999 -> stopped down
      1 -> restoring down; 8m-10001 -> restoring down; 1 -> stopped down
    need never be seen:
      times {"restoreShows":null,"restoreStoppedMs":1000}
      restore 801 -> 200 active down; 1m -> active down; restore 801 -> 400 active down; 7m -> active runs
    can begin late: the server works until then, and what was asked for twice is done twice:
      times {"restoreBeginsMs":60000}
      restore 801 -> 200 active runs; restore 801 -> 200 active runs; 1m-1 -> active runs; 1 -> restoring down
      8m -> restoring down; 8m -> active runs
      events -> … restore-begun stopped restore-ended running restore-begun stopped restore-ended running
    is refused during a snapshot, and the other way round, where that is set:
      settings {"restoreWhileSnapshotting":"refused","createWhileRestoring":"refused"}
      create; restore 801 -> 400…; 5m; restore 801 -> 200…; create -> 400…
  `
})

describe('power', () => {
  conversations()`
    starts by way of what it passes through; can go straight, after a stale while:
      others {"act":"status","server":"12345","status":"stopped"}
      start -> 200 starting down; stop -> 400…; 29999 -> starting down; 1 -> active runs
      times {"showsTransitions":false,"powerStaleMs":1000}
      stop -> 200 active runs; 20999 -> active runs; 1 -> stopped down
    can land late: a start in between is accepted and changes nothing, nor does it stop what is down by then:
      times {"stopLandsMs":60000}; stop -> 200 active runs; start -> 200 active runs; 1m-1 -> active runs
      1 -> stopping runs; 20000 -> stopped down
      start; 30000 -> active runs; stop; hard_stop -> 200 stopped down; 1m -> stopped down
    restarts, unless a hard stop interrupts:
      restart -> 200 stopping runs; 20000 -> starting down; 30000 -> active runs
      restart; 20000 -> starting down; hard_stop -> 200 stopped down; 1m -> stopped down
      restart; hard_stop -> 200 stopped down; 1m -> stopped down
  `
})

describe('others', () => {
  conversations()`
    are refused what the API refuses:
      others {"act":"restore","snapshot":"801"} -> 200 {"id":"801"}
      others {"act":"restore","snapshot":"798"} -> 400 …server-busy…
      others {"act":"power","server":"12345","action":"stop"} -> 400 …server-busy…
      others {"act":"delete","snapshot":"1"} -> 400 …unknown…
      others {"act":"deploy","server":"1","disk":""} -> 400 …unknown…
    can force any status, which ends whatever goes on:
      restore 801; others {"act":"status","server":"12345","status":"error"}; 10m -> error down
      others {"act":"status","server":"12345","status":"suspended"}; restore 801 -> 400 suspended down
      others {"act":"status","server":"12345","status":"active"}; 0 -> active runs
      restore 801; others {"act":"status","server":"12345","status":"active"}; stop -> 200 stopping runs
    can make a server refuse every change for a time:
      others {"act":"refuse","server":"12345","forMs":5000,"status":423,"detail":"Locked by a backup."}
      POST /snapshots/801/restore/ -> 423 {"detail":"Locked by a backup."}; create -> 423…; delete 801 -> 423…
      4999 -> active runs; stop -> 423…; 1; create -> 201…; delete 798 -> 204…; stop -> 200…; 1m; restore 801 -> 200…
  `
})
