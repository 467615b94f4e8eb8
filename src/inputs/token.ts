import { bad, good, type Kind } from './kinds.ts'
import type { JobStatus } from './types.ts'

/** The API token. What is wrong with one is said without showing it. */
export const TOKEN: Kind<string> = {
  takes: 'a VPS.org API token, from a secret of the repository, the organisation or the job’s environment',
  read(text) {
    if (/[\s\p{Z}]/u.test(text)) return bad('the value has a blank or a line break inside (not shown)')
    // What a header can carry without being taken for something else on the way.
    return /^[!-~]+$/.test(text) ? good(text) : bad('the value has characters that no token has (not shown)')
  },
}

/** Never wrong: what the runner does not say in one of its three words is unknown. */
export const JOB_STATUS: Kind<JobStatus> = {
  takes: '`success`, `failure` or `cancelled`',
  read: text => good(text === 'success' || text === 'failure' || text === 'cancelled' ? text : 'unknown'),
}
