import { composeMessage, type Dialect, fitLines, linkTarget, type Message } from './message.ts'
import { VIEW_RUN } from './messages.ts'
import type { Notification } from './notification.ts'
import { plainText } from './text.ts'

/** Bytes. Teams refuses a message above 28 KB: learn.microsoft.com, "Create Incoming Webhooks". */
const BYTE_LIMIT = 28_000

const DIALECT: Dialect = { text: plainText, code: command => command, link: url => url }

/**
 * The body for Teams and Power Automate: an adaptive card in the envelope of a message. Its texts are text runs, which
 * unlike text blocks and facts are not read as Markdown.
 */
export function adaptiveCardBody(notification: Notification): string {
  return fitLines(
    notification.lines.length,
    kept => JSON.stringify(envelope(composeMessage(notification, kept, DIALECT), notification.run_url)),
    body => Buffer.byteLength(body) <= BYTE_LIMIT,
  )
}

function envelope(message: Message, runUrl: string): object {
  const url = linkTarget(runUrl)
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.2',
    // Cards are narrow by default, and a fleet's lines are not.
    msteams: { width: 'Full' },
    body: [
      paragraph(message.headline, { weight: 'Bolder', size: 'Medium' }),
      ...message.lines.map(line => paragraph(line)),
      ...(message.wayOut === undefined ? [] : [paragraph(message.wayOut)]),
      ...(message.command === undefined ? [] : [paragraph(message.command, { fontType: 'Monospace' })]),
    ],
    actions: url === undefined ? [] : [{ type: 'Action.OpenUrl', title: VIEW_RUN, url }],
  }
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }
  return { type: 'message', attachments: [attachment] }
}

function paragraph(text: string, look: Readonly<Record<string, string>> = {}): object {
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text, ...look }] }
}
