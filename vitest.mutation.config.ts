import { basename, dirname } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * The test files that are named after the changed module come first, then those of its folder: the run of a mutant ends
 * at the first test that notices it, which is mostly one of these.
 */
class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const [changed = ''] = this.ctx.config.related ?? []
    const module = basename(changed, '.ts')
    const folder = basename(dirname(changed))
    const distance = ({ moduleId }: TestSpecification): number => {
      if (basename(moduleId, '.test.ts') === module) return 0
      if (basename(dirname(moduleId)) === module) return 1
      return dirname(moduleId).endsWith(folder) ? 2 : 3
    }
    return files.toSorted((a, b) => distance(a) - distance(b) || (a.moduleId < b.moduleId ? -1 : 1))
  }
}

// The mutation run repeats the tests for every mutant: only those that run in this process, on the virtual clock, see one.
export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts'],
    exclude: [
      'test/unit/emulator/**',
      'test/unit/harness/**',
      'test/unit/docs/**',
      'test/unit/bench/**',
      'test/unit/scripts/**',
      'test/unit/workflows/**',
    ],
    // No test here replaces a module, so that one process can run them all: a third of the time.
    isolate: false,
    sequence: { sequencer: NearestFirst },
  },
})
