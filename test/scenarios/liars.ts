/** Devices and services that do not mean well. */
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import {
  answer,
  binding,
  END_OF_VIEW,
  type FakeAgent,
  integer,
  octets,
  oid,
  type Question,
  startFakeAgent,
  tlv,
} from '../unit/access/snmp-agent.js';

export type { FakeAgent } from '../unit/access/snmp-agent.js';

const GET = 0xa0;
const IF_NAME = '1.3.6.1.2.1.31.1.1.1.1';
const IF_STATUS = '1.3.6.1.2.1.2.2.1.8';
const TEXTS = ['<script>alert(1)</script>', 'a&b"\'<', '\u{1f600}', 'nul\0ctl\x01', 'line\nfeed', ']]>', '__proto__'];

const each = (question: Question, value: (name: string) => Buffer): Buffer[] => [
  answer(
    question,
    question.oids.map((name) => binding(name, value(name))),
  ),
];

/** A table of interfaces, without end or with one. */
const table =
  (rows: number, text: (row: number) => string, name: string) =>
  (question: Question): Buffer[] => {
    if (question.type === GET)
      return each(question, (asked) => (asked === '1.3.6.1.2.1.1.2.0' ? oid('1.3.6.1.4.1.9.1.1') : octets(name)));
    const next = question.oids.map((asked) => {
      const column = [IF_NAME, IF_STATUS].find((one) => asked === one || asked.startsWith(`${one}.`));
      if (column === undefined) return binding(asked, END_OF_VIEW);
      const row = asked === column ? 1 : Number(asked.slice(column.length + 1)) + 1;
      if (row > rows) return binding(asked, END_OF_VIEW);
      return binding(`${column}.${row}`, column === IF_NAME ? octets(text(row)) : integer(1));
    });
    return [answer(question, next)];
  };

const flagged = tlv(
  0x30,
  integer(3),
  tlv(0x30, integer(1), integer(65_507), octets(Buffer.from([4])), integer(3)),
  octets(tlv(0x30, octets(''), integer(0), integer(0), octets(''), octets(''), octets(''))),
  tlv(0x30, octets(''), octets(''), tlv(0xa8, integer(1), integer(0), integer(0), tlv(0x30))),
);

/** By the id of the device. */
export const LYING_AGENTS: Readonly<Record<string, () => Promise<FakeAgent>>> = {
  flagged: () => startFakeAgent(() => [flagged]),
  truncated: () =>
    startFakeAgent((question) => {
      const [whole = Buffer.alloc(0)] = each(question, () => octets('x'.repeat(50)));
      return [whole.subarray(0, whole.length - 20), whole.subarray(0, 5), Buffer.alloc(0)];
    }),
  otherRequest: () =>
    startFakeAgent((question) => each({ ...question, requestId: integer(12_345) }, () => octets('evil'))),
  endless: () => startFakeAgent(table(Number.MAX_SAFE_INTEGER, (row) => `if${row}${'x'.repeat(1000)}`, 'endless')),
  circles: () => startFakeAgent((question) => each(question, () => octets('z'))),
  markup: () =>
    startFakeAgent(table(TEXTS.length, (row) => TEXTS[row - 1] ?? '', '<b onload=x>&amp;\u{1f600}\x07 "]]>')),
  noise: () => startFakeAgent((_question, raw) => [Buffer.from(raw.map((byte, at) => (at % 3 ? byte : byte ^ 0x55)))]),
  echo: () => startFakeAgent((_question, raw) => [raw]),
};

const METRICS = {
  xpath: '<METRIC name="v" xpath="//b | //c"/>',
  regex: '<METRIC name="v" regex="(a+)+$"/>',
  jsonpath: '<METRIC name="v" jsonpath="$..v"/>',
};

interface LyingSite {
  readonly metric: keyof typeof METRICS;
  readonly expected: RegExp;
  readonly http?: RequestListener;
  readonly tcp?: (socket: Socket) => void;
}

const text =
  (body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(200, headers).end(body);

/** Writes as long as the other side reads. */
const forEver = (piece: Buffer, write: (piece: Buffer) => boolean, onDrain: (run: () => void) => void): void => {
  const run = () => {
    for (let count = 0; count < 64 && write(piece); count += 1);
  };
  onDrain(run);
  run();
};

const SITES: Readonly<Record<string, LyingSite>> = {
  flat: {
    metric: 'xpath',
    expected: /ok="false"[^>]*XPath expressions take too long/,
    http: text(`<a>${'<b/><c/>'.repeat(200_000)}</a>`),
  },
  laughs: {
    metric: 'xpath',
    expected: /ok="false"[^>]*DOCTYPE/,
    http: text('<!DOCTYPE a [<!ENTITY a "a">]><a>&a;</a>'),
  },
  backtracking: {
    metric: 'regex',
    expected: /ok="false"[^>]*regular expressions take too long/,
    http: text(`${'a'.repeat(2 ** 16)}!`),
  },
  deep: { metric: 'jsonpath', expected: /ok="false"/, http: text('['.repeat(1_000_000) + ']'.repeat(1_000_000)) },
  prototype: {
    metric: 'jsonpath',
    expected: /ok="true"/,
    http: text('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"v":1}'),
  },
  packed: { metric: 'regex', expected: /ok="false"[^>]*packed/, http: text('no gzip', { 'content-encoding': 'gzip' }) },
  gigabytes: {
    metric: 'regex',
    expected: /ok="false"[^>]*more than 4 MiB/,
    http: (_request, response) => {
      response.writeHead(200);
      forEver(
        Buffer.alloc(2 ** 20, 'a'),
        (piece) => response.write(piece),
        (run) => void response.on('drain', run),
      );
    },
  },
  redirects: {
    metric: 'regex',
    expected: /ok="false"[^>]*redirects more than 3 times/,
    http: (_request, response) => void response.writeHead(302, { location: '/again' }).end(),
  },
  elsewhere: {
    metric: 'regex',
    expected: /ok="false"[^>]*not an HTTP address/,
    http: (_request, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  },
  headers: {
    metric: 'regex',
    expected: /ok="false"/,
    tcp: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      forEver(
        Buffer.from(`X-A: ${'a'.repeat(1000)}\r\n`),
        (piece) => socket.write(piece),
        (run) => void socket.on('drain', run),
      );
    },
  },
  silent: { metric: 'regex', expected: /ok="false"[^>]*no answer within/, tcp: () => {} },
};

const FTP_SITES: Readonly<Record<string, { readonly greet: (socket: Socket) => void; readonly expected: RegExp }>> = {
  ftpLine: {
    expected: /ok="false"/,
    greet: (socket) =>
      forEver(
        Buffer.alloc(2 ** 16, 'x'),
        (piece) => socket.write(piece),
        (run) => void socket.on('drain', run),
      ),
  },
  ftpReplies: {
    expected: /ok="false"/,
    greet: (socket) =>
      forEver(
        Buffer.from('220 hi\r\n'.repeat(1000)),
        (piece) => socket.write(piece),
        (run) => void socket.on('drain', run),
      ),
  },
};

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Their `SERVICE` elements, and what is to be said of each. */
export async function startLyingSites(): Promise<{
  readonly services: string;
  readonly ids: readonly string[];
  readonly expected: Readonly<Record<string, RegExp>>;
  close(): Promise<void>;
}> {
  const sockets = new Set<Socket>();
  const listen = async (server: Server): Promise<Server> => {
    server.on('connection', (socket: Socket) => {
      sockets.add(socket.on('error', () => {}));
      socket.once('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  };
  const attributes = 'interval="4" timeout="3" retries="0"';
  const servers: Server[] = [];
  const services: string[] = [];
  const expected: Record<string, RegExp> = {};
  for (const [id, { metric, http, tcp = () => {}, expected: says }] of Object.entries(SITES)) {
    const server = await listen(http ? createHttpServer(http) : createTcpServer(tcp));
    servers.push(server);
    expected[id] = says;
    services.push(
      `<SERVICE id="${id}" ip="127.0.0.1"><ACCESS method="http" url="http://127.0.0.1:${portOf(server)}/" ${attributes}>${METRICS[metric]}</ACCESS></SERVICE>`,
    );
  }
  for (const [id, { greet, expected: says }] of Object.entries(FTP_SITES)) {
    const server = await listen(createTcpServer(greet));
    servers.push(server);
    expected[id] = says;
    services.push(
      `<SERVICE id="${id}" ip="127.0.0.1"><ACCESS method="ftp" url="ftp://127.0.0.1:${portOf(server)}/a.log" ${attributes}/></SERVICE>`,
    );
  }
  return {
    services: services.join('\n'),
    ids: Object.keys(expected),
    expected,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
