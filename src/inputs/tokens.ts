import { complaints } from './messages.ts'
import { type InputParser, invalid, ok } from './parsers.ts'

const QUOTATION_MARK = /^["'`“”„‘’«»]|["'`“”„‘’«»]$/u

// Pasted from a header, or from a template whose secret is empty.
const SCHEME = /^(?:authorization:\s*)?(?:bearer|basic|token)(?:[\s:]|$)/iu

/** A token that is sent in a header. What is wrong with one is said without showing it. */
export function token(expected: string): InputParser<string> {
  return {
    expects: expected,
    parse(text) {
      if (QUOTATION_MARK.test(text)) return invalid(complaints.quotationMarks)
      if (SCHEME.test(text)) return invalid(complaints.bearer)
      if (/[\s\p{Z}]/u.test(text)) return invalid(complaints.whitespace)
      // What a header can carry without being taken for something else on the way.
      return /^[!-~]+$/.test(text) ? ok(text) : invalid(complaints.notToken)
    },
  }
}
