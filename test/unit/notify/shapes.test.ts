import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { notificationDocument } from '../../../src/notify/document.ts'
import { linkTarget } from '../../../src/notify/message.ts'
import { notificationBody, type Receiver, receiverAt } from '../../../src/notify/shapes.ts'
import { RUN_URL, rollback, trickNotification } from './support.ts'

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../../docs/notification.schema.json', import.meta.url), 'utf8'),
)
const isValid = new Ajv2020({ strictTypes: false, allErrors: true }).compile(SCHEMA)

const CHATS: readonly Receiver[] = ['slack', 'discord', 'google-chat', 'teams']
const RECEIVERS: readonly Receiver[] = [...CHATS, 'document']

interface Card {
  readonly msteams: object
  readonly actions: readonly object[]
  readonly body: readonly {
    readonly type: string
    readonly inlines: readonly [{ type: string; text: string }]
  }[]
}
interface Envelope {
  readonly attachments: readonly [{ readonly content: Card }]
}

test.each<[string, Receiver]>([
  ['https://hooks.slack.com/services/T0/B0/x', 'slack'],
  ['https://HOOKS.slack.com/services/T0/B0/x', 'slack'],
  ['https://hooks.slack-gov.com/services/T0/B0/x', 'slack'],
  ['https://discord.com/api/webhooks/1/x', 'discord'],
  ['https://ptb.discord.com/api/webhooks/1/x', 'discord'],
  ['https://discordapp.com/api/webhooks/1/x', 'discord'],
  ['https://discord.com/api/webhooks/1/x/slack', 'slack'],
  ['https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t', 'google-chat'],
  ['https://contoso.webhook.office.com/webhookb2/x', 'teams'],
  ['https://prod-1.westeurope.logic.azure.com:443/workflows/x/triggers/manual/paths/invoke?sig=s', 'teams'],
  [
    'https://default1.2.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/x',
    'teams',
  ],
  ['https://hooks.slack.com.example/services/x', 'document'],
  ['https://notdiscord.com/api/webhooks/1/x', 'document'],
  ['https://chat.example.org/hooks/x/slack', 'document'],
  ['http://127.0.0.1:8080/hook', 'document'],
])('%s is read by %s', (url, receiver) => {
  expect(receiverAt(new URL(url))).toBe(receiver)
})

test('each receiver gets its shape', () => {
  expect(RECEIVERS.map(receiver => JSON.parse(notificationBody(receiver, rollback())))).toMatchSnapshot()
})

describe('no text from outside', () => {
  test('mentions, links or formats in Slack', () => {
    everyText<{ text: string }>('slack', ({ text }) => {
      const bare = withoutCode(text).replace(`<${RUN_URL}|View the workflow run>`, '')
      expect(bare.replace(/&(?:amp|lt|gt);/g, '')).not.toMatch(/[&<>*~`]|:\/\/|@\w/)
    })
  })

  test('mentions, links or formats in Discord', () => {
    everyText<{ content: string; allowed_mentions: object }>('discord', ({ content, allowed_mentions }) => {
      expect(allowed_mentions).toEqual({ parse: [] })
      const bare = withoutCode(content).replace(`<${RUN_URL}>`, '')
      expect(bare.replace(/\\[^A-Za-z0-9\s]/g, '')).not.toMatch(/[\\*_~`|<>[\]]|:\/\/|@\w/)
    })
  })

  test('mentions, links or formats in Google Chat', () => {
    everyText<{ text: string }>('google-chat', ({ text }) => {
      const bare = withoutCode(text).replace(`<${RUN_URL}|View the workflow run>`, '')
      expect(bare).not.toMatch(/[*~`<>]|:\/\/|@\w/)
    })
  })

  test('mentions, links or formats in a card', () => {
    everyText<Envelope>('teams', ({ attachments: [{ content }] }) => {
      const { body, actions, msteams } = content
      expect(msteams).toEqual({ width: 'Full' })
      expect(actions).toEqual([{ type: 'Action.OpenUrl', title: 'View the workflow run', url: RUN_URL }])
      for (const {
        type,
        inlines: [run],
      } of body) {
        expect([type, run.type]).toEqual(['RichTextBlock', 'TextRun'])
        expect(run.text).not.toMatch(/[*~`<>]|:\/\/|@\w/)
      }
    })
  })

  test('mentions, links or formats in the text of the documented JSON, which is valid whatever it holds', () => {
    everyText<{ text: string }>('document', document => {
      expect(isValid(document), JSON.stringify(isValid.errors)).toBe(true)
      expect(document.text.replace(RUN_URL, '')).not.toMatch(/[*~`<>]|:\/\/|@\w/)
    })
  })
})

describe('what is too long', () => {
  const long = rollback({
    lines: Array.from({ length: 400 }, (_, index) => `server-${index}: ${'🙂"*<'.repeat(100)}`),
  })

  test.each<[Receiver, number]>([
    ['slack', 40_000],
    ['discord', 2_000],
    ['google-chat', 4_000],
    ['document', 40_000],
  ])('leaves lines out for %s, and says so', (receiver, limit) => {
    const body = JSON.parse(notificationBody(receiver, long))
    const text: string = body.text ?? body.content
    expect(text.length).toBeLessThanOrEqual(limit)
    expect(text).toMatch(/^… and \d+ more lines in the log\.$/m)
    expect(text).toContain('re-run the job')
    expect(text).toContain(RUN_URL)
  })

  test('leaves lines out for Teams, by bytes', () => {
    const body = notificationBody('teams', long)
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(28_000)
    expect(Buffer.byteLength(body)).toBeGreaterThan(20_000)
    expect(body).toMatch(/… and \d+ more lines in the log\./)
  })

  test('fits every receiver, whatever it is made of', () => {
    fc.assert(
      fc.property(trickNotification, notification => {
        const size = (receiver: Receiver): string => notificationBody(receiver, notification)
        expect(JSON.parse(size('discord')).content.length).toBeLessThanOrEqual(2_000)
        expect(JSON.parse(size('google-chat')).text.length).toBeLessThanOrEqual(4_000)
        expect(Buffer.byteLength(size('teams'))).toBeLessThanOrEqual(28_000)
      }),
    )
  })

  test('says "line" of one line', () => {
    const two = rollback({ lines: ['a'.repeat(500), '*'.repeat(500), '*'.repeat(500)] })
    expect(JSON.parse(notificationBody('discord', two)).content).toContain('… and 1 more line in the log.')
  })
})

describe('the documented JSON', () => {
  test('is valid, and the schema names each of its fields', () => {
    const document = notificationDocument(rollback())
    expect(isValid(document), JSON.stringify(isValid.errors)).toBe(true)
    const [server] = document.servers
    const described = SCHEMA.properties.servers.items
    for (const [schema, value] of [
      [SCHEMA, document],
      [described, server],
      [described.properties.snapshot, server?.snapshot],
    ]) {
      expect(Object.keys(schema.properties).toSorted()).toEqual(Object.keys(value).toSorted())
      expect(schema.required.toSorted()).toEqual(Object.keys(value).toSorted())
    }
  })

  test('is the one that the documents show', () => {
    const page = readFileSync(new URL('../../../docs/notifications.md', import.meta.url), 'utf8')
    const [, example = ''] = /^```json\n(.*?)^```/ms.exec(page) ?? []
    expect(JSON.parse(example)).toEqual(notificationDocument(rollback()))
  })

  test('is valid where there is nothing to be said of a server', () => {
    const servers = [
      { id: '1', name: '', status: 'failed', reason: 'timeout', snapshot: null, lost_since: null },
    ]
    expect(isValid(notificationDocument(rollback({ servers })))).toBe(true)
    expect(isValid(notificationDocument(rollback({ status: 'no such word' })))).toBe(false)
  })
})

test('a message without a way out, a command or a valid address has none', () => {
  const bare = rollback({ way_out: undefined, command: undefined, run_url: 'javascript:x', lines: [] })
  expect(JSON.parse(notificationBody('slack', bare)).text).toBe(
    'Restored web-server-01 to snapshot 802 (taken 02:41 UTC, 18 minutes ago)',
  )
  const card = JSON.parse(notificationBody('teams', bare)).attachments[0].content
  expect([card.body.length, card.actions]).toEqual([1, []])
})

test('only a plain command is shown as code', () => {
  const text = (command: string): string =>
    JSON.parse(notificationBody('slack', rollback({ command, lines: [] }))).text
  expect(text('gh workflow run a.yml -f snapshot-id=802')).toContain(
    '`gh workflow run a.yml -f snapshot-id=802`',
  )
  expect(text('gh `x`')).toContain("gh 'x'")
  expect(text('a'.repeat(201))).not.toContain('`')
})

test('an address that is linked cannot end its link', () => {
  expect(linkTarget('https://ghe.example/a|b>c(d)[e]*`')).toBe(
    'https://ghe.example/a%7Cb%3Ec%28d%29%5Be%5D%2A%60',
  )
  expect(linkTarget(`https://ghe.example/${'a'.repeat(300)}`)).toBeUndefined()
  expect(linkTarget('no address')).toBeUndefined()
})

function everyText<Body>(receiver: Receiver, check: (body: Body) => void): void {
  fc.assert(
    fc.property(trickNotification, notification => {
      check(JSON.parse(notificationBody(receiver, notification)))
    }),
  )
}

/** A message without its command, where it is one that stands as code. */
function withoutCode(text: string): string {
  return text.replace(/^`[\w.=,/ -]+`$/m, '')
}
