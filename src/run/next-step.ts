import type { ServerId, SnapshotId } from '../domain/ids.ts'

/** What a person can do next, as data: rendered and merged in one place. `server` is what a person calls it. */
export type NextStep =
  /** `isRestore`: the server is being overwritten, and must not be restored again meanwhile. */
  | { readonly kind: 'follow'; readonly snapshot: SnapshotId; readonly isRestore: boolean }
  | { readonly kind: 'restore'; readonly snapshot: SnapshotId }
  | { readonly kind: 'delete'; readonly snapshot: SnapshotId }
  | { readonly kind: 'list'; readonly server: ServerId | undefined }
  | { readonly kind: 'check server'; readonly server: string }
  | { readonly kind: 'start server'; readonly server: string }
  /** `isRestored`: the snapshot itself may be what is bad. */
  | { readonly kind: 'check application'; readonly server: string; readonly isRestored: boolean }
  | { readonly kind: 're-run' }
  /** What failed may work later: a way out only where there is no other. */
  | { readonly kind: 'try again'; readonly text: string }
  | { readonly kind: 'advice'; readonly text: string }

/** A sentence that fits no other kind. */
export function advice(text: string): NextStep {
  return { kind: 'advice', text }
}
