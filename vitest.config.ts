import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The scenarios mostly wait for the processes that they started, and some start dozens.
    maxConcurrency: 6,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // index.ts runs only as the action's process, which the scenarios do; its lines are not seen from here.
      // The others hold types and nothing that runs.
      exclude: ['src/index.ts', 'src/**/*.d.ts', 'src/inputs/types.ts'],
      reporter: ['text', 'json-summary'],
      thresholds: { lines: 100, branches: 100 },
    },
  },
})
