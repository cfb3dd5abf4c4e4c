import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from 'chai';
import { Ping } from '../../src/access/probe/icmp.js';
import { createProbeMethod } from '../../src/access/probe/method.js';
import { systemClock } from '../../src/base/system-env.js';
import { accessParts, failureOf, metricValue, pollOnce } from '../support/access.js';
import { CertificateAuthority } from '../support/certificates.js';
import { counterpart, needCounterpart, programPath } from '../support/counterparts.js';
import { type Daemon, type HttpDaemon, startNginx, startUnbound } from '../support/daemons.js';
import { temporaryFolder } from '../support/temporary.js';

const ask = (options: Readonly<Record<string, string>>, more: Parameters<typeof pollOnce>[1] = {}) =>
  pollOnce(createProbeMethod(accessParts()), { options, ...more });

describe('probe with ping', () => {
  it('measures echoes by IPv4', async function () {
    needCounterpart(this, 'ping');
    const { readings } = await ask({ kind: 'icmp', count: '4' });
    assert.equal(metricValue(readings, 'loss', 'icmp'), 0);
    assert.isBelow(Number(metricValue(readings, 'delayMax', 'icmp')), 1000);
    assert.isAtLeast(Number(metricValue(readings, 'jitter', 'icmp')), 0);
  });

  it('measures echoes by the ping of BusyBox', async function () {
    needCounterpart(this, 'busyboxPing');
    const folder = temporaryFolder('busybox');
    symlinkSync(programPath('busybox') ?? '', join(folder, 'ping'));
    const method = createProbeMethod(accessParts(), new Ping(systemClock, [folder]));
    const { readings } = await pollOnce(method, { options: { count: '2' } });
    assert.equal(metricValue(readings, 'loss', 'icmp'), 0);
    assert.isAtLeast(Number(metricValue(readings, 'delay', 'icmp')), 0);
  });

  it('passes on what ping says against it', async function () {
    needCounterpart(this, 'ping');
    const failure = await failureOf(ask({ url: 'icmp://255.255.255.255' }));
    assert.equal(failure.code, 'Access.Protocol');
    assert.match(failure.message, /^icmp 255\.255\.255\.255 could not be sent: the ping program said .*broadcast.*$/);
  });
});

describe('probe with unbound', () => {
  counterpart('unbound');
  let unbound: Daemon;
  before(async () => {
    const long = Array.from({ length: 60 }, (_, at) => `many.example.com. TXT "${String(at).padStart(60, '0')}"`);
    unbound = await startUnbound({
      records: [
        'www.example.com. A 192.0.2.1',
        'www.example.com. A 192.0.2.2',
        'www.example.com. AAAA 2001:db8::1',
        'example.com. MX 10 mail.example.com.',
        'example.com. CAA 0 issue "ca.example.net"',
        'www.example.com. TXT "Some text"',
        '_ldap._tcp.example.com. SRV 1 2 389 ldap.example.com.',
        ...long,
      ],
      lines: [
        'local-zone: "refused.example." refuse',
        'local-zone: "dropped.example." deny',
        'local-data-ptr: "192.0.2.1 www.example.com"',
      ],
    });
  });
  after(() => unbound?.stop());
  const query = (name: string, more: Record<string, string> = {}, over = {}) =>
    ask({ kind: 'dns', port: String(unbound.port), query: name, ...more }, over);
  const answerTo = async (name: string, record: string) =>
    metricValue((await query(name, { record })).readings, 'answer', `dns ${name} ${record}`);

  it('measures queries and compares answers', async () => {
    const { readings } = await query('www.example.com', { count: '3', answer: '192.0.2.2' });
    const instance = 'dns www.example.com A';
    assert.equal(metricValue(readings, 'answer', instance), '192.0.2.1, 192.0.2.2');
    assert.equal(metricValue(readings, 'loss', instance), 0);
    assert.isBelow(Number(metricValue(readings, 'delay', instance)), 1000);
    const failure = await failureOf(query('www.example.com', { answer: '192.0.2.3' }));
    assert.match(failure.message, /answered 192\.0\.2\.1, 192\.0\.2\.2; expected was 192\.0\.2\.3$/);
  });

  it('reads records of every kind', async () => {
    assert.equal(await answerTo('www.example.com', 'AAAA'), '2001:db8::1');
    assert.equal(await answerTo('example.com', 'MX'), '10 mail.example.com');
    assert.equal(await answerTo('example.com', 'CAA'), '0 issue ca.example.net');
    assert.equal(await answerTo('www.example.com', 'TXT'), 'Some text');
    assert.equal(await answerTo('_ldap._tcp.example.com', 'SRV'), '1 2 389 ldap.example.com');
    assert.equal(await answerTo('192.0.2.1', 'PTR'), 'www.example.com');
  });

  it('goes over to TCP for an answer that is too long for UDP', async () => {
    const { readings } = await query('many.example.com', { record: 'TXT' });
    assert.equal(metricValue(readings, 'answers', 'dns many.example.com TXT'), 60);
    assert.isAtMost(String(metricValue(readings, 'answer', 'dns many.example.com TXT')).length, 4096);
  });

  const refusals: readonly (readonly [name: string, code: string])[] = [
    ['nobody.example.com', 'Access.NotFound'],
    ['www.refused.example', 'Access.Denied'],
    ['www.dropped.example', 'Access.Timeout'],
  ];
  for (const [name, code] of refusals) {
    it(`tells ${code}`, async () => {
      const failure = await failureOf(query(name, {}, { over: { timeoutMs: 300 }, signal: AbortSignal.timeout(3000) }));
      assert.equal(failure.code, code);
      assert.include(failure.message, `127.0.0.1:${unbound.port} asked for ${name} A`);
    });
  }
});

describe('probe with nginx', () => {
  counterpart('nginx', 'openssl');
  let nginx: HttpDaemon;
  let plain: HttpDaemon;
  let ca: string;
  before(async () => {
    const authority = new CertificateAuthority();
    ca = authority.cert;
    nginx = await startNginx({ tls: authority.server('shop', { days: 20, names: ['shop.example', '127.0.0.1'] }) });
    plain = await startNginx();
  });
  after(async () => {
    await nginx?.stop();
    await plain?.stop();
  });
  const handshake = (more: Record<string, string> = {}, element = {}) =>
    ask({ kind: 'tls', port: String(nginx.port), ca, ...more }, { element });

  it('measures connections', async () => {
    const { readings } = await ask({ kind: 'tcp', port: String(plain.port), count: '3' });
    assert.equal(metricValue(readings, 'loss', `tcp ${plain.port}`), 0);
  });

  it('measures handshakes, and tells what the certificate says', async () => {
    const { readings } = await handshake({ count: '3' });
    const value = (metric: string) => metricValue(readings, metric, `tls ${nginx.port}`);
    assert.equal(value('loss'), 0);
    assert.isAbove(Number(value('delayMin')), 0);
    assert.isTrue(Number(value('certificateDays')) > 19 && Number(value('certificateDays')) <= 20);
    assert.isAtMost(Number(value('certificateChainDays')), Number(value('certificateDays')));
    assert.equal(value('certificateValid'), 1);
    assert.equal(value('certificateProblem'), 'none');
    assert.equal(value('certificateName'), 'shop');
    assert.equal(value('certificateIssuer'), 'ptpmgr test authority');
    assert.match(String(value('tlsProtocol')), /^TLSv1\.[23]$/);
  });

  it('expects the name of the element, or the one that it is told', async () => {
    assert.isAbove((await handshake({}, { dnsname: 'shop.example' })).readings.length, 0);
    const failure = await failureOf(handshake({ servername: 'other.example' }));
    assert.equal(failure.code, 'Access.Protocol');
    assert.match(failure.message, /^tls 127\.0\.0\.1:\d+ shows a certificate for another name$/);
  });

  it('fails for a certificate not to be believed, or shows it as a value', async () => {
    const options = { kind: 'tls', port: String(nginx.port) };
    assert.match((await failureOf(ask(options))).message, /certificate/);
    const { readings } = await ask({ ...options, insecure: 'true' });
    const value = (metric: string) => metricValue(readings, metric, `tls ${nginx.port}`);
    assert.equal(value('certificateValid'), 0);
    assert.match(String(value('certificateProblem')), /^shows a certificate of an unknown authority/);
    assert.isAbove(Number(value('certificateDays')), 19);
  });

  it('says who speaks no TLS', async () => {
    const failure = await failureOf(ask({ kind: 'tls', port: String(plain.port) }));
    assert.equal(failure.code, 'Access.Protocol');
    assert.match(failure.message, /does not speak TLS on that port/);
  });
});
