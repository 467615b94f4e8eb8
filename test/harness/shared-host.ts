// A process in which stages of the action run one after the other, each as if the process were its own: with its
// environment, folder and arguments, with every module loaded anew, until nothing is left to be waited for.
import { createRequire } from 'node:module'
import type { Order } from './shared-process.ts'

const load = createRequire(import.meta.url)
const home = process.cwd()
const { setTimeout: startTimer } = globalThis
const timers = new Set<NodeJS.Timeout>()
let current: Order | undefined

// What has not fired when a process ends never does, such as the last resort that would end this one.
Object.assign(globalThis, {
  setTimeout: (...timer: Parameters<typeof startTimer>) => {
    const started = startTimer(...timer)
    timers.add(started)
    return started
  },
})

process.on('message', (order: Order) => {
  current = order
  // Orders alone must not keep a stage from its end.
  process.channel?.unref()
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, order.env)
  process.chdir(order.folder)
  process.argv[1] = order.script
  load(order.script)
})

// Nothing is left to be waited for: a process of its own would end now, with this exit code.
process.on('beforeExit', code => {
  if (current === undefined) return
  const { mark } = current
  current = undefined
  for (const timer of timers) clearTimeout(timer)
  timers.clear()
  for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal)
  for (const path of Object.keys(load.cache)) delete load.cache[path]
  process.exitCode = undefined
  process.chdir(home)
  process.channel?.ref()
  for (const stream of [process.stdout, process.stderr]) stream.write(`${mark}${code}${mark}`)
})
