/** Mail to a real SMTP server: with and without TLS and login, and what it refuses. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { mailSender } from '../../src/access/notices/mail.js';
import { PtpError } from '../../src/base/errors.js';
import { CertificateAuthority } from '../support/certificates.js';
import { counterpart } from '../support/counterparts.js';
import { many, NASTY, NEVER, one } from '../unit/access/notices/outgoing.js';
import { alarm, cleared } from '../unit/assess/notices/samples.js';

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly isSecure: boolean;
  readonly user: string | undefined;
}

describe('mail to an SMTP server', () => {
  counterpart('openssl');
  let ca: CertificateAuthority;
  let server: SMTPServer | undefined;
  let mails: Mail[];

  before(() => {
    ca = new CertificateAuthority();
  });
  beforeEach(() => {
    mails = [];
  });
  afterEach(async () => {
    const closing = server;
    server = undefined;
    await new Promise<void>((resolve) => (closing ? closing.close(() => resolve()) : resolve()));
  });

  async function start(options: SMTPServerOptions): Promise<number> {
    const { cert, key } = ca.server('mail');
    server = new SMTPServer({
      cert: readFileSync(cert),
      key: readFileSync(key),
      authOptional: true,
      onAuth: ({ username, password }, _session, callback) =>
        username === 'ops' && password === 'secret' ? callback(null, { user: 'ops' }) : callback(new Error('no')),
      onData(stream, session, callback) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          mails.push({
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            text: Buffer.concat(chunks).toString('utf8'),
            isSecure: session.secure,
            user: typeof session.user === 'string' ? session.user : undefined,
          });
          callback();
        });
      },
      ...options,
    });
    server.on('error', () => {});
    const { server: inner } = server.listen(0, '127.0.0.1') && server;
    if (!inner.listening) await once(inner, 'listening');
    return (inner.address() as AddressInfo).port;
  }

  const sender = (url: string, more: Partial<Parameters<typeof mailSender>[0]> = {}) =>
    mailSender({
      url,
      from: 'ptpmgr@example.com',
      to: ['noc@example.com'],
      ca: ca.cert,
      credential: undefined,
      ...more,
    });

  const fault = async (sent: Promise<unknown>): Promise<PtpError> => {
    const thrown = await sent.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(thrown instanceof PtpError)) throw new Error(`it should have failed, and not with ${thrown}`);
    return thrown;
  };

  it('takes TLS where it is offered, and says the essentials in the subject', async () => {
    const port = await start({});
    expect(await sender(`smtp://127.0.0.1:${port}`).send(one({ text: 'Zürich antwortet nicht' }), NEVER)).to.equal(
      undefined,
    );
    const [mail] = mails;
    expect(mail).to.deep.include({ from: 'ptpmgr@example.com', to: ['noc@example.com'], isSecure: true });
    const headers = mail?.text.split('\r\n\r\n')[0] ?? '';
    expect(headers).to.match(/^Message-ID: <a1\.1\.noc@em1\.example>$/m);
    expect(headers).to.match(/^References: <alarm-a1@em1\.example>$/m);
    expect(headers).to.match(/^Auto-Submitted: auto-generated$/m);
    expect(headers).to.match(/^Subject: =\?UTF-8\?Q\?CRITICAL_device\/core1/m);
    expect(headers).to.match(/^Content-Type: text\/plain; charset=utf-8$/m);
    expect(mail?.text).to.contain('CRITICAL  device/core1\r\nZ=C3=BCrich antwortet nicht');
  });

  it('has the same id each time it is tried, and one thread for an alarm', async () => {
    const port = await start({ disabledCommands: ['STARTTLS'] });
    const by = sender(`smtp://127.0.0.1:${port}`);
    await by.send(one(), NEVER);
    await by.send(one(), NEVER);
    await by.send(one(cleared(alarm('a1'))), NEVER);
    const header = (name: string) => mails.map(({ text }) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1]);
    expect(header('Message-ID')).to.deep.equal([
      ...['<a1.1.noc@em1.example>', '<a1.1.noc@em1.example>', '<a1.2.noc@em1.example>'],
    ]);
    expect(new Set(header('References')).size).to.equal(1);
    expect(mails.map(({ isSecure }) => isSecure)).to.deep.equal([false, false, false]);
  });

  it('logs in over TLS from the beginning', async () => {
    const port = await start({ secure: true, authOptional: false });
    const credential = { id: 'mail', user: 'ops', password: 'secret' };
    await sender(`smtps://127.0.0.1:${port}`, { credential }).send(many(50), NEVER);
    expect(mails[0]).to.include({ isSecure: true, user: 'ops' });
    expect(mails[0]?.text).to.contain('Subject: 50 notices: 50 critical');
    const wrong = await fault(
      sender(`smtps://127.0.0.1:${port}`, { credential: { ...credential, password: 'guess' } }).send(one(), NEVER),
    );
    expect(wrong).to.include({ code: 'Access.Denied' });
    expect(wrong.message).to.contain('does not accept user and password (535)').and.to.not.contain('guess');
  });

  it('logs in after STARTTLS, and trusts no strange certificate', async () => {
    const port = await start({ authOptional: false });
    const credential = { id: 'mail', user: 'ops', password: 'secret' };
    await sender(`smtp://127.0.0.1:${port}`, { credential }).send(one(), NEVER);
    expect(mails[0]).to.include({ isSecure: true, user: 'ops' });
    const strange = await fault(sender(`smtp://127.0.0.1:${port}`, { credential, ca: undefined }).send(one(), NEVER));
    expect(strange.code).to.equal('Access.Protocol');
    expect(mails).to.have.length(1);
  });

  it('lets nothing into the headers, whatever an alarm says', async () => {
    const port = await start({});
    const nasty = one({ text: NASTY, name: NASTY, source: NASTY, element: 'device/x\r\nBcc: all@example' });
    await sender(`smtp://127.0.0.1:${port}`).send(nasty, NEVER);
    const headers = mails[0]?.text.split('\r\n\r\n')[0] ?? '';
    expect(mails[0]?.to).to.deep.equal(['noc@example.com']);
    expect(headers.split(/\r\n(?![ \t])/).filter((line) => /^(?:bcc|cc)/i.test(line))).to.deep.equal([]);
    expect(headers).to.not.match(/\0/);
  });

  it('says which receivers are refused, and why nothing was taken', async () => {
    const port = await start({
      onRcptTo: ({ address }, _session, callback) =>
        callback(address.startsWith('gone') ? Object.assign(new Error('no such user'), { responseCode: 550 }) : null),
    });
    const to = ['noc@example.com', 'gone@example.com'];
    expect(await sender(`smtp://127.0.0.1:${port}`, { to }).send(one(), NEVER)).to.contain('gone@example.com');
    const all = await fault(sender(`smtp://127.0.0.1:${port}`, { to: ['gone@example.com'] }).send(one(), NEVER));
    expect(all).to.include({ code: 'Access.Denied' });
    expect(all.message).to.contain('(550)');
  });

  it('tells a mail that is not wanted from a server that is busy', async () => {
    let status = 554;
    const port = await start({
      onData(stream, _session, callback) {
        stream.resume();
        stream.on('end', () => callback(Object.assign(new Error('go away'), { responseCode: status })));
      },
    });
    expect((await fault(sender(`smtp://127.0.0.1:${port}`).send(one(), NEVER))).code).to.equal('Access.Content');
    status = 451;
    expect((await fault(sender(`smtp://127.0.0.1:${port}`).send(one(), NEVER))).code).to.equal('Access.Refused');
  });

  it('ends in time when nobody answers', async () => {
    const port = await start({ onConnect: () => {} });
    const failed = await fault(sender(`smtp://127.0.0.1:${port}`).send(one(), AbortSignal.timeout(200)));
    expect(failed.code).to.equal('Access.Timeout');
  });
});
