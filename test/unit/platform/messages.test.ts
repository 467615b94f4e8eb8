import { expect, it } from 'vitest'
import { internalError } from '../../../src/platform/messages.ts'

it('a mistake of this action is told with what is known of it', () => {
  expect(internalError('x is not a function')).toMatch(/x is not a function\. .*issue/)
})
