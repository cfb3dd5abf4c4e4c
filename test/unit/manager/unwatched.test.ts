/** Elements that nobody watches, in the lists and reports of every manager of a pool. */
import { expect } from 'chai';
import type { ManagerCore } from '../../../src/manager/core.js';
import { exportDefinition } from '../../../src/manager/pool/bundle/definition.js';
import type { AssignmentView } from '../../../src/manager/pool/pool-service.js';
import { unwatchedElements, withUnwatched } from '../../../src/manager/unwatched.js';
import { elementName, type ManagedElement } from '../../../src/model/element.js';
import type { ElementEntry, ManagerSection } from '../../../src/model/ptp-store.js';
import type { Peer } from '../../../src/peer/peer.js';
import { fakePool, member } from '../../support/fake-pool.js';
import { testEnv } from '../../support/test-env.js';
import { ASKING } from './past/world.js';

const WHY = 'no living manager can poll it by file';
const LOST = elementName('device', 'lost');
const DEFINITION: ManagedElement = {
  ...{ kind: 'device', id: 'lost', name: LOST, label: 'Lost router', ip: '192.0.2.7', type: 'router', pool: false },
  ...{ customers: ['acme'], links: [], parents: [], access: [] },
};
const ROWS: readonly AssignmentView[] = [
  { element: LOST, owner: 'em2', homes: ['em2'], unwatched: WHY },
  { element: elementName('device', 'there'), owner: 'em1', homes: ['em1'] },
];

function coreOf({ voter, master }: { readonly voter: boolean; readonly master?: Peer }): ManagerCore {
  const members = [member('em1', { voter }), member('em3')];
  const pool = fakePool({ standing: 'member', master: 'em3', members }, voter ? ROWS : []);
  return {
    env: testEnv(),
    settings: { id: 'em1' },
    pool: {
      ...pool,
      view: pool.view,
      definitionOf: (name: string) => (name === LOST && voter ? exportDefinition(DEFINITION) : undefined),
    },
    directory: { get: (id: string) => ({ id }), peer: () => master },
  } as unknown as ManagerCore;
}

const entry = (id: string, status: ElementEntry['status']): ElementEntry => ({
  ...{ kind: 'device', id, status, customers: [], links: [], parents: [], access: [], metrics: [] },
});
const section = (id: string, ...devices: readonly ElementEntry[]): ManagerSection => ({
  ...{ id, failover: [], devices, services: [], applications: [] },
});

describe('elements that nobody watches', () => {
  it('are told by a voter as their definition has them, with the reason', async () => {
    const [only, ...others] = await unwatchedElements(coreOf({ voter: true }), ASKING);
    expect([only?.element, only?.manager, others]).to.deep.equal([LOST, 'em2', []]);
    expect(only?.entry).to.include({ status: 'unknown', label: 'Lost router', ip: '192.0.2.7', type: 'router' });
    expect(only?.entry.reason).to.equal(`nobody watches it: ${WHY}`);
    expect(only?.entry.customers).to.deep.equal(['acme']);
  });

  it('are asked of the master by others', async () => {
    const asked: string[] = [];
    const master = {
      call: async (operation: string, input: { readonly filter?: string }) => {
        asked.push(`${operation} ${input.filter}`);
        return { assignments: [{ element: LOST, owner: 'em2', homes: ['em2'], unwatched: WHY }] };
      },
      close: async () => {},
    } as unknown as Peer;
    const core = coreOf({ voter: false, master });
    const found = await unwatchedElements(core, ASKING);
    expect(found.map(({ element, entry: one }) => [element, one.reason])).to.deep.equal([
      [LOST, `nobody watches it: ${WHY}`],
    ]);
    await unwatchedElements(core, ASKING);
    expect(asked).to.deep.equal(['getAssignments unwatched:yes']);
  });

  it('stand in the section of whoever had them, and nowhere twice', async () => {
    const lost = await unwatchedElements(coreOf({ voter: true }), ASKING);
    const shown = (sections: readonly ManagerSection[]) =>
      withUnwatched(sections, lost).map(({ id, devices }) => [id, ...devices.map((one) => `${one.id} ${one.status}`)]);
    const there = section('em1', entry('there', 'normal'));
    expect(shown([there])).to.deep.equal([
      ['em1', 'there normal'],
      ['em2', 'lost unknown'],
    ]);
    expect(shown([there, section('em2', entry('other', 'normal'))])).to.deep.equal([
      ['em1', 'there normal'],
      ['em2', 'other normal', 'lost unknown'],
    ]);
    expect(shown([section('em2', entry('lost', 'unknown'))])).to.deep.equal([['em2', 'lost unknown']]);
    const [remembered] = withUnwatched([section('em2', entry('lost', 'unknown'))], lost);
    expect(remembered?.devices[0]?.reason).to.equal(`nobody watches it: ${WHY}`);
    // Somebody has it again.
    expect(shown([section('em3', entry('lost', 'normal'))])).to.deep.equal([['em3', 'lost normal']]);
    expect(withUnwatched([there], lost, 'service')).to.deep.equal([there]);
  });
});
