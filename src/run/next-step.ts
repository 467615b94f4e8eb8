import type { ServerId, SnapshotId } from '../domain/ids.ts'

/** What a person can do next, as data: rendered and merged in one place. */
export type NextStep =
  /** `isRestore`: the server is being overwritten, and must not be restored again meanwhile. */
  | { readonly kind: 'follow'; readonly snapshot: SnapshotId; readonly isRestore: boolean }
  | { readonly kind: 'restore'; readonly snapshot: SnapshotId }
  | { readonly kind: 'delete'; readonly snapshot: SnapshotId }
  | { readonly kind: 'list'; readonly server: ServerId | undefined }
  | { readonly kind: 'start server' }
  /** `after`: what is to be done first, as the beginning of a sentence. */
  | { readonly kind: 're-run'; readonly after?: string }
  /** What failed may work later: a way out only where there is no other. */
  | { readonly kind: 'try again'; readonly text: string }
  | { readonly kind: 'advice'; readonly text: string }

/** A sentence that fits no other kind. */
export function advice(text: string): NextStep {
  return { kind: 'advice', text }
}
