import { expect, it } from 'vitest'
import { restoringUnseen } from '../../../src/requests/server-messages.ts'
import { serverRun } from '../run/fixtures.ts'

it('a rollback that is sent without a look names the server, also where no answer tells why', () => {
  expect(restoringUnseen(serverRun(), undefined)).toMatch(/web-server-11.*restoring anyway/)
})
