import { expect } from 'chai';
import { PtpError } from '../../src/base/errors.js';
import type { CallContext, CallOptions, Invoke, Peer } from '../../src/peer/peer.js';
import { OPERATION_NAMES, OPERATIONS, type OperationName } from '../../src/xml/messages/operations.js';
import { type Content, content, SIZES } from '../peers/foreign/content.js';
import { counterpart } from '../support/counterparts.js';
import { rawConnection } from '../support/raw-http.js';
import { replaced, TcpProxy } from '../support/tcp-proxy.js';
import { WORLDS, type World, type WorldKind, type WorldOptions, WRONG_KEYS } from './peer-worlds.js';

/** What the content is made from is the table itself, of which the types are made, too. */
type AnyCall = (operation: OperationName, input: Content, options?: CallOptions) => Promise<unknown>;
const caller = (peer: Peer): AnyCall => peer.call.bind(peer) as AnyCall;

const outcome = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => value,
    (error: unknown) => error,
  );

/** Without the fields that are absent, which is how they come back. */
const defined = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(defined);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => (one === undefined ? [] : [[name, defined(one)]])),
  );
};

for (const kind of WORLDS) describe(`a peer over ${kind.name}`, () => suite(kind));

function suite(kind: WorldKind): void {
  if (kind.needs) counterpart(kind.needs);
  const open: { close(): Promise<void> }[] = [];
  const calls: { operation: OperationName; input: unknown; context: CallContext }[] = [];
  let handler: (operation: OperationName, context: CallContext) => Promise<unknown> | unknown;
  const invoke: Invoke = async (operation, input, context) => {
    calls.push({ operation, input, context });
    return (await handler(operation, context)) as never;
  };
  const start = async (options: Partial<WorldOptions> = {}): Promise<World> => {
    const world = await kind.start({ invoke, ...options });
    open.push(world);
    return world;
  };
  const answerOf = (operation: OperationName) => content(OPERATIONS[operation].output, 'one');
  const goodCall = async (peer: Peer) => expect(await caller(peer)('areYouThere', {})).to.have.property('id');

  beforeEach(() => {
    calls.length = 0;
    handler = answerOf;
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  it('carries every operation there and back, unchanged', async () => {
    const call = caller((await start()).peer);
    for (const operation of OPERATION_NAMES) {
      for (const size of SIZES) {
        const [input, output] = [
          content(OPERATIONS[operation].input, size),
          content(OPERATIONS[operation].output, size),
        ];
        handler = () => output;
        expect(defined(await call(operation, input)), `${operation}, ${size}`).to.deep.equal(defined(output));
        expect(defined(calls.at(-1)?.input), `${operation}, ${size}`).to.deep.equal(defined(input));
      }
    }
  });

  it('says who asks, and for whom', async () => {
    const call = caller((await start()).peer);
    await call('areYouThere', {});
    expect(calls[0]?.context.caller).to.deep.include({ kind: 'peer', name: 'em1', role: 'admin' });
    expect(calls[0]?.context.hops).to.equal(0);
    const eve = { kind: 'user', name: 'eve <&ü>', role: 'viewer', from: '192.0.2.9' } as const;
    await call('areYouThere', {}, { onBehalfOf: { caller: eve, requestId: 'r-7', hops: 2 } });
    expect(calls[1]?.context).to.deep.include({
      requestId: 'r-7',
      hops: 2,
      caller: { ...eve, from: '192.0.2.9 by em1', by: 'em1' },
    });
  });

  it('brings faults with code, place and message, and defects without a word of theirs', async () => {
    const call = caller((await start()).peer);
    handler = () => {
      throw new PtpError('Client.NotFound', 'no <device> "x" & co; try core1', {
        place: { path: '/a/b[2]/@c', line: 3, column: 9 },
      });
    };
    const fault = await outcome(call('pollNow', { element: 'x' }));
    expect(fault).to.be.instanceOf(PtpError);
    expect(fault).to.deep.include({ code: 'Client.NotFound', message: 'no <device> "x" & co; try core1' });
    expect(fault).to.have.property('place').that.deep.equals({ path: '/a/b[2]/@c', line: 3, column: 9 });
    handler = () => {
      throw new Error('the secret reason');
    };
    const defect = await outcome(call('pollNow', { element: 'x' }));
    expect(defect).to.have.property('code', 'Server.Internal');
    expect(String(defect)).to.not.include('secret');
  });

  it('does not send an answer that is not what the table says', async () => {
    const call = caller((await start()).peer);
    handler = () => ({ ...answerOf('areYouThere'), incarnation: 'many' });
    expect(await outcome(call('areYouThere', {}))).to.have.property('code', 'Server.Internal');
  });

  it('does not send a request that is not what the table says', async () => {
    const call = caller((await start()).peer);
    expect(await outcome(call('pollNow', { element: '' }))).to.have.property('code', 'Client.Validation');
    expect(calls).to.have.lengthOf(0);
  });

  it('keeps many calls at once apart', async () => {
    const call = caller((await start()).peer);
    handler = async (operation) => {
      const input = calls.at(-1)?.input as { element: string };
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      return { ...answerOf(operation), element: input.element };
    };
    const elements = Array.from({ length: 60 }, (_, at) => `device/${at}`);
    const answers = await Promise.all(elements.map((element) => call('pollNow', { element })));
    expect(answers.map((answer) => (answer as { element: string }).element)).to.deep.equal(elements);
  });

  it('ends a call at its time, and when the caller gives up, and tells the handler', async () => {
    const { peer } = await start();
    await goodCall(peer);
    const call = caller(peer);
    const ended: unknown[] = [];
    handler = (_operation, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended.push(signal.reason);
          reject(signal.reason);
        });
      });
    expect(await outcome(call('areYouThere', {}, { timeoutMs: 50 }))).to.have.property('code', 'Server.Timeout');
    const controller = new AbortController();
    const reason = new Error('no longer wanted');
    const given = outcome(call('areYouThere', {}, { signal: controller.signal }));
    while (calls.length < 3) await new Promise((resolve) => setTimeout(resolve, 2));
    controller.abort(reason);
    expect(await given).to.equal(reason);
    while (ended.length < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await outcome(call('areYouThere', {}, { signal: AbortSignal.abort(reason) }))).to.equal(reason);
    handler = answerOf;
    await goodCall(peer);
  });

  it('says that nobody is there', async () => {
    const { peer } = await start({ nobody: true });
    const error = await outcome(caller(peer)('areYouThere', {}, { timeoutMs: 2_000 }));
    expect(error).to.have.property('code', 'Server.Unavailable');
    expect(String(error)).to.match(/em\d at .*127\.0\.0\.1/);
  });

  it('refuses an answer that is too large, and goes on', async () => {
    const { peer } = await start();
    const text = 'x'.repeat(2 ** 20);
    handler = () => ({
      events: Array.from({ length: 5 }, (_, id) => ({
        id,
        manager: 'em2',
        time: 0,
        severity: 'minor',
        name: 'n',
        text,
      })),
      total: 5,
      parts: [],
      missing: [],
    });
    const error = await outcome(caller(peer)('getEvents', {}));
    expect(error).to.be.instanceOf(PtpError);
    expect(String(error)).to.match(/bytes.*ask for less/);
    handler = answerOf;
    await goodCall(peer);
  });

  it('is refused with another key, and nothing is carried out', async () => {
    const { peer } = await start({ keys: WRONG_KEYS });
    const error = await outcome(caller(peer)('areYouThere', {}, { timeoutMs: 1_000 }));
    expect(error).to.have.property('code').that.is.oneOf(['Client.Unauthorized', 'Server.Unavailable']);
    expect(String(error)).to.match(/pool key/);
    expect(calls).to.have.lengthOf(0);
  });

  it('is found again after a restart of the other side', async () => {
    const world = await start();
    await goodCall(world.peer);
    await world.restart();
    let latest: unknown;
    for (let turn = 0; turn < 100; turn += 1) {
      latest = await outcome(caller(world.peer)('areYouThere', {}, { timeoutMs: 2_000 }));
      if (!(latest instanceof Error)) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(latest).to.have.property('id');
  });

  if (!kind.open) return;

  /** em1 reaches em2 through a proxy that a test may use against them. */
  const startBetween = async () => {
    let world: World | undefined;
    const proxy = new TcpProxy(() => world?.port ?? 0);
    const by = await proxy.listen();
    world = await start({ by: async () => by });
    open.push(proxy);
    return { proxy, world, call: caller(world.peer) };
  };
  const resendAll = async (proxy: TcpProxy, port: number) => {
    for (const chunks of proxy.sent) {
      const replay = await rawConnection(port, Buffer.concat(chunks));
      await replay.ended(300);
      replay.socket.destroy();
    }
  };

  it('carries nothing out twice when its bytes are sent again, nor after a restart', async () => {
    const { proxy, world, call } = await startBetween();
    await call('sendEvent', { events: [] });
    await call('sendEvent', { events: [] });
    expect(calls).to.have.lengthOf(2);
    expect(Buffer.concat(proxy.sent.flat()).length).to.be.above(500);
    await resendAll(proxy, world.port);
    expect(calls).to.have.lengthOf(2);
    await world.restart();
    await resendAll(proxy, world.port);
    expect(calls).to.have.lengthOf(2);
  });

  it('carries nothing out that was changed on its way', async () => {
    const { proxy, call } = await startBetween();
    let changed = 0;
    proxy.up = (chunk) => {
      const after = replaced(chunk, 'device/one', 'device/two');
      if (after !== chunk) changed += 1;
      return after;
    };
    expect(await outcome(call('pollNow', { element: 'device/one' }, { timeoutMs: 500 }))).to.be.instanceOf(PtpError);
    expect(changed).to.be.at.least(1);
    expect(calls).to.have.lengthOf(0);
  });

  it('believes no answer that was changed on its way', async () => {
    const { proxy, call } = await startBetween();
    handler = () => ({ element: 'device/one', manager: 'em2', status: 'critical', values: [], faults: [] });
    expect(await call('pollNow', { element: 'device/one' })).to.have.property('status', 'critical');
    let changed = 0;
    proxy.down = (chunk) => {
      const after = replaced(chunk, '<status>critical<', '<status>normal  <');
      if (after !== chunk) changed += 1;
      return after;
    };
    const error = await outcome(call('pollNow', { element: 'device/one' }, { timeoutMs: 500 }));
    expect(error).to.be.instanceOf(PtpError);
    expect(error).to.have.property('code').that.is.oneOf(['Server.Unavailable', 'Server.Timeout']);
    expect(changed).to.equal(1);
  });
}
