import type { Json } from './json.ts'
import type { DateForm } from './settings.ts'

const TWO_HOURS = 7_200_000

/** Writes an instant (milliseconds since the epoch) in one of the forms that APIs use. All but `fraction` drop the milliseconds. */
export function dateIn(form: DateForm, ms: number): Json {
  const whole = isoOf(ms)
  switch (form) {
    case 'zulu':
      return `${whole}Z`
    case 'offset':
      return `${whole}+00:00`
    case 'basic-offset':
      return `${whole}+0000`
    case 'short-offset':
      return `${whole}+00`
    case 'other-zone':
      return `${isoOf(ms + TWO_HOURS)}+02:00`
    case 'space':
      return `${whole.replace('T', ' ')}Z`
    case 'lower-case':
      return `${whole.toLowerCase()}z`
    case 'fraction':
      return `${new Date(ms).toISOString().slice(0, 23)}456Z`
    case 'no-seconds':
      return `${whole.slice(0, 16)}Z`
    case 'epoch':
      return Math.floor(ms / 1000)
    case 'zoneless':
      return whole
  }
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19)
}
