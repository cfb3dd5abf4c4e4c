import { expect } from 'chai';
import { Oddities } from '../../../../src/access/snmp/poller/oddities.js';

const AGENT = { host: '10.0.0.1', port: 161 };

describe('what answers no question', () => {
  it('is told of to those who have asked that address since, the last thing only', () => {
    const oddities = new Oddities();
    oddities.note(AGENT, 'rubbish', 1_000);
    oddities.note(AGENT, 'an answer to another question', 1_200);
    expect(oddities.since(AGENT, 1_100)).to.equal('an answer to another question');
    expect(oddities.since(AGENT, 1_201)).to.equal(undefined);
    expect(oddities.since({ ...AGENT, port: 162 }, 0)).to.equal(undefined);
  });

  it('is forgotten of those that have been silent longest', () => {
    const oddities = new Oddities();
    for (let at = 0; at < 1_025; at += 1) oddities.note({ host: `10.0.${at >> 8}.${at & 255}`, port: 161 }, 'x', at);
    expect(oddities.since({ host: '10.0.0.0', port: 161 }, 0)).to.equal(undefined);
    expect(oddities.since({ host: '10.0.0.1', port: 161 }, 0)).to.equal('x');
  });
});
