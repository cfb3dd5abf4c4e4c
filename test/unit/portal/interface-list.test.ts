import { expect } from 'chai';
import fc from 'fast-check';
import { interfaceRequest, listedInterfaces, stateWord, trouble } from '../../../src/portal/interface-list.js';
import type { InterfaceRow } from '../../../src/portal/interfaces.js';
import { naturalPlaces } from '../../../src/portal/order.js';
import { Query } from '../../../src/portal/query.js';

const row = (instance: string, more: Partial<InterfaceRow> = {}): InterfaceRow => ({
  instance,
  alias: undefined,
  state: 'up',
  disabled: false,
  speed: undefined,
  input: undefined,
  output: undefined,
  utilisation: undefined,
  errors: undefined,
  discards: undefined,
  beyond: [],
  everUsed: undefined,
  ...more,
});

const listed = (search: string, rows: readonly InterfaceRow[]) =>
  listedInterfaces(rows, interfaceRequest(new Query(search)), naturalPlaces(rows.map((one) => one.instance))).map(
    (one) => one.instance,
  );

describe('the list of interfaces', () => {
  it('begins with what somebody has to look after, each kind as people count', () => {
    expect(
      listed('', [
        row('ge-10'),
        row('ge-9', { state: 'down', disabled: true }),
        row('ge-8', { state: 'down', everUsed: false }),
        row('ge-7', { discards: 3 }),
        row('ge-6', { utilisation: 91 }),
        row('ge-5', { errors: 0.1 }),
        row('ge-4', { errors: 99 }),
        row('ge-3', { state: 'lower layer down', everUsed: true }),
        row('ge-2', { state: 'down', errors: 5 }),
        row('ge-1'),
      ]),
    ).to.deep.equal(['ge-2', 'ge-3', 'ge-4', 'ge-5', 'ge-6', 'ge-7', 'ge-8', 'ge-1', 'ge-9', 'ge-10']);
  });

  for (const [what, more, expected] of [
    ['down, and was in use', { state: 'down', everUsed: true }, 4],
    ['down, and nobody knows whether it was in use', { state: 'down' }, 4],
    ['down, never in use, but somebody has described it', { state: 'down', everUsed: false, alias: 'uplink' }, 4],
    ['down, and there has never been anything at it', { state: 'down', everUsed: false }, 1],
    ['beyond a threshold', { beyond: [{ name: 'ifInUtilisation', instance: 'a', value: 91, unit: '%', time: 0 }] }, 3],
    ['switched off', { state: 'down', disabled: true, everUsed: true }, 0],
    ['of a card that is out', { state: 'not present' }, 0],
    ['nearly full', { utilisation: 80 }, 2],
    ['not yet measured', { state: undefined }, 0],
  ] as const) {
    it(`gives ${expected} for trouble to one that is ${what}`, () =>
      expect(trouble(row('a', more))).to.equal(expected));
  }

  it('is sorted by each column in both directions, what is not known last', () => {
    const rows = [
      row('a2', { input: 5, output: 1, utilisation: 3, errors: 2 }),
      row('a10', { input: 7, output: 0, utilisation: 1 }),
      row('a1', { output: 4, utilisation: 2, errors: 1 }),
    ];
    for (const [sort, order] of [
      ['name', 'a1 a2 a10'],
      ['-name', 'a10 a2 a1'],
      ['-in', 'a10 a2 a1'],
      ['in', 'a2 a10 a1'],
      ['-out', 'a1 a2 a10'],
      ['used', 'a10 a1 a2'],
      ['-errors', 'a2 a1 a10'],
      ['errors', 'a1 a2 a10'],
      ['-nothing', 'a1 a2 a10'],
    ] as const) {
      if (sort === '-nothing') expect(interfaceRequest(new Query('ifSort=-nothing')).sort).to.equal('-state');
      else expect(listed(`ifSort=${sort}`, rows).join(' '), sort).to.equal(order);
    }
  });

  it('is filtered by words in name, description and state, whatever their case', () => {
    const rows = [
      row('ge-1', { alias: 'Uplink to Denver' }),
      row('ge-2', { state: 'down', alias: 'uplink' }),
      row('xe-1', { state: 'down', disabled: true }),
    ];
    expect(listed('ifq=UPLINK', rows)).to.deep.equal(['ge-2', 'ge-1']);
    expect(listed('ifq=uplink+denver', rows)).to.deep.equal(['ge-1']);
    expect(listed('ifq=ge+down', rows)).to.deep.equal(['ge-2']);
    expect(listed('ifq=off', rows)).to.deep.equal(['xe-1']);
    expect(listed('ifq=%22', rows)).to.have.length(3);
  });

  it('says "off" of what was switched off, unless it is up all the same', () => {
    expect(stateWord(row('a', { state: 'down', disabled: true }))).to.equal('off');
    expect(stateWord(row('a', { state: 'up', disabled: true }))).to.equal('up');
    expect(stateWord(row('a', { state: undefined }))).to.equal('unknown');
  });
});

describe('places of names', () => {
  it('are one for each name, in one order whatever the input', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string()), (names) => {
        const [forth, back] = [naturalPlaces(names), naturalPlaces([...names].reverse())];
        expect(new Set(names.map(forth)).size).to.equal(names.length);
        for (const name of names) expect(back(name)).to.equal(forth(name));
      }),
    );
  });
});
