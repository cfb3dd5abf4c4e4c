import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect } from 'chai';
import { authenticateHttp } from '../../../src/peer/authenticate-http.js';
import { HttpConnection } from '../../../src/peer/http-connection.js';
import { HttpServer } from '../../../src/peer/http-server.js';
import { Authenticator } from '../../../src/peer/security/authenticate.js';
import { poolKeys } from '../../../src/peer/security/pool-keys.js';
import { RequestSigner } from '../../../src/peer/security/signature.js';
import { realTimeEnv } from '../../support/test-env.js';

describe('an HTTP connection', () => {
  const keys = poolKeys(['pages']);
  let seed = 100;
  const closing: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  /** `em2` with one page, for peers only. */
  async function serve() {
    const env = realTimeEnv(5);
    const server = new HttpServer({ env });
    closing.push(() => server.close(0));
    const policy = { users: [], anonymous: 'none', keys, isManager: () => false } as const;
    const authenticator = new Authenticator(env, 'em2', () => policy);
    server.routes.get('/ptpmgr/em/page', async (request, response) => {
      const { caller } = await authenticateHttp(authenticator, request, response);
      response.type('text/html');
      response.write(`<p>${caller.name} as ${caller.role}, `);
      response.end(`below ${request.headers['x-ptpmgr-base']}</p>`);
    });
    server.addErrorWriter((error, _request, response) => {
      if (error.code === 'Client.Unauthorized')
        response.setHeader('WWW-Authenticate', authenticator.challengeHeaders());
      return false;
    });
    return (await server.listen({ host: '127.0.0.1', port: 0 })).port;
  }
  function connection(origin: string): HttpConnection {
    // Two senders that drew the same session would look like one that replays.
    seed += 1;
    const env = realTimeEnv(seed);
    const to = { id: 'em2', origin, context: 'ptpmgr/em' };
    const made = new HttpConnection({ env, to, signer: new RequestSigner('em1', env), keys: () => keys });
    closing.push(() => made.close());
    return made;
  }
  const viewer = { kind: 'user', name: 'eve', role: 'viewer', from: '192.0.2.1' } as const;
  const onBehalfOf = { caller: viewer, requestId: 'r1', hops: 1 };

  it('gets pages, signed both ways, for whoever looks at them', async () => {
    const port = await serve();
    const peer = connection(`http://127.0.0.1:${port}`);
    const page = await peer.getPage('page?a=1', 'text/html', { onBehalfOf }, { 'x-ptpmgr-base': '/x' });
    expect(page.body.toString()).to.equal('<p>eve as viewer, below /x</p>');
    expect(page).to.deep.include({ status: 200, contentType: 'text/html; charset=utf-8' });
    expect(Math.abs(peer.clockOffsetMs ?? Number.NaN)).to.be.below(1000);
    expect((await peer.getPage('page', 'text/html')).body.toString()).to.include('em1 as admin');
  });

  it('believes no page that is not signed', async () => {
    const impostor = createServer((_request, response) => response.end('<p>all is well</p>'));
    await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve));
    closing.push(() => void impostor.close());
    const peer = connection(`http://127.0.0.1:${(impostor.address() as AddressInfo).port}`);
    const error = await peer.getPage('page', 'text/html').catch((thrown: unknown) => thrown);
    expect(error).to.have.property('code', 'Server.Unavailable');
    expect(String(error)).to.match(/not signed/);
  });

  it('goes by the proxy of the environment, but never to this machine itself', async () => {
    const port = await serve();
    let passed = 0;
    const proxy = createServer((request, response) => {
      passed += 1;
      const { pathname, search } = new URL(request.url ?? '');
      const onward = httpRequest(
        { host: '127.0.0.1', port, path: pathname + search, headers: request.headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        },
      );
      request.pipe(onward);
    });
    proxy.on('connect', (_request, near, head) => {
      passed += 1;
      const far = connect(port, '127.0.0.1', () => {
        near.write('HTTP/1.1 200 OK\r\n\r\n');
        far.write(head);
        far.pipe(near).pipe(far);
      });
      far.on('error', () => near.destroy());
      near.on('error', () => far.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const former = process.env.http_proxy;
    process.env.http_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    closing.push(() => {
      if (former === undefined) delete process.env.http_proxy;
      else process.env.http_proxy = former;
      proxy.closeAllConnections();
      proxy.close();
    });
    const away = connection('http://em2.example');
    expect((await away.getPage('page', 'text/html')).body.toString()).to.include('em1 as admin');
    expect(passed).to.be.at.least(1);
    const soFar = passed;
    expect((await connection(`http://127.0.0.1:${port}`).getPage('page', 'text/html')).status).to.equal(200);
    expect(passed).to.equal(soFar);
  });
});
