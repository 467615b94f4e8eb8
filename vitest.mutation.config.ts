import { defineConfig } from 'vitest/config'

// The mutation run repeats the tests for every mutant: only those that run in this process, on the virtual clock, see one.
export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts'],
    exclude: [
      'test/unit/emulator/**',
      'test/unit/harness/**',
      'test/unit/live-check/**',
      'test/unit/docs/**',
      'test/unit/bench/**',
    ],
  },
})
