import { assert } from 'chai';
import { RowNames } from '../../../../src/access/snmp/row-names.js';

const IF_NAME = '1.3.6.1.2.1.31.1.1.1.1';
const ENTITY_NAME = '1.3.6.1.2.1.47.1.1.1.1.7';

describe('names of rows', () => {
  const kept = { [ENTITY_NAME]: { atMs: 1000, names: { 7: 'fan 7' } } };

  it('are those of the interfaces where they name interfaces', () => {
    const names = new RowNames({}, new Map([['1', 'eth0#1']]), 2000);
    assert.deepEqual(
      [names.nameOf(IF_NAME, '1'), names.nameOf(IF_NAME, '2'), names.nameOf(ENTITY_NAME, '1')],
      ['eth0#1', '', ''],
    );
  });

  it('are kept for an hour, and handed on as they are', () => {
    const names = new RowNames(kept, new Map(), 3_600_000);
    assert.equal(names.nameOf(ENTITY_NAME, '7'), 'fan 7');
    assert.strictEqual(names.memory, kept);
    assert.equal(new RowNames(kept, new Map(), 3_602_000).nameOf(ENTITY_NAME, '7'), '');
  });

  it('begin anew where what was kept cannot be read', () => {
    for (const strange of [
      undefined,
      null,
      'x',
      { a: 1 },
      { a: { atMs: 1, names: null } },
      { a: { atMs: 1, names: { b: 2 } } },
    ])
      assert.deepEqual(new RowNames(strange, new Map(), 1).memory, {});
  });
});
