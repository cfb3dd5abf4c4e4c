import { expect } from 'chai';
import type { Heartbeat } from '../../../../src/pool/detection/state.js';
import { elementOf, SmallWorld } from './small-world.js';

const ALL = ['em1', 'em2', 'em3'];

function pool(): SmallWorld {
  const small = new SmallWorld();
  for (const id of ALL) {
    const names = ALL.filter((other) => other !== id);
    small.add(id, names, [elementOf(`device/${id}-1`), elementOf(`device/${id}-2`)]);
  }
  small.run(10_000);
  return small;
}

function says(small: SmallWorld, id: string, rest: Partial<Heartbeat>): void {
  const incarnation = small.get(id).node?.mastership.durable.incarnation ?? 0;
  const heartbeat = { incarnation, state: 'running', load: 0.1, polls: { due: 0, done: 0 }, parts: [] } as const;
  small.input(id, { is: 'works', heartbeat: { ...heartbeat, ...rest } });
}

describe('a manager that lives and cannot work', () => {
  for (const role of ['master', 'secondary'])
    it(`is relieved of what it polls, as ${role}, and gets it back`, () => {
      const small = pool();
      const master = small.master() ?? '';
      const troubled = role === 'master' ? master : (ALL.find((id) => id !== master) ?? '');
      says(small, troubled, { trouble: 'the disk is full' });
      small.run(10_000);
      expect([...small.get(troubled).polls.keys()]).to.deep.equal([]);
      for (const id of ALL) expect(small.pollers(`device/${id}-1`)).to.have.length(1);
      expect(small.master()).not.to.equal(role === 'master' ? master : undefined);
      says(small, troubled, {});
      small.run(120_000);
      for (const id of ALL) expect(small.pollers(`device/${id}-1`)).to.deep.equal([id]);
    });
});
