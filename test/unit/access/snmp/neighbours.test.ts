import { assert } from 'chai';
import type { Neighbour } from '../../../../src/access/access.js';
import { TYPES, type VarBind } from '../../../../src/access/snmp/message/bindings.js';
import { bridgeNeighbours } from '../../../../src/access/snmp/neighbours/bridge.js';
import { cdpNeighbours } from '../../../../src/access/snmp/neighbours/cdp.js';
import { lldpNeighbours } from '../../../../src/access/snmp/neighbours/lldp.js';
import {
  capacityOf,
  hardwareAddress,
  networkAddress,
  wordsOf,
} from '../../../../src/access/snmp/neighbours/neighbour.js';
import { together } from '../../../../src/access/snmp/neighbours/part.js';
import type { Column } from '../../../../src/access/snmp/walk.js';

const number = (value: number): VarBind => ({ oid: '1', type: TYPES.INTEGER, value });
const bytes = (value: string | Buffer): VarBind => ({ oid: '1', type: TYPES.OCTET_STRING, value: Buffer.from(value) });
const hex = (text: string): VarBind => bytes(Buffer.from(text, 'hex'));
const column = (cells: Readonly<Record<string, VarBind>>): Column => new Map(Object.entries(cells));

const interfaces = {
  names: new Map([
    ['513', 'ge-0/0/0'],
    ['47', 'Ethernet47'],
  ]),
  speeds: new Map([
    ['513', 1e9],
    ['47', 1e10],
  ]),
};

describe('neighbours by LLDP', () => {
  const remote = (columnNumber: number): string => `1.0.8802.1.1.2.1.4.1.1.${columnNumber}`;
  const neighbour = (
    [chassisSubtype, chassis, portSubtype, port, description, name]: readonly [
      number,
      VarBind,
      number,
      VarBind,
      string,
      VarBind,
    ],
    more: Readonly<Record<string, Column>> = {},
    index = '0.513.1',
  ): readonly Neighbour[] =>
    lldpNeighbours(
      new Map([
        [remote(4), column({ [index]: number(chassisSubtype) })],
        [remote(5), column({ [index]: chassis })],
        [remote(6), column({ [index]: number(portSubtype) })],
        [remote(7), column({ [index]: port })],
        [remote(8), column({ [index]: bytes(description) })],
        [remote(9), column({ [index]: name })],
        ...Object.entries(more),
      ]),
      interfaces,
    );
  const MAC = hex('a8d0e5f5afc0');

  it('have name, address and hardware address, and a port by its name', () => {
    const address = { '1.0.8802.1.1.2.1.4.2.1.3': column({ '0.513.1.1.4.192.0.2.1': number(2) }) };
    assert.deepEqual(neighbour([4, MAC, 5, bytes('xe-1/2/0'), 'to the core', bytes('core1.example.')], address), [
      {
        via: 'lldp',
        port: 'ge-0/0/0',
        capacity: '1G',
        names: ['core1.example.', '192.0.2.1', 'a8:d0:e5:f5:af:c0'],
        remotePort: 'xe-1/2/0',
      },
    ]);
  });

  it('have a port by its description where its id is a number', () =>
    assert.equal(neighbour([4, MAC, 7, bytes('628'), 'xe-1/2/0', bytes('core1')])[0]?.remotePort, 'xe-1/2/0'));

  it('have a port by its hardware address where nothing else is told', () =>
    assert.equal(neighbour([4, MAC, 3, MAC, '', bytes('phone')])[0]?.remotePort, 'a8:d0:e5:f5:af:c0'));

  it('have no name that is no text', () =>
    assert.deepEqual(neighbour([4, MAC, 5, bytes('1'), '', hex('d1a7d7d3')])[0]?.names, ['a8:d0:e5:f5:af:c0']));

  it('may be known by an address instead of a chassis', () =>
    assert.deepEqual(neighbour([5, hex('01c0000201'), 5, bytes('1'), '', bytes('')])[0]?.names, ['192.0.2.1']));

  it('stand at the local port as it calls itself, where its number is not that of the interface', () => {
    const local = {
      '1.0.8802.1.1.2.1.3.7.1.2': column({ 3: number(5) }),
      '1.0.8802.1.1.2.1.3.7.1.3': column({ 3: bytes('Ethernet47') }),
    };
    const [found] = neighbour([4, MAC, 5, bytes('1'), '', bytes('x')], local, '0.3.1');
    assert.deepEqual([found?.port, found?.capacity], ['Ethernet47', '10G']);
  });

  it('are none where nothing names them', () =>
    assert.deepEqual(neighbour([4, hex('00'), 5, bytes('1'), '', bytes('')]), []));
});

describe('neighbours by CDP', () => {
  const cache = (columnNumber: number): string => `1.3.6.1.4.1.9.9.23.1.2.1.1.${columnNumber}`;
  const neighbour = (address: VarBind, id: VarBind, port: VarBind) =>
    cdpNeighbours(
      new Map([
        [cache(4), column({ '513.7': address })],
        [cache(6), column({ '513.7': id })],
        [cache(7), column({ '513.7': port })],
      ]),
      interfaces,
    );

  it('have name, address and port', () =>
    assert.deepEqual(neighbour(hex('c0000201'), bytes('core1.example'), bytes('GigabitEthernet0/1')), [
      {
        via: 'cdp',
        port: 'ge-0/0/0',
        capacity: '1G',
        names: ['core1.example', '192.0.2.1'],
        remotePort: 'GigabitEthernet0/1',
      },
    ]));

  it('are known without the serial number behind their name, too', () =>
    assert.deepEqual(neighbour(bytes(''), bytes('n5k(SSI1837)'), bytes('Ethernet1/19'))[0]?.names, [
      'n5k',
      'n5k(SSI1837)',
    ]));

  it('may be hardware addresses, but names of six letters are names', () => {
    assert.deepEqual(neighbour(bytes(''), hex('e839351aca99'), bytes('1'))[0]?.names, ['e8:39:35:1a:ca:99']);
    assert.deepEqual(neighbour(bytes(''), bytes('switch'), bytes('1'))[0]?.names, ['switch']);
  });
});

describe('neighbours by the table of a bridge', () => {
  const ports = new Map([['1.3.6.1.2.1.17.1.4.1.2', column({ 1: number(513), 2: number(47) })]]);

  it('are those behind a port with a single address, in whatever VLANs', () => {
    const learnt = column({
      '10.0.27.197.0.0.1': number(1),
      '20.0.27.197.0.0.1': number(1),
      '10.0.27.197.0.0.2': number(2),
      '10.0.27.197.0.0.3': number(2),
      '10.0.27.197.0.0.4': number(0),
    });
    assert.deepEqual(bridgeNeighbours(learnt, ports, interfaces), [
      { via: 'bridge', port: 'ge-0/0/0', capacity: '1G', names: ['00:1b:c5:00:00:01'] },
    ]);
  });
});

describe('neighbours of all ways', () => {
  const one = (via: Neighbour['via'], port: string, name: string, remotePort?: string): Neighbour => ({
    via,
    port,
    names: [name],
    ...(remotePort === undefined ? {} : { remotePort }),
  });

  it('are told by the most telling way of each port', () =>
    assert.deepEqual(
      together(
        [one('lldp', '1', 'a')],
        [one('cdp', '1', 'a'), one('cdp', '2', 'b'), one('cdp', '2', 'c')],
        [one('bridge', '2', '00:1b:c5:00:00:01'), one('bridge', '3', '00:1b:c5:00:00:02')],
      ).map(({ via, port, names }) => `${via} ${port} ${names}`),
      ['lldp 1 a', 'cdp 2 b', 'cdp 2 c', 'bridge 3 00:1b:c5:00:00:02'],
    ));

  it('that are told twice from one port are one', () =>
    assert.lengthOf(together([one('lldp', '1', 'a', 'Ethernet1'), one('lldp', '1', '192.0.2.1', 'Ethernet1')]), 1));

  it('are bounded, by number and by all that they say', () => {
    const long = Array.from({ length: 150 }, (_, at) => one('lldp', `${at}`, 'x'.repeat(1000)));
    assert.isBelow(JSON.stringify(together(long)).length, 41_000);
    assert.lengthOf(together(Array.from({ length: 500 }, (_, at) => one('lldp', `${at}`, 'a'))), 200);
  });
});

describe('what neighbours are told by', () => {
  it('addresses', () => {
    assert.equal(networkAddress(Buffer.from([192, 0, 2, 1])), '192.0.2.1');
    assert.equal(networkAddress(Buffer.from('20010db8000000000000000000000001', 'hex')), '2001:db8::1');
    assert.deepEqual([Buffer.alloc(4), Buffer.from('abc'), undefined].map(networkAddress), [
      undefined,
      undefined,
      undefined,
    ]);
    assert.equal(hardwareAddress(Buffer.from('switch')), '73:77:69:74:63:68');
    assert.deepEqual([Buffer.alloc(6), Buffer.alloc(5), 'x'].map(hardwareAddress), [undefined, undefined, undefined]);
  });

  it('capacities, as they are configured', () =>
    assert.deepEqual([1e10, 2.5e9, 1e8, 64_000, 300, 0, undefined].map(capacityOf), [
      '10G',
      '2.5G',
      '100M',
      '64k',
      '300',
      undefined,
      undefined,
    ]));

  it('words', () =>
    assert.deepEqual([Buffer.from('Zürich\0'), Buffer.from('fffe', 'hex'), Buffer.from('a\x01')].map(wordsOf), [
      'Zürich',
      undefined,
      undefined,
    ]));
});
