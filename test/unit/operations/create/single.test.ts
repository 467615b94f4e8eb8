import { describe, expect, it } from 'vitest'
import { byHand, fleet, idsOf, WEB } from '../support/scenery.ts'
import { createStage, type StageSettings, TOKEN } from '../support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const ONE_MINUTE = { timeline: { snapshotMs: 60_000 } }

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: ONE_MINUTE, ...more })
}

describe('a create of one server', () => {
  it('reads, asks, hands the id out, waits, and ends with the verdict', async () => {
    const { world, main } = stage({ snapshots: [byHand({ id: '700' })] })
    const { green, printed, calls, annotations, masks } = await main(CREATE)
    expect(green).toBe(true)
    expect(printed).toEqual([
      'group: Snapshots',
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'web-server-01 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'Snapshot 802 of web-server-01 is completed.',
      'endgroup',
      'Snapshot 802 of web-server-01 completed in 1m 1s (5.0 GiB, slot 2 of 5).',
    ])
    expect(calls).toEqual([
      'GET /snapshots/?server_id=12345',
      'GET /servers/12345/',
      'POST /snapshots/',
      'GET /snapshots/?server_id=12345',
      'GET /snapshots/?server_id=12345',
      'GET /snapshots/?server_id=12345',
      'GET /snapshots/?server_id=12345',
      'GET /snapshots/?server_id=12345',
      'GET /snapshots/?server_id=12345',
    ])
    expect(annotations).toEqual([])
    expect(masks).toEqual([TOKEN])
    expect(world.report().snapshots.map(({ id, status }) => `${id} ${status}`)).toEqual([
      '700 completed',
      '802 completed',
    ])
  })

  it('sends the name and a description that says where from and ends in the marker', async () => {
    const { requests } = await stage().main(CREATE)
    const post = requests.find(({ method }) => method === 'POST')
    expect(post?.path).toBe('/snapshots/')
    expect(post?.after).toBe(200)
    expect(JSON.parse(post?.body ?? '')).toEqual({
      server_id: 12345,
      name: 'shop-9876543210-1',
      description:
        'workflow Deploy, job deploy, commit 0123456, https://github.com/octo/shop/actions/runs/9876543210 ' +
        '[vps-snapshot-action workflow=octo/shop/.github/workflows/deploy.yml run=9876543210 attempt=1 purpose=deploy key=ssssssss]',
    })
    expect(post?.headers['authorization']).toBe(`Bearer ${TOKEN}`)
  })

  it('marks the snapshot of a scheduled workflow as scheduled, with the given name and description', async () => {
    const { main } = stage({ origin: { event: 'schedule' } })
    const transcript = await main({ ...CREATE, 'snapshot-name': 'nightly', description: 'every night' })
    const post = transcript.requests.find(({ method }) => method === 'POST')
    expect(JSON.parse(post?.body ?? '')).toEqual({
      server_id: 12345,
      name: 'nightly',
      description:
        'every night [vps-snapshot-action workflow=octo/shop/.github/workflows/deploy.yml run=9876543210 attempt=1 purpose=schedule key=ssssssss]',
    })
    expect(transcript.log).toEqual([
      'Snapshot 802 of web-server-01 is accepted: nightly.',
      'web-server-01 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'Snapshot 802 of web-server-01 is completed.',
      'Snapshot 802 of web-server-01 completed in 1m 1s (5.0 GiB, slot 1 of 5).',
    ])
    expect(transcript.debugLines[0]).toBe('GET /snapshots/?server_id=12345: 200 after 100 ms')
  })

  it('says so when the given name had to be made valid', async () => {
    const { log, outputs } = await stage().main({ ...CREATE, 'snapshot-name': 'before deploy!' })
    expect(log[0]).toBe('The snapshot\'s name "before deploy!" was made valid: before-deploy.')
    expect(outputs['snapshot-name']).toBe('before-deploy')
  })

  it('writes the id as soon as the API has accepted, and everything at the end', async () => {
    const { outputWrites } = await stage().main(CREATE)
    expect(outputWrites.map(([name, value]) => `${name}=${value}`)).toEqual([
      'snapshot-id=802',
      'snapshot-name=shop-9876543210-1',
      'server-id=12345',
      'server-name=web-server-01',
      'created-at=2026-03-02T02:40:00Z',
      'size-mb=',
      'status=in_progress',
      'snapshot-id=802',
      'snapshot-name=shop-9876543210-1',
      'server-id=12345',
      'server-name=web-server-01',
      'created-at=2026-03-02T02:40:00Z',
      'size-mb=5120',
      'status=completed',
      'server-status=active',
      'snapshots=[{"id":"802","name":"shop-9876543210-1","status":"completed","size_mb":5120,"created_at":"2026-03-02T02:40:00Z","description":"workflow Deploy, job deploy, commit 0123456, https://github.com/octo/shop/actions/runs/9876543210 [vps-snapshot-action workflow=octo/shop/.github/workflows/deploy.yml run=9876543210 attempt=1 purpose=deploy key=ssssssss]","server":{"id":"12345","name":"web-server-01"},"made_by":{"workflow":"octo/shop/.github/workflows/deploy.yml","run_id":"9876543210","attempt":1,"purpose":"deploy"}}]',
      'duration-seconds=61',
    ])
  })

  it('saves the plan before the request, the snapshot when accepted and when completed, and that it ended green', async () => {
    const { stateWrites } = await stage().main({
      ...CREATE,
      'restore-on': 'failure, cancelled',
      'delete-on': 'success',
      'keep-last': '3',
      'start-after-restore': 'false',
      'health-check': 'https://shop.test/up tcp://shop.test:22',
      'health-check-timeout': '90s',
      'max-parallel': '4',
      summary: 'false',
      timeout: '20m',
    })
    expect(stateWrites.map(([name]) => name)).toEqual(['main-stage', 'plan', 'entry-0', 'entry-0', 'green'])
    expect(JSON.parse(stateWrites[1]?.[1] ?? '')).toEqual({
      apiToken: 'vps_emulated_token',
      apiUrl: 'https://api.test/api/v1/',
      deleteOn: ['success'],
      health: {
        targets: [
          {
            kind: 'http',
            url: 'https://shop.test/up',
          },
          {
            host: 'shop.test',
            kind: 'tcp',
            port: 22,
          },
        ],
        timeoutMs: 90000,
      },
      keepLast: 3,
      maxParallel: 4,
      restoreOn: ['failure', 'cancelled'],
      restoreTimeoutMs: 1200000,
      servers: 1,
      startAfterRestore: false,
      summary: false,
      timeLapse: false,
    })
    expect(stateWrites.slice(2).map(([, value]) => JSON.parse(value))).toEqual([
      {
        power: 'untouched',
        server: '12345',
        serverName: 'web-server-01',
        snapshot: {
          completed: false,
          createdAt: '2026-03-02T02:40:00Z',
          sizeMb: null,
          id: '802',
          name: 'shop-9876543210-1',
        },
      },
      {
        power: 'untouched',
        server: '12345',
        serverName: 'web-server-01',
        snapshot: {
          completed: true,
          createdAt: '2026-03-02T02:40:00Z',
          sizeMb: 5120,
          id: '802',
          name: 'shop-9876543210-1',
        },
      },
      true,
    ])
  })

  it('shows verdict, table, slots and the step that puts it back in the summary', async () => {
    const { summary } = await stage().main(CREATE)
    expect(summary.split('\n')).toEqual([
      '<h3>✅ Snapshot 802 of web-server-01 completed in 1m 1s (5.0 GiB, slot 1 of 5).</h3>',
      '',
      '<table>',
      '<tr><th>Snapshot</th><th>Status</th><th>Server</th><th>Size</th><th>Age</th><th>Took</th><th>Name</th></tr>',
      '<tr><td>802</td><td>completed</td><td>web-server-01 (12345)</td><td>5.0 GiB</td><td>1 minute</td><td>1m 1s</td><td>shop-9876543210-1</td></tr>',
      '</table>',
      '',
      '<ul><li>web-server-01: 1 of 5 slots in use</li></ul>',
      '',
      '<details><summary>The step that puts it back</summary>',
      '',
      '<pre><code># It overwrites the server whenever it is reached: in a deploy job it needs the if: of the README.',
      '- uses: octo/vps-snapshot-action@v1',
      '  with:',
      '    operation: restore',
      '    api-token: ${{ secrets.VPS_API_TOKEN }}',
      '    server-id: 12345',
      '    snapshot-id: 802</code></pre>',
      '',
      '</details>',
      '',
      '',
    ])
  })

  it('writes no summary when none is wanted', async () => {
    const { summary, verdict } = await stage().main({ ...CREATE, summary: 'false' })
    expect(summary).toBe('')
    expect(verdict).toBe('Snapshot 802 of web-server-01 completed in 1m 1s (5.0 GiB, slot 1 of 5).')
  })

  it('says no word of a running server when it is stopped, and takes a snapshot all the same', async () => {
    const { green, log, outputs } = await stage({ servers: [{ ...WEB, status: 'stopped' }] }).main(CREATE)
    expect(green).toBe(true)
    expect(log).toEqual([
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'Snapshot 802 of web-server-01 is completed.',
      'Snapshot 802 of web-server-01 completed in 1m 1s (5.0 GiB, slot 1 of 5).',
    ])
    expect(outputs['server-status']).toBe('stopped')
  })
})

describe('a create without wait', () => {
  it('returns once the API has accepted, and says how to take it up', async () => {
    const { world, main } = stage()
    const { green, verdict, outputs, state, took, calls } = await main({ ...CREATE, wait: 'false' })
    expect(green).toBe(true)
    expect(verdict).toBe(
      'Snapshot 802 of web-server-01 is accepted and in progress; take it up with operation: wait, snapshot-id: 802.',
    )
    expect(outputs['status']).toBe('in_progress')
    expect(state['green']).toBeUndefined()
    expect(took).toBe(300)
    expect(calls).toHaveLength(3)
    expect(world.report().snapshots[0]?.status).toBe('in_progress')
  })
})

describe('a snapshot that does not complete', () => {
  it('fails with what the API says', async () => {
    const { main } = stage({ settings: { timeline: { snapshotMs: 60_000, snapshotOutcome: 'failed' } } })
    const { green, printed, outputs, state, annotations } = await main(CREATE)
    expect(green).toBe(false)
    expect(printed.slice(-4)).toEqual([
      'endgroup',
      'error: Snapshot 802 of web-server-01 failed: the API says "failed". Delete it, since it holds a slot (operation: delete), and run the job again; if it fails again, ask VPS.org support.',
      'Next: Delete it, since it holds a slot (operation: delete), and run the job again; if it fails again, ask VPS.org support.',
      'Snapshot 802 of web-server-01 failed: the API says "failed".',
    ])
    expect(annotations).toHaveLength(1)
    expect(annotations[0]?.title).toBe('Snapshot failed')
    expect(outputs['status']).toBe('failed')
    expect(JSON.parse(outputs['snapshots'] ?? '')[0].error).toBe(
      'Snapshot 802 of web-server-01 failed: the API says "failed".',
    )
    expect(state['green']).toBeUndefined()
    expect(JSON.parse(state['entry-0'] ?? '').snapshot.completed).toBe(false)
  })

  it('is gone when it was listed and is then missing for two settle windows', async () => {
    const { main } = stage({
      settings: { timeline: { snapshotMs: 600_000 } },
      happenings: [{ afterMs: 30_000, act: { act: 'delete', snapshot: '802' } }],
    })
    const { verdict, outputs, took, log } = await main(CREATE)
    expect(verdict).toBe(
      'Snapshot 802 of web-server-01 is gone: the list showed it and no longer does, so somebody or something deleted it.',
    )
    expect(log.at(-2)).toBe('Next: Look who deletes snapshots of this server, then run the job again.')
    expect(outputs['status']).toBe('failed')
    // It was written when it was accepted; the end names what exists.
    expect(outputs['snapshot-id']).toBe('')
    expect(outputs['snapshots']).toBe('[]')
    expect(took).toBe(208_137)
  })

  it('times out at the deadline, with the way to take it up again', async () => {
    const { main } = stage({ settings: { timeline: { snapshotOutcome: 'never' } } })
    const { green, verdict, log, outputs, took } = await main({ ...CREATE, timeout: '90s' })
    expect(green).toBe(false)
    expect(verdict).toBe(
      'Snapshot 802 of web-server-01 was not completed within 1m 30s; it goes on at VPS.org.',
    )
    expect(log.at(-2)).toBe('Next: Take it up again with operation: wait, snapshot-id: 802.')
    expect(outputs['status']).toBe('timed_out')
    expect(took).toBe(90_000)
  })

  it('times out with the last miss, where the API had stopped answering', async () => {
    const { main } = stage({
      faults: [
        {
          match: { method: 'GET', path: '/snapshots/', from: 3 },
          when: 'before',
          fault: { kind: 'status', status: 503 },
        },
      ],
    })
    const { verdict, log } = await main({ ...CREATE, timeout: '40s' })
    expect(verdict).toBe(
      'Snapshot 802 of web-server-01 was not completed within 40s; it goes on at VPS.org. The last question got no answer: GET /snapshots/?server_id=12345 was answered with 503.',
    )
    expect(log).toEqual([
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'web-server-01 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'GET /snapshots/?server_id=12345 was answered with 503. This is no answer; the wait goes on.',
      'Next: Take it up again with operation: wait, snapshot-id: 802.',
      'Snapshot 802 of web-server-01 was not completed within 40s; it goes on at VPS.org. The last question got no answer: GET /snapshots/?server_id=12345 was answered with 503.',
    ])
  })

  it('counts an undocumented status as running, and says so once', async () => {
    const { main } = stage({
      settings: { timeline: { snapshotMs: 1_000, snapshotOutcome: 'failed', failedWord: 'archiving' } },
      happenings: [
        { afterMs: 50_000, act: { act: 'snapshot-status', snapshot: '802', status: 'completed' } },
      ],
    })
    const { green, log } = await main(CREATE)
    expect(green).toBe(true)
    expect(log).toEqual([
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'web-server-01 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'Snapshot 802 has the status "archiving", which is not a documented one; it counts as still running.',
      'Snapshot 802 of web-server-01 is completed.',
      'Snapshot 802 of web-server-01 completed in 1m 1s (5.0 GiB, slot 1 of 5).',
    ])
  })
})

describe('the wait for a snapshot', () => {
  it('says a heartbeat once a minute, with the time passed and what is usual', async () => {
    const { log, requests } = await stage({ settings: { timeline: { snapshotMs: 5 * 60_000 } } }).main(CREATE)
    expect(log.slice(2, -2)).toEqual([
      'Snapshot 802 is in progress since 1m 1s; 3 to 10 minutes are usual.',
      'Snapshot 802 is in progress since 2m 16s; 3 to 10 minutes are usual.',
      'Snapshot 802 is in progress since 3m 28s; 3 to 10 minutes are usual.',
      'Snapshot 802 is in progress since 4m 33s; 3 to 10 minutes are usual.',
    ])
    expect(
      requests
        .slice(3)
        .map(({ after }, index, all) => Math.round((after - (all[index - 1]?.after ?? 300)) / 1_000)),
    ).toEqual([8, 4, 6, 9, 13, 20, 30, 45, 58, 14, 14, 13, 13, 13, 13, 12, 12, 12])
  })

  it('jitters the gaps by the random source', async () => {
    const settings = { timeline: { snapshotMs: 30_000 } }
    const early = await stage({ settings, random: () => 0 }).main(CREATE)
    const late = await stage({ settings, random: () => 0.999_999 }).main(CREATE)
    expect(early.requests[3]?.after).toBe(300 + 7_200)
    expect(late.requests[3]?.after).toBe(300 + 8_800)
  })

  it('keeps to a given interval exactly', async () => {
    const { requests } = await stage().main({ ...CREATE, 'poll-interval': '7s' })
    expect(requests.slice(3).map(({ after }) => after)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8].map(index => 300 + 7_000 + index * 7_100),
    )
  })

  it('keeps to a given interval also shortly before the deadline', async () => {
    const { main } = stage()
    const { requests } = await main({ ...CREATE, 'poll-interval': '30s', timeout: '45s' })
    expect(requests.slice(3).map(({ after }) => after)).toEqual([30_300])
  })

  it('tolerates misses of every kind, said once and once more when they end', async () => {
    const { main } = stage({
      settings: { timeline: { snapshotMs: 90_000 } },
      faults: [
        { match: { method: 'GET', path: '/snapshots/', nth: 2 }, when: 'before', fault: { kind: 'html' } },
        { match: { method: 'GET', path: '/snapshots/', nth: 3 }, when: 'before', fault: { kind: 'reset' } },
        {
          match: { method: 'GET', path: '/snapshots/', nth: 4 },
          when: 'before',
          fault: { kind: 'status', status: 429, headers: { 'retry-after': '20' } },
        },
        { match: { method: 'GET', path: '/snapshots/', nth: 6 }, when: 'before', fault: { kind: 'refused' } },
      ],
    })
    const { green, log, requests } = await main(CREATE)
    expect(green).toBe(true)
    expect(log).toEqual([
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'web-server-01 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'GET /snapshots/?server_id=12345 was answered with 200, but the answer cannot be read: the answer is not JSON. This is no answer; the wait goes on.',
      'The API answers again, after 3 misses.',
      'GET /snapshots/?server_id=12345 was not sent, since there was no connection to the API: connection refused. This is no answer; the wait goes on.',
      'The API answers again, after 1 miss.',
      'Snapshot 802 is in progress since 1m 12s; 3 to 10 minutes are usual.',
      'Snapshot 802 of web-server-01 is completed.',
      'Snapshot 802 of web-server-01 completed in 1m 42s (5.0 GiB, slot 1 of 5).',
    ])
    expect(requests.slice(3).map(({ after, status }) => `${after} ${status}`)).toEqual([
      '8300 200',
      '12400 null',
      '18500 429',
      '38600 200',
      '51700 null',
      '71800 200',
      '101900 200',
    ])
  })

  it.each([401, 404])('ends at once when a poll is answered with %i', async status => {
    const { main } = stage({
      faults: [
        {
          match: { method: 'GET', path: '/snapshots/', from: 2 },
          when: 'before',
          fault: { kind: 'status', status, body: '{"detail": "no"}' },
        },
      ],
    })
    const { green, verdict, outputs, took } = await main(CREATE)
    expect(green).toBe(false)
    expect(verdict).toBe(
      `GET /snapshots/?server_id=12345 was answered with ${status}: no. Snapshot 802 of web-server-01 was accepted and goes on at VPS.org; whether it is completed is not known. Take it up again with operation: wait, snapshot-id: 802.`,
    )
    expect(outputs['status']).toBe('failed')
    expect(took).toBe(8_400)
  })

  it('takes a last look shortly before the deadline', async () => {
    const { main } = stage({ settings: { timeline: { snapshotMs: 36_000 } } })
    const { green, requests } = await main({ ...CREATE, timeout: '45s' })
    expect(green).toBe(true)
    expect(requests.at(-1)?.after).toBe(40_000)
  })
})

describe('what a create finds before it changes anything', () => {
  it('fails when the snapshots cannot be listed', async () => {
    const { main } = stage({ settings: { token: 'another' } })
    const { green, verdict, log, outputs, calls, state } = await main(CREATE)
    expect(green).toBe(false)
    expect(verdict).toBe(
      'GET /snapshots/?server_id=12345 was answered with 401: Invalid token. Nothing was changed.',
    )
    expect(log).toHaveLength(2)
    expect(log[0]).toBe(
      'Next: The API token is wrong, incomplete, expired or revoked. Make a new one under API tokens in your VPS.org account (https://admin.vps.org) and pass it whole.',
    )
    expect(outputs).toEqual({
      'created-at': '',
      'duration-seconds': '0',
      'server-id': '',
      'server-name': '',
      'size-mb': '',
      'snapshot-id': '',
      'snapshot-name': '',
      snapshots: '[]',
      status: 'failed',
    })
    expect(calls).toEqual(['GET /snapshots/?server_id=12345'])
    expect(state).toEqual({ 'main-stage': 'begun' })
  })

  it('names the token’s permissions when it may not list', async () => {
    const { main } = stage({ settings: { permissions: ['servers:read'] } })
    const { verdict, log, calls } = await main(CREATE)
    expect(verdict).toBe(
      'GET /snapshots/?server_id=12345 was answered with 403: This token lacks the permission "snapshots:read". Nothing was changed.',
    )
    expect(log.at(-2)).toBe(
      'Next: Give the API token the permission that the API names, in your VPS.org account (https://admin.vps.org). It has servers:read.',
    )
    expect(calls).toEqual(['GET /snapshots/?server_id=12345', 'GET /account/me/'])
  })

  it('asks for the token’s permissions once, however often it is refused', async () => {
    const servers = fleet(3)
    const { main } = createStage({ servers, settings: { permissions: ['snapshots:read', 'servers:read'] } })
    const { calls } = await main({ operation: 'create', 'server-id': idsOf(servers) })
    expect(calls.filter(call => call === 'GET /account/me/')).toHaveLength(1)
  })

  it('does without the permissions when the account does not answer', async () => {
    const { main } = stage({
      settings: { permissions: [] },
      faults: [{ match: { path: '/account/me/' }, when: 'before', fault: { kind: 'hang' } }],
    })
    const { log, took } = await main(CREATE)
    expect(log.at(-2)).toBe(
      'Next: Give the API token the permission that the API names, in your VPS.org account (https://admin.vps.org).',
    )
    expect(took).toBe(10_100)
  })

  it('fails for a server that does not exist', async () => {
    const { main } = stage({ servers: [] })
    const { green, verdict, outputs, calls } = await main(CREATE)
    expect(green).toBe(false)
    expect(verdict).toBe('GET /servers/12345/ was answered with 404: Not found. Nothing was changed.')
    expect(outputs['status']).toBe('failed')
    expect(calls).toEqual([
      'GET /snapshots/?server_id=12345',
      'GET /servers/12345/',
      'GET /servers/?page_size=100',
    ])
  })

  it('goes on with a warning when the token may not read servers', async () => {
    const { main } = stage({
      settings: { ...ONE_MINUTE, permissions: ['snapshots:read', 'snapshots:write'] },
    })
    const { green, annotations, outputs, log } = await main(CREATE)
    expect(green).toBe(true)
    expect(annotations).toEqual([
      {
        level: 'warning',
        text: 'The token may not read server 12345: whether it is being restored or restarted just now is not known. The snapshot is taken all the same.',
        title: 'VPS.org snapshot',
      },
    ])
    expect(outputs['server-status']).toBeUndefined()
    expect(outputs['server-name']).toBe('web-server-01')
    expect(log).toEqual([
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'Snapshot 802 of web-server-01 is completed.',
      'Snapshot 802 of web-server-01 completed in 1m 1s (5.0 GiB, slot 1 of 5).',
    ])
  })

  it.each([
    ['restore-on', { 'restore-on': 'failure' }],
    ['stop-server', { 'stop-server': 'true' }],
    ['stop-server', { 'stop-server': 'true', 'restore-on': 'cancelled' }],
  ])('refuses %s when the token may not read servers', async (name, inputs) => {
    const { main } = stage({ settings: { permissions: ['snapshots:read', 'snapshots:write'] } })
    const { green, verdict, log, calls } = await main({ ...CREATE, ...inputs })
    expect(green).toBe(false)
    expect(verdict).toBe(
      `GET /servers/12345/ was answered with 403: This token lacks the permission "servers:read". ${name} needs a token that may read the server. Nothing was changed.`,
    )
    expect(log.at(-2)).toBe(
      'Next: Give the API token the permission that the API names, in your VPS.org account (https://admin.vps.org). It has snapshots:read, snapshots:write.',
    )
    expect(calls).toEqual(['GET /snapshots/?server_id=12345', 'GET /servers/12345/', 'GET /account/me/'])
  })

  it('warns when the API drops the marker', async () => {
    const { main } = stage({ settings: { ...ONE_MINUTE, descriptions: 'unbracketed' } })
    const { green, annotations } = await main(CREATE)
    expect(green).toBe(true)
    expect(annotations).toEqual([
      {
        level: 'warning',
        text: "The API handed snapshot 802's description back without this action's marker: keep-last, when-full and snapshot-id: latest will not see this snapshot.",
        title: 'VPS.org snapshot',
      },
    ])
  })

  it('does not blame the API for a marker that the runner made impossible', async () => {
    const { main } = stage({ settings: ONE_MINUTE, origin: { repository: '', workflow: '/' } })
    const { green, annotations } = await main(CREATE)
    expect(green).toBe(true)
    expect(annotations.map(({ text }) => text)).toEqual([
      'The runner says that this runs in "" (GITHUB_REPOSITORY), which is not owner/name, so snapshot 802 has no valid marker: keep-last, when-full and snapshot-id: latest will not see this snapshot.',
    ])
  })

  it('does without a server’s name where the API gives none', async () => {
    const { main } = stage({ servers: [{ ...WEB, name: '' }] })
    const { verdict, outputs } = await main(CREATE)
    expect(verdict).toBe('Snapshot 802 of server 12345 completed in 1m 1s (5.0 GiB, slot 1 of 5).')
    expect(outputs['server-name']).toBe('')
  })

  it('takes the name of the snapshot’s server where reading the server gave none', async () => {
    const { main } = stage({
      settings: { ...ONE_MINUTE, permissions: ['snapshots:read', 'snapshots:write'] },
    })
    const { outputs } = await main(CREATE)
    expect(outputs['server-name']).toBe(WEB.name)
  })
})

describe('a dry run of a create', () => {
  it('reads, says what it would do, and sends nothing that changes anything', async () => {
    const { main, world } = stage({ snapshots: [byHand({ id: '700' })] })
    const { green, printed, outputs, calls, state } = await main({ ...CREATE, 'dry-run': 'true' })
    expect(green).toBe(true)
    expect(printed).toEqual([
      'Would take snapshot shop-9876543210-1 of web-server-01 (active, 1 of 5 slots in use).',
      'Dry run: would take a snapshot of web-server-01. Nothing was changed.',
    ])
    expect(outputs).toEqual({
      'created-at': '',
      'duration-seconds': '0',
      'server-id': '',
      'server-name': '',
      'server-status': 'active',
      'size-mb': '',
      'snapshot-id': '',
      'snapshot-name': '',
      snapshots: '[]',
      status: 'planned',
    })
    expect(calls).toEqual(['GET /snapshots/?server_id=12345', 'GET /servers/12345/'])
    expect(state).toEqual({ 'main-stage': 'begun' })
    expect(world.events).toEqual([])
  })

  it('names the stop, and what it could not read', async () => {
    const stopping = await stage().main({ ...CREATE, 'dry-run': 'true', 'stop-server': 'true' })
    expect(stopping.log).toEqual([
      'Would take snapshot shop-9876543210-1 of web-server-01 (active, 0 of 5 slots in use).',
      'Would stop web-server-01 first and start it again afterwards.',
      'Dry run: would take a snapshot of web-server-01. Nothing was changed.',
    ])
    const { main } = stage({ settings: { permissions: ['snapshots:read'] } })
    const blind = await main({ ...CREATE, 'dry-run': 'true' })
    expect(blind.log).toEqual([
      'Would take snapshot shop-9876543210-1 of server 12345 (status not readable, 0 of 5 slots in use).',
      'Dry run: would take a snapshot of server 12345. Nothing was changed.',
    ])
  })
})
