import { expect } from 'chai';
import { agentOf } from '../../../../src/access/snmp/agent.js';
import { engineFrom, learntOf } from '../../../../src/access/snmp/learnt.js';
import { Engine } from '../../../../src/access/snmp/usm/engine.js';
import { access, element } from '../../../support/access.js';

const ID = Buffer.from('80001f8880e9bd0c1d12667a51', 'hex');
const agent = agentOf({ element: element(), access: access('snmp', { port: '1161' }) });

function learnt(nowMs: number): unknown {
  const engine = new Engine();
  engine.discover(ID);
  engine.judge(7, 5000, 1_000_000);
  return JSON.parse(JSON.stringify(learntOf(agent, engine, nowMs))) as unknown;
}

describe('what one owner tells the next of an agent', () => {
  it('is its engine, with a clock that has run on all the way', () => {
    // Learnt 4 s before it was told, which was 20 s before it is used; the clocks of the two show other times.
    const engine = engineFrom({ what: learnt(1_004_000), atMs: 70_000 }, agent, 90_000);
    expect(engine?.id.equals(ID)).to.equal(true);
    expect(engine?.boots).to.equal(7);
    expect(engine?.timeAt(90_000)).to.equal(5024);
    expect(engine?.timeAt(93_000)).to.equal(5027);
  });

  it('is only the id where the clock is not known', () => {
    const unsigned = new Engine();
    unsigned.discover(ID);
    const engine = engineFrom({ what: learntOf(agent, unsigned, 5), atMs: 5 }, agent, 10);
    expect(engine?.isKnown).to.equal(true);
    expect(engine?.isInTime).to.equal(false);
    expect(learntOf(agent, new Engine(), 5)).to.equal(undefined);
  });

  it('says nothing of an agent at another address', () => {
    const other = agentOf({ element: element({ ip: '127.0.0.2' }), access: access('snmp', { port: '1161' }) });
    expect(engineFrom({ what: learnt(1_004_000), atMs: 0 }, other, 0)).to.equal(undefined);
  });

  const { place } = agent;
  const rubbish: readonly unknown[] = [
    undefined,
    null,
    'engine',
    [],
    { place },
    { place, engine: null },
    { place, engine: { id: 7, boots: 1, time: 1, ageMs: 0 } },
    { place, engine: { id: '', boots: 1, time: 1, ageMs: 0 } },
    { place, engine: { id: 'zz', boots: 1, time: 1, ageMs: 0 } },
    { place, engine: { id: '80'.repeat(33), boots: 1, time: 1, ageMs: 0 } },
  ];
  rubbish.forEach((what, at) => {
    it(`is not taken when it is rubbish (${at})`, () => {
      expect(engineFrom({ what, atMs: 0 }, agent, 0)).to.equal(undefined);
    });
  });

  it('is an id without a clock when that makes no sense', () => {
    for (const [boots, time, ageMs] of [
      [-1, 1, 0],
      [1, 2 ** 31, 0],
      [1, 1, -5],
      [1.5, 1, 0],
    ]) {
      const engine = engineFrom({ what: { place, engine: { id: '8000', boots, time, ageMs } }, atMs: 0 }, agent, 0);
      expect(engine?.isInTime).to.equal(false);
    }
  });
});
