import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One worker for each core, which vitest would halve, and each keeps what it has loaded: no test replaces a module
    // or leaves anything behind. Shuffled files would tell if one did.
    maxWorkers: '100%',
    isolate: false,
    // The scenarios mostly wait for the processes that they started, and some start dozens.
    maxConcurrency: 6,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // The two entries and process.ts run only as the action's process, which the scenarios do; their lines are not
      // seen from here.
      // The others hold types and nothing that runs.
      exclude: [
        'src/index.ts',
        'src/post.ts',
        'src/platform/process.ts',
        'src/**/*.d.ts',
        'src/inputs/types.ts',
      ],
      reporter: ['text', 'json-summary'],
      thresholds: { lines: 100, branches: 100 },
    },
  },
})
