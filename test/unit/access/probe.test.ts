import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { assert } from 'chai';
import fc from 'fast-check';
import type { AccessMethod } from '../../../src/access/access.js';
import { Ping } from '../../../src/access/probe/icmp.js';
import { delayReadings, jitterOf } from '../../../src/access/probe/measure.js';
import { createProbeMethod } from '../../../src/access/probe/method.js';
import { readPing } from '../../../src/access/probe/ping-output.js';
import { systemClock } from '../../../src/base/system-env.js';
import {
  type Asking,
  access,
  accessParts,
  element,
  failureOf,
  metricValue,
  pollOnce,
  valuesOf,
} from '../../support/access.js';
import { temporaryFolder } from '../../support/temporary.js';
import { address, type DnsReply, hostName, startFakeDns } from './fake-dns.js';
import { echo, fakePing } from './fake-ping.js';

const probe = (folders?: readonly string[]): AccessMethod =>
  createProbeMethod(accessParts(), folders && new Ping(systemClock, folders));

describe('delay, loss and jitter', () => {
  const named = (delays: readonly number[], count: number) =>
    Object.fromEntries(delayReadings(delays, count, '').map(({ metric, value }) => [metric, value]));

  it('are told of the answered tries', () => {
    assert.deepEqual(named([10, 30, 20], 4), { delayMin: 10, delay: 20, delayMax: 30, loss: 25, jitter: 15 });
    assert.deepEqual(named([7.12345], 1), { delayMin: 7.123, delay: 7.123, delayMax: 7.123, loss: 0 });
  });

  it('jitter is that of neighbours, not of all pairs', () => {
    assert.equal(jitterOf([1, 2, 3, 4]), 1);
    assert.equal(jitterOf([1, 4, 1, 4]), 3);
    assert.isUndefined(jitterOf([]));
  });

  it('stay within their bounds', () => {
    const delays = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(delays, fc.nat(20), (list, lost) => {
        const { delayMin = 0, delay = 0, delayMax = 0, loss = 0, jitter = 0 } = named(list, list.length + lost);
        const rounding = 0.002;
        assert.isAtMost(Number(delayMin), Number(delay) + rounding);
        assert.isAtMost(Number(delay), Number(delayMax) + rounding);
        assert.isAtMost(Number(jitter), Number(delayMax) - Number(delayMin) + rounding);
        assert.isTrue(Number(loss) >= 0 && Number(loss) < 100);
      }),
    );
  });
});

describe('what ping prints', () => {
  const cases: readonly (readonly [
    name: string,
    stdout: string,
    stderr: string,
    delays: number[],
    failure?: RegExp,
  ])[] = [
    [
      'iputils',
      'PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.\n64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.132 ms\n64 bytes from 127.0.0.1: icmp_seq=3 ttl=64 time=12 ms\n\n--- 127.0.0.1 ping statistics ---\n3 packets transmitted, 2 received, 33% packet loss, time 415ms\n',
      '',
      [0.132, 12],
    ],
    [
      'BusyBox',
      '64 bytes from 127.0.0.1: seq=0 ttl=64 time=0.030 ms\n64 bytes from 127.0.0.1: seq=1 ttl=64 time=0.060 ms\n',
      '',
      [0.03, 0.06],
    ],
    ['IPv6', '64 bytes from fe80::1%eth0: icmp_seq=1 ttl=64 time=0.5 ms\n', '', [0.5]],
    [
      'duplicates',
      '64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=1 ms\n64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=2 ms (DUP!)\n64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=3 ms\n',
      '',
      [1],
    ],
    [
      'echoes out of order',
      '64 bytes from x: icmp_seq=2 ttl=1 time=2 ms\n64 bytes from x: icmp_seq=1 ttl=1 time=1 ms\n',
      '',
      [1, 2],
    ],
    [
      'a router',
      'From 192.0.2.254 icmp_seq=1 Destination Host Unreachable\n',
      '',
      [],
      /192\.0\.2\.254 says Destination Host Unreachable/,
    ],
    [
      'no route',
      '',
      'ping: connect: Network is unreachable\n',
      [],
      /cannot be reached from here \(connect: Network is unreachable\)/,
    ],
    [
      'iputils without a right',
      '',
      'ping: socktype: SOCK_RAW\nping: socket: Operation not permitted\n',
      [],
      /the ping program said socktype/,
    ],
    [
      'iputils forbidden',
      '',
      'ping: socket: Operation not permitted\n',
      [],
      /may not send ICMP echo .*setcap cap_net_raw\+ep/,
    ],
    [
      'BusyBox forbidden',
      'PING 127.0.0.1 (127.0.0.1): 56 data bytes\n',
      'ping: permission denied (are you root?)\n',
      [],
      /may not send ICMP echo/,
    ],
    ['nothing', '', '', []],
  ];
  for (const [name, stdout, stderr, delays, failure] of cases) {
    it(`is understood: ${name}`, () => {
      const outcome = readPing(stdout, stderr, 'icmp x');
      assert.deepEqual(outcome.delaysMs, delays);
      if (failure) assert.match(outcome.failure?.message ?? '', failure);
      else assert.isUndefined(outcome.failure);
    });
  }
});

describe('ICMP', () => {
  const ask = (folder: string, asking: Asking = {}) =>
    pollOnce(probe([folder]), { options: { kind: 'icmp' }, ...asking });

  it('is measured by iputils in one go', async () => {
    const folder = fakePing([echo(1, 10), echo(2, 30)].join('\n'));
    const { readings } = await ask(folder);
    assert.equal(metricValue(readings, 'delay', 'icmp'), 20);
    assert.equal(metricValue(readings, 'loss', 'icmp'), 33.333);
    assert.equal(metricValue(readings, 'jitter', 'icmp'), 20);
    assert.equal(readFileSync(join(folder, 'arguments'), 'utf8'), '-n -c 3 -i 0.2 -W 5 127.0.0.1\n');
  });

  it('is measured by another ping echo by echo', async () => {
    const folder = fakePing('echo "64 bytes from $target: seq=0 ttl=64 time=4.5 ms"', 'BusyBox v1.35.0');
    const { readings } = await ask(folder, { options: { count: '2', url: 'icmp://[::1]' } });
    assert.equal(metricValue(readings, 'delayMax', 'icmp ::1'), 4.5);
    assert.equal(metricValue(readings, 'loss', 'icmp ::1'), 0);
    assert.equal(readFileSync(join(folder, 'arguments'), 'utf8'), '-c 1 -W 5 ::1\n'.repeat(2));
  });

  it('says when there is no ping, and finds one that has come', async () => {
    const folder = fakePing(echo(1, 1));
    const folders = ['/nowhere'];
    const method = probe(folders);
    const failure = await failureOf(pollOnce(method));
    assert.equal(failure.code, 'Access.Settings');
    assert.match(failure.message, /^there is no ping program on this machine.*iputils-ping/);
    folders.push(folder);
    assert.equal(metricValue((await pollOnce(method)).readings, 'delay', 'icmp'), 1);
  });

  it('says when it is not permitted, and blames nobody else', async () => {
    const failure = await failureOf(ask(fakePing('echo "ping: socket: Operation not permitted" >&2; exit 2')));
    assert.equal(failure.code, 'Access.Settings');
  });

  it('says when ping cannot be started', async () => {
    const folder = temporaryFolder('ping');
    writeFileSync(join(folder, 'ping'), '#!/nowhere/sh\n', { mode: 0o755 });
    const failure = await failureOf(ask(folder));
    assert.equal(failure.code, 'Access.Settings');
    assert.match(failure.message, /^the ping program cannot be started \(ENOENT\)/);
  });

  it('fails when every echo is lost, and only then', async () => {
    assert.equal((await failureOf(ask(fakePing('exit 1')))).code, 'Access.Timeout');
    const { readings } = await ask(fakePing(echo(3, 1)));
    assert.equal(metricValue(readings, 'loss', 'icmp'), 66.667);
  });

  it('keeps what came before the time was up', async () => {
    const folder = fakePing(`${echo(1, 2)}\nexec sleep 30`);
    const { readings } = await ask(folder, {
      options: { count: '2' },
      over: { timeoutMs: 150 },
      signal: AbortSignal.timeout(3000),
    });
    assert.equal(metricValue(readings, 'loss', 'icmp'), 50);
  });

  it('gives a program addresses only', async () => {
    const folder = fakePing(echo(1, 1));
    const failure = await failureOf(pollOnce(probe([folder]), { element: { ip: undefined, dnsname: '-f' } }));
    assert.match(failure.code, /^Access\./);
    assert.throws(() => readFileSync(join(folder, 'arguments')));
  });
});

describe('TCP', () => {
  let server: Server;
  let port: number;
  before(async () => {
    server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const at = server.address();
    port = typeof at === 'object' && at ? at.port : 0;
  });
  after((done) => void server.close(done));

  it('measures each connection', async () => {
    const { readings } = await pollOnce(probe(), { options: { kind: 'tcp', port: String(port), count: '3' } });
    const instance = `tcp ${port}`;
    assert.deepEqual(
      readings.map(({ metric, instance: of }) => [metric, of]),
      ['delayMin', 'delay', 'delayMax', 'loss', 'jitter'].map((metric) => [metric, instance]),
    );
    assert.equal(metricValue(readings, 'loss', instance), 0);
    assert.isAbove(Number(metricValue(readings, 'delay', instance)), 0);
  });

  it('goes to another place by url, found by name', async () => {
    const { readings } = await pollOnce(probe(), {
      options: { kind: 'tcp', url: `tcp://localhost:${port}` },
      element: { ip: '192.0.2.1' },
    });
    assert.equal(metricValue(readings, 'loss', `tcp localhost:${port}`), 0);
  });

  it('names who refuses', async () => {
    const failure = await failureOf(pollOnce(probe(), { options: { kind: 'tcp', port: '9', count: '2' } }));
    assert.equal(failure.code, 'Access.Refused');
    assert.match(failure.message, /^tcp 127\.0\.0\.1:9 refused the connection/);
  });

  it('takes no longer than an interval', () => {
    const method = probe();
    for (const [intervalMs, timeoutMs, count] of [
      [100, 100, '1'],
      [1000, 1000, '3'],
      [10_000, 5000, '26'],
      [60_000, 60_000, '100'],
    ] as const) {
      const spec = access('probe', { kind: 'tcp', port: '1', count }, { intervalMs, timeoutMs });
      assert.isAtMost(method.tryLimitMs?.(spec) ?? 0, intervalMs);
      assert.deepEqual(method.check(element(), spec), []);
    }
  });
});

describe('DNS', () => {
  const asked = async (
    reply: Parameters<typeof startFakeDns>[0],
    options: Record<string, string>,
    over: Asking['over'] = {},
  ) => {
    const server = await startFakeDns(reply);
    try {
      const all = { kind: 'dns', port: String(server.port), query: 'www.example.com', ...options };
      return await pollOnce(probe(), { options: all, over, signal: AbortSignal.timeout(3000) });
    } finally {
      await server.stop();
    }
  };
  const always = (reply: DnsReply) => () => reply;

  it('measures and shows the answers, in one order', async () => {
    const turns = (_: unknown, count: number): DnsReply => ({
      records: (count % 2 ? ['192.0.2.2', '192.0.2.1'] : ['192.0.2.1', '192.0.2.2']).map((one) => ['A', address(one)]),
    });
    const { readings } = await asked(turns, { count: '3', answer: '192.0.2.1' });
    const instance = 'dns www.example.com A';
    assert.equal(metricValue(readings, 'answer', instance), '192.0.2.1, 192.0.2.2');
    assert.equal(metricValue(readings, 'answers', instance), 2);
    assert.equal(metricValue(readings, 'loss', instance), 0);
  });

  const records: readonly (readonly [record: string, query: string, data: Buffer, answer: string])[] = [
    ['AAAA', 'www.example.com', Buffer.from('20010db8000000000000000000000001', 'hex'), '2001:db8::1'],
    ['MX', 'example.com', Buffer.concat([Buffer.from([0, 10]), hostName('mail.example.com')]), '10 mail.example.com'],
    ['NS', 'example.com', hostName('ns1.example.com'), 'ns1.example.com'],
    ['TXT', 'example.com', Buffer.from('\x03a\nb\x02cd'), 'a bcd'],
    ['PTR', '192.0.2.7', hostName('seven.example.com'), 'seven.example.com'],
    [
      'SOA',
      'example.com',
      Buffer.concat([
        hostName('ns1.example.com'),
        hostName('ops.example.com'),
        Buffer.from('0000000700000001000000020000000300000004', 'hex'),
      ]),
      'ns1.example.com ops.example.com 7 1 2 3 4',
    ],
  ];
  for (const [record, query, data, answer] of records) {
    it(`asks for ${record}`, async () => {
      const reply = always({ records: [[record as 'A', data]] });
      const { readings } = await asked(reply, { record, query });
      assert.deepEqual([...valuesOf(readings, 'answer')], [[`dns ${query} ${record}`, answer]]);
    });
  }

  const failures: readonly (readonly [
    reply: DnsReply,
    options: Record<string, string>,
    code: string,
    words: RegExp,
  ])[] = [
    [{ code: 3 }, {}, 'Access.NotFound', /asked for www\.example\.com A answered that there is no such name/],
    [{}, {}, 'Access.NotFound', /no such record/],
    [{ code: 5 }, {}, 'Access.Denied', /refuses to answer/],
    [{ code: 2 }, {}, 'Access.Protocol', /SERVFAIL/],
    [
      { records: [['A', address('192.0.2.9')]] },
      { answer: '192.0.2.1, 192.0.2.9' },
      'Access.Content',
      /answered 192\.0\.2\.9; expected was 192\.0\.2\.1, 192\.0\.2\.9/,
    ],
  ];
  for (const [reply, options, code, words] of failures) {
    it(`tells ${code} from loss`, async () => {
      const failure = await failureOf(asked(always(reply), { ...options, count: '2' }));
      assert.equal(failure.code, code);
      assert.match(failure.message, words);
    });
  }

  it('counts what is not answered as lost', async () => {
    const second = (_: unknown, count: number) =>
      count === 1 ? undefined : { records: [['A', address('192.0.2.1')] as const] };
    const { readings } = await asked(second, { count: '2' }, { timeoutMs: 400 });
    assert.equal(metricValue(readings, 'loss', 'dns www.example.com A'), 50);
    assert.equal((await failureOf(asked(() => undefined, {}, { timeoutMs: 300 }))).code, 'Access.Timeout');
  });
});

describe('faulty probes', () => {
  const faults: readonly (readonly [options: Record<string, string>, words: RegExp])[] = [
    [{ kind: 'udp' }, /kind="udp" should be icmp, tcp, dns or tls/],
    [{ kind: 'tcp' }, /kind="tcp" should have a port/],
    [{ kind: 'tcp', port: '80', query: 'x' }, /query="x" has no meaning with kind="tcp"/],
    [{ port: '80' }, /port="80" has no meaning with kind="icmp"/],
    [{ kind: 'tcp', url: 'https://192.0.2.1:80' }, /should be of the form tcp:\/\/host:port/],
    [
      { kind: 'tcp', url: 'tcp://ops:secret@192.0.2.1:80' },
      /^url="tcp:\/\/192\.0\.2\.1:80" should be without user and password/,
    ],
    [{ kind: 'tcp', url: 'tcp://192.0.2.1:80/path' }, /should be of the form/],
    [{ kind: 'tcp', url: 'tcp://192.0.2.1' }, /should have a port/],
    [{ url: 'icmp://192.0.2.1:7' }, /of the form icmp:\/\/host/],
    [{ count: '0' }, /count="0" should be a whole number from 1 to 100/],
    [{ count: '100' }, /count="100" takes 19\.8 s, .* with an interval of 30 s it should be at most 76/],
    [{ kind: 'dns' }, /should have a query/],
    [{ kind: 'dns', query: 'a b' }, /query="a b" should be a name/],
    [{ kind: 'dns', query: '192.0.2.1' }, /asked for with record="PTR"/],
    [{ kind: 'dns', query: 'a', record: 'ANY' }, /record="ANY" should be one of A, AAAA/],
    [{ kind: 'dns', query: 'a', answer: 'x,' }, /answer="x," should be one or more answers/],
    [{ kind: 'tls', servername: '192.0.2.1' }, /servername="192\.0\.2\.1" should be a host name/],
    [{ kind: 'tls', insecure: 'maybe' }, /should be true or false/],
  ];
  for (const [options, words] of faults) {
    it(JSON.stringify(options), async () => {
      const found = probe().check(element(), access('probe', options));
      assert.match(found.join('\n'), words);
      assert.lengthOf(found, 1);
      assert.equal((await failureOf(pollOnce(probe(), { options }))).code, 'Access.Settings');
    });
  }

  it('METRICs', () => {
    const found = probe().check(element(), access('probe', {}, { metrics: [{ name: 'delay' }] }));
    assert.match(found.join('\n'), /METRIC delay has no meaning with method="probe"/);
  });
});
