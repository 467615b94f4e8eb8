interface Entry<T> {
  readonly at: number
  readonly order: number
  readonly item: T
}

function isBefore<T>(one: Entry<T>, other: Entry<T>): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}

/** What is due at some instant, the earliest first; of the same instant, what was added first. A binary heap. */
export class TimeQueue<T> {
  readonly #heap: Entry<T>[] = []
  #added = 0

  get size(): number {
    return this.#heap.length
  }

  add(at: number, item: T): void {
    const entry = { at, order: this.#added, item }
    this.#added += 1
    let index = this.#heap.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = this.#heap[parent]
      if (above === undefined || isBefore(above, entry)) break
      this.#heap[index] = above
      index = parent
    }
    this.#heap[index] = entry
  }

  /** The instant of the earliest item; undefined when there is none. */
  nextAt(): number | undefined {
    return this.#heap[0]?.at
  }

  /** Takes the earliest item out. */
  take(): { readonly at: number; readonly item: T } | undefined {
    const first = this.#heap[0]
    const last = this.#heap.pop()
    if (first === undefined || last === undefined || first === last) return first
    this.#sink(last)
    return first
  }

  #sink(entry: Entry<T>): void {
    let index = 0
    for (;;) {
      const child = this.#earlierChild(index)
      const below = this.#heap[child]
      if (below === undefined || isBefore(entry, below)) break
      this.#heap[index] = below
      index = child
    }
    this.#heap[index] = entry
  }

  #earlierChild(index: number): number {
    const left = 2 * index + 1
    const one = this.#heap[left]
    const other = this.#heap[left + 1]
    return one !== undefined && other !== undefined && isBefore(other, one) ? left + 1 : left
  }
}
