import { expect } from 'chai';
import { HttpServer, type HttpServerOptions } from '../../../src/peer/http-server.js';
import { type RawExchange, rawConnection, rawRequest } from '../../support/raw-http.js';
import { realTimeEnv } from '../../support/test-env.js';

/** More than the network takes from a reader that stands still. */
const LARGE = Buffer.alloc(16 * 2 ** 20, 'x');

describe('places for requests in work', () => {
  const open: HttpServer[] = [];
  const readers: RawExchange[] = [];
  afterEach(async () => {
    for (const { socket } of readers.splice(0)) socket.destroy();
    await Promise.all(open.splice(0).map((server) => server.close(0)));
  });

  async function serve(limits: HttpServerOptions['limits']) {
    const server = new HttpServer({ env: realTimeEnv(), limits });
    open.push(server);
    // Places are taken and given back between two looks; what has arrived only ever rises.
    let arrived = 0;
    server.routes.use((_request, _response, next) => {
      arrived += 1;
      next();
    });
    server.routes.get('/large', (_request, response) => void response.send(LARGE));
    server.routes.get('/small', (_request, response) => void response.send('small'));
    server.routes.get('/held', () => {});
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
    /** Asks and reads nothing; resolves when the answer is under way. */
    const ask = async (path: string, times = 1) => {
      const before = arrived;
      const reader = await rawConnection(port);
      reader.socket.pause();
      reader.socket.write(request(path).repeat(times));
      readers.push(reader);
      while (arrived === before) await new Promise((resolve) => setTimeout(resolve, 5));
      return reader;
    };
    const small = () => rawRequest(port, 'GET /small HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    return { server, ask, small };
  }

  it('are not held for ever by those who do not read their answers', async () => {
    const { server, ask, small } = await serve({ requestsInWork: 3 });
    for (let reader = 0; reader < 3; reader += 1) await ask('/large');
    expect(server.figures.inWork).to.equal(3);
    expect(await small()).to.match(/^HTTP\/1\.1 200 [\s\S]*small$/);
    expect(server.figures.inWork).to.equal(2);
  });

  it('are all given back by a reader that sends on without waiting', async () => {
    const { server, ask, small } = await serve({ requestsInWork: 3 });
    await ask('/large', 10);
    expect(await small()).to.match(/^HTTP\/1\.1 200 [\s\S]*small$/);
    expect(server.figures.inWork).to.equal(0);
  });

  it('are never taken from a request whose handler is still at work', async () => {
    const { server, ask, small } = await serve({ requestsInWork: 3 });
    for (let reader = 0; reader < 3; reader += 1) await ask('/held');
    expect(await small()).to.match(/^HTTP\/1\.1 503 [\s\S]*Server\.Busy/);
    expect(server.figures.inWork).to.equal(3);
  });

  it('are taken from whoever has most unread when unread answers take too much memory', async () => {
    const { server, ask, small } = await serve({ requestsInWork: 100, answersBytes: 20 * 2 ** 20 });
    for (let reader = 0; reader < 6; reader += 1) await ask('/large');
    expect(server.figures.inWork).to.be.at.most(2);
    expect(await small()).to.match(/^HTTP\/1\.1 200 [\s\S]*small$/);
  });
});
