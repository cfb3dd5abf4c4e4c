import { createServer } from 'node:net';
import { expect } from 'chai';
import { bodyOf, HttpServer, type HttpServerOptions } from '../../../src/peer/http-server.js';
import { type RawExchange, rawConnection, rawRequest } from '../../support/raw-http.js';
import { realTimeEnv } from '../../support/test-env.js';

describe('the HTTP server', () => {
  const open: { close(graceMs: number): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => server.close(0)));
  });

  async function serve(limits: HttpServerOptions['limits'] = {}) {
    const env = realTimeEnv();
    const server = new HttpServer({ env, limits });
    open.push(server);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    server.routes.all(
      '/echo',
      (request, response) => void response.type('text/plain').send(`${request.method} ${bodyOf(request).length}`),
    );
    server.routes.get('/held', async (_request, response) => {
      await held;
      response.send('held');
    });
    server.routes.get('/defect', () => {
      throw new Error('secret inside');
    });
    server.routes.get('/rejects', async () => Promise.reject(new Error('secret inside')));
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    return { env, server, port, release };
  }
  const get = (port: number, path: string, more = '') =>
    rawRequest(port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}\r\n`);
  const good = async (port: number) => expect(await get(port, '/echo')).to.match(/^HTTP\/1\.1 200 [\s\S]*GET 0$/);

  it('answers, with the headers that browsers need', async () => {
    const { port } = await serve();
    const answer = await get(port, '/echo');
    expect(answer).to.match(/^HTTP\/1\.1 200 /);
    expect(answer).to.match(/content-security-policy: default-src 'self'/i);
    expect(answer).to.match(/x-content-type-options: nosniff/i);
    expect(answer).to.not.match(/x-powered-by|strict-transport|upgrade-insecure/i);
  });

  it('has a clear answer for what is not there, broken or climbing, and no stack trace for a defect', async () => {
    const { port, env } = await serve();
    expect(await get(port, '/nothing')).to.match(/^HTTP\/1\.1 404 [\s\S]*nothing at \/nothing/);
    for (const path of ['/%zz', '/a%00b', '/%ff'])
      expect(await get(port, path), path).to.match(/^HTTP\/1\.1 400 [\s\S]*percent-encoded/);
    for (const path of ['/../etc/passwd', '/a/../../b', '/%2e%2e/x'])
      expect(await get(port, path), path).to.match(/^HTTP\/1\.1 404 /);
    for (const path of ['/defect', '/rejects']) {
      const answer = await get(port, path);
      expect(answer).to.match(/^HTTP\/1\.1 500 /);
      expect(answer).to.not.match(/secret|\.js|at /);
    }
    expect(env.log.text).to.match(/secret inside/);
    expect(await get(port, '/nothing', 'Accept: application/json\r\n')).to.match(/\{"code":"Client\.NotFound"/);
    expect(await rawRequest(port, 'BROKEN\r\n\r\n')).to.match(/^HTTP\/1\.1 400 /);
    await good(port);
  });

  it('refuses a large body by its announced length, by what came, and without buffering it', async () => {
    const { port, server } = await serve({ bodyBytes: 1000 });
    const head = 'POST /echo HTTP/1.1\r\nHost: localhost\r\n';
    const exact = await rawConnection(port, `${head}Content-Length: 1000\r\n\r\n${'x'.repeat(1000)}`);
    await exact.until('POST 1000');
    exact.socket.destroy();
    const announced = await rawConnection(port, `${head}Content-Length: 104857600\r\n\r\n`);
    expect(await announced.until('split the request')).to.match(/^HTTP\/1\.1 413 /);
    announced.socket.destroy();
    const waiting = await rawConnection(port, `${head}Expect: 100-continue\r\nContent-Length: 104857600\r\n\r\n`);
    expect(await waiting.until('split the request')).to.match(/^HTTP\/1\.1 413 /);
    waiting.socket.destroy();
    const chunked = await rawConnection(port, `${head}Transfer-Encoding: chunked\r\n\r\n`);
    const megabyte = `100000\r\n${'x'.repeat(2 ** 20)}\r\n`;
    const before = process.memoryUsage().rss;
    for (let sent = 0; sent < 100; sent += 1) {
      if (!chunked.socket.write(megabyte)) await new Promise((resolve) => chunked.socket.once('drain', resolve));
    }
    chunked.socket.write('0\r\n\r\n');
    expect(await chunked.until('split the request')).to.match(/^HTTP\/1\.1 413 /);
    chunked.socket.destroy();
    expect(server.figures.bodyBytesHeld).to.equal(0);
    expect(process.memoryUsage().rss - before).to.be.below(60 * 2 ** 20);
    await good(port);
  });

  it('lets who asked for the connection to be closed send on, so that the answer is not lost', async () => {
    const { port } = await serve({ bodyBytes: 1000 });
    const megabytes = 30;
    const closing = await rawConnection(
      port,
      `POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${megabytes * 2 ** 20}\r\n\r\n`,
    );
    const failures: Error[] = [];
    closing.socket.on('error', (error) => failures.push(error));
    await closing.until('split the request');
    for (let sent = 0; sent < megabytes; sent += 1) {
      if (!closing.socket.write('x'.repeat(2 ** 20)))
        await new Promise((resolve) => closing.socket.once('drain', resolve).once('close', resolve));
    }
    await new Promise((resolve) => closing.socket.once('close', resolve));
    expect(failures).to.deep.equal([]);
    await good(port);
  });

  it('refuses encoded bodies', async () => {
    const { port } = await serve();
    for (const encoding of ['gzip', 'deflate', 'br', 'x']) {
      const answer = await rawRequest(
        port,
        `POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Encoding: ${encoding}\r\nContent-Length: 2\r\n\r\nab`,
      );
      expect(answer, encoding).to.match(/^HTTP\/1\.1 415 /);
    }
    await good(port);
  });

  it('gives up the largest unfinished body when all together are too much', async () => {
    const { port, server } = await serve({ bodyBytes: 3000, bodiesBytes: 4000 });
    const begin = async (bytes: number): Promise<RawExchange> => {
      const exchange = await rawConnection(
        port,
        `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2900\r\n\r\n${'x'.repeat(bytes)}`,
      );
      const held = server.figures.bodyBytesHeld;
      for (let turn = 0; turn < 200 && server.figures.bodyBytesHeld === held; turn += 1)
        await new Promise((resolve) => setTimeout(resolve, 5));
      return exchange;
    };
    const large = await begin(2500);
    const small = await begin(1000);
    const another = await begin(600);
    expect(await large.until('Retry-After')).to.match(/^HTTP\/1\.1 503 /);
    small.socket.write('x'.repeat(1900));
    expect(await small.until('POST')).to.match(/POST 2900/);
    for (const one of [large, small, another]) one.socket.destroy();
  });

  it('ends slow senders of headers and bodies with 408', async () => {
    const { port } = await serve({ headersTimeoutMs: 200, requestTimeoutMs: 400 });
    const [headers, body] = await Promise.all([
      rawRequest(port, 'GET /echo HTTP/1.1\r\nHost: a\r\nX-Slow: '),
      rawRequest(port, 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc'),
    ]);
    expect(headers).to.match(/^HTTP\/1\.1 408 /);
    expect(body).to.match(/^HTTP\/1\.1 408 /);
    await good(port);
  });

  it('refuses large and many headers', async () => {
    const { port } = await serve({ headerBytes: 4096 });
    expect(await get(port, '/echo', `X-Large: ${'x'.repeat(8000)}\r\n`)).to.match(/^HTTP\/1\.1 431 /);
    await good(port);
  });

  it('stays open to the next request under 2,000 idle connections', async () => {
    const { port, server } = await serve({ connections: 500 });
    const idle: RawExchange[] = [];
    for (let batch = 0; batch < 20; batch += 1) {
      const some = await Promise.all(
        Array.from({ length: 100 }, () => rawConnection(port, batch % 2 ? '' : 'GET /echo HTTP/1.1\r\nHost:')),
      );
      idle.push(...some);
    }
    expect(server.figures.connections).to.be.at.most(500);
    await good(port);
    for (const one of idle) one.socket.destroy();
  });

  it('never cuts a request in work to make room', async () => {
    const { port, release } = await serve({ connections: 3 });
    const working = await rawConnection(port, 'GET /held HTTP/1.1\r\nHost: a\r\n\r\n');
    for (let more = 0; more < 6; more += 1) await rawConnection(port);
    release();
    expect(await working.until('held')).to.match(/^HTTP\/1\.1 200 /);
    working.socket.destroy();
  });

  it('answers 503 with Retry-After when too many requests are in work', async () => {
    const { port, server, release } = await serve({ requestsInWork: 2 });
    const working = await Promise.all([1, 2].map(() => rawConnection(port, 'GET /held HTTP/1.1\r\nHost: a\r\n\r\n')));
    while (server.figures.inWork < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await get(port, '/echo')).to.match(/^HTTP\/1\.1 503 [\s\S]*Retry-After: 1/i);
    release();
    for (const one of working) {
      await one.until('held');
      one.socket.destroy();
    }
    await good(port);
  });

  it('names a port that is taken', async () => {
    const { port } = await serve();
    const second = new HttpServer({ env: realTimeEnv() });
    const outcome = await second.listen({ host: '127.0.0.1', port }).catch((error: unknown) => error);
    expect(outcome).to.have.property('code', 'Start.PortTaken');
    expect(String(outcome)).to.include(String(port));
    const elsewhere = await second.listen({ host: '192.0.2.1', port: 0 }).catch((error: unknown) => error);
    expect(elsewhere).to.have.property('code', 'Config.Invalid');
  });

  it('lets requests in work end when it closes, and cuts the rest', async () => {
    const { port, server, release } = await serve();
    const working = await rawConnection(port, 'GET /held HTTP/1.1\r\nHost: a\r\n\r\n');
    const idle = await rawConnection(port, 'GET /echo HTTP/1.1\r\nHost: a\r\n\r\n');
    await idle.until('GET 0');
    while (server.figures.inWork < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    const closed = server.close(5_000);
    await idle.ended();
    release();
    expect(await working.ended()).to.match(/held/);
    await closed;
    const again = createServer();
    await new Promise<void>((resolve) => again.listen(port, '127.0.0.1', resolve));
    again.close();
  });
});
