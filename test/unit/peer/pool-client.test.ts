/** The client of a pool, against servers that come and go. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import { packagePath } from '../../../src/base/paths.js';
import { PtpmgrClient } from '../../../src/client.js';
import { isRepeatable } from '../../../src/peer/client/repeating.js';
import { HttpServer } from '../../../src/peer/http-server.js';
import type { Invoke } from '../../../src/peer/peer.js';
import { Authenticator } from '../../../src/peer/security/authenticate.js';
import { hashPassword } from '../../../src/peer/security/password.js';
import { createMessageService } from '../../../src/peer/soap.js';
import { mountSoapEndpoint } from '../../../src/peer/soap-endpoint.js';
import type { OperationName } from '../../../src/xml/messages/operations.js';
import { alarmHandlers } from '../../browser/fixture/alarms.js';
import { runProcess } from '../../support/processes.js';
import { realTimeEnv, seededRandom } from '../../support/test-env.js';

const CLIENT = new URL('../../../src/client.js', import.meta.url);

interface Manager {
  readonly url: string;
  readonly origin: string;
  readonly asked: OperationName[];
  /** What it answers with instead. */
  fault: PtpError | undefined;
  /** So often. */
  faults: number;
  close(): Promise<void>;
}

describe('the client of a pool', () => {
  const open: { close(): unknown }[] = [];
  let password = '';
  before(async () => {
    password = await hashPassword('secret', seededRandom(3));
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });

  async function manager(
    id: string,
    users = ['ada'],
    neighbors: () => readonly Manager[] = () => [],
  ): Promise<Manager> {
    const env = realTimeEnv();
    const server = new HttpServer({ env });
    const alarms = alarmHandlers();
    const asked: OperationName[] = [];
    const invoke: Invoke = async (operation, input, context) => {
      asked.push(operation);
      if (made.fault && operation !== 'getNeighbors' && made.faults-- > 0) throw made.fault;
      const known = neighbors().map(({ origin }, at) => ({
        id: `n${at}`,
        role: 'EM',
        uri: origin,
        context: 'ptpmgr/em',
        reach: 'alive',
      }));
      if (operation === 'getNeighbors') return { neighbors: known } as never;
      if (operation === 'getAlarms') return alarms.getAlarms?.(input as never, context) as never;
      if (operation === 'acknowledgeAlarm') return alarms.acknowledgeAlarm?.(input as never, context) as never;
      if (operation === 'sendEvent') return { stored: [1] } as never;
      return {
        methods: [id],
        manager: id,
        types: [],
        supports: [],
        responsibilities: [],
        capacity: 1,
        operations: [],
        protocol: '1.0',
      } as never;
    };
    const authenticator = new Authenticator(env, id, () => ({
      users: users.map((name) => ({ name, role: 'operator', password })),
      anonymous: 'none',
      keys: undefined,
      isManager: () => false,
    }));
    mountSoapEndpoint({
      env,
      server,
      context: 'ptpmgr/em',
      authenticator,
      service: createMessageService({ env, invoke }),
    });
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const origin = `http://127.0.0.1:${port}`;
    const made: Manager = {
      origin,
      url: `${origin}/ptpmgr/em`,
      asked,
      fault: undefined,
      faults: Number.POSITIVE_INFINITY,
      close: () => server.close(0),
    };
    open.push(made);
    return made;
  }

  /** Takes what is sent, and closes without an answer. */
  async function liar(): Promise<{ readonly url: string; taken: number }> {
    const made = { url: '', taken: 0 };
    const server: Server = createServer((socket) => {
      socket.once('data', () => {
        made.taken += 1;
        socket.destroy();
      });
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push({ close: () => server.close() });
    const address = server.address();
    made.url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/ptpmgr/em`;
    return made;
  }

  function client(managers: readonly string[], more: Partial<ConstructorParameters<typeof PtpmgrClient>[0]> = {}) {
    const made = new PtpmgrClient({ managers, user: 'ada', password: 'secret', ...more }, realTimeEnv());
    open.push(made);
    return made;
  }
  const fault = (refused: Promise<unknown>): Promise<string> =>
    refused.then(
      () => 'answered',
      (thrown: PtpError) => `${thrown.fault}: ${thrown.message}`,
    );
  const DEAD = 'http://127.0.0.1:1/ptpmgr/em';
  const event = { events: [{ severity: 'minor', name: 'told', text: 'x' }] } as const;

  it('asks whichever is there, at random', async () => {
    const two = [await manager('em1'), await manager('em2')];
    const pool = client(
      two.map(({ url }) => url),
      { learns: false },
    );
    const ids = new Set<string>();
    for (let call = 0; call < 24; call += 1) ids.add((await pool.call('getCapabilities', {})).manager);
    expect([...ids].sort()).to.deep.equal(['em1', 'em2']);
  });

  it('learns the others, and goes on when the only one that it knew is gone', async () => {
    const second = await manager('em2');
    const first = await manager('em1', ['ada'], () => [second]);
    const pool = client([first.url]);
    await pool.call('getCapabilities', {});
    while (pool.managers.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await first.close();
    for (let call = 0; call < 5; call += 1) expect((await pool.call('getCapabilities', {})).manager).to.equal('em2');
    expect(pool.managers.find(({ given }) => given)?.silence?.fault).to.equal('Server.Unavailable');
  });

  it('asks another where nothing listens, whatever is asked', async () => {
    const one = await manager('em1');
    const pool = client([DEAD, one.url], { learns: false });
    for (let call = 0; call < 6; call += 1) await client([DEAD, one.url], { learns: false }).call('sendEvent', event);
    await pool.call('getAlarms', {});
    expect(one.asked.filter((operation) => operation === 'sendEvent')).to.have.length(6);
  });

  it('asks again what does no harm, and leaves what may have been done to whoever asked', async () => {
    const one = await manager('em1');
    for (let call = 0; call < 6; call += 1) {
      const gone = await liar();
      const pool = client([gone.url, one.url], { learns: false });
      const { alarm } = await pool.call('acknowledgeAlarm', { alarm: 'a0', note: 'seen' });
      expect(alarm.acknowledged?.by).to.equal('ada');
      const other = await liar();
      const said = await fault(client([other.url], { learns: false, timeoutMs: 5_000 }).call('sendEvent', event));
      expect(said).to.match(/^Server\.Unavailable: .*cannot be reached/);
      expect(other.taken).to.equal(1);
    }
    const reading = (await import('../../../src/xml/messages/operations.js')).OPERATION_NAMES.filter((name) =>
      isRepeatable(name, {} as never),
    );
    expect(reading).to.include.members(['getAlarms', 'getSamples', 'clearAlarm']).and.not.include.members(['delegate']);
    expect(isRepeatable('relay', { manager: 'em1', request: { operation: 'getStatus', content: {} } })).to.equal(true);
    expect(isRepeatable('relay', { manager: 'em1', request: { operation: 'pause', content: {} } })).to.equal(false);
  });

  it('waits while nobody can answer, and says at last what was said', async () => {
    const one = await manager('em1');
    one.fault = new PtpError('Server.Unavailable', 'nobody watches it at the moment');
    const pool = client([one.url], { learns: false });
    one.faults = 2;
    await pool.call('getAlarms', { element: 'device/core1' });
    expect(one.asked).to.have.length(3);
    one.faults = Number.POSITIVE_INFINITY;
    one.fault = new PtpError('Server.Unavailable', 'nobody watches it at the moment');
    expect(await fault(pool.call('getAlarms', {}, { timeoutMs: 500 }))).to.equal(
      'Server.Unavailable: nobody watches it at the moment',
    );
  });

  it('tells at once what is wrong with the request, or with the asker', async () => {
    const one = await manager('em1');
    const stranger = await manager('em2', ['somebody']);
    one.fault = new PtpError('Client.NotFound', 'there is none', { place: { path: 'element' } });
    expect(await fault(client([one.url]).call('getAlarms', {}))).to.equal('Client.NotFound: there is none');
    expect(one.asked.filter((operation) => operation === 'getAlarms')).to.have.length(1);
    expect(await fault(client([stranger.url]).call('getAlarms', {}))).to.match(/^Client\.Unauthorized/);
    // One that was learnt and knows other users is passed over.
    one.fault = undefined;
    const leading = await manager('em3', ['ada'], () => [stranger]);
    const pool = client([leading.url]);
    await pool.call('getAlarms', {});
    while (pool.managers.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    for (let call = 0; call < 6; call += 1) await pool.call('getAlarms', {});
    for (const url of ['nowhere', 'http://ada:secret@127.0.0.1/x', 'http://127.0.0.1:1'])
      expect(() => client([url]))
        .to.throw(PtpError, 'is no URL of a manager')
        .and.not.have.property('message', 'secret');
    expect(() => client([])).to.throw('no manager is named');
  });

  it('reads all pages of a list', async () => {
    const one = await manager('em1');
    const ids: string[] = [];
    let total = 0;
    for await (const answer of client([one.url]).pages('getAlarms', { pageSize: 25 })) {
      ids.push(...answer.alarms.map(({ id }) => id));
      total = answer.total;
    }
    expect(ids).to.have.length(total);
    expect(new Set(ids).size).to.equal(total);
  });

  it('ends when it is told to, and when whoever asked has gone', async () => {
    const pool = client([DEAD], { timeoutMs: 20_000 });
    const gone = new AbortController();
    setTimeout(() => gone.abort(new Error('gone')), 50);
    const before = performance.now();
    expect(await pool.call('getAlarms', {}, { signal: gone.signal }).catch(String)).to.equal('Error: gone');
    expect(performance.now() - before).to.be.below(5_000);
    await pool.close();
    expect(await fault(pool.call('getAlarms', {}))).to.equal('Server.Unavailable: this client has been closed');
  });

  it('is used from plain JavaScript as the manual shows', async () => {
    const one = await manager('em1');
    const [, example = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync(packagePath('docs', 'client.md'), 'utf8')) ?? [];
    const script = example.replace("'ptpmgr'", JSON.stringify(fileURLToPath(CLIENT)));
    const { code, stdout, output } = await runProcess(process.execPath, ['--input-type=module', '-', 'a1'], {
      input: script,
      env: { PTPMGR_URLS: `${DEAD},${one.url}`, PTPMGR_USER: 'ada', PTPMGR_PASSWORD: 'secret' },
    });
    expect(code, output).to.equal(0);
    expect(stdout)
      .to.contain('critical device/edge-fra-1: edge-fra-1 does not answer')
      .and.to.match(/\d+ open\n$/);
    expect(one.asked).to.include('acknowledgeAlarm');
  });
});
