import { createServer, type Server } from 'node:http';
import { assert } from 'chai';
import type { AccessMethod } from '../../src/access/access.js';
import { createApiMethod } from '../../src/access/api/method.js';
import { packagePath } from '../../src/base/paths.js';
import { accessParts, failureOf, metricValue, pollOnce, valuesOf } from '../support/access.js';
import { freeTcpPort } from '../support/ports.js';

describe('the example of a module', () => {
  let server: Server;
  let method: AccessMethod;
  let url: string;
  let consumers = ['billing', 'shipping'];
  before(async () => {
    server = createServer((request, response) => {
      const isKnown = request.url === '/api/queues/a%20b' && request.headers.authorization === 'Basic b3BzOnNlY3JldA==';
      if (!isKnown) response.writeHead(request.headers.authorization ? 404 : 401).end();
      else response.end(JSON.stringify({ messages: 12, delivered: 99, consumers, version: '3.1', uptime: 86_400 }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/api/queues/`;
    method = createApiMethod(accessParts({ configDir: packagePath('config') }));
  });
  after(async () => {
    await method?.close();
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  });
  const ask = (more: Parameters<typeof pollOnce>[1] = {}) =>
    pollOnce(method, {
      credential: { id: 'broker', user: 'ops', password: 'secret' },
      ...more,
      options: { module: 'modules/queue.mjs', url, 'option.queue': 'a b', ...more.options },
    });

  it('reads values, and tells by what it remembers who has gone', async () => {
    const { readings, events, facts, memory, uptimeMs } = await ask();
    assert.equal(metricValue(readings, 'messages'), 12);
    assert.deepEqual([...valuesOf(readings, 'consumer').keys()], ['billing', 'shipping']);
    assert.deepEqual({ events, facts, uptimeMs }, { events: [], facts: { model: 'Broker 3.1' }, uptimeMs: 86_400_000 });
    consumers = ['billing'];
    assert.deepEqual((await ask({ memory })).events, [
      { name: 'consumerLost', severity: 'minor', text: 'shipping takes nothing any more' },
    ]);
  });

  it('says what is wrong, in its own words and in those of the network', async () => {
    const failure = await failureOf(ask({ options: { 'option.queue': 'other' } }));
    assert.equal(failure.message, 'module queue.mjs failed: the broker answered 404 for the queue other (line 20)');
    const port = await freeTcpPort();
    const gone = await failureOf(ask({ options: { url: `http://127.0.0.1:${port}/` } }));
    assert.equal(gone.code, 'Access.Refused');
    assert.match(gone.message, /^module queue\.mjs failed: fetch failed: connect ECONNREFUSED 127\.0\.0\.1/);
  });
});
