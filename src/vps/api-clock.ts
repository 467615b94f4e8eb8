import type { Clock } from '../domain/clock.ts'
import type { HttpAnswer } from '../http/http-transport.ts'

// RFC 9110, 5.6.7, the one form that is sent today: "Sun, 06 Nov 1994 08:49:37 GMT".
const HTTP_DATE = /^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/

/** How far the API's clock is from ours, by the `Date` header of its answers: snapshots are dated by that clock. */
export class ApiClock {
  readonly #clock: Clock
  #offsetMs: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds that the API's clock is ahead of ours; undefined until an answer has told. */
  get offsetMs(): number | undefined {
    return this.#offsetMs
  }

  /** Takes the time of an answer of the API. A page of something in between, or a stored answer, tells nothing of now. */
  observe({ status, headers }: HttpAnswer): void {
    const { date = '', age } = headers
    const isOfNow = status >= 200 && status < 300 && age === undefined && HTTP_DATE.test(date)
    const time = isOfNow ? Date.parse(date) : Number.NaN
    if (!Number.isNaN(time)) this.#offsetMs = time - this.#clock.now()
  }
}
