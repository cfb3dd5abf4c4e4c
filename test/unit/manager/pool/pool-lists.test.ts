import { expect } from 'chai';
import {
  assignmentPage,
  awayFrom,
  handOverPage,
  ownedBy,
  standInOf,
  UNWATCHED,
} from '../../../../src/manager/pool/pool-lists.js';
import type { AssignmentView, HandOver } from '../../../../src/manager/pool/pool-service.js';

const rows: readonly AssignmentView[] = [
  { element: 'device/core1', owner: 'EM1', standIn: 'EM2', homes: ['EM1'], reason: 'at home there' },
  { element: 'device/core2', owner: 'EM1', standIn: 'EM3', homes: ['EM2', 'EM3'], reason: 'EM2 has crashed' },
  { element: 'service/Fort Collins', owner: 'EM3', homes: [], delegatedTo: 'EM3' },
  { element: 'application/log', owner: 'EM2', homes: ['EM2'], unwatched: 'only EM2 can read it' },
];

describe('lists of a pool', () => {
  for (const [filter, found] of [
    [undefined, [0, 1, 2, 3]],
    ['', [0, 1, 2, 3]],
    [ownedBy('EM1'), [0, 1]],
    [ownedBy('em1'), [0, 1]],
    [standInOf('EM3'), [1]],
    [awayFrom('EM2'), [1, 3]],
    [awayFrom('EM3'), [1]],
    [awayFrom('EM1'), []],
    ['home:EM2', [1, 3]],
    [UNWATCHED, [3]],
    ['delegated:yes', [2]],
    ['element:device/core2', [1]],
    ['element:core2', []],
    ['core', [0, 1]],
    ['CRASHED', [1]],
    ['"fort collins"', [2]],
    [`${ownedBy('EM1')} crashed`, [1]],
    ['nonsense:EM1', []],
  ] as const) {
    it(`finds by ${JSON.stringify(filter)}`, () => {
      const page = assignmentPage(rows, filter === undefined ? {} : { filter });
      expect(page.rows.map((row) => rows.indexOf(row))).to.deep.equal(found);
      expect(page.total).to.equal(found.length);
    });
  }

  it('pages in the order given, and refuses pages that cannot be', () => {
    expect(assignmentPage(rows, { page: 2, pageSize: 3 })).to.deep.equal({ rows: [rows[3]], total: 4 });
    expect(assignmentPage(rows, { page: 9, pageSize: 3 })).to.deep.equal({ rows: [], total: 4 });
    expect(() => assignmentPage(rows, { page: 0 })).to.throw('page is 0');
    expect(() => assignmentPage(rows, { pageSize: 1_001 })).to.throw('pageSize is 1001');
  });

  it('lets no id out of its quotes', () => {
    expect(ownedBy('a" owner:"b')).to.equal('owner:"a owner:b"');
  });

  it('tells planned moves from takeovers, and those that cost a poll', () => {
    const move = (more: Partial<HandOver>): HandOver => ({
      time: 0,
      element: 'device/core1',
      to: 'EM2',
      reason: 'EM1 is shutting down',
      epoch: { term: 3, number: 7, giver: 'EM1' },
      takeover: false,
      missed: 0,
      doubled: 0,
      seconds: 1,
      ...more,
    });
    const ledger = [move({ from: 'EM1' }), move({ takeover: true, doubled: 1 }), move({ takeover: true, to: 'EM3' })];
    const found = (filter: string) => handOverPage(ledger, { filter }).rows.map((row) => ledger.indexOf(row));
    expect(found('kind:takeover')).to.deep.equal([1, 2]);
    expect(found('kind:planned')).to.deep.equal([0]);
    expect(found('flawed:yes')).to.deep.equal([1]);
    expect(found('from:EM1')).to.deep.equal([0]);
    expect(found('to:EM3 kind:takeover')).to.deep.equal([2]);
    expect(found('3.7.EM1')).to.deep.equal([0, 1, 2]);
  });
});
