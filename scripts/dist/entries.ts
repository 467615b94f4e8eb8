import { existsSync } from 'node:fs'
import { join } from 'node:path'

const SOURCES = join(import.meta.dirname, '..', '..', 'src')

/** What the runner starts: each is a file in src/ and one in dist/. */
export const ENTRIES = ['index', 'post'].filter(name => existsSync(join(SOURCES, `${name}.ts`)))
