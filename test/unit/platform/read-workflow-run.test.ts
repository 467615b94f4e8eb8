import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readWorkflowRun } from '../../../src/platform/read-workflow-run.ts'

const REF = 'octo/shop/.github/workflows/deploy.yml@refs/heads/main'
const VARIABLES = {
  GITHUB_REPOSITORY: 'octo/shop',
  GITHUB_ACTOR: 'octocat',
  GITHUB_WORKFLOW: 'Deploy',
  GITHUB_WORKFLOW_REF: REF,
  GITHUB_RUN_ID: '9876543210',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_JOB: 'deploy',
  GITHUB_SHA: '0123456',
  GITHUB_SERVER_URL: 'https://github.example',
}

function workflowOf(repository: string, workflowRef: string): string {
  return readWorkflowRun({
    ...VARIABLES,
    GITHUB_REPOSITORY: repository,
    GITHUB_WORKFLOW_REF: workflowRef,
  }).workflow
}

describe('readWorkflowRun', () => {
  it('reads what the runner says, the workflow without its branch', () => {
    expect(readWorkflowRun(VARIABLES)).toEqual({
      repository: 'octo/shop',
      actor: 'octocat',
      isNestedInForeignRunner: false,
      workflow: 'octo/shop/.github/workflows/deploy.yml',
      workflowName: 'Deploy',
      runId: '9876543210',
      attempt: 2,
      event: 'push',
      job: 'deploy',
      sha: '0123456',
      serverUrl: 'https://github.example',
      action: 'OWNER/vps-snapshot-action@v1',
    })
  })

  it.each([
    ['deploy.yml@refs/heads/a@b\nc', 'deploy.yml'],
    ['a@b.yml@refs/heads/main', 'a@b.yml'],
    ['a@b.yml@refs/tags/v1@2', 'a@b.yml'],
    ['a@b.yml@main', 'a@b.yml'],
    ['deploy.yml', 'deploy.yml'],
  ])('takes the ref off %j, and nothing of the file’s name', (file, expected) => {
    const folder = 'octo/shop/.github/workflows'
    expect(workflowOf('octo/shop', `${folder}/${file}`)).toBe(`${folder}/${expected}`)
  })

  it('finds the file again, whatever file and branch are called', () => {
    const name = fc.string({ unit: fc.constantFrom('a', '@', '.', '-', ' '), minLength: 1 })
    const branch = fc.string({ unit: fc.constantFrom('a', '@', '/', '-'), minLength: 1 })
    fc.assert(
      fc.property(name, branch, (file, ref) => {
        const path = `octo/shop/.github/workflows/${file}.yml`
        fc.pre(!ref.includes('@refs/'))
        expect(workflowOf('octo/shop', `${path}@refs/heads/${ref}`)).toBe(path)
      }),
    )
  })

  it('ignores the letter case of owner and repository', () => {
    expect(workflowOf('Octo/Shop', REF)).toBe('octo/shop/.github/workflows/deploy.yml')
    expect(workflowOf('octo/shop', REF.replace('octo', 'OCTO'))).toBe(
      'OCTO/shop/.github/workflows/deploy.yml',
    )
  })

  it.each([
    ['there is none', ''],
    ['it is that of another repository', 'octo/policies/.github/workflows/required.yml@refs/heads/main'],
    ['it is that of a repository whose name begins the same', 'octo/shop-two/.github/workflows/a.yml@main'],
  ])('takes the workflow’s name where its ref does not help: %s', (_why, ref) => {
    expect(workflowOf('octo/shop', ref)).toBe('octo/shop/Deploy')
  })

  it('does without what the runner does not say', () => {
    expect(readWorkflowRun({})).toEqual({
      repository: '',
      actor: '',
      isNestedInForeignRunner: false,
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

  it.each(['ACT', 'GITEA_ACTIONS', 'FORGEJO_ACTIONS'])('knows a composite action under %s', runner => {
    const nested = (variables: Readonly<Record<string, string>>): boolean =>
      readWorkflowRun({ ...VARIABLES, ...variables }).isNestedInForeignRunner
    const GITHUB_ACTION_PATH = '/actions/deploy'
    expect(nested({ [runner]: 'true', GITHUB_ACTION_PATH })).toBe(true)
    expect(nested({ [runner]: 'true', GITHUB_ACTION_PATH: '' })).toBe(false)
    expect(nested({ [runner]: 'true' })).toBe(false)
    expect(nested({ [runner]: '', GITHUB_ACTION_PATH })).toBe(false)
  })

  it.each(['', '0', '-1', '1.5', '01', 'x', '9007199254740993', '1\n2'])(
    'does not take %j for a number',
    text => {
      expect(readWorkflowRun({ GITHUB_RUN_ID: text, GITHUB_RUN_ATTEMPT: text })).toMatchObject({
        runId: '0',
        attempt: 1,
      })
    },
  )

  it.each([
    ['a tag', 'octo/vps-snapshot-action', 'v1.2.3'],
    ['a branch', 'some-body/vps-snapshot-action', 'feature/x_1'],
    ['a commit', 'o/vps-snapshot-action', '0123456789abcdef0123456789abcdef01234567'],
  ])('knows by which name the workflow uses this action: %s', (_what, repository, ref) => {
    const named = { GITHUB_ACTION_REPOSITORY: repository, GITHUB_ACTION_REF: ref }
    expect(readWorkflowRun(named).action).toBe(`${repository}@${ref}`)
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
    expect(readWorkflowRun(named).action).toBe('OWNER/vps-snapshot-action@v1')
  })
})
