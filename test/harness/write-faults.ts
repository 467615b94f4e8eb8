// Loaded into the action's process before the action, where a test wants a file to fail at its n-th write.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { WRITE_FAULTS_VARIABLE, type WriteFault } from './file-trouble.ts'

interface Watched extends WriteFault {
  writes: number
}

const watched: Watched[] = JSON.parse(process.env[WRITE_FAULTS_VARIABLE] ?? '[]').map(
  (fault: WriteFault) => ({
    ...fault,
    writes: 0,
  }),
)
// The action sees the environment that the runner gives, and nothing of the harness.
delete process.env[WRITE_FAULTS_VARIABLE]

const { appendFileSync } = fs
// Node's own functions call each other: only the outermost call is a write.
let inside = false

function watchedBy(path: unknown): Watched | undefined {
  return inside ? undefined : watched.find(each => each.path === String(path))
}

/** Throws when the write is to fail. */
function begin(file: Watched, data: unknown): void {
  file.writes += 1
  if (file.writes <= file.afterWrites) return
  const text = typeof data === 'string' ? data : Buffer.from(data as Uint8Array).toString()
  if (file.effect === 'tears' && file.writes === file.afterWrites + 1) {
    within(() => appendFileSync(file.path, text.slice(0, Math.floor(text.length / 2))))
  }
  const problem = { code: 'ENOSPC', syscall: 'write', path: file.path }
  throw Object.assign(new Error(`ENOSPC: write, '${file.path}'`), problem)
}

function within<T>(act: () => T): T {
  inside = true
  try {
    return act()
  } finally {
    inside = false
  }
}

type Write<R> = (path: unknown, data: unknown, ...rest: unknown[]) => R

function sync(write: Write<void>): Write<void> {
  return (path, data, ...rest) => {
    const file = watchedBy(path)
    if (file === undefined) return write(path, data, ...rest)
    begin(file, data)
    within(() => write(path, data, ...rest))
  }
}

function promised(write: Write<Promise<void>>): Write<Promise<void>> {
  return async (path, data, ...rest) => {
    const file = watchedBy(path)
    if (file === undefined) return write(path, data, ...rest)
    begin(file, data)
    await within(() => write(path, data, ...rest))
  }
}

Object.assign(fs, {
  appendFileSync: sync(fs.appendFileSync as Write<void>),
  writeFileSync: sync(fs.writeFileSync as Write<void>),
})
Object.assign(fs.promises, {
  appendFile: promised(fs.promises.appendFile as Write<Promise<void>>),
  writeFile: promised(fs.promises.writeFile as Write<Promise<void>>),
})
syncBuiltinESMExports()
