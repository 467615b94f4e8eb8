import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import type { TransportFailure } from './http-transport.ts'
import { TOO_LARGE_DECOMPRESSED, unknownEncoding } from './messages.ts'

type Decoded =
  | { readonly ok: true; readonly body: Buffer }
  | { readonly ok: false; readonly failure: TransportFailure }
type Decoder = (body: Buffer, options: { readonly maxOutputLength: number }) => Buffer

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
  ['zstd', zstdDecompressSync],
  ['identity', body => body],
])
// One box in between may compress what another one has compressed; more is an attack.
const MOST_ENCODINGS = 3

/**
 * Undoes the `Content-Encoding` of a body that came compressed although nobody asked for it, as some boxes in between do.
 * @param encoding the header's value, empty where there was none
 * @param limit bytes that the decoded body may have, after each step
 */
export function decodeBody(body: Buffer, encoding: string, limit: number): Decoded {
  if (body.length === 0) return { ok: true, body }
  const names = encoding
    .toLowerCase()
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
  const decoders = names.map(name => DECODERS.get(name)).filter(decoder => decoder !== undefined)
  if (decoders.length < names.length || names.length > MOST_ENCODINGS) return unreadable(encoding)
  try {
    // The encoding that was applied last is named last.
    const decoded = decoders.reduceRight((rest, decode) => decode(rest, { maxOutputLength: limit }), body)
    return { ok: true, body: decoded }
  } catch (error) {
    return isTooLarge(error) ? oversized() : unreadable(encoding)
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
}

function oversized(): Decoded {
  return { ok: false, failure: { kind: 'oversized', reason: TOO_LARGE_DECOMPRESSED } }
}

function unreadable(encoding: string): Decoded {
  return { ok: false, failure: { kind: 'unreadable', reason: unknownEncoding(encoding) } }
}
