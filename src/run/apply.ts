import type { PowerEvent, ServerEvent, TaskEvent } from './events.ts'
import type { CutOffBy, Health, Phase, Power, SafetySnapshot, ServerRun, Task } from './server-run.ts'
import { snapshotOf } from './server-run.ts'

/**
 * The record after an event. The only place where a server's record changes; pure.
 * @param at when it happened, in clock milliseconds
 */
export function apply(run: ServerRun, event: ServerEvent, at: number): ServerRun {
  switch (event.type) {
    case 'server read': {
      const { name, status } = event.server
      return withStatus({ ...run, server: { ...run.server, name: name || run.server.name } }, status, at)
    }
    case 'status seen':
      return withStatus(run, event.status, at)
    case 'server unreadable':
      return { ...run, server: { ...run.server, readAt: at } }
    case 'slots counted':
      return { ...run, slots: event.used }
    case 'began':
      return { ...run, began: run.began ?? at }
    case 'deletion ended':
      return { ...run, task: settled(run.task), deletions: [...run.deletions, event.deletion] }
    case 'kept':
      return { ...run, kept: event.kept }
    case 'safety snapshot accepted':
      return {
        ...run,
        task: settled(run.task),
        safety: { snapshot: event.snapshot, state: 'running', since: at },
      }
    case 'safety snapshot ended':
      return afterSafety(run, event.state, at)
    case 'stop requested':
    case 'stopped':
    case 'stop failed':
    case 'start requested':
    case 'started':
    case 'left stopped':
    case 'start failed':
      return afterPower(run, event, at)
    case 'health check began':
      return { ...run, health: { state: 'checking', since: at } }
    case 'health check passed':
      return afterHealth(run, { state: 'passed' }, at)
    case 'health check failed':
      return afterHealth(run, { state: 'failed', problem: event.problem }, at)
    case 'cancelled':
      return cutOff(run, 'cancelled', at)
    case 'abandoned':
      return cutOff(run, 'internal error', at)
    default:
      return afterTask(run, event, at)
  }
}

function withStatus(run: ServerRun, status: string, at: number): ServerRun {
  const { server } = run
  const statusSince = server.status === status ? server.statusSince : at
  return { ...run, server: { ...server, status, statusSince, readAt: at } }
}

function afterTask(run: ServerRun, event: TaskEvent, at: number): ServerRun {
  const task = taskAfter(run, event, at)
  const isOver = event.type === 'succeeded' || event.type === 'left running' || event.type === 'failed'
  const phases = isOver ? withTaskPhase(run, task, at) : run.phases
  const ended = isOver && run.began !== undefined ? at : run.ended
  return { ...run, server: serverAfter(run, event), task, phases, ended, slots: slotsAfter(run, event) }
}

function taskAfter(run: ServerRun, event: TaskEvent, at: number): Task {
  const { task } = run
  switch (event.type) {
    case 'planned':
      return { state: 'planned', steps: event.steps }
    case 'skipped':
      return { state: 'skipped', why: event.why }
    case 'request sent': {
      const { type, ...request } = event
      return { ...request, state: 'requested', before: settled(task) }
    }
    case 'request refused':
      return settled(task)
    case 'accepted': {
      const { type, ...accepted } = event
      return { ...accepted, state: 'running', since: at }
    }
    case 'succeeded':
      return succeeded(task, event, at)
    case 'left running': {
      const { type, ...because } = event
      return task.state === 'running' ? { ...task, ...because, state: type, at } : task
    }
    case 'failed':
      return failedTask(run, event)
  }
}

/** What was never accepted by us can end well all the same: somebody else had deleted it. */
function succeeded(task: Task, event: Extract<TaskEvent, { type: 'succeeded' }>, at: number): Task {
  const from = task.state === 'running' ? task : undefined
  const snapshot = event.snapshot ?? from?.snapshot
  if (snapshot === undefined) return task
  const { work, since } = from ?? { work: 'deletion' as const, since: at }
  return { state: 'succeeded', work, snapshot, since, at, how: event.how ?? 'seen' }
}

function failedTask(run: ServerRun, event: Extract<TaskEvent, { type: 'failed' }>): Task {
  const { task } = run
  const { problem } = event
  if (problem.done === 'unknown') return { state: 'ambiguous', problem }
  if (task.state !== 'running') return { state: 'rejected', problem }
  const snapshot = event.snapshot === 'gone' ? undefined : (event.snapshot ?? snapshotOf(run))
  return { state: 'failed', work: task.work, snapshot, problem }
}

/** The answer to a create names its server, which the token may not be able to read. */
function serverAfter({ goal, server }: ServerRun, event: TaskEvent): ServerRun['server'] {
  if (event.type !== 'accepted' || goal !== 'create') return server
  return { ...server, name: event.snapshot.server.name || server.name }
}

/** An accepted create takes a slot, where slots were counted. */
function slotsAfter(run: ServerRun, event: TaskEvent): number | undefined {
  const isNew = event.type === 'accepted' && event.work === 'snapshot' && run.goal === 'create'
  return isNew && run.slots !== undefined ? run.slots + 1 : run.slots
}

function withTaskPhase(run: ServerRun, task: Task, at: number): readonly Phase[] {
  const before = run.task
  if (before.state !== 'running' || (before.work !== 'snapshot' && before.work !== 'restore'))
    return run.phases
  if (task.state === 'left running' && task.why === 'not awaited') return run.phases
  return [...run.phases, phase(before.work, before.since, at, task.state !== 'succeeded')]
}

function phase(kind: Phase['kind'], from: number, to: number, failed: boolean): Phase {
  return { kind, from, to, failed }
}

function afterPower(run: ServerRun, event: PowerEvent, at: number): ServerRun {
  const task: Task = event.type === 'stop failed' ? { state: 'rejected', problem: event.problem } : run.task
  const isStillAwaited = event.type === 'stop requested' || event.type === 'start requested'
  const ended = isStillAwaited || run.ended === undefined ? run.ended : at
  return {
    ...run,
    task,
    ended,
    power: powerAfter(run.power, event, at),
    phases: withPowerPhase(run, event, at),
  }
}

function powerAfter(power: Power, event: PowerEvent, at: number): Power {
  switch (event.type) {
    case 'stop requested':
    case 'start requested':
      return { state: event.type, since: at }
    case 'stopped':
    case 'started':
    case 'left stopped':
      return { state: event.type }
    // The stop may still land.
    case 'stop failed':
      return power
    case 'start failed':
      return { state: 'start failed', problem: event.problem }
  }
}

/** A start that was never asked for, since the server was found running, has no phase. */
function withPowerPhase({ power, phases }: ServerRun, event: PowerEvent, at: number): readonly Phase[] {
  if (power.state === 'stop requested' && (event.type === 'stopped' || event.type === 'stop failed'))
    return [...phases, phase('stop', power.since, at, event.type === 'stop failed')]
  if (power.state === 'start requested' && (event.type === 'started' || event.type === 'start failed'))
    return [...phases, phase('start', power.since, at, event.type === 'start failed')]
  return phases
}

function afterHealth(run: ServerRun, health: Health, at: number): ServerRun {
  const from = run.health.state === 'checking' ? run.health.since : at
  const phases = [...run.phases, phase('health check', from, at, health.state === 'failed')]
  return { ...run, health, phases, ended: at }
}

function afterSafety(run: ServerRun, state: SafetySnapshot['state'], at: number): ServerRun {
  if (run.safety === undefined) return run
  const phases = [...run.phases, phase('safety snapshot', run.safety.since, at, state !== 'completed')]
  return { ...run, safety: { ...run.safety, state }, phases }
}

/** What a cancel, or a mistake of this action, makes of a record: no operation has to prepare for it. */
function cutOff(run: ServerRun, by: CutOffBy, at: number): ServerRun {
  const health: Health = run.health.state === 'checking' ? { state: 'cut off' } : run.health
  return { ...run, health, task: cutOffTask(run.task, by, at), deletions: deletionsAfter(run) }
}

/** Whether a snapshot that was to make room is still there, nobody knows until the request for it is answered. */
function deletionsAfter({ task, deletions }: ServerRun): ServerRun['deletions'] {
  if (task.state !== 'requested' || task.toDelete === undefined) return deletions
  return [...deletions, { snapshot: task.toDelete, by: 'when-full', end: 'unknown' }]
}

function cutOffTask(task: Task, by: CutOffBy, at: number): Task {
  switch (task.state) {
    case 'pending':
      return { state: 'skipped', why: by }
    case 'running':
      return { ...task, state: 'left running', why: by, at }
    // That the answer to a request is outstanding stays the truth.
    case 'requested':
    case 'planned':
    case 'skipped':
    case 'rejected':
    case 'ambiguous':
    case 'left running':
    case 'succeeded':
    case 'failed':
      return task
  }
}

function settled(task: Task): Task {
  return task.state === 'requested' ? task.before : task
}
