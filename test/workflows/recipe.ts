import { parse } from 'yaml'
import { codeBlocks, section } from '../documents/markdown.ts'

/**
 * The workflow under a heading of a document: its first piece of YAML, in a job of its own where it is steps only.
 * @param anchor the heading's
 */
export function recipe(text: string, anchor: string): string {
  const block = codeBlocks(section(text, anchor)).find(({ language }) => language === 'yaml')
  if (block === undefined) throw new Error(`no YAML stands under #${anchor}`)
  if (!Array.isArray(parse(block.code))) return block.code
  const steps = block.code.replace(/^(?=.)/gm, '      ')
  return `name: Recipe\non: push\njobs:\n  recipe:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`
}
