import type { Random } from '../../src/domain/clock.ts'

/** Chance from a seed: the same seed throws the same dice, on every machine. */
export interface Dice {
  readonly random: Random
  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number
  /** True with this probability, from 0 to 1. */
  chance(probability: number): boolean
  pick<T>(items: readonly [T, ...T[]]): T
  /** As many different ones as `count`, in their order; all where there are fewer. */
  some<T>(items: readonly T[], count: number): readonly T[]
}

/** Dice from a whole number. */
export function createDice(seed: number): Dice {
  const random = sequence(seed)
  const int = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1))
  return {
    random,
    int,
    chance: probability => random() < probability,
    pick: items => items[int(0, items.length - 1)] ?? items[0],
    some: (items, count) => {
      const left = items.map((item, index) => ({ item, index, weight: random() }))
      const chosen = left.sort((one, other) => one.weight - other.weight).slice(0, count)
      return chosen.sort((one, other) => one.index - other.index).map(({ item }) => item)
    },
  }
}

/** A 32-bit generator: a counter (Weyl sequence) whose bits are mixed by two rounds of multiply and shift. */
function sequence(seed: number): Random {
  let counter = Math.imul(seed, 0x9e37_79b1) >>> 0
  return () => {
    counter = (counter + 0x6d2b_79f5) >>> 0
    const once = Math.imul(counter ^ (counter >>> 15), counter | 1)
    const twice = once ^ (once + Math.imul(once ^ (once >>> 7), once | 61))
    return ((twice ^ (twice >>> 14)) >>> 0) / 2 ** 32
  }
}
