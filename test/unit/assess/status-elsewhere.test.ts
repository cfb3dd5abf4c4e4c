import { expect } from 'chai';
import { type Elsewhere, initialReach, reconsider, type Step, step } from '../../../src/assess/status.js';
import type { AccessMethodName } from '../../../src/model/element.js';
import { access, element as elementOf } from '../../support/access.js';

const element = (methods: readonly AccessMethodName[]) =>
  elementOf({ id: 'core1', name: 'device/core1', access: methods.map((method) => access(method, {})) });
const told = ({ state: { status }, events }: Step) =>
  [status, ...events.map(({ name, severity }) => `${name}:${severity}`)].join(' ');

describe('the status of an element that others are asked about', () => {
  const ELSEWHERE: Readonly<Record<string, Elsewhere>> = {
    '.': { is: 'awaited' },
    n: { is: 'unreached', by: 'EM2' },
    s: { is: 'unanswered' },
    y: { is: 'reached', by: 'EM2', from: 'EM1' },
  };
  /** `0-,y`: a poll of access 0, and what is known from elsewhere; `y` alone is news without a poll. */
  function story(words: string, methods: readonly AccessMethodName[] = ['snmp']): readonly Step[] {
    const steps: Step[] = [];
    let state = initialReach(0);
    for (const [index, word] of words.split(' ').entries()) {
      const [outcome = '', known = ''] = word.includes(',') ? word.split(',') : ['', word];
      const elsewhere = ELSEWHERE[known];
      const time = index + 1;
      const access = Number(outcome[0]);
      const answer = outcome.endsWith('+') ? ('answered' as const) : ('failed' as const);
      const poll = { access, time, answer, ...(answer === 'failed' && { error: `e${time}` }) };
      const next = outcome
        ? step(state, element(methods), poll, elsewhere)
        : reconsider(state, element(methods), time, elsewhere);
      steps.push(next);
      state = next.state;
    }
    return steps;
  }
  const stories: readonly [string, readonly AccessMethodName[], string, readonly string[]][] = [
    [
      'is down when nobody else reaches it',
      ['snmp'],
      '0+, 0-,. 0-,n',
      ['normal', 'normal', 'down elementDown:critical'],
    ],
    [
      'is down when nobody says anything in time',
      ['snmp'],
      '0-,. 0-,. s',
      ['unknown', 'unknown', 'down elementDown:critical'],
    ],
    [
      'waits for word, and tells nothing meanwhile',
      ['snmp', 'http'],
      '0+, 1-,. 1-,. 0-,. 0-,. n n',
      ['normal', 'normal', 'minor accessFailed:minor', 'minor', 'minor', 'down elementDown:critical', 'down'],
    ],
    [
      'is unreachable when another reaches it, told once',
      ['snmp'],
      '0+, 0-,. 0-,. y 0-,y 0+,',
      [
        'normal',
        'normal',
        'normal',
        'unreachable elementUnreachable:minor',
        'unreachable',
        'normal elementReachable:cleared',
      ],
    ],
    [
      'goes from unreachable to down when the other does not reach it any more',
      ['snmp'],
      '0-,y 0-,y n 0+,',
      [
        'unknown',
        'unreachable elementUnreachable:minor',
        'down elementReachable:cleared elementDown:critical',
        'normal elementUp:cleared',
      ],
    ],
    [
      'goes from down to unreachable when another reaches it again',
      ['snmp'],
      '0-,n 0-,n 0-,y 0+,',
      [
        'unknown',
        'down elementDown:critical',
        'unreachable elementUp:cleared elementUnreachable:minor',
        'normal elementReachable:cleared',
      ],
    ],
    [
      'stays what it was while others are asked anew',
      ['snmp'],
      '0-,n 0-,n 0-,. . y 0-,. 0-,.',
      [
        'unknown',
        'down elementDown:critical',
        'down',
        'down',
        'unreachable elementUp:cleared elementUnreachable:minor',
        'unreachable',
        'unreachable',
      ],
    ],
    ['is not changed by one failure that others do not see', ['snmp'], '0+, 0-,y y', ['normal', 'normal', 'normal']],
    [
      'tells of an access that fails when the others can be reached again',
      ['snmp', 'http'],
      '0-,y 0-,y 1-,y 1-,y 1+,y',
      [
        'unknown',
        'unknown accessFailed:major',
        'unknown',
        'unreachable elementUnreachable:minor',
        'minor elementReachable:cleared',
      ],
    ],
  ];
  for (const [what, methods, words, expected] of stories) {
    it(what, () => expect(story(words, methods).map(told)).to.deep.equal(expected));
  }

  it('says who reaches it, and what is wrong here', () => {
    const [, unreachable, stays] = story('0-,y 0-,y .');
    expect(unreachable?.state.reason).to.equal('EM2 reaches it, EM1 does not: snmp: e2');
    expect(unreachable?.events[0]?.text).to.equal(
      'device/core1 is unreachable: EM2 reaches it, EM1 does not: snmp: e2',
    );
    expect(stays?.state).to.deep.equal(unreachable?.state);
  });
});
