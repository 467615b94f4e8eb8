// Preloaded into a measured process: writes its peak memory (KiB) to a file when it ends.
const { readFileSync, writeFileSync } = require('node:fs')

process.on('exit', () => {
  writeFileSync(process.env['BENCH_MEMORY_FILE'], String(peak()))
})

function peak() {
  try {
    // On Linux `maxRSS` can be the parent's: it is handed on when a process is started. This is the process's own.
    const own = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
    if (own !== null) return Number(own[1])
  } catch {
    // Not on Linux.
  }
  return process.resourceUsage().maxRSS
}
