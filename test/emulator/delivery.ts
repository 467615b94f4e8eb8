import type { ServerResponse } from 'node:http'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import type { WorldAnswer } from './answers.ts'
import type { Delivery } from './faults.ts'

type Wait = (ms: number) => Promise<void>

/** Sends an answer over a real connection, or spoils it as the fault wants. */
export async function deliverOver(response: ServerResponse, delivery: Delivery, wait: Wait): Promise<void> {
  // The API's clock is not this machine's: the date is told by the answer, or not at all.
  response.sendDate = false
  switch (delivery.kind) {
    case 'answer':
      return sendWhole(response, delivery.answer)
    case 'encoded':
      return sendEncoded(response, delivery.answer, delivery.encoding)
    case 'truncated':
      return sendHalf(response, delivery.answer)
    case 'drip':
      return drip(response, delivery.answer, delivery.everyMs, wait)
    case 'endless-headers':
      return sendEndlessHeaders(response, delivery.everyMs, wait)
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    case 'hang':
      return
    default:
      response.socket?.destroy()
  }
}

function sendWhole(response: ServerResponse, { status, headers, body }: WorldAnswer): void {
  const length = status === 204 ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  response.writeHead(status, { ...headers, ...length }).end(body)
}

const ENCODERS = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync }

function sendEncoded(
  response: ServerResponse,
  { status, headers, body }: WorldAnswer,
  encoding: keyof typeof ENCODERS,
): void {
  const bytes = ENCODERS[encoding](body)
  const described = { 'content-encoding': encoding, 'content-length': String(bytes.length) }
  response.writeHead(status, { ...headers, ...described }).end(bytes)
}

function sendHalf(response: ServerResponse, { status, headers, body }: WorldAnswer): void {
  const bytes = Buffer.from(body)
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) })
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.end())
}

async function drip(
  response: ServerResponse,
  answer: WorldAnswer,
  everyMs: number,
  wait: Wait,
): Promise<void> {
  const bytes = Buffer.from(answer.body)
  response.writeHead(answer.status, { ...answer.headers, 'content-length': String(bytes.length) })
  for (const byte of bytes) {
    if (response.destroyed) return
    response.write(Buffer.of(byte))
    await wait(everyMs)
  }
  response.end()
}

async function sendEndlessHeaders(response: ServerResponse, everyMs: number, wait: Wait): Promise<void> {
  const { socket } = response
  socket?.write('HTTP/1.1 200 OK\r\n')
  for (let line = 0; socket !== null && !socket.destroyed; line += 1) {
    socket.write(`x-line-${line}: `.padEnd(78, 'x').concat('\r\n'))
    // Without a turn of the event loop, the other side's goodbye would never be seen.
    await new Promise(resolve => setImmediate(resolve))
    if (everyMs > 0) await wait(everyMs)
  }
}
