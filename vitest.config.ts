import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// The scenarios mostly wait, and all else computes: spread evenly, each has what the other leaves. These wait longest.
const FIRST = /scenarios\/(?:faults\/matrix|untidy-api|notify)\.test/

class SpreadOut extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const first = sorted.filter(({ moduleId }) => FIRST.test(moduleId))
    const others = sorted.filter(({ moduleId }) => !FIRST.test(moduleId))
    const waiting = others.filter(({ moduleId }) => moduleId.includes('/scenarios/'))
    const computing = others.filter(({ moduleId }) => !moduleId.includes('/scenarios/'))
    const share = Math.ceil(computing.length / (waiting.length + 1))
    const shares = [undefined, ...waiting].map((file, index) => [
      ...(file === undefined ? [] : [file]),
      ...computing.slice(index * share, (index + 1) * share),
    ])
    return [...first, ...shares.flat()]
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One worker for each core and three more, since the scenarios mostly wait. Each keeps what it has loaded: no test
    // replaces a module or leaves anything behind. Shuffled files would tell if one did.
    maxWorkers: availableParallelism() + 3,
    isolate: false,
    sequence: { sequencer: SpreadOut },
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
