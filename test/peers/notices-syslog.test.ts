/** Syslog to Debian's rsyslogd, over UDP, TCP and TLS: it takes apart what was put together. */

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { syslogSender } from '../../src/access/notices/syslog.js';
import { CertificateAuthority } from '../support/certificates.js';
import { counterpart } from '../support/counterparts.js';
import { until } from '../support/processes.js';
import { type SyslogDaemon, startRsyslogd } from '../support/rsyslogd.js';
import { many, NASTY, NEVER, one } from '../unit/access/notices/outgoing.js';

describe('syslog to rsyslogd', function () {
  counterpart('rsyslogd', 'openssl');
  this.timeout(30_000);
  let ca: CertificateAuthority;
  let rsyslogd: SyslogDaemon;

  before(async () => {
    ca = new CertificateAuthority();
    rsyslogd = await startRsyslogd(ca.server('log'), ca.cert);
  });
  after(() => rsyslogd?.stop());

  const sender = (over: 'udp' | 'tcp' | 'tls', trusted: string | undefined = ca.cert) =>
    syslogSender({ over, host: '127.0.0.1', port: rsyslogd.ports[over], ca: trusted });

  for (const over of ['udp', 'tcp', 'tls'] as const) {
    it(`arrives over ${over} as it was meant`, async () => {
      const before = rsyslogd.lines().length;
      const by = sender(over);
      expect(by.place).to.equal(`${over}://127.0.0.1:${rsyslogd.ports[over]}`);
      await by.send(one({ text: `Zürich "antwortet" nicht \\o/ ]`, element: 'device/a"b]c\\d' }), NEVER);
      await by.send(many(40), NEVER);
      await until('both are there', () => rsyslogd.lines().length === before + 2);
      const [first, second] = rsyslogd.lines().slice(before);
      expect(first).to.include({
        severity: 'alert',
        facility: 'daemon',
        time: '2026-11-22T02:10:03.000Z',
        host: 'em1.example',
        app: 'ptpmgr',
        process: 'EM1',
        id: 'elementDown',
      });
      expect(first?.text.replace('\ufeff', '')).to.equal('CRITICAL device/a"b]c\\d: Zürich "antwortet" nicht \\o/ ]');
      expect(first?.data).to.contain('[ptpmgr@8072.9999.9999.8084 id="a1.1"');
      expect(first?.data).to.contain('element="device/a\\"b\\]c\\\\d"');
      expect(second?.data).to.contain('kind="gathered"').and.to.contain('count="40"');
      expect(second?.text).to.equal('40 notices: 40 critical (elementDown 40)');
    });
  }

  it('is one message however odd its words are', async () => {
    const before = rsyslogd.lines().length;
    await sender('tcp').send(one({ text: NASTY, name: NASTY }), NEVER);
    await sender('tcp').send(one({ text: 'the next one' }), NEVER);
    await until('both are there', () => rsyslogd.lines().length >= before + 2);
    const lines = rsyslogd.lines().slice(before);
    expect(lines).to.have.length(2);
    expect(lines[0]?.text).to.contain('Bcc: all@example');
    expect(lines[1]?.text).to.contain('the next one');
  });

  it('does not trust a strange certificate', async () => {
    const thrown: unknown = await sender('tls', '')
      .send(one(), NEVER)
      .catch((error: unknown) => error);
    expect(thrown).to.have.property('code', 'Access.Settings');
    const own = new CertificateAuthority('another authority');
    const strange: unknown = await sender('tls', own.cert)
      .send(one(), NEVER)
      .catch((error: unknown) => error);
    expect(strange).to.have.property('code', 'Access.Protocol');
  });
});

describe('syslog to a receiver that fails', () => {
  let server: Server;
  const sockets = new Set<Socket>();
  const start = async (onSocket: (socket: Socket) => void): Promise<number> => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      onSocket(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  };
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server?.close();
  });

  const code = async (port: number, signal = NEVER): Promise<unknown> =>
    syslogSender({ over: 'tcp', host: '127.0.0.1', port, ca: undefined })
      .send(one(), signal)
      .catch((error: unknown) => (error instanceof Error ? Reflect.get(error, 'code') : error));

  it('knows that it did not arrive', async () => {
    expect(await code(await start((socket) => socket.resetAndDestroy()))).to.equal('Access.Refused');
    server.close();
    const address = await start(() => {});
    server.close();
    expect(await code(address)).to.equal('Access.Refused');
  });

  it('ends when the other side never does', async () => {
    const port = await start((socket) => socket.pause());
    server.on('connection', (socket) => socket.pause());
    expect(await code(port, AbortSignal.timeout(200))).to.equal('Access.Timeout');
  });
});
