import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { systemClock } from '../../../../src/base/system-env.js';
import type { Announcement } from '../../../../src/peer/announcement/announcement.js';
import { encodeAnnouncement } from '../../../../src/peer/announcement/announcement.js';
import {
  type AnnouncementChannel,
  type AnnouncementChannelOptions,
  type OwnState,
  openAnnouncements,
} from '../../../../src/peer/announcement/channel.js';
import { MOST_CHECKS_OF_ONE } from '../../../../src/peer/announcement/heard.js';
import { OPEN_POOL_KEY, PoolKey, type PoolKeys } from '../../../../src/peer/security/pool-keys.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { skipBecause } from '../../../support/skipping.js';
import { CollectingLogger, seededRandom } from '../../../support/test-env.js';

const KEY = new PoolKey('the pool of the tests');
const KEYS: PoolKeys = [KEY];
const GUESSED = new PoolKey('guessed');
const OPEN: PoolKeys = [new PoolKey(OPEN_POOL_KEY)];
const MULTICAST = '239.255.84.80';
const STATE: OwnState = {
  state: 'secondary',
  term: 1,
  rosterVersion: 1,
  priority: 0,
  wasMaster: false,
  load: 0,
  members: 2,
};

/** A UDP port that nobody has at the moment. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/** Whether a packet to the group comes back on loopback. */
async function isMulticastHere(): Promise<boolean> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  try {
    socket.bind(0, MULTICAST);
    await once(socket, 'listening');
    socket.addMembership(MULTICAST, '127.0.0.1');
    socket.setMulticastInterface('127.0.0.1');
    const heard = once(socket, 'message', { signal: AbortSignal.timeout(1000) });
    socket.send('?', socket.address().port, MULTICAST);
    await heard;
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

for (const [how, host] of [
  ['multicast', MULTICAST],
  ['broadcast', '127.255.255.255'],
] as const) {
  describe(`announcements by ${how} on loopback`, () => {
    const channels: AnnouncementChannel[] = [];
    const sockets: Socket[] = [];
    let port = 0;

    before(async function () {
      if (process.platform !== 'linux') skipBecause(this, 'loopback has no groups here');
      if (how === 'multicast' && !(await isMulticastHere())) skipBecause(this, 'loopback carries no multicast here');
      port = await freePort();
    });

    afterEach(async () => {
      for (const channel of channels.splice(0)) await channel.close();
      for (const socket of sockets.splice(0)) socket.close();
    });

    const start = (id: string, options: Partial<AnnouncementChannelOptions> = {}) => {
      const log = new CollectingLogger();
      const heard: (Announcement & { readonly from: string })[] = [];
      const channel = openAnnouncements({
        env: { clock: systemClock, random: seededRandom(), log },
        id,
        incarnation: 7,
        uri: `http://127.0.0.1:8080/ptpmgr/${id}`,
        group: { host, port },
        listening: ['127.0.0.1'],
        keys: () => KEYS,
        ...options,
      });
      channels.push(channel);
      channel.onHeard((one, from) => heard.push({ ...one, from: from.host }));
      return { channel, heard, log };
    };

    const until = async (holds: () => boolean, what: string) => {
      for (let left = 400; !holds(); left -= 1) {
        if (left === 0) throw new Error(`not seen: ${what}`);
        await wait(10);
      }
    };

    const speaker = async (address: string): Promise<(packet: Buffer) => Promise<void>> => {
      const socket = createSocket('udp4');
      sockets.push(socket);
      socket.bind(0, address);
      await once(socket, 'listening');
      if (how === 'multicast') socket.setMulticastInterface('127.0.0.1');
      else socket.setBroadcast(true);
      return (packet) =>
        new Promise((resolve, reject) =>
          socket.send(packet, port, host, (error) => (error ? reject(error) : resolve())),
        );
    };

    const packet = (id: string, counter: number, key = KEY) =>
      encodeAnnouncement(
        {
          id,
          incarnation: 1,
          ip: '127.0.0.1',
          mac: '00:00:00:00:00:00',
          counter,
          previous: 'starting',
          state: 'master',
          uptimeMs: 1,
          term: 99,
          rosterVersion: 99,
          priority: 99,
          wasMaster: true,
          uri: 'http://127.0.0.1:1/x',
          load: 0,
        },
        key,
      );

    it('reach the others at the start and on every change, with where they come from', async () => {
      const one = start('EM1');
      const two = start('EM2');
      one.channel.announce(STATE);
      await until(() => one.channel.counts.sent > 0, 'the first');
      two.channel.announce({ ...STATE, priority: 5, load: 0.5 });
      await until(() => one.heard.length > 0, 'EM2 at EM1');
      expect(one.heard[0]).to.deep.include({
        id: 'EM2',
        incarnation: 7,
        ip: '127.0.0.1',
        mac: '00:00:00:00:00:00',
        previous: 'starting',
        state: 'secondary',
        uri: 'http://127.0.0.1:8080/ptpmgr/EM2',
        load: 0.5,
        from: '127.0.0.1',
      });
      expect(one.heard[0]?.rank).to.deep.include({ priority: 5, id: 'EM2', ip: '127.0.0.1' });
      one.channel.announce({ ...STATE, state: 'master', term: 2 });
      await until(() => two.heard.some(({ state }) => state === 'master'), 'the change at EM2');
      expect(two.heard.find(({ state }) => state === 'master')).to.deep.include({ previous: 'secondary', term: 2 });
      one.channel.announce({ ...STATE, state: 'stopped', term: 2 });
      await one.channel.close();
      await until(() => two.heard.some(({ state }) => state === 'stopped'), 'the last word at EM2');
      expect(one.heard.some(({ id }) => id === 'EM1')).to.equal(false);
    });

    it('of a hostile sender are dropped and counted, and the others are heard all the same', async function () {
      this.timeout(10_000);
      const one = start('EM1');
      one.channel.announce(STATE);
      await until(() => one.channel.counts.sent > 0, 'the first');
      const attack = await speaker('127.0.0.2');
      const { dropped } = one.channel.counts;
      const wrong = [
        Buffer.alloc(0),
        Buffer.from('hello'),
        Buffer.alloc(60_000, 1),
        Buffer.alloc(1200, 'PTPA'),
        packet('EM1', 1, GUESSED),
        packet('EM3', 1).subarray(0, -1),
      ];
      for (const bytes of wrong) await attack(bytes);
      await until(() => dropped.foreign + dropped.forged === wrong.length, 'all of them dropped');
      expect([dropped.foreign, dropped.forged]).to.deep.equal([3, 3]);
      // Replayed: heard once, and starts no question again. From the future: nothing is held against it later.
      for (let time = 0; time < 3; time += 1) await attack(packet('EM3', 1_000_000));
      await attack(packet('EM3', 999));
      await until(() => dropped.old === 3, 'the replays');
      expect(one.heard.map(({ id }) => id)).to.deep.equal(['EM3']);

      for (let count = 0; count < 3000; count += 1) await attack(packet('EM4', 1, GUESSED).fill(0, 90));
      await until(() => dropped.flood > 0, 'the flood');
      expect(dropped.forged).to.be.at.most(3 + 5 * MOST_CHECKS_OF_ONE);
      const friend = await speaker('127.0.0.1');
      await friend(packet('EM5', 1));
      await until(() => one.heard.some(({ id }) => id === 'EM5'), 'the one that is right');
      expect(one.channel.fault).to.equal(undefined);
    });

    it('that the open key signs count on this host; with no key nothing is said', async () => {
      const one = start('EM1', { keys: () => OPEN });
      const two = start('EM2', { keys: () => OPEN });
      const silent = start('EM3', { keys: () => undefined });
      silent.channel.announce(STATE);
      // Whoever opens last is heard by all.
      one.channel.announce(STATE);
      await until(() => one.channel.counts.sent > 0, 'EM1 is open');
      two.channel.announce(STATE);
      await until(() => one.heard.length > 0, 'EM2 at EM1');
      expect([silent.channel.counts.sent, silent.heard.length]).to.deep.equal([0, 0]);
    });

    it('go on after the sockets have failed', async () => {
      const machine = { gone: false };
      const clock = new FakeClock();
      const { lo } = (await import('node:os')).networkInterfaces();
      const one = start('EM1', {
        env: { clock, random: seededRandom(), log: new CollectingLogger() },
        machine: () => (machine.gone ? {} : { lo }),
      });
      const two = start('EM2');
      one.channel.announce(STATE);
      await until(() => two.heard.length === 1, 'the first');
      machine.gone = true;
      await clock.advance(30_000);
      expect(one.channel.fault).to.match(/no interface at which this manager listens can reach the group/);
      machine.gone = false;
      await clock.advance(1000);
      await until(() => one.channel.fault === undefined, 'open again');
      const { length } = two.heard;
      one.channel.announce({ ...STATE, term: 2 });
      await clock.advance(300);
      await until(() => two.heard.length > length, 'and heard');
    });
  });
}

describe('announcements', () => {
  const options = (changes: Partial<AnnouncementChannelOptions>): AnnouncementChannelOptions => ({
    env: { clock: new FakeClock(), random: seededRandom(), log: new CollectingLogger() },
    id: 'EM1',
    incarnation: 1,
    uri: 'http://127.0.0.1:8080/ptpmgr/em',
    group: { host: MULTICAST, port: 9 },
    listening: ['127.0.0.1'],
    keys: () => KEYS,
    ...changes,
  });

  it('to a group that cannot be joined say why, and it is tried again', async () => {
    const clock = new FakeClock();
    let looks = 0;
    const log = new CollectingLogger();
    const channel = openAnnouncements(
      options({
        env: { clock, random: seededRandom(), log },
        // An address that no interface has: as when it has just been taken away.
        machine: () => {
          looks += 1;
          return {
            eth9: [
              {
                address: '192.0.2.77',
                family: 'IPv4',
                internal: false,
                mac: '00:00:5e:00:53:01',
                netmask: '',
                cidr: null,
              },
            ],
          };
        },
        listening: ['0.0.0.0'],
      }),
    );
    channel.announce(STATE);
    for (let second = 0; second < 8; second += 1) {
      await wait(5);
      await clock.advance(1000);
    }
    await wait(20);
    expect(channel.fault).to.match(/cannot be joined \(E[A-Z]+\)/);
    expect(looks).to.be.at.least(3);
    expect(log.lines.filter(({ level }) => level === 'warn')).to.have.length(1);
    await channel.close();
    expect(clock.pending).to.equal(0);
  });

  it('are refused to a manager whose address does not fit in', () => {
    expect(() => openAnnouncements(options({ uri: `http://x/${'y'.repeat(600)}` }))).to.throw(/does not fit/);
  });
});
