import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Vitest begins with the largest files, and would end with this one, which is small and takes longest, when the other
// workers have nothing left to do.
const BEGINS_WITH = /scenarios\/faults\/matrix/

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => (BEGINS_WITH.test(moduleId) ? 0 : 1)
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other))
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Two workers for each core, since the scenarios mostly wait. Each keeps what it has loaded: no test replaces a module or
    // leaves anything behind. Shuffled files would tell if one did.
    maxWorkers: 2 * availableParallelism(),
    isolate: false,
    sequence: { sequencer: LongestFirst },
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
