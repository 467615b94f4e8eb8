import type { Context } from '../run/context.ts'

/** Says a thing once, until something else is to be said. */
export function changeLog(ctx: Context): (text: string) => void {
  let last = ''
  return text => {
    if (text !== last) ctx.report.line(text)
    last = text
  }
}
