/** What the scenarios have in common: a site that is polled and counts how often, and ways to ask managers. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { systemEnv } from '../../src/base/system-env.js';
import { HttpConnection } from '../../src/peer/http-connection.js';
import type { Input, OperationName, Output } from '../../src/xml/messages/operations.js';
import type { ManagerProcess } from '../support/manager-process.js';
import { type Result, runProcess, until } from '../support/processes.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const env = systemEnv('error');

/** Between two managers of one pool. */
export const POOL = '<POOL name="test" key="0123456789abcdef0123456789abcdef"/>';
export const LOOKING = '<SECURITY anonymous="viewer"/>';
export const CONTEXT = { EM: 'ptpmgr/em', EIM: 'ptpmgr/eim' } as const;

interface Page {
  status: number;
  body: string;
  /** Answers wait this long, in milliseconds. */
  delayMs: number;
}

/** An HTTP service whose every request is noted with its time. */
export class Site {
  readonly #server: Server;
  readonly #times = new Map<string, number[]>();
  readonly #pages = new Map<string, Page>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Site> {
    const server = createServer();
    const site = new Site(server);
    server.on('request', (request, response) => {
      const path = request.url ?? '/';
      site.#timesOf(path).push(performance.now());
      const { status, body, delayMs } = site.page(path);
      const answer = () => response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
      setTimeout(answer, delayMs).unref();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return site;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** What is answered at a path, to be changed at will. */
  page(path: string): Page {
    const known = this.#pages.get(path);
    if (known) return known;
    const page = { status: 200, body: '{"clients": 42}', delayMs: 0 };
    this.#pages.set(path, page);
    return page;
  }

  count(path: string): number {
    return this.#timesOf(path).length;
  }

  /** The longest time without a request, from `sinceMs` (of `performance.now()`) until now. */
  longestGapMs(path: string, sinceMs: number): number {
    const times = this.#timesOf(path).filter((time) => time >= sinceMs);
    return [...times, performance.now()].reduce(
      ({ last, longest }, time) => ({ last: time, longest: Math.max(longest, time - last) }),
      { last: sinceMs, longest: 0 },
    ).longest;
  }

  /**
   * How many requests of a steady rhythm have not come since `sinceMs`. One that is late is among them until it comes;
   * one that was left out is among them for ever, as those after it keep to the rhythm.
   */
  missing(path: string, sinceMs: number, intervalMs: number): number {
    const times = this.#timesOf(path).filter((time) => time >= sinceMs);
    if (times.length === 0) return Math.floor((performance.now() - sinceMs) / intervalMs);
    const firstMs = Math.min(...times.map((time, at) => time - at * intervalMs));
    return Math.floor((performance.now() - firstMs) / intervalMs) + 1 - times.length;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #timesOf(path: string): number[] {
    const known = this.#times.get(path) ?? [];
    this.#times.set(path, known);
    return known;
  }
}

/** An `ACCESS` that reads one value of a site every second. */
export const httpAccess = (site: Site, path: string, interval = '1s'): string =>
  `<ACCESS method="http" url="${site.url(path)}" interval="${interval}" retries="0"><METRIC name="Clients" jsonpath="$.clients" unit="1"/></ACCESS>`;

export const device = (id: string, ...access: readonly string[]): string =>
  `<DEVICE id="${id}" ip="127.0.0.1" type="router">${access.join('')}</DEVICE>`;

/**
 * Rejects when a manager has left out a poll of `path`, which it makes every second; gives late ones the time to come.
 * What fell due while its whole process stood still it leaves out by design, and says so in its log.
 */
export async function noPollIsMissing(
  manager: ManagerProcess,
  site: Site,
  path: string,
  sinceMs: number,
): Promise<void> {
  const hasStoodStill = () => manager.process.output.includes('the process stood still');
  await until(`no poll of ${path} is missing`, () => site.missing(path, sinceMs, 1000) <= 0 || hasStoodStill(), 4_000);
}

export interface Account {
  readonly name: string;
  readonly password: string;
}

export type Place = Pick<ManagerProcess, 'id' | 'role' | 'origin'>;

/** Asks a manager as a user, or as nobody. Rejects with the fault as a `PtpError`. */
export async function ask<O extends OperationName>(
  manager: Place,
  operation: O,
  input: Input<O>,
  user?: Account,
): Promise<Output<O>> {
  const connection = new HttpConnection({
    env,
    to: { id: manager.id, origin: manager.origin, context: CONTEXT[manager.role] },
    ...(user && { user }),
  });
  try {
    return await connection.call(operation, input, { timeoutMs: 30_000 });
  } finally {
    await connection.close();
  }
}

/** The fault with which a request is refused: `code: message`. */
export const faultOf = (refused: Promise<unknown>): Promise<string> =>
  refused.then(
    (answer) => `answered: ${JSON.stringify(answer).slice(0, 300)}`,
    (thrown: { fault?: string; message?: string }) => `${thrown.fault}: ${thrown.message}`,
  );

/** Waits until an answer is as it should be; a manager that does not answer is asked again. */
export async function untilAnswers<O extends OperationName>(
  what: string,
  [manager, operation, input, user]: readonly [Place, O, Input<O>, Account?],
  holds: (answer: Output<O>) => boolean,
  timeoutMs = 15_000,
): Promise<Output<O>> {
  let latest: Output<O> | undefined;
  let said = '';
  await until(
    what,
    async () => {
      try {
        latest = await ask(manager, operation, input, user);
        said = JSON.stringify(latest);
        return holds(latest);
      } catch (thrown) {
        said = String(thrown);
        return false;
      }
    },
    timeoutMs,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; the latest answer was ${said.slice(0, 2000)}`);
  });
  if (!latest) throw new Error('no answer');
  return latest;
}

/** Ids of all elements in an answer with a list, as `MANAGER:ID`, sorted. */
export const listed = ({ PTP_STORE }: Output<'getDevices'>): string[] =>
  PTP_STORE.managers
    .flatMap(({ id, devices, services, applications }) =>
      [...devices, ...services, ...applications].map((entry) => `${id}:${entry.id}`),
    )
    .sort();

/** Whom a manager knows, as `ID REACH`, sorted. */
export const known = ({ neighbors }: Output<'getNeighbors'>): string[] =>
  neighbors.map(({ id, reach }) => `${id} ${reach}`).sort();

/** Runs a command to its end. */
export const ptpmgr = (args: readonly string[], input?: string): Promise<Result> =>
  runProcess(process.execPath, [MAIN, ...args], input === undefined ? {} : { input });

/** Gets a page; `user` by Basic. */
export async function page(
  manager: Place,
  path: string,
  { accept = 'text/html', user }: { accept?: string; user?: Account } = {},
): Promise<{ status: number; type: string; text: string }> {
  const response = await fetch(`${manager.origin}/${CONTEXT[manager.role]}${path}`, {
    headers: { accept, ...(user && { authorization: basic(user) }) },
  });
  return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() };
}

export const basic = ({ name, password }: Account): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

/**
 * Ends those that run still, at once: together and in order they would wait for each other to take over what they have.
 */
export async function stopAll(...managers: readonly (ManagerProcess | undefined)[]): Promise<void> {
  await Promise.all(
    managers.map(async (manager) => {
      if (manager?.isRunning) await manager.kill();
    }),
  );
}
