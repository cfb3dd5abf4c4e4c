import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { assert } from 'chai';
import { createHttpMethod } from '../../../src/access/http/method.js';
import { accessParts, failureOf, metricValue, pollOnce } from '../../support/access.js';

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ origin: string; server: Server }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { server, origin: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` };
}

describe('http', () => {
  const servers: Server[] = [];
  const start = async (answer: Parameters<typeof serve>[0]) => {
    const { server, origin } = await serve(answer);
    servers.push(server);
    return origin;
  };
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  const method = createHttpMethod(accessParts());
  const credential = { id: 'c', user: 'ops', password: 'swordfish' };

  it('shows its password to the server that it is for, and to no other', async () => {
    const seen: (string | undefined)[] = [];
    const other = await start((request, response) => {
      seen.push(request.headers.authorization);
      response.end('ok');
    });
    const origin = await start((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(302, { location: `${other}/there` }).end();
    });
    const { readings } = await pollOnce(method, { options: { url: `${origin}/` }, credential });
    assert.equal(metricValue(readings, 'httpStatus'), 200);
    assert.deepEqual(seen, [`Basic ${Buffer.from('ops:swordfish').toString('base64')}`, undefined]);
  });

  it('goes to no address that is not HTTP', async () => {
    const origin = await start((_request, response) =>
      response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    );
    const failure = await failureOf(pollOnce(method, { options: { url: origin } }));
    assert.match(failure.message, /redirects to something that is not an HTTP address/);
  });

  const bodies: readonly (readonly [what: string, body: string, metric: object, words: RegExp])[] = [
    ['a hopeless expression', `${'a'.repeat(60)}!`, { regex: '^(a+)+$' }, /take too long/],
    ['JSON nested deeply', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, { jsonpath: '$..x' }, /JSON/],
    ['XML that is broken', '<a><b></a>', { xpath: '//b' }, /not well-formed/],
    ['XML nested deeply', '<a>'.repeat(10_000), { xpath: '//b' }, /nested too deeply/],
    ['an XPath that is none', '<a/>', { xpath: '//[' }, /cannot be applied/],
  ];
  for (const [what, body, metric, words] of bodies) {
    it(`tells of ${what}`, async () => {
      const origin = await start((_request, response) => response.end(body));
      const over = { metrics: [{ name: 'x', unit: '1', ...metric }] };
      const failure = await failureOf(pollOnce(method, { options: { url: origin }, over }));
      assert.equal(failure.code, 'Access.Content');
      assert.match(failure.message, words);
    });
  }

  it('lets no expression out of its document', async () => {
    const origin = await start((_request, response) => response.end('{"a":[1,2]}'));
    const reach = "$.a[?(@.constructor.constructor('return process')().exit())]";
    const over = { metrics: [{ name: 'x', jsonpath: reach, unit: '1' }] };
    const outcome: unknown = await pollOnce(method, { options: { url: origin }, over }).catch(
      (error: unknown) => error,
    );
    assert.isDefined(outcome);
  });

  it('finds names that are also those of objects', async () => {
    const origin = await start((_request, response) => response.end('{"__proto__":{"x":5},"constructor":7}'));
    const over = { metrics: [{ name: 'c', jsonpath: '$.constructor', unit: '1' }] };
    const { readings } = await pollOnce(method, { options: { url: origin }, over });
    assert.equal(metricValue(readings, 'c'), 7);
  });

  it('tells events when their text comes up in the answer, not again while it stays', async () => {
    let said = 'all is well';
    const origin = await start((_request, response) => response.end(said));
    const over = {
      events: [
        { regex: 'ERROR (.*)', severity: 'major' as const, text: '$1', name: 'shopFails' },
        { regex: 'ERROR', severity: 'minor' as const, metric: 'responseTime' },
      ],
    };
    let memory: unknown;
    const told = async (now: string) => {
      said = now;
      const answer = await pollOnce(method, { options: { url: origin }, over, memory });
      memory = answer.memory;
      return answer.events.map(({ severity, name, text }) => `${severity} ${name}: ${text}`);
    };
    assert.deepEqual(await told('all is well'), []);
    assert.deepEqual(await told('x\nERROR no stock\n'), ['major shopFails: no stock']);
    assert.deepEqual(await told('ERROR no stock\nERROR no money'), ['major shopFails: no money']);
    assert.deepEqual(await told('all is well'), []);
    assert.deepEqual(await told('ERROR no stock'), ['major shopFails: no stock']);
  });
});
