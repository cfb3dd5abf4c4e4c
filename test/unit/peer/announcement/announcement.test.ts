import { expect } from 'chai';
import fc from 'fast-check';
import {
  addressBytes,
  addressText,
  macBytes,
  macText,
  outInterfaces,
} from '../../../../src/peer/announcement/addresses.js';
import {
  ANNOUNCED_STATES,
  type AnnouncementFields,
  decodeAnnouncement,
  encodeAnnouncement,
  LONGEST_PACKET,
  SHORTEST_PACKET,
} from '../../../../src/peer/announcement/announcement.js';
import { CheckBudget, CounterTable, MOST_CHECKS, MOST_CHECKS_OF_ONE } from '../../../../src/peer/announcement/heard.js';
import { pauseMs } from '../../../../src/peer/announcement/pace.js';
import { PoolKey, type PoolKeys, poolKeys } from '../../../../src/peer/security/pool-keys.js';

const KEY = new PoolKey('the pool of the tests');
const KEYS: PoolKeys = [KEY];
const FIELDS: AnnouncementFields = {
  id: 'EM1',
  incarnation: 4711,
  ip: '192.0.2.7',
  mac: '00:00:5e:00:53:01',
  counter: 12,
  previous: 'secondary',
  state: 'master',
  uptimeMs: 3_600_000,
  term: 9,
  rosterVersion: 3,
  priority: 100,
  wasMaster: true,
  uri: 'https://em1.example:8080/ptpmgr/em',
  load: 0.25,
};
const READ = {
  protocol: '1.0',
  id: 'EM1',
  incarnation: 4711,
  ip: '192.0.2.7',
  mac: '00:00:5e:00:53:01',
  counter: 12,
  previous: 'secondary',
  state: 'master',
  uptimeMs: 3_600_000,
  term: 9,
  rosterVersion: 3,
  rank: {
    priority: 100,
    wasMaster: true,
    uptimeMs: 3_600_000,
    ip: '192.0.2.7',
    mac: '00:00:5e:00:53:01',
    id: 'EM1',
  },
  uri: 'https://em1.example:8080/ptpmgr/em',
  load: 0.25,
};

/** Signed anew: what somebody who has the key could send. */
const signed = (packet: Buffer, change: (bytes: Buffer) => Buffer | undefined): Buffer => {
  const bytes = Buffer.from(packet.subarray(0, -32));
  const changed = change(bytes) ?? bytes;
  return Buffer.concat([changed, KEY.mac('announcement', changed)]);
};

describe('an announcement', () => {
  it('has these bytes', () => {
    expect(encodeAnnouncement(FIELDS, KEY).toString('hex')).to.equal(GOLDEN.join(''));
  });

  it('is read back as it was written', () => {
    expect(decodeAnnouncement(encodeAnnouncement(FIELDS, KEY), KEYS)).to.deep.equal(READ);
    const count = fc.nat(Number.MAX_SAFE_INTEGER);
    const state = fc.constantFrom(...ANNOUNCED_STATES);
    const fields: fc.Arbitrary<AnnouncementFields> = fc.record({
      id: fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/),
      incarnation: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      ip: fc.oneof(
        fc.ipV4(),
        fc.ipV6().map((ip) => addressText(addressBytes(ip))),
      ),
      mac: fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => macText(Buffer.from(bytes))),
      counter: count,
      previous: state,
      state,
      uptimeMs: count,
      term: count,
      rosterVersion: count,
      priority: fc.nat(1_000_000),
      wasMaster: fc.boolean(),
      uri: fc.constantFrom('http://[2001:db8::1]:1/a', 'http://localhost:8080/ptpmgr/em', 'https://em.example/x/y'),
      load: fc.nat(10_000).map((load) => load / 10_000),
    });
    fc.assert(
      fc.property(fields, ({ priority, wasMaster, ...rest }) => {
        const { id, ip, mac, uptimeMs } = rest;
        const expected = { ...rest, protocol: '1.0', rank: { priority, wasMaster, uptimeMs, ip, mac, id } };
        expect(decodeAnnouncement(encodeAnnouncement({ ...rest, priority, wasMaster }, KEY), KEYS)).to.deep.equal(
          expected,
        );
      }),
    );
  });

  it('that is cut off, longer, or changed anywhere is none', () => {
    const packet = encodeAnnouncement(FIELDS, KEY);
    for (let size = 0; size < packet.length; size += 1)
      expect(decodeAnnouncement(packet.subarray(0, size), KEYS), `${size}`).to.be.oneOf(['foreign', 'forged']);
    expect(decodeAnnouncement(Buffer.concat([packet, Buffer.alloc(1)]), KEYS)).to.equal('forged');
    for (let at = 0; at < packet.length; at += 1) {
      const changed = Buffer.from(packet);
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      expect(decodeAnnouncement(changed, KEYS), `${at}`).to.equal(at < 4 ? 'foreign' : 'forged');
    }
  });

  it('is no more than nothing when any bytes at all come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        expect(decodeAnnouncement(Buffer.from(bytes), KEYS)).to.be.oneOf(['foreign', 'forged']);
        const begun = Buffer.concat([Buffer.from('PTPA'), Buffer.from(bytes)]);
        expect(decodeAnnouncement(begun, KEYS)).to.be.oneOf(['foreign', 'forged']);
      }),
    );
    expect(decodeAnnouncement(Buffer.alloc(65_507, 'PTPA'), KEYS)).to.equal('foreign');
    expect([SHORTEST_PACKET, LONGEST_PACKET]).to.deep.equal([113, 1200]);
  });

  it('of another key, or signed for another purpose, is forged; every key in force counts', () => {
    const other = new PoolKey('another');
    const packet = encodeAnnouncement(FIELDS, other);
    expect(decodeAnnouncement(packet, KEYS)).to.equal('forged');
    expect(decodeAnnouncement(packet, [KEY, other])).to.deep.equal(READ);
    const body = encodeAnnouncement(FIELDS, KEY).subarray(0, -32);
    expect(decodeAnnouncement(Buffer.concat([body, KEY.mac('http request', body)]), KEYS)).to.equal('forged');
    expect(poolKeys(['a', 'b'])).to.have.length(2);
  });

  it('rightly signed and yet wrong is dropped by whatever is wrong in it', () => {
    const packet = encodeAnnouncement(FIELDS, KEY);
    const set = (at: number, value: number) => (bytes: Buffer) => void bytes.writeUInt8(value, at);
    const cases: readonly (readonly [string, (bytes: Buffer) => Buffer | undefined, string])[] = [
      ['a later protocol', set(4, 2), 'version'],
      ['two minor versions on', set(5, 2), 'version'],
      ['an unknown state', set(7, 200), 'malformed'],
      ['an unknown former state', set(6, ANNOUNCED_STATES.length), 'malformed'],
      ['an incarnation of none', (bytes) => void bytes.writeBigUInt64BE(0n, 31), 'malformed'],
      ['a term beyond counting', (bytes) => void bytes.writeBigUInt64BE(2n ** 64n - 1n, 47), 'malformed'],
      ['a load above one', (bytes) => void bytes.writeUInt16BE(10_001, 75), 'malformed'],
      ['an id that goes on past the end', set(77, 255), 'malformed'],
      [
        'an id of none',
        (bytes) => Buffer.concat([bytes.subarray(0, 77), Buffer.from([0]), bytes.subarray(81)]),
        'malformed',
      ],
      ['an id with a slash', set(79, 0x2f), 'malformed'],
      ['an id that is no text', set(79, 0xff), 'malformed'],
      ['an address past the end', set(82, 255), 'malformed'],
      ['something behind the end', (bytes) => Buffer.concat([bytes, Buffer.from('more')]), 'malformed'],
      [
        'an address of something else',
        (bytes) => Buffer.from(bytes.toString('latin1').replace('https', 'file:'), 'latin1'),
        'malformed',
      ],
      [
        'an address with a user',
        (bytes) => Buffer.from(bytes.toString('latin1').replace('em1.ex', 'em1@ex'), 'latin1'),
        'malformed',
      ],
    ];
    for (const [what, change, expected] of cases)
      expect(decodeAnnouncement(signed(packet, change), KEYS), what).to.equal(expected);
  });

  it('of the next minor version is read, with what that adds left aside', () => {
    const next = signed(encodeAnnouncement(FIELDS, KEY), (bytes) => {
      bytes.writeUInt8(1, 5);
      return Buffer.concat([bytes, Buffer.from('what comes next')]);
    });
    expect(decodeAnnouncement(next, KEYS)).to.deep.equal({ ...READ, protocol: '1.1' });
  });
});

/** Field by field; the authentication code was made by another program as well. */
const GOLDEN = [
  '50545041',
  '0100',
  '0304',
  '01',
  '00000000000000000000ffffc0000207',
  '00005e005301',
  '0000000000001267',
  '000000000000000c',
  '0000000000000009',
  '0000000000000003',
  '000000000036ee80',
  '00000064',
  '09c4',
  '03454d31',
  '002268747470733a2f2f656d312e6578616d706c653a383038302f7074706d67722f656d',
  '1f782141a86ab8d926b7c845b0362434f080e64f5b2c5d192657f35c92b0d22c',
];

describe('what was heard before', () => {
  it('is dropped, for each start of each manager by itself', () => {
    const table = new CounterTable();
    const heard = (id: string, incarnation: number, counter: number) => table.isNew({ id, incarnation, counter }, 0);
    expect([heard('a', 1, 5), heard('a', 1, 5), heard('a', 1, 4), heard('a', 1, 6)]).to.deep.equal([
      true,
      false,
      false,
      true,
    ]);
    expect([heard('a', 2, 1), heard('b', 1, 1), heard('a', 1, 6)]).to.deep.equal([true, true, false]);
    expect(heard('a', 3, Number.MAX_SAFE_INTEGER)).to.equal(true);
    expect(heard('a', 4, 1)).to.equal(true);
  });

  it('is remembered of so many only, the latest', () => {
    const table = new CounterTable();
    for (let id = 0; id < 10_000; id += 1) {
      table.isNew({ id: `m${id}`, incarnation: 1, counter: 1 }, 0);
      table.isNew({ id: 'm0', incarnation: 1, counter: id }, 0);
    }
    expect(table.size).to.equal(4096);
    expect(table.isNew({ id: 'm0', incarnation: 1, counter: 5 }, 0)).to.equal(false);
    expect(table.isNew({ id: 'm1', incarnation: 1, counter: 1 }, 0)).to.equal(true);
  });

  it('does not silence a manager for good, whatever counter somebody has used in its name', () => {
    const table = new CounterTable();
    const heard = (counter: number, atMs: number) => table.isNew({ id: 'a', incarnation: 1, counter }, atMs);
    expect(heard(Number.MAX_SAFE_INTEGER, 0)).to.equal(true);
    expect([heard(7, 1_000), heard(8, 59_999)]).to.deep.equal([false, false]);
    expect([heard(9, 60_000), heard(9, 60_001), heard(10, 61_000)]).to.deep.equal([true, false, true]);
  });

  it('is checked so many times a second only, and one sender cannot use up the others’ share', () => {
    const budget = new CheckBudget();
    const taken = (sender: string, count: number, nowMs: number) =>
      Array.from({ length: count }).filter(() => budget.take(sender, nowMs)).length;
    expect(taken('192.0.2.1', 5000, 0)).to.equal(MOST_CHECKS_OF_ONE);
    expect(taken('192.0.2.2', 10, 0)).to.equal(10);
    let all = MOST_CHECKS_OF_ONE + 10;
    for (let sender = 0; sender < 5000; sender += 1) all += taken(`198.51.100.${sender}`, 1, 500);
    expect(all).to.equal(MOST_CHECKS);
    expect(taken('192.0.2.1', 5000, 1000)).to.equal(MOST_CHECKS_OF_ONE);
  });

  it('of many strangers is counted together', () => {
    const budget = new CheckBudget();
    let taken = 0;
    for (let round = 0; round < 3; round += 1)
      for (let sender = 0; sender < 100_000; sender += 1) taken += Number(budget.take(`s${sender}`, 0));
    expect(taken).to.equal(MOST_CHECKS);
  });
});

describe('the pace of announcements', () => {
  it('is one a second, and stays below ten a second for all however many they are', () => {
    for (const members of [0, 1, 2, 9, 10, 11, 100, 1000])
      for (const draw of [0, 0.5, 0.999]) {
        const pause = pauseMs(members, { next: () => draw });
        expect(pause).to.be.at.least(1000);
        expect((Math.max(members, 1) * 1000) / pause, `${members}`).to.be.at.most(10);
        expect(pause).to.be.at.most(1250 * Math.max(1, members / 10));
      }
  });
});

describe('addresses of announcements', () => {
  it('are the same after a way through bytes', () => {
    for (const text of ['0.0.0.0', '192.0.2.255', '::', '::1', '2001:db8::1', 'fe80::1:2:3:4', '2001:db8:1:2:3:4:5:6'])
      expect(addressText(addressBytes(text))).to.equal(text);
    expect(addressBytes('fe80::1%eth0').toString('hex')).to.equal('fe800000000000000000000000000001');
    expect(addressBytes('192.0.2.1').toString('hex')).to.equal('00000000000000000000ffffc0000201');
    expect(macText(macBytes('00:00:5E:00:53:01'))).to.equal('00:00:5e:00:53:01');
  });

  const info = (address: string, internal = false, mac = '00:00:5e:00:53:01') => ({
    address,
    netmask: '',
    cidr: null,
    mac,
    internal,
    ...(address.includes(':') ? { family: 'IPv6' as const, scopeid: 0 } : { family: 'IPv4' as const }),
  });
  const machine = {
    lo: [info('127.0.0.1', true, '00:00:00:00:00:00'), info('::1', true, '00:00:00:00:00:00')],
    eth1: [info('192.0.2.1'), info('192.0.2.2'), info('2001:db8::1')],
    eth0: [info('198.51.100.1', false, '00:00:5e:00:53:02')],
  };
  const names = (group: string, ...listening: string[]) =>
    outInterfaces(group, listening, machine).map(({ name, address }) => `${name} ${address}`);

  it('go out where the manager can be asked, and nowhere else', () => {
    expect(names('239.1.1.1', '127.0.0.1')).to.deep.equal(['lo 127.0.0.1']);
    expect(names('239.1.1.1', '127.0.0.5')).to.deep.equal(['lo 127.0.0.1']);
    expect(names('239.1.1.1', '192.0.2.2')).to.deep.equal(['eth1 192.0.2.2']);
    expect(names('239.1.1.1', '0.0.0.0')).to.deep.equal(['eth0 198.51.100.1', 'eth1 192.0.2.1']);
    expect(names('239.1.1.1', '::')).to.deep.equal(['eth0 198.51.100.1', 'eth1 192.0.2.1']);
    expect(names('ff15::1', '::')).to.deep.equal(['eth1 2001:db8::1']);
    expect(names('ff15::1', '0.0.0.0')).to.deep.equal([]);
    expect(names('ff15::1', '::1', '192.0.2.2')).to.deep.equal(['lo ::1']);
    expect(names('239.1.1.1', '203.0.113.1')).to.deep.equal([]);
  });

  it('of loopback have no MAC address', () => {
    expect(outInterfaces('239.1.1.1', ['127.0.0.1'], machine)[0]?.mac).to.equal('00:00:00:00:00:00');
  });
});
