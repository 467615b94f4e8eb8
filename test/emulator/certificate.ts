import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

export interface Certificate {
  /** PEM. */
  readonly key: string
  /** PEM; its own authority, so that it can be trusted through NODE_EXTRA_CA_CERTS. */
  readonly cert: string
}

const SEQUENCE = 0x30
const INTEGER = 0x02
const BIT_STRING = 0x03
const OCTET_STRING = 0x04
const OBJECT_ID = 0x06
const UTF8_STRING = 0x0c
const UTC_TIME = 0x17
const SET = 0x31
const CONTEXT_0 = 0xa0
const CONTEXT_3 = 0xa3
const DNS_NAME = 0x82
const IP_ADDRESS = 0x87

// DER bodies of the object identifiers of RFC 5280 and RFC 5758.
const COMMON_NAME = [0x55, 0x04, 0x03]
const ALTERNATIVE_NAME = [0x55, 0x1d, 0x11]
const BASIC_CONSTRAINTS = [0x55, 0x1d, 0x13]
const ECDSA_WITH_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]

function lengthOf(size: number): Buffer {
  if (size < 0x80) return Buffer.of(size)
  return size < 0x100 ? Buffer.of(0x81, size) : Buffer.of(0x82, size >> 8, size & 0xff)
}

function der(tag: number, ...parts: readonly (Uint8Array | readonly number[])[]): Buffer {
  const body = Buffer.concat(parts.map(part => Buffer.from(part)))
  return Buffer.concat([Buffer.of(tag), lengthOf(body.length), body])
}

function bits(body: Uint8Array): Buffer {
  return der(BIT_STRING, [0], body)
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, '').slice(2, 14)
  return der(UTC_TIME, Buffer.from(`${digits}Z`))
}

function extension(id: readonly number[], value: Buffer): Buffer {
  return der(SEQUENCE, der(OBJECT_ID, id), der(OCTET_STRING, value))
}

function toBeSigned(publicKey: KeyObject, now: Date, hosts: readonly string[]): Buffer {
  const commonName = der(SEQUENCE, der(OBJECT_ID, COMMON_NAME), der(UTF8_STRING, Buffer.from('emulated API')))
  const name = der(SEQUENCE, der(SET, commonName))
  const day = 86_400_000
  const validity = [new Date(now.getTime() - day), new Date(now.getTime() + 30 * day)]
  const dnsNames = ['localhost', ...hosts].map(host => der(DNS_NAME, Buffer.from(host)))
  const names = der(SEQUENCE, ...dnsNames, der(IP_ADDRESS, [127, 0, 0, 1]))
  const isAuthority = der(SEQUENCE, [0x01, 0x01, 0xff])
  return der(
    SEQUENCE,
    der(CONTEXT_0, der(INTEGER, [2])),
    der(INTEGER, [1]),
    der(SEQUENCE, der(OBJECT_ID, ECDSA_WITH_SHA256)),
    name,
    der(SEQUENCE, ...validity.map(time)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      CONTEXT_3,
      der(SEQUENCE, extension(BASIC_CONSTRAINTS, isAuthority), extension(ALTERNATIVE_NAME, names)),
    ),
  )
}

/** Makes a self-signed certificate for 127.0.0.1, localhost and other `hosts`, valid for a month. */
export function makeCertificate(now: Date = new Date(), hosts: readonly string[] = []): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const content = toBeSigned(publicKey, now, hosts)
  const signature = bits(sign('sha256', content, privateKey))
  const whole = der(SEQUENCE, content, der(SEQUENCE, der(OBJECT_ID, ECDSA_WITH_SHA256)), signature)
  const lines = whole.toString('base64').replace(/.{64}/g, '$&\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}
