/** For which start of its receiver a message is meant. */
import { expect } from 'chai';
import { send } from '../../../../src/pool/node/emit.js';
import type { PoolMessage } from '../../../../src/pool/node/messages.js';
import { SmallWorld } from './small-world.js';

const epoch = { term: 1, number: 1, giver: 'em1' };
const bundle = { element: 'device/x', epoch, cursors: [], body: '' };

/** Of a message to a member whose first start was heard. */
function startMeant(message: PoolMessage): number | undefined {
  const small = new SmallWorld();
  small.add('em1', ['em2'], []);
  const { node } = small.get('em1');
  if (!node) throw new Error('em1 does not run');
  node.incarnations.set('em2', { identity: 'em2-disk', incarnation: 1, starts: [0] });
  node.out = [];
  send(node, 'em2', message);
  const [effect] = node.out;
  return effect?.is === 'send' ? effect.envelope.toIncarnation : Number.NaN;
}

describe('messages to a member that may have been started anew', () => {
  it('go to any start of it when they are bundles, for members that are no voters hear nothing of each other', () => {
    expect(startMeant({ is: 'give', epoch, bundle })).to.equal(undefined);
    expect(startMeant({ is: 'warm', bundle })).to.equal(undefined);
  });

  it('go to any start of it when they say that somebody is there, or goes: a new start knows of nobody yet', () => {
    const heartbeat = { incarnation: 1, state: 'running', load: 0, polls: { due: 0, done: 0 }, parts: [] } as const;
    const rest = { term: 1, roster: 1, held: '', offered: '', settled: [], wants: 'alive' } as const;
    expect(startMeant({ is: 'beat', heartbeat, ...rest })).to.equal(undefined);
    expect(startMeant({ is: 'left' })).to.equal(undefined);
  });

  it('are for the start that was heard when they answer it', () => {
    expect(startMeant({ is: 'taken', element: 'device/x', epoch, first: [] })).to.equal(1);
    expect(startMeant({ is: 'ordered', term: 1, sequence: 1 })).to.equal(1);
  });
});
