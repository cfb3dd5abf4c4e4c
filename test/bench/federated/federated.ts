/**
 * What an answer from the whole pool takes beside that of its slowest manager: nine managers as processes of their own, and
 * a thousand open alarms among them.
 *
 * Nine processes share the cores of this machine, while in a pool each has its own. So the slowest manager's own answer is
 * looked at twice: asked alone, and while the other eight answer the same question, as they do for an answer from the pool.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { systemEnv, systemRandom } from '../../../src/base/system-env.js';
import { HttpConnection } from '../../../src/peer/http-connection.js';
import { hashPassword } from '../../../src/peer/security/password.js';
import type { Input } from '../../../src/xml/messages/operations.js';
import { freeTcpPort } from '../../support/ports.js';
import { benchFolder } from '../daemon.js';
import { PollingManager } from '../devices/polling-manager.js';
import { median } from '../row.js';

const MANAGERS = 9;
const ALARMS = 1_000;
const ROUNDS = 40;
const WARM_UP = 15;
const BAR = 1.5;

const env = systemEnv('error');
const USER = { name: 'bench', password: 'of the measurement only' };

export async function benchFederated(print: (text: string) => void): Promise<void> {
  print(
    `\nanswers from the whole pool: ${MANAGERS} managers, ${ALARMS} open alarms; medians of ${ROUNDS}, milliseconds`,
  );
  const { ids, origins, managers } = await begin();
  const connections = ids.map(
    (id, at) => new HttpConnection({ env, to: { id, origin: origins[at] ?? '', context: 'ptpmgr/em' }, user: USER }),
  );
  try {
    await raise(connections);
    const rows = [
      await measure(connections, 'a page of 50', { pageSize: 50 }),
      await measure(connections, 'a page of 100', { pageSize: 100 }),
      await measure(connections, 'the counts alone', { pageSize: 1 }),
      await measure(connections, 'a page of 100, by a filter', { pageSize: 100, filter: 'stands severity:minor' }),
      // The whole list is nine times as long as that of one.
      await measure(connections, 'all 1,000', { pageSize: 1000 }),
    ];
    print(table(rows));
  } finally {
    await Promise.all(connections.map((one) => one.close()));
    await Promise.all(managers.map((one) => one.stop()));
  }
}

interface Begun {
  readonly ids: readonly string[];
  readonly origins: readonly string[];
  readonly managers: readonly PollingManager[];
}

/** All of them neighbours, which speak over their sockets. */
async function begin(): Promise<Begun> {
  const ids = Array.from({ length: MANAGERS }, (_, index) => `EM${index + 1}`);
  const places = await Promise.all(
    ids.map(async (id) => ({ id, http: await freeTcpPort(), socket: await freeTcpPort() })),
  );
  const password = await hashPassword(USER.password, systemRandom);
  const folder = benchFolder('federated');
  const managers: PollingManager[] = [];
  // Whatever goes wrong while they start, those that have been started end.
  process.once('exit', () => {
    for (const one of managers) one.kill();
  });
  for (const { id, http, socket } of places) {
    const others = places.filter((one) => one.id !== id).map(reference);
    const body = `<NEIGHBORS>${others.join('')}</NEIGHBORS><POOL name="bench" key="0123456789abcdef0123456789abcdef"/>
      <SECURITY><USER name="${USER.name}" role="operator" password="${password}"/></SECURITY>
      <EVENTS><EVENT name="bench.*" action="store alarm"/></EVENTS>`;
    // Those that are not there yet are missed by those that are: nobody is to hear of that.
    managers.push(await PollingManager.start({ folder, id, body, ports: [http, socket], logLevel: 'error' }));
  }
  return { ids, origins: places.map(({ http }) => `http://127.0.0.1:${http}`), managers };
}

const reference = ({ id, http, socket }: { readonly id: string; readonly http: number; readonly socket: number }) =>
  `<EMANAGER id="${id}"><SOCKET_SERVER><SERVER_NAME>127.0.0.1</SERVER_NAME><SERVER_PORT>${socket}</SERVER_PORT></SOCKET_SERVER>
   <HOST dnsname="localhost"><HTTP_SERVER uri="http://127.0.0.1:${http}" context="ptpmgr/em"/></HOST></EMANAGER>`;

/** Conditions of the managers themselves, in equal parts. */
async function raise(connections: readonly HttpConnection[]): Promise<void> {
  const severities = ['critical', 'major', 'minor', 'warning'] as const;
  await Promise.all(
    connections.map(async (connection, at) => {
      const share = Math.floor(ALARMS / MANAGERS) + (at < ALARMS % MANAGERS ? 1 : 0);
      const events = Array.from({ length: share }, (_, index) => ({
        severity: severities[index % severities.length] ?? 'minor',
        name: `bench${at}x${index}`,
        text: `condition ${index} of manager ${at + 1} stands, and is told of in some forty words as conditions are`,
      }));
      await connection.call('sendEvent', { events }, { timeoutMs: 60_000 });
    }),
  );
  const [first] = connections;
  const endMs = performance.now() + 120_000;
  for (;;) {
    const answer = await first?.call(
      'getAlarms',
      { scope: 'pool', pageSize: 1, filter: 'stands' },
      { timeoutMs: 20_000 },
    );
    if (answer?.total === ALARMS && answer.missing.length === 0) return;
    if (performance.now() > endMs) throw new Error(`of ${ALARMS} alarms ${answer?.total} are there`);
    await wait(200);
  }
}

interface Measured {
  readonly what: string;
  readonly alone: number;
  readonly beside: number;
  readonly pool: number;
}

async function measure(
  connections: readonly HttpConnection[],
  what: string,
  input: Input<'getAlarms'>,
): Promise<Measured> {
  const question = { filter: 'stands', ...input };
  const timed = async (at: number, scope: 'self' | 'pool'): Promise<number> => {
    const before = performance.now();
    const answer = await connections[at]?.call('getAlarms', { ...question, scope }, { timeoutMs: 60_000 });
    if (!answer || answer.missing.length > 0) throw new Error(`${what} is not whole`);
    return performance.now() - before;
  };
  const all = connections.map((_, at) => at);
  const alone: number[][] = all.map(() => []);
  const beside: number[] = [];
  const pool: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    for (const at of all) {
      const took = await timed(at, 'self');
      if (round >= 0) alone[at]?.push(took);
    }
    const together = Math.max(...(await Promise.all(all.map((at) => timed(at, 'self')))));
    const merged = await timed(((round + WARM_UP) * 4) % connections.length, 'pool');
    if (round < 0) continue;
    beside.push(together);
    pool.push(merged);
  }
  return { what, alone: Math.max(...alone.map(median)), beside: median(beside), pool: median(pool) };
}

const HEAD = ['alarms', 'whole pool', 'slowest of nine at once', 'ratio', 'bar', '', 'slowest, asked alone', 'ratio'];

function table(rows: readonly Measured[]): string {
  const cells = rows.map(({ what, alone, beside, pool }) => {
    const ratio = pool / beside;
    return [
      what,
      pool.toFixed(1),
      beside.toFixed(1),
      ratio.toFixed(2),
      `<= ${BAR.toFixed(2)}`,
      ratio <= BAR ? 'met' : 'MISSED',
      alone.toFixed(1),
      (pool / alone).toFixed(2),
    ];
  });
  const widths = HEAD.map((head, at) => Math.max(head.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}
