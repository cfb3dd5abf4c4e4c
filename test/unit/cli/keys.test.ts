import { assert } from 'chai';
import { keysOf } from '../../../src/cli/run/keys.js';
import type { PoolSettings, Settings } from '../../../src/config/settings.js';

type Keys = Pick<PoolSettings, 'key' | 'acceptKey'>;

const holder = (keys: Keys) => {
  const state = { keys };
  const inForce = keysOf(() => ({ pool: state.keys, security: {} }) as unknown as Settings);
  const macs = () => (inForce() ?? assert.fail()).map((key) => key.mac('http request', 'text').toString('hex'));
  return {
    change: (changed: Keys) => {
      state.keys = changed;
    },
    signs: () => macs()[0] ?? assert.fail(),
    believes: (mac: string) => macs().includes(mac),
    inForce,
  };
};

describe('pool keys in force', () => {
  it('are exchanged in three rounds, in which everybody believes everybody', () => {
    const managers = [1, 2].map(() => holder({ key: 'old' }));
    const old = managers[0]?.signs() ?? '';
    const rounds: Keys[] = [{ key: 'old', acceptKey: 'new' }, { key: 'new', acceptKey: 'old' }, { key: 'new' }];
    for (const round of rounds)
      for (const manager of managers) {
        manager.change(round);
        for (const one of managers) for (const other of managers) assert.isTrue(other.believes(one.signs()));
      }
    for (const manager of managers) assert.isFalse(manager.believes(old));
  });

  it('are derived once', () => {
    const { inForce } = holder({ key: 'a', acceptKey: 'b' });
    assert.strictEqual(inForce(), inForce());
  });
});
