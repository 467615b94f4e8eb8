/** What must answer before a server counts as ready. The host of a TCP target is without the brackets of IPv6. */
export type HealthTarget =
  | { readonly kind: 'http'; readonly url: URL }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }

/**
 * Tries a target once, without the API's token.
 * @returns undefined when it answers well, otherwise why not, in a few words
 */
export type HealthProbe = (
  target: HealthTarget,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
) => Promise<string | undefined>
