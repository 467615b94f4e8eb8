import { adaptiveCardBody } from './adaptive-card.ts'
import { notificationDocument } from './document.ts'
import { composeMessage, type Dialect, fitLines, joinMessage } from './message.ts'
import { VIEW_RUN } from './messages.ts'
import type { Notification } from './notification.ts'
import { discordText, plainText, slackText } from './text.ts'

/** Who reads a notification: decides what its body looks like. */
export type Receiver = 'slack' | 'discord' | 'google-chat' | 'teams' | 'document'

// The host itself or anything below it. `logic.azure.com` and `api.powerplatform.com` are where Power Automate's
// flows listen, and with them the workflows that took the place of Teams' own connectors.
const HOSTS: readonly (readonly [Receiver, RegExp])[] = [
  ['slack', /^hooks\.(?:slack|slack-gov)\.com$/],
  ['discord', /^(?:.+\.)?(?:discord|discordapp)\.com$/],
  ['google-chat', /^chat\.googleapis\.com$/],
  ['teams', /^(?:.+\.)?(?:webhook\.office\.com|webhook\.office365\.us|outlook\.office\.com)$/],
  ['teams', /^(?:.+\.)?(?:logic\.azure\.(?:com|us|cn)|api\.powerplatform\.(?:com|us|cn))$/],
]

/** Which receiver listens at an address, by its host. Discord takes Slack's shape at an address that ends in `/slack`. */
export function receiverAt(url: URL): Receiver {
  const [receiver = 'document'] = HOSTS.find(([, host]) => host.test(url.hostname)) ?? []
  return receiver === 'discord' && /\/slack\/?$/.test(url.pathname) ? 'slack' : receiver
}

/** The JSON to be posted to a receiver. Nothing in it that comes from outside mentions, links or formats. */
export function notificationBody(receiver: Receiver, notification: Notification): string {
  switch (receiver) {
    case 'slack': {
      const text = messageText(notification, SLACK, 40_000)
      return JSON.stringify({ text, unfurl_links: false, unfurl_media: false })
    }
    case 'discord': {
      const content = messageText(notification, DISCORD, 2_000)
      return JSON.stringify({ content, allowed_mentions: { parse: [] } })
    }
    case 'google-chat':
      // A message may have 32,000 bytes, and a character three of them.
      return JSON.stringify({ text: messageText(notification, GOOGLE_CHAT, 4_000) })
    case 'teams':
      return adaptiveCardBody(notification)
    case 'document':
      return JSON.stringify(notificationDocument(notification))
  }
}

const code = (command: string): string => `\`${command}\``
const namedLink = (url: string): string => `<${url}|${VIEW_RUN}>`

// In an entity an ampersand of the address, too; the address is never text from the API.
const SLACK: Dialect = { text: slackText, code, link: url => namedLink(url.replaceAll('&', '&amp;')) }
const DISCORD: Dialect = { text: discordText, code, link: url => `<${url}>` }
const GOOGLE_CHAT: Dialect = { text: plainText, code, link: namedLink }

function messageText(notification: Notification, dialect: Dialect, limit: number): string {
  return fitLines(
    notification.lines.length,
    kept => joinMessage(composeMessage(notification, kept, dialect)),
    text => text.length <= limit,
  )
}
