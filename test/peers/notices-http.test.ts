/** Webhooks to a server of our own and to nginx. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { expect } from 'chai';
import { webhookSender } from '../../src/access/notices/webhook.js';
import { CertificateAuthority } from '../support/certificates.js';
import { counterpart } from '../support/counterparts.js';
import { type HttpDaemon, startNginx } from '../support/daemons.js';
import { many, NEVER, one } from '../unit/access/notices/outgoing.js';

interface Asked {
  readonly headers: IncomingMessage['headers'];
  readonly method: string | undefined;
  readonly body: string;
}

const failure = (sent: Promise<unknown>): Promise<Error & { code?: string; afterMs?: number }> =>
  sent.then(
    () => {
      throw new Error('it should have failed');
    },
    (error: unknown) => {
      if (error instanceof Error) return error;
      throw new Error('no error');
    },
  );

describe('a webhook', () => {
  let server: Server;
  let origin: string;
  let asked: Asked[];
  let answer: (response: ServerResponse) => void;

  before(async () => {
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      asked.push({ headers: request.headers, method: request.method, body: Buffer.concat(chunks).toString('utf8') });
      answer(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    asked = [];
    answer = (response) => response.writeHead(204).end();
  });

  const sender = (path = '/hook/sEcrEt', more: Partial<Parameters<typeof webhookSender>[0]> = {}) =>
    webhookSender({ url: `${origin}${path}`, ca: undefined, credential: undefined, ...more });

  it('is quoted without what lets people in, which is in its address and its credential', async () => {
    const credential = { id: 'hook', user: 'ptpmgr', password: 'pa55word' };
    answer = (response) => {
      const { authorization = '' } = asked.at(-1)?.headers ?? {};
      response.writeHead(404).end(`no POST /hook/sEcrEt?key=k3y-of-it for pa55word, ${authorization}, sEcrEt`);
    };
    const { message } = await failure(sender('/hook/sEcrEt?key=k3y-of-it', { credential }).send(one(), NEVER));
    expect(message).to.equal(`${origin} answered 404: no POST *** for ***, Basic ***, ***`);
  });

  it('gets JSON, and an id that is the same each time', async () => {
    await sender().send(one(), NEVER);
    await sender().send(one(), NEVER);
    await sender().send(many(40), NEVER);
    const [first, again, all] = asked;
    expect(first?.method).to.equal('POST');
    expect(first?.headers).to.include({ 'content-type': 'application/json; charset=utf-8', 'idempotency-key': 'a1.1' });
    expect(again?.headers['idempotency-key']).to.equal('a1.1');
    expect(JSON.parse(first?.body ?? '')).to.include({ id: 'a1.1', kind: 'raised' });
    expect(JSON.parse(all?.body ?? '').gathered).to.include({ count: 40, unlisted: 20 });
    expect(first?.headers).to.not.have.property('authorization');
  });

  it('is told who asks: by name and password, or by a token', async () => {
    await sender('/', { credential: { id: 'x', user: 'ops', password: 'pä:ss' } }).send(one(), NEVER);
    await sender('/', { credential: { id: 'x', password: 'token' } }).send(one(), NEVER);
    expect(asked.map(({ headers }) => headers.authorization)).to.deep.equal([
      `Basic ${Buffer.from('ops:pä:ss').toString('base64')}`,
      'Bearer token',
    ]);
  });

  it('is not followed to somewhere else', async () => {
    answer = (response) => response.writeHead(307, { location: `${origin}/elsewhere` }).end();
    const { message, code } = await failure(sender().send(one(), NEVER));
    expect(code).to.equal('Access.Protocol');
    expect(message).to.equal(`${origin} answered 307; notices are not redirected, name the address that it points to`);
    expect(asked).to.have.length(1);
  });

  const CASES = [
    [400, 'Access.Content'],
    [422, 'Access.Content'],
    [413, 'Access.TooLarge'],
    [401, 'Access.Denied'],
    [404, 'Access.NotFound'],
    [429, 'Access.Refused'],
    [500, 'Access.Refused'],
    [503, 'Access.Refused'],
  ] as const;
  for (const [status, expected] of CASES)
    it(`answers ${status}: ${expected}`, async () => {
      answer = (response) => response.writeHead(status, { 'retry-after': '120' }).end('invalid_payload\nmore');
      const { message, code, afterMs } = await failure(sender().send(one(), NEVER));
      expect(code).to.equal(expected);
      expect(message).to.equal(`${origin} answered ${status}: invalid_payload`);
      expect(message).to.not.contain('sEcrEt');
      if (status === 429 || status === 503) expect(afterMs).to.equal(120_000);
    });

  it('may answer without end, and keeps nobody', async () => {
    answer = (response) => {
      response.writeHead(200);
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(65_536), () => setImmediate(more));
      };
      more();
    };
    await sender().send(one(), NEVER);
    answer = () => {};
    expect((await failure(sender().send(one(), AbortSignal.timeout(200)))).code).to.equal('Access.Timeout');
  });
});

describe('a webhook at nginx', () => {
  counterpart('nginx', 'openssl');
  let ca: CertificateAuthority;
  let nginx: HttpDaemon;

  before(async () => {
    ca = new CertificateAuthority();
    nginx = await startNginx({
      tls: ca.server('hook'),
      lines: ['location /hook { return 200 "ok"; }', 'location /full { return 507; }'],
    });
  });
  after(() => nginx?.stop());

  const sender = (path: string, trusted: string | undefined) =>
    webhookSender({ url: `${nginx.origin}${path}`, ca: trusted, credential: undefined });

  it('is reached over TLS, with an authority of its own', async () => {
    await sender('/hook', ca.cert).send(one(), NEVER);
    expect((await failure(sender('/hook', undefined).send(one(), NEVER))).code).to.equal('Access.Protocol');
    const full = await failure(sender('/full', ca.cert).send(one(), NEVER));
    expect(full).to.include({ code: 'Access.Refused', message: `${nginx.origin} answered 507` });
  });
});
