import { expect } from 'vitest'
import type { Transcript } from './stage.ts'

/** What a stage has to tell, in all places alike. */
export interface Story {
  readonly status: string
  readonly reason: string
  /** How each server stands, by its id. */
  readonly servers: Readonly<Record<string, string>>
  /** Facts that a person must find wherever they look. */
  readonly says: readonly (string | RegExp)[]
  /** What must be said nowhere. */
  readonly saysNot?: RegExp
  /** What is saved of each server's power; where nothing is saved for the post stage, it is left out. */
  readonly power?: string
}

/** Outputs, JSON, tables, verdict, summary and saved state tell one story. */
export function expectOneStory(seen: Transcript, story: Story): void {
  const { status, reason, servers } = story
  expect(seen).toMatchObject({ green: false, outputs: { status, reason } })
  expect(Object.values(servers)).toContain(status)
  expectJson(seen, servers)
  expectTables(seen, servers)
  expectTexts(seen, story)
  expectState(seen, story)
}

interface Item {
  readonly id: string
  readonly status: string
  readonly server: { readonly id: string }
}

function expectJson({ outputs }: Transcript, servers: Story['servers']): void {
  const items: readonly Item[] = JSON.parse(outputs['snapshots'] ?? '')
  expect(items.map(({ id }) => id).join()).toBe(outputs['snapshot-id'])
  expect(items.map(({ server }) => server.id).join()).toBe(outputs['server-id'])
  for (const { server, status } of items) expect(status).toBe(servers[server.id])
}

/** A group has a table in the log and in the summary; one server has none. */
function expectTables({ log, summary }: Transcript, servers: Story['servers']): void {
  const ids = Object.keys(servers)
  const expected = ids.length > 1 ? ids.map(id => [id, servers[id]?.replace('_', ' ')]) : []
  const ofLog = log.flatMap(line => {
    const [server = '', status] = line.split(/ {2,}/)
    const id = /^(?:.*\((\d+)\)|(\d+))$/
      .exec(server)
      ?.slice(1)
      .find(part => part !== undefined)
    return id === undefined ? [] : [[id, status]]
  })
  const rows = summary.matchAll(/<tr><td>(?:[^<]*\()?(\d+)\)?<\/td><td>([^<]*)<\/td>/g)
  expect(ofLog).toEqual(expected)
  expect([...rows].map(([, id, status]) => [id, status])).toEqual(expected)
}

function expectTexts({ annotations, summary }: Transcript, { says, saysNot }: Story): void {
  const [annotation, ...others] = annotations.filter(({ level }) => level === 'error')
  expect(others).toEqual([])
  const text = annotation?.text ?? ''
  // One headline for both; the log shows the annotation.
  const headline = /<h3>\S+ (.*)<\/h3>/.exec(summary)?.[1] ?? 'none'
  expect(unescaped(text).startsWith(unescaped(headline))).toBe(true)
  for (const place of [text, summary]) {
    for (const fact of says) expect(place).toMatch(fact)
    if (saysNot !== undefined) expect(place).not.toMatch(saysNot)
  }
}

/** The summary's escapes and the runner's are not what is compared. */
function unescaped(text: string): string {
  return text.replaceAll(/&#?\w+;|['"`<>&]/g, '')
}

function expectState({ state }: Transcript, { servers, power }: Story): void {
  const saved = Object.entries(state).filter(([name]) => name.startsWith('server-'))
  if (power === undefined) return
  expect(saved.length).toBeGreaterThan(0)
  for (const [, text] of saved) {
    const { server, power: savedPower, snapshot } = JSON.parse(text)
    expect(savedPower).toBe(power)
    if (snapshot !== undefined) expect(snapshot.completed).toBe(servers[server] === 'completed')
  }
  expect(state['green']).toBeUndefined()
}

/** The same status for each of these servers. */
export function each(
  servers: readonly { readonly id: string }[],
  status: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(servers.map(({ id }) => [id, status]))
}
