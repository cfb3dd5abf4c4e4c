import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import { expect } from 'chai';
import { certificateNames, HttpServer } from '../../../src/peer/http-server.js';
import { readTlsMaterial, type TlsMaterial } from '../../../src/peer/tls-material.js';
import { CertificateAuthority } from '../../support/certificates.js';
import { counterpart } from '../../support/counterparts.js';
import { realTimeEnv } from '../../support/test-env.js';

describe('the HTTP server over TLS', () => {
  counterpart('openssl');
  const open: HttpServer[] = [];
  let authority: CertificateAuthority;
  before(() => {
    authority = new CertificateAuthority();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => server.close(0)));
  });

  const read = (file: string) => readFileSync(file, 'utf8');
  const material = (name: string, clients: TlsMaterial['clients']): Promise<TlsMaterial> =>
    readTlsMaterial({ ...authority.server(name), ca: authority.cert, clients });
  async function serve(clients: TlsMaterial['clients']) {
    const server = new HttpServer({ env: realTimeEnv(), tls: await material('em1', clients) });
    open.push(server);
    server.routes.get('/names', (request, response) => void response.json(certificateNames(request)));
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    return { server, port };
  }
  /** The whole answer, and the name in the server's certificate. */
  const get = (port: number, more: ConnectionOptions = {}): Promise<{ text: string; subject: string }> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, ca: read(authority.cert), ...more });
      let text = '';
      let subject = '';
      socket.on('secureConnect', () => {
        subject = String(socket.getPeerCertificate().subject.CN);
        socket.write('GET /names HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      });
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      socket.on('error', reject);
      socket.on('close', () => resolve({ text, subject }));
    });
  const outcome = (work: Promise<{ text: string }>) =>
    work.then(
      ({ text }) => text,
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    );

  it('speaks TLS 1.2 and newer only, and says to stay with it', async () => {
    const { port } = await serve('none');
    expect((await get(port)).text)
      .to.match(/^HTTP\/1\.1 200 /)
      .and.to.match(/strict-transport-security/i);
    expect((await get(port, { maxVersion: 'TLSv1.2' })).text).to.match(/^HTTP\/1\.1 200 /);
    const old = await outcome(get(port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }));
    expect(old).to.match(/ERR_SSL|ECONNRESET|EPROTO/);
  });

  it('knows the names in a client certificate of its authority, and of no other', async () => {
    const { port } = await serve('optional');
    const mine = authority.client('em2', { names: ['em2.example'] });
    const withMine = { cert: read(mine.cert), key: read(mine.key) };
    expect((await get(port, withMine)).text).to.include('["em2","em2.example"]');
    expect((await get(port)).text).to.match(/\r\n\r\n\[\]$/);
    const foreign = new CertificateAuthority('somebody else').client('em2');
    expect((await get(port, { cert: read(foreign.cert), key: read(foreign.key) })).text).to.match(/\r\n\r\n\[\]$/);
    const required = await serve('required');
    expect(await outcome(get(required.port))).to.not.match(/200/);
    expect((await get(required.port, withMine)).text).to.include('em2');
  });

  it('takes a new certificate without a restart', async () => {
    const { server, port } = await serve('none');
    expect((await get(port)).subject).to.equal('em1');
    server.setTls(await material('em1-renewed', 'none'));
    expect((await get(port)).subject).to.equal('em1-renewed');
  });

  it('outlives garbage and plain HTTP on its port', async () => {
    const { port } = await serve('none');
    for (const bytes of ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', '\x16\x03\x01\xff\xff', 'x'.repeat(1000)]) {
      await new Promise<void>((resolve) => {
        const socket = connectTcp({ host: '127.0.0.1', port }, () => socket.end(bytes));
        socket
          .on('error', () => {})
          .on('close', () => resolve())
          .resume();
      });
    }
    expect((await get(port)).text).to.match(/^HTTP\/1\.1 200 /);
  });

  it('is told in a sentence what is wrong with its files', async () => {
    const [one, other] = [authority.server('em1'), authority.server('em3')];
    const missing = await readTlsMaterial({ cert: '/nowhere/em1.crt', key: one.key, clients: 'none' }).catch(
      (error: unknown) => error,
    );
    expect(missing).to.have.property('code', 'Config.Unreadable');
    expect(String(missing)).to.include('/nowhere/em1.crt');
    const unfit = await readTlsMaterial({ cert: one.cert, key: other.key, clients: 'none' }).catch(
      (error: unknown) => error,
    );
    expect(unfit).to.have.property('code', 'Config.Invalid');
  });
});
