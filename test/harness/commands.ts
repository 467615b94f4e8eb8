/** A line that the runner obeys. */
export interface LogCommand {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

// What the runner has handlers for; a line with any other name is only text to it.
const COMMANDS = [
  ...['add-mask', 'add-matcher', 'add-path', 'debug', 'echo', 'endgroup', 'error', 'group'],
  ...['internal-set-repo-path', 'notice', 'remove-matcher', 'save-state', 'set-env', 'set-output'],
  ...['stop-commands', 'warning'],
]

/** Recognises a command: `::name key=value,…::data` at the start of a trimmed line, or `##[name key=value;…]data` anywhere. */
export function parseCommand(line: string, alsoKnown: readonly string[] = []): LogCommand | undefined {
  const parsed = parseColons(line.trim()) ?? parseBrackets(line)
  const known = [...COMMANDS, ...alsoKnown].some(name => name === parsed?.name.toLowerCase())
  return parsed !== undefined && known ? { ...parsed, name: parsed.name.toLowerCase() } : undefined
}

function parseColons(line: string): LogCommand | undefined {
  const end = line.indexOf('::', 2)
  if (!line.startsWith('::') || end < 0) return undefined
  return command(line.slice(2, end), ',', line.slice(end + 2), decodeColons)
}

function parseBrackets(line: string): LogCommand | undefined {
  const start = line.indexOf('##[')
  const end = line.indexOf(']', start)
  if (start < 0 || end < 0) return undefined
  return command(line.slice(start + 3, end), ';', line.slice(end + 1), decodeBrackets)
}

function command(
  head: string,
  separator: string,
  data: string,
  decode: (text: string) => string,
): LogCommand {
  const [name = '', ...rest] = head.split(' ')
  const properties: Record<string, string> = {}
  for (const pair of rest.join(' ').split(separator)) {
    const equals = pair.indexOf('=')
    if (equals > 0) properties[pair.slice(0, equals).trim()] = decode(pair.slice(equals + 1))
  }
  return { name, properties, data: decode(data) }
}

function decodeColons(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')
}

function decodeBrackets(text: string): string {
  return text
    .replaceAll('%3B', ';')
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%5D', ']')
    .replaceAll('%25', '%')
}
