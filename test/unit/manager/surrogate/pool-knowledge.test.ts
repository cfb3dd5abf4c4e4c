import { expect } from 'chai';
import { asPtpError, PtpError } from '../../../../src/base/errors.js';
import type { ManagerCore } from '../../../../src/manager/core.js';
import { exportDefinition } from '../../../../src/manager/pool/bundle/definition.js';
import type { AssignmentView, PoolView } from '../../../../src/manager/pool/pool-service.js';
import { PoolKnowledge } from '../../../../src/manager/surrogate/pool-knowledge.js';
import type { CallContext } from '../../../../src/peer/peer.js';
import { access, element } from '../../../support/access.js';
import { testEnv } from '../../../support/test-env.js';

const ELEMENT = element({ access: [access('http', { url: 'http://10.0.0.1/' }, { via: 'EM2' })] });
const CONTEXT: CallContext = {
  caller: { kind: 'peer', name: 'EM1', role: 'admin', from: '127.0.0.1' },
  requestId: 'r',
  hops: 0,
  signal: new AbortController().signal,
};

/** EM2, which votes or not; EM9 leads and may be asked who owns what. */
function world(standing: PoolView['standing'], isVoter: boolean) {
  const env = testEnv();
  let inventory: string | undefined;
  let here: AssignmentView | undefined;
  let owner: string | undefined = 'EM1';
  let fault: PtpError | undefined;
  let asked = 0;
  const view = { standing, master: 'EM9', members: [{ id: 'EM2', voter: isVoter }] };
  const peer = {
    async call() {
      asked += 1;
      if (fault) throw fault;
      return { assignments: owner === undefined ? [] : [{ element: ELEMENT.name, owner }] };
    },
  };
  const core = {
    env,
    settings: { id: 'EM2' },
    pool: { view, definitionOf: () => inventory, assignmentOf: () => here },
    directory: { get: () => ({}), peer: () => peer },
  } as unknown as ManagerCore;
  const knowledge = new PoolKnowledge(core);
  return {
    env,
    ask: (asker = 'EM1') => knowledge.pooled(ELEMENT, asker, CONTEXT),
    get asked() {
      return asked;
    },
    set inventory(text: string | undefined) {
      inventory = text;
    },
    set here(known: AssignmentView | undefined) {
      here = known;
    },
    set owner(id: string | undefined) {
      owner = id;
    },
    set fault(one: PtpError | undefined) {
      fault = one;
    },
  };
}

describe('what a surrogate knows from its pool', () => {
  it('is nothing without a pool', async () => {
    const w = world('alone', false);
    w.inventory = exportDefinition(ELEMENT);
    expect(await w.ask()).to.equal(undefined);
    expect(await world('seeking', false).ask()).to.equal(undefined);
  });

  it('is the inventory where it votes, whatever is sent', async () => {
    const w = world('member', true);
    expect(await w.ask()).to.equal(undefined);
    w.inventory = exportDefinition({ ...ELEMENT, ip: '10.0.0.1' });
    const known = await w.ask();
    expect(known).to.include({ ip: '10.0.0.1' });
    expect(await w.ask('EM3')).to.equal(known);
    w.inventory = exportDefinition({ ...ELEMENT, ip: '10.0.0.2' });
    expect(await w.ask()).to.include({ ip: '10.0.0.2' });
    expect(w.asked).to.equal(0);
  });

  it('is the word of the owner where it does not vote: who that is the master says', async () => {
    const w = world('member', false);
    expect(await w.ask()).to.equal(ELEMENT);
    expect(await w.ask()).to.equal(ELEMENT);
    expect(w.asked).to.equal(1);
    expect(await w.ask('EM3')).to.equal(undefined);
    w.owner = 'EM3';
    expect(await w.ask('EM3')).to.equal(ELEMENT);
    // Who was the owner is not believed again before the master has said so.
    expect(await w.ask('EM1')).to.equal(undefined);
    w.owner = undefined;
    expect(await w.ask('EM4')).to.equal(undefined);
  });

  it('is asked again after a minute, and stands while the master cannot be asked', async () => {
    const w = world('member', false);
    await w.ask();
    await w.env.clock.advance(61_000);
    w.fault = new PtpError('Server.Unavailable', 'it is gone');
    expect(await w.ask()).to.equal(ELEMENT);
    expect(w.asked).to.equal(2);
    expect(await w.ask('EM3').catch(asPtpError)).to.include({
      code: 'Client.Conflict',
      message: 'the pool cannot be asked about device/probe: it is gone',
    });
  });

  it('is its own assignment where it has one: it may be on its way to or from here', async () => {
    const w = world('member', false);
    w.here = { element: ELEMENT.name, owner: 'EM2', holder: 'EM1', homes: [] };
    expect(await w.ask('EM1')).to.equal(ELEMENT);
    expect(await w.ask('EM3')).to.equal(undefined);
    expect(w.asked).to.equal(0);
  });
});
