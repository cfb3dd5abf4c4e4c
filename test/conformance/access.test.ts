import { appendFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { createCliMethod } from '../../src/access/cli/method.js';
import { createFileMethod } from '../../src/access/file.js';
import { createFtpMethod } from '../../src/access/ftp/method.js';
import { createHttpMethod } from '../../src/access/http/method.js';
import { createSnmpMethod } from '../../src/access/snmp/method.js';
import { createXmlMethod } from '../../src/access/xml.js';
import type { Asking } from '../support/access.js';
import { temporaryFolder } from '../support/temporary.js';
import {
  type FakeDevice,
  PASSWORD,
  pour as pourLines,
  startSsh,
  startTelnet,
  USER,
} from '../unit/access/fake-device.js';
import { startFakeFtp } from '../unit/access/fake-ftp.js';
import { answer, binding, END_OF_VIEW, octets, startFakeAgent } from '../unit/access/snmp-agent.js';
import { accessConformance, type Counterpart } from './access.js';
import { pour, tcp } from './tcp-counterpart.js';

const reply = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
const http =
  (onConnection: (socket: Socket) => void, over: Asking['over'] = {}) =>
  () =>
    tcp(onConnection, (port) => ({ options: { url: `http://127.0.0.1:${port}/x` }, over }));
const silently = (socket: Socket) => void socket.resume();
const endless = (socket: Socket) => pour(socket, 'HTTP/1.1 200 OK\r\n\r\n', '<a>'.repeat(20_000));

const snmpAgent = async (reply: Parameters<typeof startFakeAgent>[0]): Promise<Counterpart> => {
  const agent = await startFakeAgent(reply);
  return { asking: { options: { port: String(agent.port) } }, stop: () => agent.stop() };
};

accessConformance({
  name: 'snmp',
  create: createSnmpMethod,
  good: () =>
    snmpAgent((question) => [
      answer(
        question,
        question.oids.map((oid) => binding(oid, question.type === 0xa0 ? octets('text') : END_OF_VIEW)),
      ),
    ]),
  silent: () => snmpAgent(() => []),
  flood: async () => {
    let row = 0;
    const column = (oid: string) =>
      oid
        .split('.')
        .slice(0, oid.startsWith('1.3.6.1.2.1.31') ? 11 : 10)
        .join('.');
    const counterpart = await snmpAgent((question) => {
      const rows = question.type === 0xa0 ? [0] : Array.from({ length: 20 }, () => ++row);
      const name = (oid: string, at: number) => (at === 0 ? oid : `${column(oid)}.${at}`);
      return [
        answer(
          question,
          rows.flatMap((at) => question.oids.map((oid) => binding(name(oid, at), octets('x'.repeat(50))))),
        ),
      ];
    });
    return { ...counterpart, asking: { ...counterpart.asking, over: { timeoutMs: 1500 } } };
  },
  nowhere: { asking: { options: { port: '9' } }, code: 'Access.Refused' },
  wrong: [
    [{ options: { version: '4' } }, /version="4" should be 1, 2c or 3/],
    [{ options: { port: '70000' } }, /port="70000" should be a whole number from 1 to 65535/],
    [{ options: { maxRepetitions: '0' } }, /maxRepetitions/],
    [{ over: { metrics: [{ name: 'x' }] } }, /should have an oid/],
    [{ over: { metrics: [{ name: 'x', oid: 'iso.org' }] } }, /dotted object identifier/],
    [{ over: { metrics: [{ name: 'x', oid: '1.3.6', index: 'name' }] } }, /should have an indexOid/],
    [{ element: { ip: undefined, dnsname: undefined } }, /neither ip nor dnsname/],
  ],
});

accessConformance({
  name: 'http',
  create: createHttpMethod,
  good: http((socket) => void socket.end(reply('{"x":1}')), { metrics: [{ name: 'x', jsonpath: '$.x', unit: '1' }] }),
  silent: http(silently),
  flood: http(endless, { metrics: [{ name: 'x', regex: 'b', unit: '1' }] }),
  nowhere: { asking: { options: { url: 'http://127.0.0.1:9/' } }, code: 'Access.Refused' },
  wrong: [
    [{ options: { url: 'file:///etc/passwd' } }, /should begin with http/],
    [{ options: { url: 'http://ops:secret@127.0.0.1/' } }, /without user and password/],
    [{ options: { expect: 'good' } }, /expect="good" should be a status/],
    [{ options: { insecure: 'perhaps' } }, /should be true or false/],
    [{ over: { metrics: [{ name: 'x', regex: '(' }] } }, /not a regular expression/],
    [{ over: { metrics: [{ name: 'x', oid: '1.3' }] } }, /one of jsonpath, xpath and regex/],
  ],
});

accessConformance({
  name: 'xml',
  create: createXmlMethod,
  good: http((socket) => void socket.end(reply('<a><b>1</b></a>')), {
    metrics: [{ name: 'b', xpath: '//b', unit: '1' }],
  }),
  silent: http(silently, { metrics: [{ name: 'b', xpath: '//b', unit: '1' }] }),
  flood: http(endless, { metrics: [{ name: 'b', xpath: '//b', unit: '1' }] }),
  nowhere: { asking: { options: { path: '/nowhere/stats.xml' } }, code: 'Access.NotFound' },
  wrong: [
    [{}, /should have a url or a path/],
    [{ options: { path: 'a.xml' }, over: { metrics: [{ name: 'x', regex: 'x' }] } }, /should have an xpath/],
  ],
});

accessConformance({
  name: 'file',
  create: createFileMethod,
  good: async () => {
    const path = join(temporaryFolder('log'), 'a.log');
    writeFileSync(path, 'one\n');
    const metrics = [{ name: 'hits', regex: 'hits=(\\d+)', unit: '1' }];
    appendFileSync(path, 'hits=1\n');
    return { asking: { options: { path, from: 'start' }, over: { metrics } }, stop: async () => {} };
  },
  flood: async () => {
    const path = join(temporaryFolder('log'), 'a.log');
    const piece = 'x'.repeat(2 ** 20);
    for (let megabyte = 0; megabyte < 40; megabyte++) appendFileSync(path, megabyte % 2 ? piece : `${piece}\n`);
    return { asking: { options: { path, from: 'start' } }, stop: async () => {} };
  },
  nowhere: { asking: { options: { path: '/nowhere/a.log' } }, code: 'Access.NotFound' },
  wrong: [
    [{}, /should have a path/],
    [{ options: { path: 'a.log', from: 'middle' } }, /from="middle" should be start or end/],
    [{ options: { path: 'a.log' }, over: { metrics: [{ name: 'x', jsonpath: '$' }] } }, /should have a regex/],
    [{ options: { path: 'a.log' }, over: { events: [{ regex: '[', severity: 'minor' }] } }, /not a regular expression/],
  ],
});

accessConformance({
  name: 'ftp',
  create: createFtpMethod,
  good: () => startFakeFtp({ 'a.log': 'one\nhits=2\n' }),
  silent: () => tcp(silently, (port) => ({ options: { url: `ftp://127.0.0.1:${port}/a.log` } })),
  flood: () =>
    tcp(
      (socket) => pour(socket, '220-', `${'x'.repeat(1000)}\r\n`),
      (port) => ({ options: { url: `ftp://127.0.0.1:${port}/a.log` } }),
    ),
  nowhere: { asking: { options: { url: 'ftp://127.0.0.1:9/a.log' } }, code: 'Access.Refused' },
  wrong: [
    [{ options: { url: 'http://127.0.0.1/a.log' } }, /should begin with ftp/],
    [{ options: { url: 'ftp://ops:secret@127.0.0.1/a.log' } }, /without user and password/],
    [{ options: { url: 'ftp://127.0.0.1/a%0d%0aDELE%20b' } }, /control character/],
    [{ options: { url: 'ftp://127.0.0.1/a.log', tls: 'perhaps' } }, /tls="perhaps" should be false, true or implicit/],
  ],
});

const cliAsking = (protocol: 'ssh' | 'telnet', port: number): Asking => ({
  options: { protocol, port: String(port), ...(protocol === 'ssh' ? { insecure: 'true' } : {}) },
  credential: { id: 'shell', user: USER, password: PASSWORD },
  over: { commands: ['show version'], metrics: [{ name: 'uptime', regex: 'uptime is (\\d+)', unit: 's' }] },
});
const cliDevice = async (protocol: 'ssh' | 'telnet', start: Promise<FakeDevice>): Promise<Counterpart> => {
  const device = await start;
  return { asking: cliAsking(protocol, device.port), stop: () => device.stop() };
};
const cliFlood = (line: string) => (socket: Socket) => pour(socket, '', line);

accessConformance({
  name: 'cli (Telnet)',
  create: createCliMethod,
  good: () => cliDevice('telnet', startTelnet({ login: true })),
  silent: () => tcp(silently, (port) => cliAsking('telnet', port)),
  flood: () => tcp(cliFlood('y'.repeat(20_000)), (port) => cliAsking('telnet', port)),
  nowhere: { asking: cliAsking('telnet', 9), code: 'Access.Refused' },
  wrong: [
    [{ options: { protocol: 'rlogin' } }, /protocol="rlogin" should be ssh or telnet/],
    [{ options: { protocol: 'telnet', knownHosts: 'known_hosts' } }, /knownHosts="known_hosts" has no meaning/],
    [{ options: { prompt: '(' } }, /prompt="\(" should be a regular expression/],
    [{ over: { commands: ['show\nreload'] } }, /COMMAND should be one line/],
    [{ over: { metrics: [{ name: 'x', regex: 'x' }] } }, /there should be a COMMAND/],
    [{ over: { commands: ['show'], metrics: [{ name: 'x', oid: '1.3' }] } }, /METRIC x should have a regex/],
    [{ element: { ip: undefined, dnsname: undefined } }, /neither ip nor dnsname/],
  ],
});

accessConformance({
  name: 'cli (SSH)',
  create: createCliMethod,
  good: () => cliDevice('ssh', startSsh()),
  silent: () => tcp(silently, (port) => cliAsking('ssh', port)),
  flood: () => cliDevice('ssh', startSsh({ onExec: (channel) => pourLines(channel, 'y'.repeat(20_000)) })),
  nowhere: { asking: cliAsking('ssh', 9), code: 'Access.Refused' },
  wrong: [
    [{ options: { session: 'both' } }, /session="both" should be exec or shell/],
    [{ options: { port: '0' } }, /port="0" should be a whole number/],
    [{ options: { insecure: 'perhaps' } }, /should be true or false/],
    [{ options: { legacy: 'perhaps' } }, /should be true or false/],
  ],
});
