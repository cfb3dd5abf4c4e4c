import { expect } from 'chai';
import { conditionOf } from '../../../../../src/access/snmp/traps/condition-of.js';

describe('the condition that a notification speaks of', () => {
  const cases: [name: string, oids: readonly string[], key: string | undefined][] = [
    ['linkDown', ['1.3.6.1.2.1.2.2.1.1.3', '1.3.6.1.2.1.2.2.1.8.3'], 'link 3'],
    ['linkUp', ['1.3.6.1.4.1.9.2.2.1.1.20.7', '1.3.6.1.2.1.2.2.1.7.3'], 'link 3'],
    ['linkDown', ['1.3.6.1.2.1.31.1.1.1.1.3'], 'link'],
    ['linkDown', ['1.3.6.1.2.1.2.2.1.1'], 'link'],
    ['linkDown', ['1.3.6.1.2.1.2.2.10.1.3'], 'link'],
    ['linkDown', [], 'link'],
    ['bgpEstablished', ['1.3.6.1.2.1.15.3.1.14.10.0.0.1'], 'bgp 10.0.0.1'],
    ['bgpBackwardTransition', ['1.3.6.1.2.1.15.3.1.2.10.0.0.1'], 'bgp 10.0.0.1'],
    ['risingAlarm', ['1.3.6.1.2.1.16.3.1.1.1.5'], 'rmon 5'],
    ['upsTrapAlarmEntryRemoved', ['1.3.6.1.2.1.33.1.6.2.1.2.4'], 'ups 4'],
    ['jnxFanOK', ['1.3.6.1.4.1.2636.3.1.8.1.6.4.1.1.0'], 'fan 4.1.1.0'],
    ['jnxFruPowerOff', ['1.3.6.1.4.1.2636.3.1.15.1.5.9.1.1.0'], 'fruPower 9.1.1.0'],
    ['coldStart', ['1.3.6.1.2.1.2.2.1.1.3'], undefined],
    ['1.3.6.1.4.1.99.7', ['1.3.6.1.2.1.2.2.1.1.3'], undefined],
  ];
  for (const [name, oids, key] of cases)
    it(`of ${name} with ${oids.join(', ') || 'nothing'} is ${key ?? 'none'}`, () => {
      const bindings = oids.map((oid) => ({ oid }));
      expect(conditionOf(name, bindings)).to.equal(key);
    });
});
