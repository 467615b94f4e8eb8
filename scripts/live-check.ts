/** `npm run live-check`: see scripts/live-check/run.ts and docs/live-check.md. */

import { createUndiciTransport } from '../src/http/undici-transport.ts'
import { systemClock } from '../src/platform/system-clock.ts'
import { liveCheck } from './live-check/run.ts'

const wire = createUndiciTransport({ env: process.env })
try {
  process.exitCode = await liveCheck({
    args: process.argv.slice(2),
    token: process.env['VPS_API_TOKEN'] ?? '',
    wire,
    clock: systemClock,
    print: text => process.stdout.write(`${text}\n`),
    say: line => process.stderr.write(`${line}\n`),
  })
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  await wire.close()
}
