import type { Random } from '../src/domain/clock.ts'

/** Numbers that look random and are the same every time (a multiplicative congruential generator). */
export function seededRandom(seed: number): Random {
  let state = Math.trunc(seed) % MODULUS || 1
  return () => {
    state = (state * FACTOR) % MODULUS
    return state / MODULUS
  }
}

// A prime below 2^31 and a primitive root of it: products stay below 2^53.
const MODULUS = 2_147_483_647
const FACTOR = 48_271
