import { expect } from 'chai';
import { keyOf, LONGEST_KEY } from '../../../../src/assess/alarms/bounds.js';
import { conditionOf } from '../../../../src/assess/alarms/condition.js';
import type { EventRule } from '../../../../src/config/settings.js';
import type { Severity } from '../../../../src/model/status.js';

const told = (severity: Severity, more: { alarm?: string; source?: string; name?: string } = {}) => ({
  name: 'diskBad',
  severity,
  ...more,
});

describe('the condition that an event speaks of', () => {
  const alarm: EventRule = { name: 'disk.*', severity: 'major', actions: ['store', 'alarm'] };
  const ignore: EventRule = { name: 'disk.*', actions: ['ignore'] };
  const store: EventRule = { actions: ['store', 'syslog'] };
  const cases: [what: string, event: ReturnType<typeof told>, rules: readonly EventRule[], key: string | undefined][] =
    [
      ['is none of an event without a key', told('major'), [], undefined],
      ['is none where a rule says other things', told('major'), [store], undefined],
      ['is the key that it brings', told('major', { alarm: 'disk 1' }), [], 'disk 1'],
      ['is the key that it brings, whatever else a rule says', told('major', { alarm: 'disk 1' }), [store], 'disk 1'],
      ['is its name where a rule says alarm', told('major'), [alarm], 'event diskBad'],
      ['is its name and source', told('major', { source: 'log a' }), [alarm], 'event diskBad of log a'],
      ['is none where the rule is of another severity', told('minor'), [alarm], undefined],
      ['is that of the same name when it is over, whatever the rule', told('cleared'), [alarm], 'event diskBad'],
      ['is none of what is ignored', told('major', { alarm: 'disk 1' }), [ignore, alarm], undefined],
      ['is there when what is ignored is over', told('cleared', { alarm: 'disk 1' }), [ignore], 'disk 1'],
    ];
  for (const [what, event, rules, key] of cases) it(what, () => expect(conditionOf(event, rules)).to.equal(key));

  it('has a key within bounds that tells long ones apart', () => {
    const [one, other] = ['a', 'b'].map((end) => keyOf(`threshold ${'x'.repeat(2000)}${end}`));
    expect(one?.length).to.be.at.most(LONGEST_KEY);
    expect(one).not.to.equal(other);
    expect(keyOf('x'.repeat(LONGEST_KEY))).to.equal('x'.repeat(LONGEST_KEY));
  });
});
