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

  it('lets the first rule that matches decide', () => {
    const rules: EventRule[] = [
      { name: 'a', actions: ['store'] },
      { name: 'a', actions: ['ignore'] },
    ];
    expect(ruleFor(rules, { name: 'a', severity: 'minor' })).to.equal(rules[0]);
  });
});
