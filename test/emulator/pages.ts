/** The page of something that stands before the API. */
export interface PageOptions {
  /** The least size of the page, in bytes. */
  readonly bytes?: number
  /** Leaves every tag open that can be, the title's before all. */
  readonly unclosed?: boolean
}

/** A page that asks for a moment of patience: a gateway's, or a challenge for browsers. */
export function htmlPage({ bytes = 0, unclosed = false }: PageOptions = {}): string {
  const head = '<!DOCTYPE html><html><head>'
  if (unclosed) return padded(`${head}<title>Gateway<script><title `, '<title ', bytes)
  const start = `${head}<title>Gateway</title></head><body><h1>One moment</h1>`
  return `${padded(start, '<p>Checking your browser.</p>', bytes)}</body></html>`
}

/** The error page of an nginx. */
export function nginxPage(status: number, words: string): string {
  const title = `${status} ${words}`
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`
}

function padded(start: string, filling: string, bytes: number): string {
  const missing = bytes - start.length
  return missing <= 0 ? start : start + filling.repeat(Math.ceil(missing / filling.length))
}
