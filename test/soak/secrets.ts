import type { StageStory, Story } from './story.ts'

const PASSWORD = 'root-password-of'

export function leaks({ token, origin }: Story, stage: StageStory): readonly string[] {
  const printed = stage.bytes.replaceAll(`::add-mask::${token}`, '')
  const places: Readonly<Record<string, string>> = {
    log: printed,
    outputs: JSON.stringify(stage.outputs),
    summary: stage.summary,
    notification: JSON.stringify(stage.told ?? []),
  }
  const breaches: string[] = []
  for (const [place, text] of Object.entries(places))
    for (const form of [token, encodeURIComponent(token), btoa(token).replace(/=+$/, '').slice(0, -1)])
      if (text.includes(form)) breaches.push(`the ${place} holds the token`)
  for (const [place, text] of Object.entries({ ...places, state: JSON.stringify(stage.state) }))
    if (text.includes(PASSWORD)) breaches.push(`the ${place} holds a server's password`)
  for (const request of stage.requests) {
    const { authorization = '', ...others } = request.headers
    if (authorization.includes(token) && request.origin !== origin)
      breaches.push(`the token was sent to ${request.origin}`)
    if ((request.path + request.body + JSON.stringify(others)).includes(token))
      breaches.push(`the token stands in ${request.method} ${request.path} besides its header`)
  }
  return breaches
}

const ORDERS = ['add-mask', 'debug', 'notice', 'warning', 'error', 'group', 'endgroup']

/** No line is obeyed that was not meant to be. */
export function commands(stage: StageStory): readonly string[] {
  const breaches = stage.obeyed
    .filter(({ name }) => !ORDERS.includes(name))
    .map(({ name, data }) => `the runner obeyed ::${name}::${data.slice(0, 50)}`)
  if (stage.commands !== undefined && stage.commands !== stage.obeyed.length)
    breaches.push(`the runner obeyed ${stage.obeyed.length} lines of ${stage.commands} that were meant to be`)
  for (const level of ['notice', 'warning', 'error'])
    if (stage.obeyed.filter(({ name }) => name === level).length > 10)
      breaches.push(`more than ten annotations: ${level}`)
  return breaches
}

export function afterSignal(stage: StageStory): readonly string[] {
  const { cancelledAt } = stage
  if (cancelledAt === undefined) return []
  const late = stage.requests.filter(({ at }) => at > cancelledAt)
  return late.map(({ method, path }) => `after the signal, ${method} ${path} was sent`)
}
