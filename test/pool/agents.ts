/**
 * The outside witness: elements that answer over HTTP and note every poll with its time and the manager it came from.
 *
 * Each manager has a credential of its own under the same id, with its own id as the user: so a poll names who makes it,
 * whoever listed the element first. Pools without a key carry no credentials; there the system is asked whose connection
 * it is.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

export interface SeenPoll {
  /** Of `performance.now()` in this process, milliseconds. */
  readonly atMs: number;
  /** Id of the manager. */
  readonly by: string;
}

/** Of one element; beyond that the oldest are forgotten. */
const MOST_SEEN = 20_000;
const KEPT = 10_000;

export class Agents {
  readonly #server: Server;
  readonly #host: string;
  readonly #seen = new Map<string, SeenPoll[]>();
  /** Who has opened a connection from this port, where a poll does not say itself. */
  pollerAt: (port: number) => string | undefined = () => undefined;

  private constructor(server: Server, host: string) {
    this.#server = server;
    this.#host = host;
  }

  static async start(host: string): Promise<Agents> {
    const server = createServer({ keepAliveTimeout: 1000 });
    const agents = new Agents(server, host);
    server.on('request', (request, response) => {
      const seen = agents.#of(decodeURIComponent(request.url?.slice(1) ?? ''));
      const atMs = performance.now();
      const by = userOf(request.headers.authorization) ?? agents.pollerAt(request.socket.remotePort ?? 0) ?? 'somebody';
      seen.push({ atMs, by });
      if (seen.length > MOST_SEEN) seen.splice(0, seen.length - KEPT);
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"clients":42}');
    });
    server.listen({ port: 0, host, backlog: 1024 });
    await once(server, 'listening');
    return agents;
  }

  /** @param element Its bare id. */
  urlOf(element: string): string {
    const address = this.#server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    return `http://${this.#host}:${port}/${encodeURIComponent(element)}`;
  }

  /** What it was asked so far, the oldest first. */
  polls(element: string): readonly SeenPoll[] {
    return this.#of(element);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #of(element: string): SeenPoll[] {
    const known = this.#seen.get(element) ?? [];
    this.#seen.set(element, known);
    return known;
  }
}

function userOf(authorization: string | undefined): string | undefined {
  const pair = /^Basic (.+)$/.exec(authorization ?? '')?.[1];
  const user = pair && Buffer.from(pair, 'base64').toString('utf8').split(':')[0];
  return user || undefined;
}
