import { expect } from 'chai';
import { isStored, ruleFor } from '../../../src/assess/event-rules.js';
import type { EventRule } from '../../../src/config/settings.js';

const RULES: EventRule[] = [
  { name: 'linkDown', severity: 'major', actions: ['store', 'alarm'] },
  { name: 'debug.*', actions: ['ignore'] },
  { severity: 'indeterminate', actions: ['ignore'] },
];

describe('event rules', () => {
  const cases: [string, 'major' | 'minor' | 'indeterminate', boolean][] = [
    ['linkDown', 'major', true],
    ['linkDown', 'minor', true],
    ['debugTrace', 'major', false],
    ['undebug', 'major', true],
    ['anything', 'indeterminate', false],
  ];
  for (const [name, severity, stored] of cases) {
    it(`${stored ? 'stores' : 'ignores'} ${name} of severity ${severity}`, () =>
      expect(isStored(RULES, { name, severity })).to.equal(stored));
  }

  it('asks those of a configuration, and not those of another that it has asked before', () => {
    const told = { name: 'linkDown', severity: 'major' } as const;
    const other: EventRule[] = [{ name: 'linkDown', actions: ['ignore'] }];
    for (let time = 0; time < 2; time++) {
      expect(ruleFor(RULES, told)).to.equal(RULES[0]);
      expect(ruleFor(other, told)).to.equal(other[0]);
      expect(ruleFor([], told)).to.equal(undefined);
    }
  });

  it('is right for however many names', () => {
    for (let round = 0; round < 2; round++)
      for (let n = 0; n < 3000; n++)
        expect(ruleFor(RULES, { name: `debug${n}`, severity: 'major' })).to.equal(RULES[1]);
  });

  it('lets the first rule that matches decide', () => {
    const rules: EventRule[] = [
      { name: 'a', actions: ['store'] },
      { name: 'a', actions: ['ignore'] },
    ];
    expect(ruleFor(rules, { name: 'a', severity: 'minor' })).to.equal(rules[0]);
  });
});
