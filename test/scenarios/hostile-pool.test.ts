/**
 * A pool among hostile parties: at its announcement port, at its sockets and over HTTP. Whatever they say, the same
 * manager leads, everybody keeps what he has and goes on polling it, nothing ends, memory and logs stay bounded.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { systemRandom } from '../../src/base/system-env.js';
import { toOperation } from '../../src/manager/pool/wire/to-operation.js';
import type { Input } from '../../src/xml/messages/operations.js';
import { ManagerProcess } from '../support/manager-process.js';
import { envelopes, POOL_MESSAGE_KINDS } from '../support/pool-messages.js';
import { freeTcpPort, freeUdpPort } from '../support/ports.js';
import { until } from '../support/processes.js';
import { rawConnection } from '../support/raw-http.js';
import {
  as,
  FUTURE,
  GROUP,
  GUESSED,
  HEARTBEAT,
  KEY,
  KEY_TEXT,
  OPEN,
  Pool,
  placesOf,
  placeXml,
} from './hostile-pool-world.js';
import { announcement, Shouter, type Target } from './pool-attacker.js';
import { ask, device, httpAccess, LOOKING, Site } from './world.js';

describe('a pool among hostile parties', function () {
  this.timeout(60_000);
  let site: Site;
  let pool: Pool;
  let groupPort: number;
  let shouter: Shouter;

  before(async function () {
    this.timeout(120_000);
    site = await Site.start();
    groupPort = await freeUdpPort();
    const places = await placesOf(['EM1', 'EM2', 'EM3']);
    const paths = places.flatMap(({ id }) => [`/${id}-1`, `/${id}-2`]);
    const targets = await Promise.all(
      places.map(async ({ id, port, socketPort }) => {
        const others = places.filter((one) => one.id !== id);
        const neighbors = others.map((one) => `<EMANAGER id="${one.id}">${placeXml(one, 'ptpmgr/em')}</EMANAGER>`);
        const own = paths.filter((path) => path.startsWith(`/${id}`));
        const manager = await ManagerProcess.create({
          id,
          port,
          socketPort,
          body: `<NEIGHBORS>${neighbors.join('')}</NEIGHBORS>
            <POOL name="hostile" key="${KEY_TEXT}" group="${GROUP}:${groupPort}" heartbeat="${HEARTBEAT}"/>${LOOKING}
            <DEVICES>${own.map((path) => device(path.slice(1), httpAccess(site, path))).join('')}</DEVICES>`,
        });
        return { manager, socketPort };
      }),
    );
    pool = new Pool(targets, site, paths);
    await Promise.all(targets.map(({ manager }) => manager.start()));
    await pool.settle();
    shouter = await Shouter.open(GROUP, groupPort);
  });
  after(async () => {
    shouter?.close();
    await pool?.end();
    await site?.close();
  });
  beforeEach(() => pool.begin());
  afterEach(() => pool.expectWhole());

  const neighborsOf = async ({ manager }: Target): Promise<string[]> =>
    (await ask(manager, 'getNeighbors', {})).neighbors.map(({ id, uri }) => `${id} ${uri}`).sort();

  describe('at its announcement port', () => {
    let known: string[][];
    before(async () => {
      known = await Promise.all(pool.targets.map(neighborsOf));
    });
    afterEach(async () => {
      expect(await Promise.all(pool.targets.map(neighborsOf))).to.deep.equal(known);
    });

    it('hears noise, what is cut short or too long, and what another key has signed as nothing', async () => {
      const whole = announcement(KEY, {});
      const signed = whole.subarray(0, whole.length - 32);
      const resigned = (bytes: Buffer) => Buffer.concat([bytes, KEY.mac('announcement', bytes)]);
      const packets = [
        ...Array.from({ length: 100 }, (_, at) => Buffer.from(systemRandom.bytes(at * 11 + 1))),
        ...Array.from({ length: whole.length }, (_, length) => whole.subarray(0, length)),
        // Rightly signed, and cut short nevertheless.
        ...Array.from({ length: signed.length }, (_, length) => resigned(signed.subarray(0, length))),
        ...[1201, 9000, 60_000].map((length) => Buffer.concat([whole, Buffer.alloc(length - whole.length)])),
        announcement(GUESSED, { id: 'EM1' }),
        announcement(OPEN, { id: 'EM2' }),
      ];
      for (const [at, packet] of packets.entries()) {
        await shouter.send(packet);
        if (at % 50 === 0) await wait(50);
      }
    });

    it('polls and leads on in a flood', async () => {
      const forged = Array.from({ length: 20 }, (_, at) => announcement(GUESSED, { counter: at + 1 }));
      const sinceMs = performance.now();
      expect(await shouter.flood([...forged, Buffer.alloc(1000)], 2500)).to.be.above(1000);
      for (const gapMs of pool.longestGapsMs(sinceMs)) expect(gapMs).to.be.below(5000);
    });

    it('takes no word of recorded packets, of counters from the future, and of what others say of members', async () => {
      const recorded: Buffer[] = [];
      const ear = createSocket({ type: 'udp4', reuseAddr: true });
      ear.bind({ port: groupPort, address: GROUP, exclusive: true });
      await once(ear, 'listening');
      ear.addMembership(GROUP, '127.0.0.1');
      ear.on('message', (packet) => recorded.push(packet));
      await until('something is recorded', () => recorded.length >= 3);
      ear.close();
      for (const packet of recorded) await shouter.send(packet);
      const closed = await freeTcpPort();
      for (const { manager } of pool.targets) {
        const { id, incarnation } = pool.member(manager.id);
        const fields = [
          { counter: FUTURE },
          { incarnation: FUTURE, counter: FUTURE, term: FUTURE, rosterVersion: FUTURE, uptimeMs: FUTURE },
          { incarnation: incarnation + 1, state: 'master', uri: `http://127.0.0.1:${closed}/ptpmgr/em` },
          { incarnation: 1, state: 'stopped', uri: 'http://169.254.169.254/latest' },
        ] as const;
        for (const said of fields) await shouter.send(announcement(KEY, { id, incarnation, ...said }));
      }
      await wait(500);
    });

    it('asks few of many that are announced with the key, and remembers none that does not answer', async () => {
      let connections = 0;
      const held = new Set<Socket>();
      const swallower = createServer((socket) => {
        connections += 1;
        held.add(socket.on('error', () => {}));
      }).listen(0, '127.0.0.1');
      await once(swallower, 'listening');
      const address = swallower.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      const sinceMs = performance.now();
      for (let number = 0; number < 200; number += 1) {
        await shouter.send(announcement(KEY, { id: `X${number}`, uri: `http://127.0.0.1:${port}/x` }));
        if (number % 50 === 0) await wait(500);
      }
      await wait(500);
      const seconds = Math.ceil((performance.now() - sinceMs) / 1000) + 1;
      // Some of them went where somebody listens, and far fewer than there were.
      expect(connections).to.be.within(1, pool.targets.length * 32 * seconds);
      for (const socket of held) socket.destroy();
      swallower.close();
    });
  });

  describe('at its sockets and over HTTP', () => {
    it('refuses whoever has no key or another one, or speaks for somebody else', async () => {
      for (const target of [pool.target(pool.master), pool.target(pool.follower())]) {
        const { id } = target.manager;
        const victim = pool.member(pool.follower(id));
        const messages = pool.hostile(victim, id);
        for (const [name, key] of [
          [victim.id, GUESSED],
          ['mallory', OPEN],
        ] as const)
          await as(name, key, target, async (intruder) => {
            const answers = await Promise.all(messages.map((message) => intruder.say(message, pool.id, victim)));
            for (const answer of answers.flat()) expect(answer).to.match(/^(Client\.Unauthorized|Server\.Unavailable)/);
          });
        await as('mallory', KEY, target, async (intruder) => {
          const answers = await Promise.all(messages.map((message) => intruder.say(message, pool.id, victim)));
          for (const answer of answers.flat()) expect(answer).to.match(/^Client\.(Forbidden|Validation)/);
        });
      }
    });

    for (const [who, speakerOf] of [
      ['a stranger with the key', () => ({ id: 'mallory', identity: 'f'.repeat(32), incarnation: 1, starts: [] })],
      [
        'a member with another disk',
        (id: string) => ({ ...pool.member(id), identity: 'f'.repeat(32), incarnation: FUTURE }),
      ],
      ['a start of a member from the future', (id: string) => ({ ...pool.member(id), incarnation: FUTURE })],
      ['a member', (id: string) => pool.member(id)],
    ] as const)
      it(`takes nothing that cannot be from ${who}`, async () => {
        for (const target of [pool.target(pool.master), pool.target(pool.follower())]) {
          const { id } = target.manager;
          const speaker = speakerOf(pool.follower(id));
          await as(speaker.id, KEY, target, async (intruder) => {
            for (const message of pool.hostile(speaker, id)) await intruder.say(message, pool.id, speaker);
          });
        }
      });

    it('takes nothing from a stranger whatever it says', async () => {
      const target = pool.target(pool.follower());
      await as('mallory', KEY, target, async (intruder) => {
        for (const kind of POOL_MESSAGE_KINDS)
          for (const { from, message } of fc.sample(envelopes(kind), { numRuns: 4, seed: 7 }))
            await intruder.say(message, pool.id, { ...from, id: 'mallory' });
      });
    });

    it('keeps no inventory that would end it', async () => {
      const id = pool.follower();
      const speaker = pool.member(pool.master);
      const request = toOperation({
        from: speaker,
        to: id,
        toIncarnation: undefined,
        pool: pool.id,
        message: {
          is: 'renew',
          term: 1_000,
          sequence: 1,
          leaseMs: 1,
          before: { term: 0, index: 0 },
          entries: [{ index: 1, term: 1, decision: { is: 'inventory', change: {} } }],
          confirmed: 1,
        },
      });
      if (request.operation !== 'heartbeat' || !request.input.renew) throw new Error('a renewal is a heartbeat');
      const { renew } = request.input;
      const changes = [
        'null',
        '{"managers":5}',
        '{"managers":[{"__proto__":{"id":"EM1"}}]}',
        '{"owned":[{"element":"a","owner":{}}]}',
        '{"constructor":{"prototype":{"x":1}},"elements":[{}]}',
        `{"more":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
        '{"settled":[{"element":"a","epoch":{"term":1e999,"number":1,"giver":"x"}}]}',
      ];
      await as(speaker.id, KEY, pool.target(id), async (intruder) => {
        for (const change of changes) {
          const entries = renew.entries.map((entry) => ({ ...entry, change: [change] }));
          const answers = await intruder.ask('heartbeat', { ...request.input, renew: { ...renew, entries } });
          for (const answer of answers) expect(answer, change.slice(0, 80)).to.match(/^Client\.Validation/);
        }
      });
    });

    it('refuses what is too much, and keeps nothing of parts that never end', async () => {
      const id = pool.follower();
      const speaker = pool.member(pool.follower(id));
      const envelope = { sender: { ...speaker, starts: undefined }, to: id, pool: pool.id };
      const order = { order: 'drop', element: 'device/x', epoch: '1.1.x', definition: [] } as const;
      const orders = Array.from({ length: 20_000 }, () => order);
      const long = 'x'.repeat(2 ** 20);
      const data = Buffer.alloc(384 * 1024).toString('base64');
      const much: readonly Input<'assign'>[] = [
        { ...envelope, orders: { term: 1, sequence: 1, all: true, more: true, orders } },
        { ...envelope, orders: { term: 1, sequence: 1, all: true, more: true, orders: [{ ...order, element: long }] } },
        { ...envelope, orders: { term: 1, sequence: 1, all: true, more: true, orders: [{ ...order, epoch: long }] } },
      ];
      await as(speaker.id, KEY, pool.target(id), async (intruder) => {
        for (const input of much)
          for (const answer of await intruder.ask('assign', input)) expect(answer).to.match(/^Client\./);
        for (let message = 0; message < 60; message += 1)
          await intruder.ask('heartbeat', { ...envelope, part: { message, part: 0, parts: 170, data } });
      });
    });

    it('leaves nobody in who sends something else than frames, and cuts off who proves nothing', async () => {
      const { socketPort } = pool.target(pool.master);
      const frame = (text: string): Buffer => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(Buffer.byteLength(text));
        return Buffer.concat([length, Buffer.from(text)]);
      };
      const idle = await Promise.all(Array.from({ length: 300 }, () => rawConnection(socketPort)));
      for (const [at, { socket }] of idle.entries()) {
        const bytes = [
          Buffer.from([255, 255, 255, 255]),
          Buffer.from('GET / HTTP/1.1\r\n\r\n'),
          frame('['.repeat(1000)),
          frame(`{"v":1,"id":"EM2","to":"${pool.master}","nonce":"${'A'.repeat(43)}","proof":"${'A'.repeat(43)}"}`),
          Buffer.from([0, 0, 3]),
        ][at % 5];
        if (bytes && socket.writable) socket.write(bytes);
      }
      await wait(500);
      for (const { socket } of idle) socket.destroy();
    });
  });
});

describe('managers without a pool key among hostile parties', function () {
  this.timeout(60_000);
  let site: Site;
  let pool: Pool;

  before(async function () {
    this.timeout(120_000);
    site = await Site.start();
    const [eim, ...ems] = await placesOf(['EIM1', 'EM1', 'EM2']);
    if (!eim) throw new Error('no place');
    const paths = ems.map(({ id }) => `/${id}-1`);
    const leader = `<EINTEGRATION_MANAGER id="EIM1">${placeXml(eim, 'ptpmgr/eim')}</EINTEGRATION_MANAGER>`;
    const named = ems.map((one) => `<EMANAGER id="${one.id}">${placeXml(one, 'ptpmgr/em')}</EMANAGER>`);
    const targets = await Promise.all([
      ManagerProcess.create({
        ...eim,
        role: 'EIM',
        body: `${LOOKING}<EMANAGERS>${named.join('')}</EMANAGERS>`,
      }).then((manager) => ({ manager, socketPort: eim.socketPort })),
      ...ems.map(async (place) => {
        const path = `/${place.id}-1`;
        const devices = `<DEVICES>${device(path.slice(1), httpAccess(site, path))}</DEVICES>`;
        const manager = await ManagerProcess.create({ ...place, body: `${leader}${LOOKING}${devices}` });
        return { manager, socketPort: place.socketPort };
      }),
    ]);
    pool = new Pool(targets, site, paths);
    await Promise.all(targets.map(({ manager }) => manager.start()));
    await pool.settle();
  });
  after(async () => {
    await pool?.end();
    await site?.close();
  });
  beforeEach(() => pool.begin());
  afterEach(() => pool.expectWhole());

  it('hear nobody on this host who is not named, and let nobody steer', async () => {
    for (const target of pool.targets) {
      const speaker = { id: 'mallory', identity: 'f'.repeat(32), incarnation: 1, starts: [] };
      await as('mallory', OPEN, target, async (intruder) => {
        for (const message of pool.hostile(speaker, target.manager.id))
          for (const answer of await intruder.say(message, pool.id, speaker))
            expect(answer).to.match(/^Client\.(Forbidden|Validation)/);
        const steering = [
          await intruder.ask('pause', {}),
          await intruder.ask('shutdown', {}),
          await intruder.ask('delegate', { elements: ['EM1-1'], to: 'EM2' }),
          await intruder.ask('recover', { without: ['EM1'] }),
          await intruder.ask('forget', { manager: 'EM1' }),
          await intruder.ask('release', { elements: ['EM1-1'], epoch: '1.1.EIM1' }),
          await intruder.ask('reportFailure', { id: 'EM1' }),
        ];
        for (const answer of steering.flat()) expect(answer).to.match(/^Client\.Forbidden/);
      });
    }
  });

  it('are not ended by what somebody says in the name of one that is named', async () => {
    for (const target of pool.targets) {
      const { id } = target.manager;
      const speaker = { ...pool.member(id === 'EIM1' ? 'EM1' : 'EIM1'), identity: 'f'.repeat(32) };
      await as(speaker.id, OPEN, target, async (intruder) => {
        for (const message of pool.hostile(speaker, id)) await intruder.say(message, pool.id, speaker);
      });
    }
  });
});
