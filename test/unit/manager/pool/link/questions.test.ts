import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { type Answer, Questions } from '../../../../../src/manager/pool/link/questions.js';
import type { ManagerAddress, ManagerState } from '../../../../../src/model/manager.js';
import { HttpServer } from '../../../../../src/peer/http-server.js';
import type { Invoke } from '../../../../../src/peer/peer.js';
import { type BrokenListener, PeerConnector } from '../../../../../src/peer/peer-connector.js';
import { Authenticator } from '../../../../../src/peer/security/authenticate.js';
import { poolKeys } from '../../../../../src/peer/security/pool-keys.js';
import { createMessageService } from '../../../../../src/peer/soap.js';
import { mountSoapEndpoint } from '../../../../../src/peer/soap-endpoint.js';
import { SocketServer } from '../../../../../src/peer/socket-server.js';
import type { Connection } from '../../../../../src/pool/detection/state.js';
import { realTimeEnv } from '../../../../support/test-env.js';

const HERE = { host: '127.0.0.1', port: 0 };
const keys = poolKeys(['the key of this pool']);
const WITHIN_MS = 400;

/** A real manager's two doors, with nothing behind them but what it says of itself. */
async function startManager(says: { id: string; state: ManagerState }) {
  const env = realTimeEnv(7);
  const invoke: Invoke = async (operation) => {
    if (operation !== 'areYouThere') throw new Error('not asked');
    return {
      ...says,
      role: 'EM',
      incarnation: 12,
      poolRole: 'secondary',
      term: 3,
      uptime: 1,
      health: 'good',
      load: 0,
      version: '1',
    } as never;
  };
  const service = createMessageService({ env, invoke });
  const http = new HttpServer({ env });
  const policy = { users: [], anonymous: 'none', keys, isManager: () => false } as const;
  const authenticator = new Authenticator(env, 'em2', () => policy);
  mountSoapEndpoint({ env, server: http, context: 'ptpmgr/em', authenticator, service });
  const socket = new SocketServer({ env, self: 'em2', keys: () => keys, service });
  const ports = { http: (await http.listen(HERE)).port, socket: (await socket.listen(HERE)).port };
  return { ports, socket, service, close: () => Promise.all([http.close(0), socket.close()]) };
}

type Ports = { readonly http: number; readonly socket?: number };
const addressOf = ({ http, socket }: Ports): ManagerAddress => ({
  id: 'em2',
  role: 'EM',
  origin: `http://127.0.0.1:${http}`,
  context: 'ptpmgr/em',
  ...(socket !== undefined && { socket: { host: '127.0.0.1', port: socket } }),
});

describe('questions whether a manager is there', () => {
  const undo: (() => unknown)[] = [];
  afterEach(async () => {
    for (const one of undo.splice(0).reverse()) await one();
  });

  const env = realTimeEnv(3);
  const connectorOf = (socketServer?: SocketServer) =>
    new PeerConnector({
      env,
      self: 'em1',
      keys: () => keys,
      service: createMessageService({ env, invoke: () => Promise.reject(new Error('not asked')) }),
      ...(socketServer && { socketServer }),
    });
  const questionsOf = (ports: Ports | undefined, socketServer?: SocketServer) => {
    const connector = connectorOf(socketServer);
    return new Questions({
      env,
      address: () => ports && addressOf(ports),
      fresh: (address, by, withinMs) => connector.fresh(address, by, withinMs),
      standing: (id) => socketServer?.connectionTo(id),
    });
  };
  const ask = (questions: Questions, by: readonly Connection[] = ['http', 'socket']): Promise<Answer[]> =>
    new Promise((resolve) => {
      const answers: Answer[] = [];
      questions.ask('em2', by, WITHIN_MS, (answer) => {
        answers.push(answer);
        if (answers.length === by.length) resolve(answers.sort((a, b) => (a.by < b.by ? -1 : 1)));
      });
    });
  const outcomes = async (ports: Ports): Promise<string[]> =>
    (await ask(questionsOf(ports))).map(({ by, outcome }) => `${by} ${outcome}`);

  /** Both doors of something that takes connections and treats them in its own way. */
  const listen = async (treat: (socket: Socket) => void): Promise<Ports> => {
    const listening = async () => {
      const sockets = new Set<Socket>();
      const server: Server = createServer((socket) => {
        sockets.add(socket.on('error', () => {}));
        treat(socket);
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      undo.push(() => {
        for (const socket of sockets) socket.destroy();
        return new Promise((resolve) => server.close(resolve));
      });
      return (server.address() as AddressInfo).port;
    };
    return { http: await listening(), socket: await listening() };
  };

  for (const state of ['running', 'paused', 'starting'] as const) {
    it(`are answered by one that is ${state}, over both kinds of connection`, async () => {
      const manager = await startManager({ id: 'em2', state });
      undo.push(manager.close);
      const outcome = state === 'paused' ? 'paused' : 'alive';
      expect(await ask(questionsOf(manager.ports))).to.deep.equal([
        { by: 'http', outcome, incarnation: 12 },
        { by: 'socket', outcome, incarnation: 12 },
      ]);
      expect(await questionsOf(manager.ports).askFor('em2', WITHIN_MS)).to.deep.equal({ outcome, incarnation: 12 });
    });
  }

  it('leave the connection that stands alone', async () => {
    const manager = await startManager({ id: 'em2', state: 'running' });
    undo.push(manager.close);
    const connector = connectorOf();
    const broken: string[] = [];
    connector.onBroken((id, how) => broken.push(`${id} ${how}`));
    const peer = connector.connect(addressOf(manager.ports));
    undo.push(() => peer.close());
    while (manager.socket.connected.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const standing = manager.socket.connectionTo('em1');
    for (let round = 0; round < 3; round += 1)
      expect((await ask(questionsOf(manager.ports), ['socket']))[0]).to.include({ outcome: 'alive' });
    expect(manager.socket.connected).to.deep.equal(['em1']);
    await expect(standing?.call('areYouThere', {})).to.be.a('promise');
    expect(broken).to.deep.equal([]);
  });

  it('find a refused port', async () => {
    const ports = await listen(() => {});
    for (const one of undo.splice(0)) await one();
    expect(await outcomes(ports)).to.deep.equal(['http refused', 'socket refused']);
  });

  it('find one that takes connections and says nothing', async () => {
    expect(await outcomes(await listen(() => {}))).to.deep.equal(['http mute', 'socket mute']);
  });

  it('find one that resets connections, at once or when it is asked', async () => {
    expect(await outcomes(await listen((socket) => socket.once('data', () => socket.resetAndDestroy())))).to.include(
      'http reset',
    );
    const [http, socket] = await outcomes(await listen((one) => one.resetAndDestroy()));
    expect(http).to.equal('http reset');
    expect(socket).to.equal('socket reset');
  });

  it('find one that closes in mid-answer', async () => {
    const http = await listen((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<soap:Env')),
    );
    expect(await outcomes(http)).to.include('http closed');
    const frame = await listen((socket) => socket.end(Buffer.from([0, 0, 1, 0, 0x7b])));
    expect(await outcomes(frame)).to.include('socket closed');
    expect(await outcomes(await listen((socket) => socket.end()))).to.deep.equal(['http closed', 'socket closed']);
  });

  it('find nobody where nothing comes back', async function () {
    this.timeout(10_000);
    const hole = await startHole();
    undo.push(hole.close);
    expect(await outcomes({ http: hole.port, socket: hole.port })).to.deep.equal(['http nothing', 'socket nothing']);
  });

  it('do not take another manager at that address, nor one without the key, for the one that is meant', async () => {
    const other = await startManager({ id: 'em9', state: 'running' });
    undo.push(other.close);
    expect(await outcomes(other.ports)).to.deep.equal(['http mute', 'socket mute']);
    const stranger = await listen((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'));
    });
    expect((await ask(questionsOf(stranger), ['http']))[0]?.outcome).to.equal('mute');
  });

  it('go over the socket that the other has opened, where it cannot be called', async () => {
    const manager = await startManager({ id: 'em2', state: 'running' });
    undo.push(manager.close);
    const server = new SocketServer({
      env,
      self: 'em1',
      keys: () => keys,
      service: createMessageService({ env, invoke: () => Promise.reject(new Error('not asked')) }),
    });
    const { port } = await server.listen(HERE);
    undo.push(() => server.close());
    const dialler = new PeerConnector({ env: realTimeEnv(9), self: 'em2', keys: () => keys, service: manager.service });
    const nowhere = { id: 'em1', role: 'EM', origin: 'http://127.0.0.1:1', context: 'x' } as const;
    const peer = dialler.connect({ ...nowhere, socket: { host: '127.0.0.1', port } });
    undo.push(() => peer.close());
    while (server.connected.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const questions = questionsOf(undefined, server);
    expect(questions.ways('em2')).to.deep.equal(['socket']);
    expect(await ask(questions, ['socket'])).to.deep.equal([{ by: 'socket', outcome: 'alive', incarnation: 12 }]);
    expect(await questionsOf(undefined).askFor('em2', WITHIN_MS)).to.deep.equal({ outcome: 'nothing' });
  });

  it('are not needed to see a socket break: it tells, and how', async () => {
    const told: string[] = [];
    const tell: BrokenListener = (id, how) => told.push(`${id} ${how}`);
    const until = async (count: number) => {
      while (told.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
    };
    // The other side of the socket that is dialled says good-bye.
    const manager = await startManager({ id: 'em2', state: 'running' });
    const connector = connectorOf();
    const end = connector.onBroken(tell);
    const peer = connector.connect(addressOf(manager.ports));
    while (manager.socket.connected.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await manager.close();
    await until(1);
    await peer.close();
    end();

    // The process at the other side of a socket that it has dialled dies.
    const server = new SocketServer({
      env,
      self: 'em1',
      keys: () => keys,
      service: createMessageService({ env, invoke: () => Promise.reject(new Error('not asked')) }),
    });
    const { port } = await server.listen(HERE);
    undo.push(() => server.close());
    connectorOf(server).onBroken(tell);
    for (const kill of ['end', 'resetAndDestroy'] as const) {
      const raw: Socket[] = [];
      const proxy = createServer((near) => {
        const far = connect(port, '127.0.0.1');
        raw.push(far);
        near.on('error', () => {}).pipe(far.on('error', () => {}));
        far.pipe(near);
      });
      proxy.listen(0, '127.0.0.1');
      await once(proxy, 'listening');
      const dialler = new PeerConnector({
        env: realTimeEnv(9),
        self: 'em2',
        keys: () => keys,
        service: manager.service,
      });
      const by = { host: '127.0.0.1', port: (proxy.address() as AddressInfo).port };
      const way = dialler.connect({ id: 'em1', role: 'EM', origin: 'http://127.0.0.1:1', context: 'x', socket: by });
      while (server.connected.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      const before = told.length;
      proxy.close();
      for (const socket of raw) socket[kill]();
      await until(before + 1);
      await way.close();
    }
    expect(told).to.deep.equal(['em2 end', 'em2 closed', 'em2 reset']);
  });
});

/** A port whose row of connections is full, and nobody takes any: what is sent there is not answered. */
async function startHole(): Promise<{ port: number; close: () => Promise<void> }> {
  const stuck = `
    const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('node:fs').writeSync(1, server.address().port + '\\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child: ChildProcess = spawn(process.execPath, ['-e', stuck], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  const port = Number(String(line).trim());
  const filling: Socket[] = [];
  // The row is full once a connection is not taken any more.
  for (let isFull = false; !isFull; ) {
    const socket = connect(port, '127.0.0.1');
    filling.push(socket.on('error', () => {}));
    isFull = await Promise.race([
      once(socket, 'connect').then(() => false),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 300)),
    ]);
  }
  return {
    port,
    async close() {
      for (const socket of filling) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('questions on behalf of others', () => {
  it('are not asked without bound, however many are wanted', async () => {
    let asked = 0;
    const silent = {
      call: () => {
        asked += 1;
        return new Promise<never>(() => {});
      },
      close: async () => {},
    };
    const questions = new Questions({
      env: realTimeEnv(9),
      address: () => undefined,
      fresh: () => undefined,
      standing: () => silent as never,
    });
    const wanted = Array.from({ length: 1_500 }, () => questions.askFor('em2', 60_000));
    expect(asked).to.be.at.most(1_024);
    expect(await wanted.at(-1)).to.deep.equal({ outcome: 'nothing' });
  });
});
