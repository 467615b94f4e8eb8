import type { InputTexts } from './types.ts'

const PREFIX = 'INPUT_'

/**
 * The inputs as the runner hands them over: in variables named `INPUT_` and the name in upper case, hyphens kept and
 * spaces replaced by `_`. Names that action.yml does not declare are among them. Windows tells no letter cases apart,
 * so none are told apart here; where an environment has several, the runner's own spelling wins.
 */
export function readInputTexts(env: Readonly<Record<string, string | undefined>>): InputTexts {
  const texts = new Map<string, string>()
  for (const [variable, text = ''] of Object.entries(env)) {
    const upperCase = variable.toUpperCase()
    if (!upperCase.startsWith(PREFIX)) continue
    const name = variable.slice(PREFIX.length).toLowerCase()
    if (variable === upperCase || !texts.has(name)) texts.set(name, text)
  }
  return texts
}
