import type { Server, Snapshot } from '../domain/entities.ts'
import type { Kept } from '../policy/retention.ts'
import type { Problem } from './problem.ts'
import type { ChangeRequest, Deletion, HowItEnded, LeftBecause, Work } from './server-run.ts'

/** What happens to one server's part of an operation. The recorder adds when. */
export type ServerEvent =
  | TaskEvent
  | PowerEvent
  | { readonly type: 'server read'; readonly server: Server }
  | { readonly type: 'status seen'; readonly status: string }
  /** The token may not read it. */
  | { readonly type: 'server unreadable' }
  | { readonly type: 'slots counted'; readonly used: number }
  | { readonly type: 'began' }
  | { readonly type: 'safety snapshot accepted'; readonly snapshot: Snapshot }
  | { readonly type: 'safety snapshot ended'; readonly state: 'completed' | 'failed' }
  | { readonly type: 'deletion ended'; readonly deletion: Deletion }
  | { readonly type: 'kept'; readonly kept: readonly Kept[] }
  | { readonly type: 'health check began' }
  | { readonly type: 'health check passed' }
  | { readonly type: 'health check failed'; readonly problem: Problem }
  /** The runner asked for the end: whatever is under way is left as it is. */
  | { readonly type: 'cancelled' }
  /** A mistake of this action: nobody watches any more what is under way. */
  | { readonly type: 'abandoned' }

export type TaskEvent =
  /** `steps`: what would be done, a sentence each. */
  | { readonly type: 'planned'; readonly steps: readonly string[] }
  | { readonly type: 'skipped'; readonly why: 'group failed' | 'out of time' }
  | { readonly type: 'request sent'; readonly request: ChangeRequest }
  | { readonly type: 'request sent'; readonly request: 'make room'; readonly toDelete: Snapshot }
  /** The API said no: certainly nothing was done. */
  | { readonly type: 'request refused' }
  /** `apiTime`: when, by the API's clock; the recorder adds it. */
  | {
      readonly type: 'accepted'
      readonly work: Work
      readonly snapshot: Snapshot
      readonly apiTime?: number
    }
  | { readonly type: 'succeeded'; readonly snapshot?: Snapshot; readonly how?: HowItEnded }
  | ({ readonly type: 'left running' } & LeftBecause)
  /** What it makes of the task depends on how far the task had come. */
  | { readonly type: 'failed'; readonly problem: Problem; readonly snapshot?: Snapshot | 'gone' }

export type PowerEvent =
  | { readonly type: 'stop requested' | 'stopped' | 'start requested' | 'started' | 'left stopped' }
  | { readonly type: 'stop failed' | 'start failed'; readonly problem: Problem }
