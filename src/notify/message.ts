import { moreLines } from './messages.ts'
import type { Notification } from './notification.ts'
import type { Neutralizer } from './text.ts'

/** How one kind of reader wants its texts. */
export interface Dialect {
  readonly text: Neutralizer
  readonly code: (command: string) => string
  readonly link: (url: string) => string
}

/** Pieces of a message, neutralized. */
export interface Message {
  readonly headline: string
  readonly lines: readonly string[]
  readonly wayOut: string | undefined
  readonly command: string | undefined
  readonly link: string | undefined
}

// In characters before escaping, which at most triples a text and on average doubles it. Together with the link they
// leave room in the smallest message there is, Discord's 2,000 characters.
const HEADLINE_LIMIT = 250
const LINE_LIMIT = 500
const WAY_OUT_LIMIT = 300
const COMMAND_LIMIT = 200
const URL_LIMIT = 300

/** The message with the first `kept` of its lines; what is left out is said. */
export function composeMessage(notification: Notification, kept: number, dialect: Dialect): Message {
  const { headline, lines, way_out, command, run_url } = notification
  const omitted = lines.length - kept
  const url = linkTarget(run_url)
  return {
    headline: dialect.text(headline, HEADLINE_LIMIT),
    lines: [
      ...lines.slice(0, kept).map(line => dialect.text(line, LINE_LIMIT)),
      ...(omitted > 0 ? [moreLines(omitted)] : []),
    ],
    wayOut: way_out === undefined ? undefined : dialect.text(way_out, WAY_OUT_LIMIT),
    command: command === undefined ? undefined : commandText(command, dialect),
    link: url === undefined ? undefined : dialect.link(url),
  }
}

/** A message as one text, a piece a line. */
export function joinMessage({ headline, lines, wayOut, command, link }: Message): string {
  return [headline, ...lines, wayOut, command, link].filter(Boolean).join('\n')
}

/** The longest of the renderings that is small enough: with as many of the `count` lines as possible, from none upwards. */
export function fitLines<T>(
  count: number,
  render: (kept: number) => T,
  isSmallEnough: (rendered: T) => boolean,
): T {
  let fits = 0
  let tooMany = count + 1
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2)
    if (isSmallEnough(render(middle))) fits = middle
    else tooMany = middle
  }
  return render(fits)
}

// In a code span nothing is read but its end; what could end it, or be more than a command, is not shown as one.
function commandText(command: string, { code, text }: Dialect): string {
  const isPlain = command.length <= COMMAND_LIMIT && /^[\w.=,/-]+(?: [\w.=,/-]+)*$/.test(command)
  return isPlain ? code(command) : text(command, COMMAND_LIMIT)
}

/** An address that may be linked, with nothing in it that ends a link; undefined where it is none or far too long. */
export function linkTarget(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined
  const href = url.href.replace(
    /[|()[\]\\'*<>`~]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return href.length <= URL_LIMIT ? href : undefined
}
