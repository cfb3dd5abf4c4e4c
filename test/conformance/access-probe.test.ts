import type { Socket } from 'node:net';
import { Ping } from '../../src/access/probe/icmp.js';
import { createProbeMethod } from '../../src/access/probe/method.js';
import { systemClock } from '../../src/base/system-env.js';
import { address, startFakeDns } from '../unit/access/fake-dns.js';
import { echo, fakePing } from '../unit/access/fake-ping.js';
import { accessConformance, type Counterpart } from './access.js';
import { pour, tcp } from './tcp-counterpart.js';

const server = (kind: 'tcp' | 'tls', onConnection: (socket: Socket) => void) => () =>
  tcp(onConnection, (port) => ({ options: { kind, port: String(port) } }));
const silently = (socket: Socket) => void socket.resume();

accessConformance({
  name: 'probe (tcp)',
  create: createProbeMethod,
  good: server('tcp', silently),
  // A connection stands without a word being said; a handshake does not.
  silent: server('tls', silently),
  flood: server('tls', (socket) => pour(socket, 'x', 'x'.repeat(20_000))),
  nowhere: { asking: { options: { kind: 'tcp', port: '9', count: '2' } }, code: 'Access.Refused' },
  wrong: [
    [{ options: { kind: 'udp' } }, /kind="udp" should be icmp, tcp, dns or tls/],
    [{ options: { kind: 'tcp' } }, /kind="tcp" should have a port/],
    [{ element: { ip: undefined, dnsname: undefined } }, /neither ip nor dnsname/],
  ],
});

const dnsServer =
  (...[reply]: Parameters<typeof startFakeDns>) =>
  async (): Promise<Counterpart> => {
    const { port, stop } = await startFakeDns(reply);
    return { asking: { options: { kind: 'dns', query: 'www.example.com', port: String(port) } }, stop };
  };

accessConformance({
  name: 'probe (dns)',
  create: createProbeMethod,
  good: dnsServer(() => ({ records: [['A', address('192.0.2.1')]] })),
  silent: dnsServer(() => undefined),
  flood: dnsServer(() => ({ raw: Array.from({ length: 200 }, () => Buffer.alloc(4000, 'x')) })),
  nowhere: { asking: { options: { kind: 'dns', query: 'a.example', port: '9' } }, code: 'Access.Refused' },
  wrong: [[{ options: { kind: 'dns' } }, /should have a query/]],
});

/** A program that does with each address as is told here. */
const PING = `case $target in
127.0.0.1) ${echo(1, 1)};;
127.0.0.2) exec sleep 30;;
127.0.0.3) while :; do ${echo(1, 1)}; done;;
*) echo "ping: connect: Network is unreachable" >&2; exit 2;;
esac`;
const target = (host: string) => async (): Promise<Counterpart> => ({
  asking: { options: { url: `icmp://${host}` }, over: { timeoutMs: 1000 } },
  stop: async () => {},
});

accessConformance({
  name: 'probe (icmp)',
  create: (parts) => createProbeMethod(parts, new Ping(systemClock, [fakePing(PING)])),
  good: target('127.0.0.1'),
  silent: target('127.0.0.2'),
  flood: target('127.0.0.3'),
  nowhere: { asking: { options: { url: 'icmp://127.0.0.4' } }, code: 'Access.Unreachable' },
  wrong: [[{ options: { kind: 'icmp', port: '80' } }, /port="80" has no meaning with kind="icmp"/]],
});
