import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import { breakOf } from '../../../src/peer/breaks.js';
import type { MessageService } from '../../../src/peer/message-service.js';
import { poolKeys } from '../../../src/peer/security/pool-keys.js';
import { writeFault } from '../../../src/peer/soap-fault.js';
import { SocketConnection } from '../../../src/peer/socket-connection.js';
import { FrameSplitter, framed } from '../../../src/peer/socket-frames.js';
import { ListenerHandshake } from '../../../src/peer/socket-handshake.js';
import { SocketServer, type SocketServerLimits } from '../../../src/peer/socket-server.js';
import { rawConnection } from '../../support/raw-http.js';
import { testEnv } from '../../support/test-env.js';

const keys = poolKeys(['sockets']);
const HOST = '127.0.0.1';

describe('peer sockets', () => {
  const open: { close(): Promise<void> | void }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  /** Turns of the event loop until something is so; the sockets are real, the time is not. */
  const until = async (holds: () => boolean): Promise<void> => {
    for (let turn = 0; turn < 2_000; turn += 1) {
      if (holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    throw new Error('it did not come to that');
  };
  const refusing: MessageService = async (message) => {
    const fault = new PtpError('Client.NotFound', `nothing here (${message.bytes.length} bytes)`);
    return { xml: writeFault(fault, message.version), fault };
  };
  async function serve(limits: Partial<SocketServerLimits> = {}, service = refusing) {
    const env = testEnv({ seed: 1 });
    const server = new SocketServer({ env, self: 'eim1', keys: () => keys, service, limits });
    open.push(server);
    return { env, server, port: (await server.listen({ host: HOST, port: 0 })).port };
  }
  function dial(port: number, limits: ConstructorParameters<typeof SocketConnection>[0]['limits'] = {}) {
    const env = testEnv({ seed: 2 });
    const connection = new SocketConnection({
      env,
      self: 'em1',
      to: { id: 'eim1', host: HOST, port },
      keys: () => keys,
      service: refusing,
      limits,
    });
    open.push(connection);
    return { env, connection };
  }
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'answered',
      (error: PtpError) => error.code,
    );

  it('are asked over from both ends, and gone when one end closes', async () => {
    const { server, port } = await serve();
    const { connection } = dial(port);
    expect(server.connectionTo('em1')).to.equal(undefined);
    expect(await codeOf(connection.call('areYouThere', {}))).to.equal('Client.NotFound');
    await until(() => server.connected.length === 1);
    const back = server.connectionTo('em1');
    expect(back && (await codeOf(back.call('areYouThere', {})))).to.equal('Client.NotFound');
    await connection.close();
    await until(() => server.connected.length === 0);
    expect(back && (await codeOf(back.call('areYouThere', {})))).to.equal('Server.Unavailable');
    expect(await codeOf(connection.call('areYouThere', {}))).to.equal('Server.Unavailable');
  });

  it('end at garbage, huge lengths and late proofs, and the next manager is let in', async () => {
    const { env, server, port } = await serve();
    const hostile = [
      'GET / HTTP/1.1\r\n\r\n',
      Buffer.from('ffffffff00', 'hex'),
      Buffer.alloc(64),
      framed(Buffer.from('{}')),
      framed(Buffer.from('null')),
    ];
    for (const bytes of hostile) {
      const raw = await rawConnection(port, bytes);
      await raw.until('refused');
      await raw.ended();
    }
    const silent = await rawConnection(port, Buffer.from('000000', 'hex'));
    await silent.until('nonce');
    await env.clock.advance(5_000);
    await silent.ended();
    await until(() => server.unprovedCount === 0);
    expect(await codeOf(dial(port).connection.call('areYouThere', {}))).to.equal('Client.NotFound');
  });

  it('that prove nothing make room for the newest', async () => {
    const { server, port } = await serve({ unproved: 20 });
    const idle = await Promise.all(Array.from({ length: 200 }, () => rawConnection(port)));
    await until(() => server.unprovedCount === 20);
    expect(await codeOf(dial(port).connection.call('areYouThere', {}))).to.equal('Client.NotFound');
    for (const one of idle) one.socket.destroy();
  });

  it('of one manager: the newer takes the place of the older', async () => {
    const { server, port } = await serve();
    const first = dial(port, { firstRetryMs: 1e9, longestRetryMs: 1e9 }).connection;
    await codeOf(first.call('areYouThere', {}));
    const second = dial(port).connection;
    await codeOf(second.call('areYouThere', {}));
    await until(() => !first.isOpen);
    expect(server.connected).to.deep.equal(['em1']);
    expect(second.isOpen).to.equal(true);
  });

  it('refuse what is too much at once as busy', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { port } = await serve({ requestsInWork: 3 }, async (message, context) => {
      await held;
      return refusing(message, context);
    });
    const { connection } = dial(port, { callsOpen: 5 });
    await connection.call('areYouThere', {}, { signal: AbortSignal.abort(0) }).catch(() => {});
    connection.open();
    await until(() => connection.isOpen);
    const codes = Array.from({ length: 7 }, () => codeOf(connection.call('areYouThere', {})));
    await until(() => true);
    for (const code of [codes[5], codes[6], codes[3], codes[4]]) expect(await code).to.equal('Server.Busy');
    release();
    for (const code of codes.slice(0, 3)) expect(await code).to.equal('Client.NotFound');
  });

  it('carry what needs no answer, both ways, without one; what is refused is told once', async () => {
    const heard: number[] = [];
    const { env, server, port } = await serve({}, (message, context) => {
      heard.push(message.bytes.length);
      return refusing(message, context);
    });
    const { connection, env: own } = dial(port);
    for (let at = 0; at < 3; at += 1) await connection.tell('areYouThere', {});
    await until(() => heard.length === 3);
    const back = server.connectionTo('em1');
    await back?.tell?.('areYouThere', {});
    const refused = (lines: readonly { message: string }[]) =>
      lines.filter(({ message }) => message === 'a message was refused').length;
    await until(() => refused(own.log.lines) === 1);
    expect(refused(env.log.lines)).to.equal(1);
    expect(await codeOf(connection.tell('pollNow', { element: '' }))).to.equal('Client.Validation');
    expect(await codeOf(connection.tell('checkConfig', { config: '&'.repeat(2 ** 20) }))).to.equal('Client.TooLarge');
    await connection.close();
    await until(() => server.connected.length === 0);
    expect(await codeOf(back?.tell?.('areYouThere', {}) ?? Promise.resolve())).to.equal('Server.Unavailable');
    expect(await codeOf(connection.tell('areYouThere', {}))).to.equal('Server.Unavailable');
    expect(heard).to.have.lengthOf(3);
  });

  it('lose what needs no answer when too much of it is in work, and answer questions all the same', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun = 0;
    const { port } = await serve({ requestsInWork: 2 }, async (message, context) => {
      begun += 1;
      if (begun <= 2) await held;
      return refusing(message, context);
    });
    const { connection } = dial(port);
    for (let at = 0; at < 5; at += 1) await connection.tell('areYouThere', {});
    expect(await codeOf(connection.call('areYouThere', {}))).to.equal('Client.NotFound');
    expect(begun).to.equal(3);
    release();
  });

  it('notice that the other side has gone without a word', async () => {
    // Proves itself like any other, then never says a word again.
    const sockets: Socket[] = [];
    const silent = createServer((socket) => {
      sockets.push(socket);
      if (!keys) return;
      const handshake = new ListenerHandshake('eim1', keys, testEnv({ seed: 9 }).random);
      const splitter = new FrameSplitter(4096);
      socket.write(handshake.hello());
      socket.once('data', (chunk: Buffer) => {
        splitter.push(chunk);
        const proof = splitter.next();
        if (proof) socket.write(handshake.answer(proof).welcome);
      });
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => silent.listen(0, HOST, resolve));
    open.push({
      close: () => {
        for (const socket of sockets) socket.destroy();
        silent.close();
      },
    });
    const { env, connection } = dial((silent.address() as AddressInfo).port);
    connection.open();
    await until(() => connection.isOpen);
    const code = codeOf(connection.call('areYouThere', {}, { timeoutMs: 60_000 }));
    await env.clock.advance(14_000);
    expect(connection.isOpen).to.equal(true);
    await env.clock.advance(5_000);
    expect(await code).to.equal('Server.Unavailable');
    expect(connection.isOpen).to.equal(false);
  });

  it('stay open while nothing is said, by pings', async () => {
    const { env: theirs, port } = await serve();
    const { env: ours, connection } = dial(port);
    connection.open();
    await until(() => connection.isOpen);
    for (let second = 0; second < 60; second += 1) {
      ours.clock.advanceNow(1_000);
      theirs.clock.advanceNow(1_000);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(connection.isOpen).to.equal(true);
  });

  it('are dialled again after a growing, uneven pause, sooner when a call wants it, never in a flurry', async () => {
    const tries: number[] = [];
    const closing = createServer((socket) => {
      tries.push(reached.env.clock.monotonic());
      socket.destroy();
    });
    await new Promise<void>((resolve) => closing.listen(0, HOST, resolve));
    open.push({ close: () => void closing.close() });
    const reached = dial((closing.address() as AddressInfo).port, { dialMs: 1e9 });
    // A timer nearer than that of the dialling itself can only be that of the next try.
    const waiting = () => (reached.env.clock.untilNext ?? 1e9) < 1e8;
    reached.connection.open();
    await until(() => tries.length === 1 && waiting());
    for (let wanted = 2; wanted <= 9; wanted += 1) {
      reached.env.clock.advanceNow(reached.env.clock.untilNext ?? 0);
      await until(() => tries.length === wanted && waiting());
    }
    const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    pauses.forEach((pause, index) => {
      const full = Math.min(500 * 2 ** index, 30_000);
      expect(pause).to.be.within(full / 2, full);
    });
    expect(new Set(pauses.slice(-2)).size).to.equal(2);
    for (let hurried = 0; hurried < 5; hurried += 1) {
      expect(await codeOf(reached.connection.call('areYouThere', {}))).to.equal('Server.Unavailable');
    }
    expect(tries).to.have.lengthOf(9);
    reached.env.clock.advanceNow(1_000);
    expect(await codeOf(reached.connection.call('areYouThere', {}))).to.equal('Server.Unavailable');
    expect(tries).to.have.lengthOf(10);
    await reached.connection.close();
    expect(reached.env.clock.pending).to.equal(0);
  });

  describe('on demand', () => {
    /** Both ends with a clock each, moved together. */
    async function both() {
      const broken: string[] = [];
      const served = await serve({}, async () => ({ xml: '', fault: undefined }));
      served.server.onBroken((id) => void broken.push(`${id} at the server`));
      const ours = testEnv({ seed: 2 });
      const connection = new SocketConnection({
        env: ours,
        self: 'em1',
        to: { id: 'eim1', host: HOST, port: served.port },
        keys: () => keys,
        service: refusing,
        onDemand: true,
        limits: { idleMs: 30_000, longestRetryMs: 5_000 },
        onBroken: (reason) => void (breakOf(reason) && broken.push('here')),
      });
      open.push(connection);
      const pass = async (seconds: number): Promise<void> => {
        for (let second = 0; second < seconds; second += 1) {
          ours.clock.advanceNow(1_000);
          served.env.clock.advanceNow(1_000);
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      };
      return { ...served, connection, broken, pass };
    }

    it('are opened by the first message, kept while there are any from either side, and closed after that', async () => {
      const { server, connection, broken, pass } = await both();
      await pass(60);
      expect(server.connected).to.deep.equal([]);
      await connection.tell('areYouThere', {});
      for (let times = 0; times < 4; times += 1) {
        await pass(20);
        await server.connectionTo('em1')?.tell?.('areYouThere', {});
      }
      expect(connection.isOpen).to.equal(true);
      await pass(40);
      await until(() => !connection.isOpen && server.connected.length === 0);
      await pass(60);
      expect(server.connected).to.deep.equal([]);
      expect(broken).to.deep.equal([]);
      expect(await connection.opens(1_000)).to.equal(true);
    });

    it('say at once that they are shut where they were before, and are tried again behind that', async () => {
      const { env, connection } = dialOnDemand(await closedPort());
      expect(await connection.opens(1_000)).to.equal(false);
      env.clock.advanceNow(10_000);
      const latest = connection.opens(1e9);
      expect(await latest).to.equal(false);
    });

    it('are waited for no longer than was said', async () => {
      const silent = createServer();
      await new Promise<void>((resolve) => silent.listen(0, HOST, resolve));
      open.push({ close: () => void silent.close() });
      const { env, connection } = dialOnDemand((silent.address() as AddressInfo).port);
      const opened = connection.opens(1_000);
      env.clock.advanceNow(999);
      env.clock.advanceNow(1);
      expect(await opened).to.equal(false);
      // It gives up by its own time.
      env.clock.advanceNow(5_000);
    });

    function dialOnDemand(port: number) {
      const env = testEnv({ seed: 3 });
      const to = { id: 'eim1', host: HOST, port };
      const connection = new SocketConnection({
        env,
        self: 'em1',
        to,
        keys: () => keys,
        service: refusing,
        onDemand: true,
      });
      open.push(connection);
      return { env, connection };
    }

    async function closedPort(): Promise<number> {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
      const { port } = server.address() as AddressInfo;
      await new Promise<void>((resolve) => server.close(() => resolve()));
      return port;
    }
  });

  it('of many managers are opened at once, whatever hangs about beside them', async () => {
    const { server, port } = await serve();
    const idle = await Promise.all(Array.from({ length: 100 }, () => rawConnection(port)));
    const connections = Array.from({ length: 300 }, (_, at) => {
      const connection = new SocketConnection({
        env: testEnv({ seed: at }),
        self: `em${at}`,
        to: { id: 'eim1', host: HOST, port },
        keys: () => keys,
        service: refusing,
      });
      open.push(connection);
      return connection;
    });
    const codes = await Promise.all(connections.map((one) => codeOf(one.call('areYouThere', {}))));
    expect(new Set(codes)).to.deep.equal(new Set(['Client.NotFound']));
    expect(server.connected).to.have.lengthOf(300);
    expect(server.unprovedCount).to.equal(100);
    for (const { socket } of idle) socket.destroy();
  });
});
