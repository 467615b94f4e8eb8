/** How the modules of src stand to one another: a change here is a decision, not an accident. */
import { globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../harness/manifest.ts'

interface Import {
  readonly to: string
  readonly typeOnly: boolean
}

interface Module {
  /** From src, with forward slashes, e.g. `run/apply.ts`. */
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
}

const SRC = join(ROOT, 'src')
const MODULES = globSync('**/*.ts', { cwd: SRC }).map(path => readModule(path.replaceAll('\\', '/')))

function readModule(path: string): Module {
  const text = readFileSync(join(SRC, path), 'utf8').replaceAll('\r\n', '\n')
  const statements = text.matchAll(
    /^(?:import|export) (type )?([^'\n;]*?(?:\{[^}]*\})?[^'\n;]*?) from '(\.[^']+)'/gm,
  )
  const imports = [...statements].map(([, type, names = '', from = '']): Import => {
    const items = names
      .replace(/[{}]/g, '')
      .split(',')
      .map(name => name.trim())
      .filter(name => name !== '')
    const typeOnly = type !== undefined || items.every(name => name.startsWith('type '))
    return { to: relative(SRC, join(SRC, dirname(path), from)).replaceAll('\\', '/'), typeOnly }
  })
  return { path, text, imports }
}

/** The folder of a module; a module of src itself is a layer of its own, `inputs.ts` the front of its folder. */
function layerOf(path: string): string {
  const [first = ''] = path.split('/')
  return first === 'inputs.ts' ? 'inputs' : first
}

// What each layer may use: everything of some, only the types of others.
const LAYERS: Readonly<Record<string, { readonly uses: string; readonly types?: string }>> = {
  domain: { uses: '' },
  policy: { uses: 'domain' },
  http: { uses: '', types: 'domain' },
  report: { uses: '' },
  vps: { uses: 'domain policy http' },
  inputs: { uses: 'domain policy' },
  notify: { uses: 'http report', types: 'domain' },
  run: { uses: 'domain policy', types: 'inputs report vps' },
  waiting: { uses: 'domain policy vps run', types: 'inputs report' },
  requests: { uses: 'domain policy vps run waiting' },
  present: { uses: 'domain policy run', types: 'inputs notify report' },
  operations: { uses: 'domain policy vps run waiting requests present', types: 'inputs report' },
  'tell.ts': { uses: 'notify present run', types: 'http inputs operations' },
  'stages.ts': { uses: 'inputs operations report run tell.ts vps waiting', types: 'domain http' },
  platform: { uses: 'domain http inputs policy report', types: 'stages.ts' },
  'index.ts': { uses: 'platform stages.ts' },
  'post.ts': { uses: 'platform stages.ts' },
}

// As the picture has them.
const SAME_ARROWS: Readonly<Record<string, string>> = {
  'index.ts': 'entries',
  'post.ts': 'entries',
  'stages.ts': 'stages',
  'tell.ts': 'tell',
}

/** The arrows that lead from each layer to all that it may use: `-.->` where only types are used. */
function neededArrows(): readonly string[] {
  const wordsOf = (text = '') => text.split(' ').filter(word => word !== '')
  const next = (from: string, isTyped: boolean): readonly string[] => {
    const { uses = '', types = '' } = LAYERS[from] ?? {}
    return isTyped ? [...wordsOf(uses), ...wordsOf(types)] : wordsOf(uses)
  }
  const leadsTo = (from: string, to: string, isTyped: boolean): boolean =>
    next(from, isTyped).some(each => each === to || leadsTo(each, to, isTyped))
  const arrows = Object.entries(LAYERS).flatMap(([from, { uses, types }]) =>
    [false, true].flatMap(isTyped =>
      wordsOf(isTyped ? types : uses)
        .filter(to => !next(from, isTyped).some(each => each !== to && leadsTo(each, to, isTyped)))
        .map(to => `${SAME_ARROWS[from] ?? from} ${isTyped ? '-.->' : '-->'} ${SAME_ARROWS[to] ?? to}`),
    ),
  )
  return [...new Set(arrows)]
}

/** The string and template literals of JavaScript, with `…` for what is put into them. */
function literalsIn(code: string): readonly string[] {
  const found: string[] = []
  const take = (_: string, ...texts: readonly (string | undefined)[]): string => {
    found.push(texts.find(text => text !== undefined) ?? '')
    return "''"
  }
  let rest = code
    .replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
    // Patterns may hold quotes, and a quoted text a backtick.
    .replace(/(?<=[(,=:\s])\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[dgimsuvy]*/g, '0')
    .replace(/(?<=[\s([,:=?])'([^'\n]*`[^'\n]*)'(?=[\s)\],;:])/g, (_, text: string) => take('', text))
  // From the inside out: a template can hold others.
  for (let before = ''; before !== rest; ) {
    before = rest
    rest = rest.replace(/\$\{(?:[^{}`]|\{[^{}`]*\})*\}/g, '…').replace(/`((?:[^`\\$]|\\.|\$(?!\{))*)`/g, take)
  }
  rest.replace(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/g, take)
  return found
}

/** The texts that stand for themselves in a type: the tags of data. */
function tagsIn(code: string): readonly string[] {
  const values = stripTypeScriptTypes(code)
  return [...code.matchAll(/'([^'\n]*)'/g)].flatMap(({ index, 1: tag = '' }) =>
    values[index] === ' ' ? [tag] : [],
  )
}

describe('the layers', () => {
  it('are those of the folders', () => {
    expect([...new Set(MODULES.map(({ path }) => layerOf(path)))].toSorted()).toEqual(
      Object.keys(LAYERS).toSorted(),
    )
  })

  it.each(Object.entries(LAYERS))('%s uses no others than it may', (layer, { uses, types = '' }) => {
    const [all, typed] = [uses.split(' '), types.split(' ')]
    const wrong = MODULES.filter(({ path }) => layerOf(path) === layer).flatMap(({ path, imports }) =>
      imports.flatMap(({ to, typeOnly }) => {
        const other = layerOf(to)
        const isAllowed = other === layer || all.includes(other) || (typeOnly && typed.includes(other))
        return isAllowed ? [] : [`${path} uses ${to}`]
      }),
    )
    expect(wrong).toEqual([])
  })

  it.each(Object.entries(LAYERS))('%s may use no more than it does', (layer, { uses, types = '' }) => {
    const own = MODULES.filter(({ path }) => layerOf(path) === layer).flatMap(({ imports }) => imports)
    const used = (only: boolean) =>
      own.filter(({ typeOnly }) => only || !typeOnly).map(({ to }) => layerOf(to))
    for (const other of uses.split(' ').filter(name => name !== ''))
      expect(used(false), other).toContain(other)
    for (const other of types.split(' ').filter(name => name !== ''))
      expect(used(true), other).toContain(other)
  })

  it('are those of the picture in CONTRIBUTING.md, whose arrows leave out what others imply', () => {
    const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')
    const [, picture = ''] = /```mermaid\n([^`]*)```/.exec(text) ?? []
    const drawn = [...picture.matchAll(/^ *(\w+)[^\n]*? (-->|-\.->) (\w+)/gm)].map(
      ([, from = '', arrow, to = '']) => `${from} ${arrow} ${to}`,
    )
    expect(drawn.toSorted()).toEqual(neededArrows().toSorted())
  })

  it('need one another in one direction: no modules are needed by what they need', () => {
    const graph = new Map(
      MODULES.map(({ path, imports }) => [
        path,
        imports.flatMap(({ to, typeOnly }) => (typeOnly ? [] : [to])),
      ]),
    )
    const done = new Set<string>()
    const visit = (path: string, above: readonly string[]): readonly string[] => {
      if (above.includes(path)) return [...above.slice(above.indexOf(path)), path]
      if (done.has(path)) return []
      const circle = (graph.get(path) ?? [])
        .map(to => visit(to, [...above, path]))
        .find(({ length }) => length > 0)
      done.add(path)
      return circle ?? []
    }
    expect([...graph.keys()].flatMap(path => visit(path, []))).toEqual([])
  })
})

describe('a reader finds', () => {
  it('no two modules of one name, but for what a layer says', () => {
    // action.yml names the two entries.
    const named = MODULES.filter(({ path }) => path !== 'post.ts' && basename(path) !== 'messages.ts')
    const byName = Map.groupBy(named, ({ path }) => basename(path))
    const twice = [...byName.values()]
      .filter(({ length }) => length > 1)
      .map(same => same.map(({ path }) => path))
    expect(twice).toEqual([])
  })

  it('no folder of more than fifteen modules, but for what a layer says', () => {
    const folders = Map.groupBy(
      MODULES.filter(({ path }) => basename(path) !== 'messages.ts'),
      ({ path }) => dirname(path),
    )
    const large = [...folders].filter(([, modules]) => modules.length > 15).map(([folder]) => folder)
    // Pure decisions, each of about a screen, that need one another little: a folder below would hide them.
    expect(large).toEqual(['policy'])
    expect(folders.get('policy')?.length).toBeLessThanOrEqual(16)
  })

  it('no module of more than three hundred lines', () => {
    const long = MODULES.filter(({ text }) => text.split('\n').length > 301)
    expect(long.map(({ path }) => path)).toEqual([])
  })
})

describe('the record', () => {
  it('is changed by the two transitions alone, and begun from saved state by one module', () => {
    const changing = MODULES.filter(({ text }) =>
      /\{\s*\.\.\.(?:run|server|before|after|track\.run),/.test(text),
    )
    const makers = ['run/server-run.ts', 'run/apply.ts', 'run/operation-run.ts', 'run/saved-state.ts']
    expect(changing.map(({ path }) => path).filter(path => !makers.includes(path))).toEqual([
      // The workflow run as an earlier run of it would be.
      'operations/restore.ts',
    ])
  })

  it('is never assigned to', () => {
    for (const { path, text } of MODULES)
      expect(text, path).not.toMatch(/\b(?:run|server|track\.run|task|power|health)\.\w+ (?:=|\+=|\?\?=) /)
  })
})

// Three words and more, as a person would read them. Tags of data are words, too: they stand in types.
const SENTENCE = /(?:\p{L}{2,}\S* (?:\S+ )*){2}\S*\p{L}{2,}/u

// Where sentences stand outside of the modules that are read for them, and why.
const OTHER_SENTENCES = [
  'domain/clock.ts: of an error that nobody reads',
  'run/labels.ts: what servers, snapshots and reasons are called, for the messages of every layer above',
  'policy/marker.ts, notify/comment-body.ts: markers that this action reads again',
  'present/steps-to-copy.ts: a command line',
  'report/summary-markup.ts: HTML and the syntax of Mermaid',
]

describe('our own sentences', () => {
  it('stand in messages modules, where an editor can read them all', () => {
    const tags = new Set(MODULES.flatMap(({ text }) => tagsIn(text)))
    const isExcepted = (path: string) => OTHER_SENTENCES.some(exception => exception.includes(path))
    const others = MODULES.filter(({ path }) => !/messages\.ts$|\/messages\//.test(path) && !isExcepted(path))
    const strays = others.flatMap(({ path, text }) =>
      literalsIn(stripTypeScriptTypes(text))
        .filter(literal => SENTENCE.test(literal) && !tags.has(literal))
        .map(literal => `${path}: ${literal}`),
    )
    expect(strays).toEqual([])
  })

  it('are found wherever they stand', () => {
    const code = [
      "// Not 'a text at all'.",
      "const pattern = /['`]/.test(a)",
      "const one = 'It is a sentence.'",
      "const two = `${a ? `Some ${b} is here` : ''}`",
      "const three = ['```mermaid', `${list.map(item => `Each of ${item} too`).join(' ')} as well`]",
    ].join('\n')
    expect(literalsIn(code).filter(literal => SENTENCE.test(literal))).toEqual([
      'Some … is here',
      'Each of … too',
      'It is a sentence.',
    ])
    expect(tagsIn("type A = 'not a sentence'\nconst b = 'but this one is'")).toEqual(['not a sentence'])
  })

  it('are never read again: what they say is data', () => {
    const layers = ['present', 'operations', 'requests', 'waiting']
    const reading = MODULES.filter(({ path }) => layers.includes(layerOf(path))).flatMap(({ path, text }) =>
      text
        .split('\n')
        .filter(
          line =>
            // A word of a sentence looked for in a text, or a pattern for one.
            /\.(?:includes|startsWith|endsWith|indexOf|search|split|replace|replaceAll)\(\s*['"`][^'"`]*[ .;,!?][^'"`]*['"`]/.test(
              line,
            ) ||
            /new RegExp\(|\.(?:match|matchAll|exec)\(/.test(line) ||
            /\/[^/\s]*[a-z]{3,} [a-z]{2,}[^/]*\/[gimsuy]*\.test\(/.test(line),
        )
        .map(line => `${path}: ${line.trim()}`),
    )
    expect(reading).toEqual([])
  })
})
