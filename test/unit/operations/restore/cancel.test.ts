import { describe, expect, it } from 'vitest'
import { byHand, byWorkflow, fleet, hoursAgo, WEB } from '../support/scenery.ts'
import { type Cancel, createStage, type Stage, type Transcript } from '../support/stage.ts'
import { BEFORE, deeds, deployed, diskOf, MINUTE, restoring, runs } from './scene.ts'

const GRACE = 1_000

/** One stage that is cancelled as its nth request is sent. */
interface Cut {
  readonly nth: number
  readonly stage: Stage
  readonly seen: Transcript
  /** What our requests did to the world, also those that were still on their way. */
  readonly done: readonly string[]
}

/** Cancels a stage at each of its requests in turn, until it ends before the cancel. */
async function sweep(
  begin: () => { readonly stage: Stage; readonly run: (cancel: Cancel) => Promise<Transcript> },
): Promise<readonly Cut[]> {
  const cuts: Cut[] = []
  for (let nth = 1; ; nth += 1) {
    const { stage, run } = begin()
    const before = deeds(stage.world).length
    const seen = await run({ nth })
    if (seen.requests.length < nth) return cuts
    const asked = seen.requests[nth - 1]?.after ?? 0
    expect(seen.took - asked).toBeLessThanOrEqual(GRACE)
    expect(seen.requests).toHaveLength(nth)
    await stage.clock.advance(5_000)
    cuts.push({ nth, stage, seen, done: deeds(stage.world).slice(before) })
  }
}

/** What each cut said, with the numbers of the requests at which it said so. */
function said(cuts: readonly Cut[]): readonly string[] {
  const texts: { text: string; from: number; to: number }[] = []
  for (const { nth, seen } of cuts) {
    const text = `${seen.green ? 'green' : 'red'} ${seen.outputs['status'] ?? '–'}: ${seen.verdict}`
    const last = texts.at(-1)
    if (last?.text === text) last.to = nth
    else texts.push({ text, from: nth, to: nth })
  }
  return texts.map(({ text, from, to }) => `${from === to ? from : `${from}–${to}`} ${text}`)
}

/** Whatever the cut, nothing that it says may be untrue. */
function expectTruth(cuts: readonly Cut[]): void {
  for (const { seen, done } of cuts) {
    const { status } = seen.outputs
    if (/before anything was changed/.test(seen.verdict)) expect(done).toEqual([])
    if (status === 'failed') expect(done.filter(deed => /^(restore|deleted)/.test(deed))).toEqual([])
    if (done.includes('restore-begun 801')) expect(['cancelled', 'unknown', 'restored']).toContain(status)
    if (status === 'restored') expect(done).toContain('restore-begun 801')
    expect(seen.outputs['duration-seconds']).toMatch(/^[0-9]+$/)
    expect(seen.summary).not.toBe('')
  }
}

function of(stage: Stage, inputs: Readonly<Record<string, string>>) {
  return { stage, run: (cancel: Cancel) => stage.main(inputs, { cancel }) }
}

describe('a cancelled restore', () => {
  it('tells the truth wherever it is cut off', async () => {
    const cuts = await sweep(() => of(deployed(), restoring()))
    expectTruth(cuts)
    expect(cuts.every(({ seen }) => !seen.green)).toBe(true)
    expect(said(cuts)).toMatchInlineSnapshot(`
      [
        "1–3 red failed: Cancelled (SIGINT) before anything was changed.",
        "4–28 red cancelled: Cancelled while web-server-01 was being restored from snapshot 801: the restore was accepted and goes on at VPS.org. Do not restore again.",
      ]
    `)
  })

  it('tells the truth while it starts the server and checks its health', async () => {
    const cuts = await sweep(() =>
      of(deployed({ restoreEndsAs: 'stopped' }), restoring({ 'health-check': 'https://shop.example/up' })),
    )
    expectTruth(cuts)
    expect(said(cuts).slice(-4)).toMatchInlineSnapshot(`
      [
        "1–3 red failed: Cancelled (SIGINT) before anything was changed.",
        "4–28 red cancelled: Cancelled while web-server-01 was being restored from snapshot 801: the restore was accepted and goes on at VPS.org. Do not restore again.",
        "29–36 red cancelled: The restore of web-server-01 has ended, but the server was left stopped and has not been seen running.",
      ]
    `)
  })

  it('tells the truth while it makes the safety snapshot', async () => {
    const cuts = await sweep(() => of(deployed(), restoring({ 'snapshot-before-restore': 'true' })))
    expectTruth(cuts)
    expect(said(cuts)).toMatchInlineSnapshot(`
      [
        "1–4 red failed: Cancelled (SIGINT) before anything was changed.",
        "5–25 red failed: Cancelled (SIGINT) before all was done. Done so far: safety snapshot 802 accepted.",
        "26–50 red cancelled: Cancelled while web-server-01 was being restored from snapshot 801: the restore was accepted and goes on at VPS.org. Do not restore again.",
      ]
    `)
  })

  it('waits a second for the answer to its request, and no longer', async () => {
    const stage = createStage({
      servers: [{ ...WEB }],
      snapshots: [byWorkflow({ id: '801' })],
      latencyMs: 1_500,
    })
    const seen = await stage.main(restoring(), {
      cancel: { request: 'POST /snapshots/801/restore/', nth: 1, signal: 'SIGTERM' },
    })
    expect(seen).toMatchObject({ green: false, took: 3 * 1_500 + GRACE, outputs: { status: 'unknown' } })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "Cancelled while web-server-01 was waiting for the answer to a request: whether VPS.org acted on it is not known. Look at what there is with operation: list, server-id: 12345.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('that was refused for now had changed nothing', async () => {
    const stage = deployed(
      { stoppingMs: 10 * MINUTE },
      { happenings: [{ afterMs: 300, act: { act: 'power', server: WEB.id, action: 'stop' } }] },
    )
    const seen = await stage.main(restoring(), { cancel: { afterMs: 60_000 } })
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed' } })
    expect(seen.calls).toContain('POST /snapshots/801/restore/')
    expect(seen.verdict).toBe('Cancelled (SIGINT) before anything was changed.')
  })

  it('that was refused for now, after a request without an answer, is unknown', async () => {
    const stage = deployed(
      { stoppingMs: 10 * MINUTE },
      {
        faults: [
          {
            match: { method: 'POST', path: '/snapshots/*/restore/', nth: 1 },
            when: 'before',
            fault: { kind: 'reset' },
          },
        ],
        happenings: [{ afterMs: 68_500, act: { act: 'power', server: WEB.id, action: 'stop' } }],
      },
    )
    const seen = await stage.main(restoring(), { cancel: { afterMs: 2 * MINUTE } })
    expect(seen).toMatchObject({ green: false, outputs: { status: 'unknown' } })
  })

  it('during its health check says that the restore has ended', async () => {
    const stage = deployed({}, { probe: () => 'refused' })
    const seen = await stage.main(restoring({ 'health-check': 'https://shop.example/up' }), {
      cancel: { afterMs: 500_000, signal: 'SIGTERM' },
    })
    expect(seen).toMatchObject({ green: false, took: 500_000 })
    expect(seen.outputs['status']).toMatchInlineSnapshot(`"cancelled"`)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "The restore of web-server-01 has ended, but its health check was cut off. Look whether what runs on the server answers.",
          "title": "Restore done, but not all is well",
        },
      ]
    `)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('during the health check of a server that it started says nothing of its having been stopped', async () => {
    const stage = deployed({ restoreEndsAs: 'stopped' }, { probe: () => 'refused' })
    const seen = await stage.main(restoring({ 'health-check': 'https://shop.example/up' }), {
      cancel: { afterMs: 550_000 },
    })
    expect(seen.verdict).toBe('The restore of web-server-01 has ended, but its health check was cut off.')
    expect(runs(stage.world)).toBe(true)
  })

  it('of several says what became of each', async () => {
    const stage = createStage({
      servers: [WEB, { id: '777', name: 'db-01', status: 'restarting' }],
      snapshots: [byWorkflow({ id: '801' }), byWorkflow({ id: '802', server: '777' })],
    })
    const seen = await stage.main(restoring({ 'snapshot-id': '801,802' }), { cancel: { afterMs: 30_000 } })
    expect(seen.green).toBe(false)
    expect(seen.outputs['status']).toMatchInlineSnapshot(`"failed"`)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "0 of 2 servers are back at their snapshots. server 12345: Cancelled while web-server-01 was being restored from snapshot 801: the restore was accepted and goes on at VPS.org. Do not restore again. server 777: Cancelled before db-01 was restored from snapshot 802: nothing was changed on it. Take it up again with operation: wait, snapshot-id: 801. If it is still wanted, run it with operation: restore, snapshot-id: 802.",
          "title": "Restore failed",
        },
      ]
    `)
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
  })

  it('of several that had begun nothing says so', async () => {
    const stage = createStage({
      servers: [{ ...WEB, status: 'restarting' }],
      snapshots: [byWorkflow({ id: '801' })],
    })
    const seen = await stage.main(restoring(), { cancel: { afterMs: 30_000 } })
    expect(seen.verdict).toMatchInlineSnapshot(`"Cancelled (SIGINT) before anything was changed."`)
  })

  it('in its dry run changed nothing', async () => {
    const cuts = await sweep(() => of(deployed(), restoring({ 'dry-run': 'true' })))
    expectTruth(cuts)
    expect(said(cuts)).toMatchInlineSnapshot(`
      [
        "1–2 red failed: Cancelled (SIGINT) before anything was changed.",
      ]
    `)
  })
})

describe('a cancelled wait', () => {
  it('for a snapshot says that it goes on', async () => {
    const cuts = await sweep(() =>
      of(
        createStage({
          servers: [WEB],
          snapshots: [{ ...byWorkflow({ id: '801', status: 'in_progress' }), createdAt: hoursAgo(0) }],
        }),
        { operation: 'wait', 'snapshot-id': '801' },
      ),
    )
    expect(said(cuts)).toMatchInlineSnapshot(`
      [
        "1 red failed: Cancelled (SIGINT) before anything was changed.",
        "2–19 red cancelled: Cancelled while snapshot 801 of web-server-01 was in progress: it goes on at VPS.org.",
      ]
    `)
  })

  it('for a restore says that it goes on', async () => {
    const cuts = await sweep(() => {
      const stage = deployed({}, { happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '801' } }] })
      return of(stage, { operation: 'wait', 'snapshot-id': '801' })
    })
    expect(said(cuts)).toMatchInlineSnapshot(`
      [
        "1 red failed: Cancelled (SIGINT) before anything was changed.",
        "2 red cancelled: Cancelled (SIGINT) before all was done. Done so far: 801 found.",
        "3–26 red cancelled: Cancelled while web-server-01 was being restored from snapshot 801: the restore was accepted and goes on at VPS.org. Do not restore again.",
      ]
    `)
  })

  it('for what is completed says that it had not seen enough', async () => {
    const cuts = await sweep(() => of(deployed(), { operation: 'wait', 'snapshot-id': '801' }))
    expect(said(cuts)).toMatchInlineSnapshot(`
      [
        "1 red failed: Cancelled (SIGINT) before anything was changed.",
        "2–10 red cancelled: Cancelled (SIGINT) before all was done. Done so far: 801 found.",
      ]
    `)
  })
})

describe('a cancelled delete', () => {
  it('tells the truth wherever it is cut off', async () => {
    const cuts = await sweep(() =>
      of(deployed({ deletionLagMs: 5_000 }), { operation: 'delete', 'snapshot-id': '801' }),
    )
    for (const { seen, done } of cuts) {
      if (/before anything was changed/.test(seen.verdict)) expect(done).toEqual([])
      if (done.length > 0) expect(['unknown', 'deleted', 'cancelled']).toContain(seen.outputs['status'])
      expect(seen.green).toBe(false)
    }
    expect(said(cuts)).toMatchInlineSnapshot(`
      [
        "1–2 red failed: Cancelled (SIGINT) before anything was changed.",
        "3–8 red cancelled: Cancelled (SIGINT) before all was done. Done so far: 801 deleted.",
      ]
    `)
  })
})

describe('a cancelled delete of many', () => {
  it('names the first ten, and counts the others', async () => {
    const servers = fleet(12)
    const stage = createStage({
      servers,
      snapshots: servers.map(({ id }) => byHand({ id: `8${id}`, server: id })),
      settings: { timeline: { deletionLagMs: 60_000 } },
    })
    const ids = servers.map(({ id }) => `8${id}`).join(',')
    const seen = await stage.main(
      { operation: 'delete', 'snapshot-id': ids },
      { cancel: { afterMs: 20_000 } },
    )
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Cancelled (SIGINT) before all was done. Done so far: 811 deleted, 812 deleted, 813 deleted, 814 deleted, 815 deleted, 816 deleted, 817 deleted, 818 deleted, 819 deleted, 820 deleted, and 2 more."`,
    )
  })
})

describe('a cancelled list', () => {
  it('is red, and has listed nothing', async () => {
    const seen = await deployed().main({ operation: 'list' }, { cancel: { nth: 1 } })
    expect(seen.green).toBe(false)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "Cancelled (SIGINT) before anything was changed. Run the job again if the rest is still wanted.",
          "title": "List failed",
        },
      ]
    `)
    expect(seen.outputs['count']).toBeUndefined()
  })
})

describe('a cancelled post stage', () => {
  /** A stage whose main stage took snapshot 801, and its post stage. */
  async function post(jobStatus: string, inputs: Readonly<Record<string, string>>, timeline = {}) {
    const stage = createStage({
      servers: [{ ...WEB, disk: BEFORE }],
      snapshots: [
        byWorkflow({ id: '701', hours: 50 }),
        byWorkflow({ id: '702', hours: 40 }),
        byHand({ id: '800' }),
      ],
      settings: { timeline },
    })
    await stage.main({ operation: 'create', 'server-id': WEB.id, ...inputs })
    return { stage, run: (cancel: Cancel) => stage.post(jobStatus, { cancel }) }
  }

  /** As `sweep`, for a beginning that takes its time. */
  async function sweepPost(...given: Parameters<typeof post>): Promise<readonly Cut[]> {
    const total = (await (await post(...given)).run({ nth: 1_000 })).requests.length
    const begun = await Promise.all(Array.from({ length: total + 1 }, () => post(...given)))
    let next = 0
    return sweep(() => {
      const scene = begun[next]
      next += 1
      if (scene === undefined) throw new Error('more cuts than requests')
      return scene
    })
  }

  it('tells the truth of a restore wherever it is cut off', async () => {
    const cuts = await sweepPost('failure', { 'restore-on': 'failure' })
    for (const { seen, done } of cuts) {
      expect(seen.green).toBe(false)
      if (/before anything was/.test(seen.verdict)) expect(done).toEqual([])
    }
    expect(said(cuts)).toMatchInlineSnapshot(`
      [
        "1–2 red –: Deploy failed. Cancelled (SIGINT) before anything was restored.",
        "3–27 red –: Deploy failed. Cancelled while web-server-01 was being restored from snapshot 802: the restore was accepted and goes on at VPS.org. Do not restore again.",
      ]
    `)
  })

  it('tells the truth of what is deleted, and is not red for it', async () => {
    const cuts = await sweepPost('success', { 'delete-on': 'success' })
    expect(said(cuts)).toMatchInlineSnapshot(`
      [
        "1 green –: Cancelled (SIGINT) before all was done at the end of the job; what is not named here may or may not be done.",
        "2 green –: Deleted by delete-on: snapshot 802.",
      ]
    `)
    expect(cuts.map(({ seen }) => seen.annotations.map(({ text }) => text))).toMatchInlineSnapshot(`
      [
        [
          "Cancelled (SIGINT) before all was done at the end of the job; what is not named here may or may not be done.",
        ],
        [],
      ]
    `)
  })

  it('tells the truth of what keep-last deletes, and is not red for it', async () => {
    const cuts = await sweepPost('success', { 'keep-last': '1' })
    expect(said(cuts)).toMatchInlineSnapshot(`
      [
        "1–2 green –: Cancelled (SIGINT) before all was done at the end of the job; what is not named here may or may not be done.",
        "3–4 green –: keep-last deleted snapshot 701 until it was cancelled. Cancelled (SIGINT) before all was done at the end of the job; what is not named here may or may not be done.",
        "5 green –: keep-last deleted snapshots 701, 702; 2 snapshots stay.",
      ]
    `)
  })

  it('that had still to start a server is red, and says that nothing was restored', async () => {
    const { stage } = await post('failure', { 'restore-on': 'failure', 'stop-server': 'true' })
    const state = await stage.main({
      ...{ operation: 'create', 'server-id': WEB.id, 'restore-on': 'failure', 'stop-server': 'true' },
    })
    const entry = state.state['entry-0']?.replace('"power":"started"', '"power":"stopped"') ?? ''
    stage.world.act({ act: 'power', server: WEB.id, action: 'stop' })
    await stage.clock.advance(MINUTE)
    const seen = await stage.post('failure', {
      state: { ...state.state, 'entry-0': entry },
      cancel: { request: 'POST /servers/12345/power/', nth: 1 },
    })
    expect(seen.green).toBe(false)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "web-server-01 was stopped for its snapshot, and it was not seen running again. Deploy failed. Cancelled (SIGINT) before anything was restored. If the deploy failed, restore it by hand: operation: restore, snapshot-id: 803. Look at the server in the VPS.org panel and start it if it is stopped.",
          "title": "Rollback failed",
        },
      ]
    `)
    expect(runs(stage.world)).toBe(false)
  })
})
