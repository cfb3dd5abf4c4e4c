/** The ways between two managers, each set up for real on loopback, for the suite that they all must pass. */
import { readFileSync } from 'node:fs';
import { HttpConnection } from '../../src/peer/http-connection.js';
import { HttpServer } from '../../src/peer/http-server.js';
import type { Invoke, Peer } from '../../src/peer/peer.js';
import { Authenticator } from '../../src/peer/security/authenticate.js';
import { type PoolKeys, poolKeys } from '../../src/peer/security/pool-keys.js';
import { RequestSigner } from '../../src/peer/security/signature.js';
import { createMessageService } from '../../src/peer/soap.js';
import { mountSoapEndpoint } from '../../src/peer/soap-endpoint.js';
import { SocketConnection } from '../../src/peer/socket-connection.js';
import { SocketServer } from '../../src/peer/socket-server.js';
import type { TlsMaterial } from '../../src/peer/tls-material.js';
import { CertificateAuthority } from '../support/certificates.js';
import { realTimeEnv } from '../support/test-env.js';

/** `em1` asks, `em2` answers by `invoke`. */
export interface World {
  readonly peer: Peer;
  /** The port that em1 connects to; undefined where em2 connected to em1. */
  readonly port: number;
  /** em2 ends and comes back on the same port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly invoke: Invoke;
  /** The key that em1 holds; em2 always holds `KEYS`. */
  readonly keys?: PoolKeys;
  /** Where em1 connects to instead of em2's own port. */
  readonly by?: () => Promise<number>;
  /** A port where nobody listens. */
  readonly nobody?: boolean;
}

export interface WorldKind {
  readonly name: string;
  /** Whether bytes on the wire can be recorded and changed by a test (no TLS), and em1 is the one who connects. */
  readonly open: boolean;
  readonly needs?: 'openssl';
  start(options: WorldOptions): Promise<World>;
}

export const keysOf = (text: string): PoolKeys => {
  const keys = poolKeys([text]);
  if (!keys) throw new Error('no key');
  return keys;
};
export const KEYS = keysOf('conformance');
export const WRONG_KEYS = keysOf('another');
const HERE = { host: '127.0.0.1', port: 0 };

let made: { readonly tls: TlsMaterial; readonly ca: string } | undefined;
function certificates() {
  if (!made) {
    const authority = new CertificateAuthority();
    const { cert, key } = authority.server('em2');
    const read = (file: string) => readFileSync(file, 'utf8');
    made = { tls: { cert: read(cert), key: read(key), clients: 'none' }, ca: read(authority.cert) };
  }
  return made;
}

async function httpWorld(options: WorldOptions, secure?: ReturnType<typeof certificates>): Promise<World> {
  // Seeds differ, as a process and the one after it do.
  let seed = 10;
  const start = async (port: number) => {
    const env = realTimeEnv(seed++);
    const server = new HttpServer({ env, ...(secure && { tls: secure.tls }) });
    const policy = { users: [], anonymous: 'none', keys: KEYS, isManager: () => false } as const;
    const authenticator = new Authenticator(env, 'em2', () => policy);
    const service = createMessageService({ env, invoke: options.invoke });
    mountSoapEndpoint({ env, server, context: 'ptpmgr/em', authenticator, service });
    return { server, port: (await server.listen({ host: '127.0.0.1', port })).port };
  };
  let { server, port } = await start(0);
  if (options.nobody) await server.close(0);
  const env = realTimeEnv(1);
  const keys = options.keys ?? KEYS;
  const peer = new HttpConnection({
    env,
    to: {
      id: 'em2',
      origin: `${secure ? 'https' : 'http'}://127.0.0.1:${(await options.by?.()) ?? port}`,
      context: 'ptpmgr/em',
    },
    signer: new RequestSigner('em1', env),
    keys: () => keys,
    ...(secure && { tls: { ca: secure.ca } }),
    limits: { answerBytes: 2 ** 20 },
  });
  return {
    peer,
    port,
    async restart() {
      await server.close(0);
      ({ server } = await start(port));
    },
    async close() {
      await peer.close();
      if (!options.nobody) await server.close(0);
    },
  };
}

const unexpected: Invoke = () => {
  throw new Error('nobody should ask here');
};

/** @param reverse em2 dials em1, and em1 asks over that socket. */
async function socketWorld(
  options: WorldOptions,
  reverse: boolean,
  secure?: ReturnType<typeof certificates>,
): Promise<World> {
  let seed = 10;
  const keys = options.keys ?? KEYS;
  const [listener, dialer] = reverse ? (['em1', 'em2'] as const) : (['em2', 'em1'] as const);
  const serviceOf = (id: string) =>
    createMessageService({ env: realTimeEnv(2), invoke: id === 'em2' ? options.invoke : unexpected });
  const start = async (port: number) => {
    const server = new SocketServer({
      env: realTimeEnv(seed++),
      self: listener,
      keys: () => (reverse ? keys : KEYS),
      service: serviceOf(listener),
      ...(secure && { tls: secure.tls }),
    });
    return { server, port: (await server.listen({ host: '127.0.0.1', port })).port };
  };
  let { server, port } = await start(0);
  if (options.nobody) await server.close();
  const connection = new SocketConnection({
    env: realTimeEnv(1),
    self: dialer,
    to: { id: listener, ...HERE, port: (await options.by?.()) ?? port },
    keys: () => (reverse ? KEYS : keys),
    service: serviceOf(dialer),
    ...(secure && { tls: { ca: secure.ca } }),
    limits: { firstRetryMs: 20, longestRetryMs: 50 },
  });
  /** Whatever link em2 has open to em1 at the time of a call. */
  const overReverse: Peer = {
    async call(operation, input, callOptions) {
      for (let turn = 0; turn < 100; turn += 1) {
        const link = server.connectionTo('em2');
        if (link) return link.call(operation, input, callOptions);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      // The dialler knows why; a manager without a link says the same.
      return connection.call(operation, input, callOptions);
    },
    close: async () => {},
  };
  if (reverse) connection.open();
  return {
    peer: reverse ? overReverse : connection,
    port,
    async restart() {
      await server.close();
      ({ server } = await start(port));
    },
    async close() {
      await connection.close();
      if (!options.nobody) await server.close();
    },
  };
}

export const WORLDS: readonly WorldKind[] = [
  { name: 'HTTP', open: true, start: (options) => httpWorld(options) },
  { name: 'HTTPS', open: false, needs: 'openssl', start: (options) => httpWorld(options, certificates()) },
  { name: 'a socket', open: true, start: (options) => socketWorld(options, false) },
  {
    name: 'a socket over TLS',
    open: false,
    needs: 'openssl',
    start: (options) => socketWorld(options, false, certificates()),
  },
  { name: 'a socket that the other side opened', open: false, start: (options) => socketWorld(options, true) },
];
