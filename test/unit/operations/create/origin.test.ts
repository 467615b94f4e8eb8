import { describe, expect, it } from 'vitest'
import { originOf, type RunnerContext } from '../../../../src/origin.ts'

const CONTEXT: RunnerContext = {
  workflow: 'Deploy',
  runId: 9_876_543_210,
  runAttempt: 2,
  eventName: 'push',
  job: 'deploy',
  sha: '0123456',
  serverUrl: 'https://github.com',
}
const REF = 'octo/shop/.github/workflows/deploy.yml@refs/heads/main'

function variables(repository: string, workflowRef: string) {
  return { GITHUB_REPOSITORY: repository, GITHUB_WORKFLOW_REF: workflowRef }
}

describe('where a run comes from', () => {
  it('is read from the runner’s context, the workflow without its branch', () => {
    expect(originOf(CONTEXT, variables('octo/shop', REF))).toEqual({
      repository: 'octo/shop',
      workflow: 'octo/shop/.github/workflows/deploy.yml',
      workflowName: 'Deploy',
      runId: '9876543210',
      attempt: 2,
      event: 'push',
      job: 'deploy',
      sha: '0123456',
      serverUrl: 'https://github.com',
      action: 'OWNER/vps-snapshot-action@v1',
    })
  })

  it('cuts the ref at its first @, whatever the branch is called', () => {
    const ref = 'octo/shop/.github/workflows/deploy.yml@refs/heads/a@b\nc'
    expect(originOf(CONTEXT, variables('octo/shop', ref)).workflow).toBe(
      'octo/shop/.github/workflows/deploy.yml',
    )
  })

  it('does not care for the letter case of owner and repository', () => {
    expect(originOf(CONTEXT, variables('Octo/Shop', REF)).workflow).toBe(
      'octo/shop/.github/workflows/deploy.yml',
    )
    expect(originOf(CONTEXT, variables('octo/shop', REF.replace('octo', 'OCTO'))).workflow).toBe(
      'OCTO/shop/.github/workflows/deploy.yml',
    )
  })

  it.each([
    ['there is none', ''],
    ['it is that of another repository', 'octo/policies/.github/workflows/required.yml@refs/heads/main'],
    ['it is that of a repository whose name begins the same', 'octo/shop-two/.github/workflows/a.yml@main'],
  ])('takes the workflow’s name where its ref does not help: %s', (_why, ref) => {
    expect(originOf(CONTEXT, variables('octo/shop', ref)).workflow).toBe('octo/shop/Deploy')
  })

  it('does without what the runner does not say', () => {
    const nothing = {
      ...{ workflow: undefined, eventName: undefined, job: undefined, sha: undefined },
      ...{ runId: Number.NaN, runAttempt: Number.NaN, serverUrl: 'https://github.com' },
    }
    expect(originOf(nothing, {})).toEqual({
      repository: '',
      workflow: '/',
      workflowName: '',
      runId: '0',
      attempt: 1,
      event: '',
      job: '',
      sha: '',
      serverUrl: 'https://github.com',
      action: 'OWNER/vps-snapshot-action@v1',
    })
  })

  it.each([
    ['a tag', 'octo/vps-snapshot-action', 'v1.2.3'],
    ['a branch', 'some-body/vps-snapshot-action', 'feature/x_1'],
    ['a commit', 'o/vps-snapshot-action', '0123456789abcdef0123456789abcdef01234567'],
  ])('knows by which name the workflow uses this action: %s', (_what, repository, ref) => {
    const named = { GITHUB_ACTION_REPOSITORY: repository, GITHUB_ACTION_REF: ref }
    expect(originOf(CONTEXT, named).action).toBe(`${repository}@${ref}`)
  })

  it.each([
    ['a local action has none', '', ''],
    ['it is without a ref', 'octo/vps-snapshot-action', ''],
    ['it is another action’s, as composite actions have it', 'actions/checkout', 'v7'],
    ['it only ends like this one’s', 'octo/my/vps-snapshot-action', 'v1'],
    ['it only begins like this one’s', 'octo/vps-snapshot-action-2', 'v1'],
    ['its ref is none', 'octo/vps-snapshot-action', 'v1\n- run: x'],
    ['its owner is none', 'oc to/vps-snapshot-action', 'v1'],
  ])('leaves the name to a person where %s', (_why, repository, ref) => {
    const named = { GITHUB_ACTION_REPOSITORY: repository, GITHUB_ACTION_REF: ref }
    expect(originOf(CONTEXT, named).action).toBe('OWNER/vps-snapshot-action@v1')
  })
})
