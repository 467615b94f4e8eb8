// Prints how many tests passed and failed: `node count.mjs <report of vitest's JSON reporter> <its exit code>`.
// A file that could not be run is a failure, and so is the coverage gate, which is a check of its own.
import { readFileSync } from 'node:fs'

const [path = '', status = ''] = process.argv.slice(2)
const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(path, 'utf8'))
const broken = testResults.filter(
  ({ status: ended, assertionResults }) =>
    ended === 'failed' && !assertionResults.some(result => result.status === 'failed'),
).length
const failures = numFailedTests + broken
// When tests fail, the gate is not looked at, and the exit code is theirs.
const gate = failures > 0 ? [0, 0] : status === '0' ? [1, 0] : [0, 1]
console.log(`${numPassedTests + gate[0]} ${failures + gate[1]}`)
