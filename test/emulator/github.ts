import * as v from 'valibot'
import { answerWith, type WorldAnswer, type WorldRequest } from './answers.ts'
import type { Backend, Fault, Faults } from './faults.ts'
import { Front, type FrontOptions } from './front.ts'
import type { Json } from './json.ts'
import { LoopbackServer } from './loopback.ts'
import type { RequestLog } from './request-log.ts'

export interface GithubSetup {
  /** `owner/repo`; any other one is 404, as one that the token may not see. */
  readonly repository: string
  readonly token: string
  /** Whether it may write comments; otherwise that is 403. True when not given. */
  readonly mayComment?: boolean
  /** Numbers of the pull requests that have a commit, by its full SHA. A commit that is not here does not exist. */
  readonly pulls: Readonly<Record<string, readonly number[]>>
}

export interface GithubComment {
  readonly id: number
  /** The pull request (or issue) that it belongs to. */
  readonly issue: number
  readonly body: string
  /** `github-actions[bot]` is who a workflow's token writes as. */
  readonly author: string
}

/** GitHub's REST API as far as a workflow needs it to comment on the pull request of a commit. */
export interface GithubApi {
  readonly origin: string
  readonly faults: Faults
  readonly log: RequestLog
  /** As they are now, the oldest first. */
  readonly comments: readonly GithubComment[]
  close(): Promise<void>
}

export const WORKFLOW_BOT = 'github-actions[bot]'
const LONGEST_COMMENT = 65_536

/** What GitHub answers to too much at once: 403 or 429 with `Retry-After` (docs.github.com, "Rate limits for the REST API"). */
export const SECONDARY_RATE_LIMIT: Fault = {
  kind: 'status',
  status: 403,
  headers: { 'retry-after': '60', 'x-ratelimit-remaining': '4999' },
  body: '{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again.","documentation_url":"https://docs.github.com/rest"}',
}

/** Starts an emulated GitHub API on the loopback interface. */
export async function startGithub(setup: GithubSetup, options: FrontOptions = {}): Promise<GithubApi> {
  const api = new HttpGithub(setup, options)
  await api.listen()
  return api
}

class HttpGithub extends LoopbackServer implements GithubApi {
  readonly #front: Front
  readonly #state: GithubState

  constructor(setup: GithubSetup, options: FrontOptions) {
    super()
    this.#front = new Front(options, 'github')
    this.#state = new GithubState(setup)
    this.onRequest((request, response) => this.#front.serve(this.#state, request, response, Date.now()))
  }

  get faults(): Faults {
    return this.#front.faults
  }

  get log(): RequestLog {
    return this.#front.log
  }

  get comments(): readonly GithubComment[] {
    return this.#state.comments
  }
}

const CommentBody = v.object({ body: v.pipe(v.string(), v.minLength(1), v.maxLength(LONGEST_COMMENT)) })

/** The repository behind the API, without a network. */
export class GithubState implements Backend {
  readonly #setup: GithubSetup
  #comments: readonly GithubComment[] = []

  constructor(setup: GithubSetup) {
    this.#setup = setup
  }

  get comments(): readonly GithubComment[] {
    return this.#comments
  }

  handle(request: WorldRequest): WorldAnswer {
    const { repository, token } = this.#setup
    const { authorization } = request.headers
    if (authorization !== `Bearer ${token}` && authorization !== `token ${token}`)
      return problem(401, 'Bad credentials')
    const start = `/repos/${repository}/`
    const { pathname } = request.url
    if (!pathname.toLowerCase().startsWith(start.toLowerCase())) return problem(404, 'Not Found')
    return this.#route(request, pathname.slice(start.length)) ?? problem(404, 'Not Found')
  }

  #route(request: WorldRequest, path: string): WorldAnswer | undefined {
    const [, sha] = /^commits\/([^/]+)\/pulls$/.exec(path) ?? []
    if (sha !== undefined && request.method === 'GET') return this.#pullsOf(request.url, sha)
    const [, issue] = /^issues\/(\d+)\/comments$/.exec(path) ?? []
    if (issue !== undefined && request.method === 'GET') return this.#listComments(request.url, Number(issue))
    if (issue !== undefined && request.method === 'POST') return this.#create(request, Number(issue))
    const [, comment] = /^issues\/comments\/(\d+)$/.exec(path) ?? []
    if (comment !== undefined && request.method === 'PATCH') return this.#update(request, Number(comment))
    return undefined
  }

  #pullsOf(url: URL, sha: string): WorldAnswer {
    const pulls = this.#setup.pulls[sha]
    if (pulls === undefined) return problem(422, `No commit found for SHA: ${sha}`)
    const shown = pulls.map(number => ({ number, state: 'open', html_url: this.#page(`pull/${number}`) }))
    return paged(url, shown)
  }

  #listComments(url: URL, issue: number): WorldAnswer {
    if (!this.#knows(issue)) return problem(404, 'Not Found')
    return paged(
      url,
      this.#comments.filter(comment => comment.issue === issue).map(comment => this.#shown(comment)),
    )
  }

  #create(request: WorldRequest, issue: number): WorldAnswer {
    if (!this.#knows(issue)) return problem(404, 'Not Found')
    return this.#write(request, 201, body => {
      const id = Math.max(0, ...this.#comments.map(comment => comment.id)) + 1
      const comment = { id, issue, body, author: WORKFLOW_BOT }
      this.#comments = [...this.#comments, comment]
      return comment
    })
  }

  #update(request: WorldRequest, id: number): WorldAnswer {
    const present = this.#comments.find(comment => comment.id === id)
    if (present === undefined) return problem(404, 'Not Found')
    return this.#write(request, 200, body => {
      const comment = { ...present, body }
      this.#comments = this.#comments.map(each => (each.id === id ? comment : each))
      return comment
    })
  }

  #write(request: WorldRequest, status: number, write: (body: string) => GithubComment): WorldAnswer {
    if (this.#setup.mayComment === false) return problem(403, 'Resource not accessible by integration')
    const given = v.safeParse(CommentBody, parsed(request.body))
    return given.success
      ? answerWith(status, this.#shown(write(given.output.body)))
      : problem(422, 'Validation Failed')
  }

  #knows(issue: number): boolean {
    return Object.values(this.#setup.pulls).some(numbers => numbers.includes(issue))
  }

  #shown({ id, issue, body, author }: GithubComment): { readonly [key: string]: Json } {
    const type = author.endsWith('[bot]') ? 'Bot' : 'User'
    const html_url = this.#page(`pull/${issue}#issuecomment-${id}`)
    return { id, body, user: { login: author, type }, html_url }
  }

  #page(path: string): string {
    return `https://github.com/${this.#setup.repository}/${path}`
  }
}

function problem(status: number, message: string): WorldAnswer {
  return answerWith(status, {
    message,
    documentation_url: 'https://docs.github.com/rest',
    status: String(status),
  })
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** A page of a list: 30 items when nothing is asked for, 100 at most. */
function paged(url: URL, items: readonly Json[]): WorldAnswer {
  const size = Math.min(Number(url.searchParams.get('per_page')) || 30, 100)
  const page = Number(url.searchParams.get('page')) || 1
  return answerWith(200, items.slice((page - 1) * size, page * size))
}
