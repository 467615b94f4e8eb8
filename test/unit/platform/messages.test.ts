import { expect, it } from 'vitest'
import { internalError, nodeTooOld } from '../../../src/platform/messages.ts'

it('a mistake of this action is told with what is known of it', () => {
  expect(internalError('x is not a function')).toMatch(/x is not a function\. .*issue/)
})

it('a Node that is too old is told with its version', () => {
  expect(nodeTooOld('20.20.2')).toMatch(/Node 24.* Node 20\.20\.2\./)
})
