/**
 * The port through which notifications travel: the API's own transport, with its proxy, its verified certificates and
 * its refusal to follow redirects. Named here once, so that nothing else in this folder depends on where it lives.
 */
export type {
  HttpRequest,
  HttpTransport,
  TransportFailure as HttpFailure,
  TransportResult as HttpResult,
} from '../http/http-transport.ts'
