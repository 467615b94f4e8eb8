// Loading undici's index costs twice as much as the files that are needed here (it brings fetch, WebSocket, caches and
// mocks along). The package has no "exports" field, so its files can be imported; their types come with the index only.

declare module 'undici/lib/dispatcher/env-http-proxy-agent.js' {
  import type { EnvHttpProxyAgent } from 'undici'

  const agent: typeof EnvHttpProxyAgent
  export default agent
}

declare module 'undici/lib/dispatcher/pool.js' {
  import type { Pool } from 'undici'

  const pool: typeof Pool
  export default pool
}

declare module 'undici/lib/api/api-connect.js' {
  import type { Dispatcher } from 'undici'

  const connect: Dispatcher['connect']
  export default connect
}

declare module 'undici/lib/core/connect.js' {
  import type { Socket } from 'node:net'
  import type { buildConnector as build } from 'undici'

  /** The published type says `void`; the function gives the socket back at once, before it is connected. */
  export default function buildConnector(
    options: build.BuildOptions,
  ): (options: build.Options, callback: build.Callback) => Socket
}
