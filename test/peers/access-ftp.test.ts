import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from 'chai';
import type { AccessMethod, PollAnswer } from '../../src/access/access.js';
import { createFtpMethod } from '../../src/access/ftp/method.js';
import { type Asking, accessParts, failureOf, metricValue, pollOnce } from '../support/access.js';
import { CertificateAuthority } from '../support/certificates.js';
import { counterpart, needCounterpart } from '../support/counterparts.js';
import { type FtpDaemon, startVsftpd } from '../support/daemons.js';

describe('ftp with vsftpd', () => {
  counterpart('vsftpd');
  let vsftpd: FtpDaemon;
  let method: AccessMethod;
  before(async () => {
    vsftpd = await startVsftpd({ files: { 'logs/error.log': 'old ERROR before our time\n' } });
    method = createFtpMethod(accessParts());
  });
  after(async () => {
    await method?.close();
    await vsftpd?.stop();
  });
  const log = () => join(vsftpd.root, 'logs', 'error.log');
  const asking = (memory?: unknown, more: Partial<Asking> = {}): Asking => ({
    options: { url: `ftp://127.0.0.1:${vsftpd.port}/logs/error.log`, tls: 'false' },
    credential: { id: 'shell', user: vsftpd.user, password: vsftpd.password },
    over: {
      metrics: [{ name: 'hits', regex: 'hits=(\\d+)', unit: '1', counter: true }],
      events: [{ regex: 'ERROR (.*)', severity: 'minor', text: '$1' }],
    },
    memory,
    ...more,
  });
  const texts = (answer: PollAnswer) => answer.events.map(({ text }) => text);

  it('follows a log that grows and rotates', async () => {
    const first = await pollOnce(method, asking());
    assert.deepEqual(texts(first), []);
    assert.equal(metricValue(first.readings, 'size'), 26);

    appendFileSync(log(), 'ERROR disk full\nhits=41\nhits=42\nERROR half a li');
    const second = await pollOnce(method, asking(first.memory));
    assert.deepEqual(texts(second), ['disk full']);
    assert.equal(metricValue(second.readings, 'hits'), 42);
    assert.equal(metricValue(second.readings, 'lines'), 3);
    assert.equal(second.events[0]?.severity, 'minor');

    appendFileSync(log(), 'ne\nERROR last of the old\n');
    renameSync(log(), `${log()}.1`);
    writeFileSync(log(), 'ERROR first of the new\n');
    const third = await pollOnce(method, asking(second.memory));
    assert.deepEqual(texts(third), ['half a line', 'last of the old', 'first of the new']);

    writeFileSync(log(), 'ERROR after being emptied\n');
    const fourth = await pollOnce(method, asking(third.memory));
    assert.deepEqual(texts(fourth), ['after being emptied']);
    assert.deepEqual(texts(await pollOnce(method, asking(fourth.memory))), []);
  });

  it('reads a large log piece by piece and says how much is left', async () => {
    const name = 'large.log';
    const line = `${'x'.repeat(99)}\n`;
    writeFileSync(join(vsftpd.root, 'logs', name), line.repeat(60_000));
    const options = { url: `ftp://127.0.0.1:${vsftpd.port}/logs/${name}`, from: 'start' };
    let lines = 0;
    let memory: unknown;
    let backlog = 1;
    for (let poll = 0; backlog > 0 && poll < 4; poll++) {
      const answer = await pollOnce(method, asking(memory, { options }));
      ({ memory } = answer);
      lines += Number(metricValue(answer.readings, 'lines'));
      backlog = Number(metricValue(answer.readings, 'backlog'));
      if (poll === 0) assert.isAbove(backlog, 1_000_000);
    }
    assert.equal(backlog, 0);
    assert.equal(lines, 60_000);
  });

  it('only logs in where no file is named', async () => {
    const { readings } = await pollOnce(
      method,
      asking(undefined, { options: { url: `ftp://127.0.0.1:${vsftpd.port}/` } }),
    );
    assert.isAbove(Number(metricValue(readings, 'responseTime')), 0);
  });

  it('tells of a missing file, a wrong password and a closed port', async () => {
    const missing = await failureOf(
      pollOnce(method, asking(undefined, { options: { url: `ftp://127.0.0.1:${vsftpd.port}/logs/none.log` } })),
    );
    assert.equal(missing.code, 'Access.NotFound');
    const wrong = asking(undefined, { credential: { id: 'shell', user: vsftpd.user, password: 'wrong-one' } });
    const denied = await failureOf(pollOnce(method, wrong));
    assert.equal(denied.code, 'Access.Denied');
    assert.notMatch(denied.message, /wrong-one/);
    const closed = await failureOf(
      pollOnce(method, asking(undefined, { options: { url: 'ftp://127.0.0.1:9/a.log' } })),
    );
    assert.equal(closed.code, 'Access.Refused');
  });
});

describe('ftps with vsftpd', () => {
  counterpart('vsftpd');
  let vsftpd: FtpDaemon;
  let method: AccessMethod;
  let ca: string;
  before(async function () {
    needCounterpart(this, 'openssl');
    const authority = new CertificateAuthority();
    ca = authority.cert;
    vsftpd = await startVsftpd({ files: { 'a.log': 'one\n' }, tls: authority.server('localhost') });
    method = createFtpMethod(accessParts());
  });
  after(async () => {
    await method?.close();
    await vsftpd?.stop();
  });
  const ask = (options: Record<string, string>) =>
    pollOnce(method, {
      options: { url: `ftp://127.0.0.1:${vsftpd.port}/a.log`, from: 'start', ...options },
      credential: { id: 'shell', user: vsftpd.user, password: vsftpd.password },
    });

  it('reads over TLS with the authority that is named', async () => {
    assert.equal(metricValue((await ask({ tls: 'true', ca })).readings, 'lines'), 1);
  });

  it('refuses a server that it has no reason to believe, and one that insists on TLS says so', async () => {
    const unknown = await failureOf(ask({ tls: 'true' }));
    assert.equal(unknown.code, 'Access.Protocol');
    assert.match(unknown.message, /name (it|that) in ca/);
    const clear = await failureOf(ask({ tls: 'false' }));
    assert.equal(clear.code, 'Access.Denied');
    assert.match(clear.message, /tls="true"/);
  });
});
