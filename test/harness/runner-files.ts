/** What a file of `name=value` lines and heredocs holds, up to where it can be read. Later values win. */
export interface KeyValues {
  readonly values: Readonly<Record<string, string>>
  /** Why the rest cannot be read: the runner keeps what came before it, and fails the step. */
  readonly problem: string | undefined
}

/** Reads a file in which an action leaves outputs, state or environment. */
export function readKeyValueFile(text: string): KeyValues {
  const values: Record<string, string> = {}
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/)
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line === '') continue
    const heredoc = line.indexOf('<<')
    const equals = line.indexOf('=')
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      values[line.slice(0, equals)] = line.slice(equals + 1)
    } else if (heredoc > 0) {
      const end = lines.indexOf(line.slice(heredoc + 2), at + 1)
      if (end < 0) return { values, problem: `no end of the value that begins with: ${line}` }
      values[line.slice(0, heredoc)] = lines.slice(at + 1, end).join('\n')
      at = end
    } else return { values, problem: `neither name=value nor a heredoc: ${line}` }
  }
  return { values, problem: undefined }
}
