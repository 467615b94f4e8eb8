import { oneLine } from '../report/sanitize.ts'

/**
 * Text from outside made harmless for the places where notifications are read. Chats turn names into mentions,
 * addresses into links and punctuation into format. Where a chat has an escape it is used; where it has none, an
 * invisible space takes the construct apart, or a character that looks alike takes the place of the one that formats.
 */

// Zero-width space. No outside text holds one: oneLine takes all invisible characters out.
const BREAK = '\u200b'

// Between digits, as in 02:41, a colon means a time.
const COLON = /:(?=\S)(?!(?<=\d:)\d\d(?!\d))/g
// A name with a dot in it, which several chats link without being asked (`deploy.sh`, `example.com`).
const DOMAIN_DOT = /(?<=[\p{L}\p{N}_-])[.\u3002\uff0e\uff61](?=\p{L})/gu
// What makes headings, lists, quotes, rules and tables, at the start of a line only.
const LINE_START = /^(?=[#>&+=|:\u2022-]|\d+[.)])/
// Inside a word an underscore formats nowhere, and server names have it there.
const OUTER_UNDERSCORE = /(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu

/** How a piece of text is made fit for one kind of reader: one line, at most `limit` characters before escaping. */
export type Neutralizer = (text: string, limit: number) => string

/** For readers without an escape of their own: Google Chat, cards, and whoever passes the documented `text` on. */
export const plainText: Neutralizer = (text, limit) =>
  atLineStart(withoutFormat(takenApart(text, limit)).replaceAll('<', '\u2039').replaceAll('>', '\u203a'))

/** Slack's mrkdwn, in which `&`, `<` and `>` are written as entities: docs.slack.dev, "Formatting message text". */
export const slackText: Neutralizer = (text, limit) =>
  atLineStart(
    withoutFormat(takenApart(text, limit))
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;'),
  )

/** Discord's Markdown, in which a backslash escapes any punctuation. */
export const discordText: Neutralizer = (text, limit) =>
  atLineStart(takenApart(text, limit).replace(/[\\*_~`|<>[\]]/g, '\\$&'))

/** GitHub's Markdown, in comments: references to issues, commits and people are taken apart as well. */
export const githubText: Neutralizer = (text, limit) =>
  atLineStart(
    mentionsApart(oneLine(text, limit))
      .replace(/\bwww\./gi, `$&${BREAK}`)
      .replace(/\bGH-(?=\d)/gi, `$&${BREAK}`)
      .replace(/\b(?=[0-9a-f]{7,}\b)(?=[0-9]*[a-f])[0-9a-f]/gi, `$&${BREAK}`)
      .replace(/[\\`*_{}[\]()<>#+!|~&]/g, '\\$&')
      // Math begins and ends with it, and a backslash does not keep it from that everywhere.
      .replaceAll('$', '&#36;'),
  )

function takenApart(text: string, limit: number): string {
  return mentionsApart(oneLine(text, limit))
    .replace(/&(?=[#A-Za-z])/g, `&${BREAK}`)
    .replace(DOMAIN_DOT, `$&${BREAK}`)
    .replace(/\](?=[[(:])/g, `]${BREAK}`)
}

function mentionsApart(text: string): string {
  return text.replace(/[@#]/g, `$&${BREAK}`).replace(COLON, `:${BREAK}`)
}

/** Characters that format, by ones that look alike. */
function withoutFormat(text: string): string {
  return text
    .replaceAll('*', '\u2217')
    .replaceAll('~', '\u223c')
    .replaceAll('`', "'")
    .replace(OUTER_UNDERSCORE, '\uff3f')
}

function atLineStart(text: string): string {
  return text.replace(LINE_START, BREAK)
}
