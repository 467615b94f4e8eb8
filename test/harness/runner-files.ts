/** A file in which an action leaves `name=value` and heredocs: outputs, state, environment. Later values win. */
export function parseKeyValueFile(text: string): Readonly<Record<string, string>> {
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
      if (end < 0) throw new Error(`no end of the value that begins with: ${line}`)
      values[line.slice(0, heredoc)] = lines.slice(at + 1, end).join('\n')
      at = end
    } else {
      throw new Error(`neither name=value nor a heredoc: ${line}`)
    }
  }
  return values
}
