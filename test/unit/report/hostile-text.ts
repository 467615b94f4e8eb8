import fc from 'fast-check'
import { HOSTILE_TEXTS } from '../../soak/hostile.ts'

const PIECES = [
  ...[
    '::',
    '##[',
    ']',
    '::error::',
    '##[error]',
    '\r',
    '\n',
    '\r\n',
    '\u2028',
    '\u0085',
    '\u0000',
    '\u001b[31m',
  ],
  ...[
    '\u001b]0;t\u0007',
    '\u009b',
    '\u202e',
    '\u2066',
    '\u200b',
    '\ufeff',
    '\ud800',
    '\udc00',
    '🙂',
    '|',
    '<',
    '>',
  ],
  ...[
    '&',
    '"',
    "'",
    '`',
    '```',
    '#',
    '%%',
    ':',
    ';',
    ',',
    'crit, ',
    'section ',
    '</table>',
    '%0A',
    '%',
    ' ',
    'a',
  ],
]

/** Texts made of what the runner, terminals, Markdown, HTML and Mermaid take for more than text. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc
    .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary' })), { maxLength: 30 })
    .map(parts => parts.join('')),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
    .map(units => String.fromCharCode(...units)),
)

/** The runner's rule, from its own source: what it would obey in a text that it reads from a log. */
export function isObeyed(text: string): boolean {
  return text
    .split(/\r\n|\n|\r/)
    .some(line => /^\s*::[^:]*::/.test(line.replace(/^[\s\ufeff\u200b]+/, '')) || /##\[[^\]]*\]/.test(line))
}
