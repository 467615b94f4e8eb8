import fc from 'fast-check'
import type { ServerEvent } from '../../../src/run/events.ts'
import {
  applyToAll,
  applyToServer,
  type OperationEvent,
  type OperationRun,
} from '../../../src/run/operation-run.ts'
import type { ServerRun } from '../../../src/run/server-run.ts'
import { NOW, operationRun } from './fixtures.ts'

/** Something that happened, and when, in clock milliseconds. */
export type Step =
  | { readonly at: number; readonly on: 'all'; readonly event: OperationEvent }
  | { readonly at: number; readonly on: number; readonly event: ServerEvent }

/** All that happened to an operation, in order. */
export interface History {
  readonly begin: OperationRun
  readonly steps: readonly Step[]
}

/** The record after one more step. */
export function afterStep(run: OperationRun, { at, on, event }: Step): OperationRun {
  return on === 'all' ? applyToAll(run, event, at) : applyToServer(run, on, event, at)
}

/** Chooses among values. */
export type Pick = <T>(...values: readonly [T, ...T[]]) => T

/** What happens to one server, as its code would tell it; it may look at what is known by then. */
export type Course = Generator<ServerEvent, void, void>

/** What a course can see of the operation. */
export interface View {
  readonly run: OperationRun
  readonly server: ServerRun
}

/** Tells a history, and keeps the record of it. */
export class Teller {
  run: OperationRun
  readonly pick: Pick
  readonly steps: Step[] = []
  readonly #begin: OperationRun
  #at = NOW

  constructor(begin: Partial<OperationRun>, pick: Pick) {
    this.#begin = operationRun(begin)
    this.run = this.#begin
    this.pick = pick
  }

  all(event: OperationEvent): void {
    this.#tell({ at: this.#tick(), on: 'all', event })
  }

  one(on: number, event: ServerEvent): void {
    this.#tell({ at: this.#tick(), on, event })
  }

  /** Tells what happens to the servers side by side, in any order that it can have. */
  sideBySide(course: (view: View) => Course): void {
    const left = this.run.servers.map((_, index) => ({ index, course: course(this.#viewOf(index)) }))
    for (;;) {
      const [first, ...others] = left
      if (first === undefined) return
      const one = this.pick(first, ...others)
      const next = one.course.next()
      if (next.done === true) left.splice(left.indexOf(one), 1)
      else this.one(one.index, next.value)
    }
  }

  get history(): History {
    return { begin: this.#begin, steps: this.steps }
  }

  #viewOf(index: number): View {
    const teller = this
    return {
      get run() {
        return teller.run
      },
      get server() {
        const server = teller.run.servers[index]
        if (server === undefined) throw new Error(`no server ${index}`)
        return server
      },
    }
  }

  #tick(): number {
    this.#at += this.pick(0, 400, 7_000, 190_000)
    return this.#at
  }

  #tell(step: Step): void {
    this.steps.push(step)
    this.run = afterStep(this.run, step)
  }
}

/** The histories that `tell` can tell. */
export function histories(tell: (pick: Pick) => History): fc.Arbitrary<History> {
  // By its place: a value that is kept for shrinking would be one of an earlier telling.
  return fc.gen().map(gen =>
    tell(<T>(...values: readonly [T, ...T[]]) => {
      // One of them, since the index is below their number; it may itself be undefined.
      return values[gen(fc.nat, { max: values.length - 1 })] as T
    }),
  )
}
