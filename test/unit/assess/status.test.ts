import { expect } from 'chai';
import fc from 'fast-check';
import {
  type AccessOutcome,
  type Answer,
  answerOf,
  type Elsewhere,
  initialReach,
  type ReachState,
  reconsider,
  type Step,
  step,
} from '../../../src/assess/status.js';
import { ERRORS } from '../../../src/base/errors.js';
import { type AccessMethodName, type AccessSpec, elementName } from '../../../src/model/element.js';

const access = (method: AccessMethodName): AccessSpec => ({
  method,
  intervalMs: 60_000,
  timeoutMs: 5000,
  retries: 1,
  options: {},
  commands: [],
  metrics: [],
  events: [],
  thresholds: [],
});
const element = (...methods: AccessMethodName[]) => ({
  name: elementName('device', 'core1'),
  access: methods.map(access),
});

/** `0+` access 0 answered, `0-` failed, `0~` answered wrongly, `0?` was not tried; one a second. */
const ANSWERS: Readonly<Record<string, Answer>> = { '+': 'answered', '-': 'failed', '~': 'wrong', '?': 'untried' };
function outcomes(story: string): readonly AccessOutcome[] {
  return story.split(' ').map((word, index) => {
    const answer = ANSWERS[word.slice(1)] ?? expect.fail(word);
    return {
      access: Number(word[0]),
      time: index + 1,
      answer,
      ...(answer !== 'answered' && { error: `e${index + 1}` }),
    };
  });
}

function run(methods: readonly AccessMethodName[], story: string): readonly Step[] {
  const steps: Step[] = [];
  let state = initialReach(0);
  for (const outcome of outcomes(story)) {
    const next = step(state, element(...methods), outcome);
    steps.push(next);
    // As it comes back from the disk or from another manager.
    state = JSON.parse(JSON.stringify(next.state));
    expect(state).to.deep.equal(next.state);
  }
  return steps;
}

const told = ({ state: { status }, events }: Step) =>
  [status, ...events.map(({ name, severity }) => `${name}:${severity}`)].join(' ');

describe('the status of an element', () => {
  const stories: readonly [string, readonly AccessMethodName[], string, readonly string[]][] = [
    ['is normal as soon as it answers', ['snmp'], '0+ 0+', ['normal', 'normal']],
    [
      'is unknown until a second poll has failed, then down, told once',
      ['snmp'],
      '0- 0- 0- 0-',
      ['unknown', 'down elementDown:critical', 'down', 'down'],
    ],
    [
      'is not changed by a single failure',
      ['snmp'],
      '0+ 0- 0+ 0- 0+',
      ['normal', 'normal', 'normal', 'normal', 'normal'],
    ],
    [
      'comes back with the first answer, told once',
      ['snmp'],
      '0- 0- 0+ 0+',
      ['unknown', 'down elementDown:critical', 'normal elementUp:cleared', 'normal'],
    ],
    [
      'is down only when every access fails',
      ['snmp', 'ftp'],
      '0+ 1+ 0- 0- 0- 1- 1- 1+ 0+',
      [
        'normal',
        'normal',
        'normal',
        'minor accessFailed:minor',
        'minor',
        'minor',
        'down elementDown:critical',
        'minor elementUp:cleared',
        'normal accessRecovered:cleared',
      ],
    ],
    [
      'waits for an access that was not polled yet',
      ['snmp', 'ftp'],
      '0- 0- 0- 1- 1-',
      ['unknown', 'unknown accessFailed:major', 'unknown', 'unknown', 'down elementDown:critical'],
    ],
    [
      'tells of an access that is still failing when the element is up again',
      ['snmp', 'ftp'],
      '0+ 1- 0- 1- 0- 0+ 1+',
      [
        'normal',
        'normal',
        'normal',
        'minor accessFailed:minor',
        'down elementDown:critical',
        'minor elementUp:cleared',
        'normal accessRecovered:cleared',
      ],
    ],
    [
      'is major when what answers answers wrongly twice',
      ['http'],
      '0+ 0~ 0~ 0~ 0+',
      ['normal', 'normal', 'major accessFailed:major', 'major', 'normal accessRecovered:cleared'],
    ],
    [
      'is not down by one failed and one wrong answer',
      ['http'],
      '0- 0~ 0- 0~',
      ['unknown', 'major accessFailed:major', 'major', 'major'],
    ],
    [
      'goes from major to down by two failures',
      ['http'],
      '0~ 0~ 0- 0-',
      ['unknown', 'major accessFailed:major', 'major', 'down elementDown:critical'],
    ],
    [
      'leaves down with a wrong answer at once',
      ['http'],
      '0- 0- 0~ 0~ 0+',
      [
        'unknown',
        'down elementDown:critical',
        'major elementUp:cleared accessFailed:major',
        'major',
        'normal accessRecovered:cleared',
      ],
    ],
    [
      'is minor when only a file of the manager fails',
      ['snmp', 'file'],
      '0+ 1- 1-',
      ['normal', 'normal', 'minor accessFailed:minor'],
    ],
    [
      'is down although a file can be read',
      ['snmp', 'file'],
      '0+ 1+ 0- 0-',
      ['normal', 'normal', 'normal', 'down elementDown:critical'],
    ],
    ['is not normal by a file alone', ['snmp', 'file'], '1+ 1+', ['unknown', 'unknown']],
    [
      'goes by files where there are only files',
      ['file'],
      '0+ 0- 0-',
      ['normal', 'normal', 'down elementDown:critical'],
    ],
    [
      'is never down by faulty settings',
      ['snmp'],
      '0? 0? 0? 0+',
      ['unknown', 'major accessFailed:major', 'major', 'normal accessRecovered:cleared'],
    ],
  ];
  for (const [what, methods, story, expected] of stories) {
    it(what, () => expect(run(methods, story).map(told)).to.deep.equal(expected));
  }

  it('begins when it changed, and says why', () => {
    const steps = run(['snmp', 'ftp'], '0+ 1+ 1- 1- 1- 0+');
    expect(steps.map(({ state }) => state.since)).to.deep.equal([1, 1, 1, 4, 4, 4]);
    expect(steps.map(({ state }) => state.reason)).to.deep.equal([
      undefined,
      undefined,
      undefined,
      'ftp: e4',
      'ftp: e5',
      'ftp: e5',
    ]);
    expect(run(['snmp'], '0- 0-')[1]?.events[0]?.text).to.equal('device/core1 is down: snmp: e2');
  });

  it('calls the element by its label too', () => {
    const labelled = { ...element('snmp'), label: 'Core' };
    const first = step(initialReach(0), labelled, { access: 0, time: 1, answer: 'failed', error: 'x' });
    const second = step(first.state, labelled, { access: 0, time: 2, answer: 'failed', error: 'x' });
    expect(second.events).to.deep.equal([
      {
        time: 2,
        severity: 'critical',
        name: 'elementDown',
        alarm: 'reach',
        text: 'Core (device/core1) is down: snmp: x',
        element: 'device/core1',
      },
    ]);
  });

  it('follows a configuration that adds, exchanges or takes away an access', () => {
    const down = run(['snmp'], '0- 0-').at(-1)?.state ?? initialReach(0);
    const added = step(down, element('snmp', 'http'), { access: 1, time: 9, answer: 'answered' });
    expect(told(added)).to.equal('minor elementUp:cleared accessFailed:minor');
    const exchanged = step(down, element('http'), { access: 0, time: 9, answer: 'failed', error: 'x' });
    expect(told(exchanged)).to.equal('down');
    const takenAway = step(added.state, element('http'), { access: 0, time: 10, answer: 'answered' });
    expect(told(takenAway)).to.equal('normal');
    expect(takenAway.state.accesses).to.have.length(1);
  });

  it('tells of every change once and of nothing else, whatever happens', () => {
    const anyOutcome = fc.record({
      access: fc.integer({ min: 0, max: 2 }),
      answer: fc.constantFrom(...Object.values(ANSWERS)),
      elsewhere: fc.constantFrom<Elsewhere>(
        { is: 'awaited' },
        { is: 'unanswered' },
        { is: 'unreached' },
        { is: 'reached', by: 'EM2', from: 'EM1' },
      ),
      isPoll: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anyOutcome, { maxLength: 40 }), (story) => {
        let state: ReachState = initialReach(0);
        const openAccesses = new Set<number>();
        let isDown = false;
        let isUnreachable = false;
        for (const [index, { elsewhere, isPoll, ...outcome }] of story.entries()) {
          const before = state;
          const its = element('snmp', 'http', 'file');
          const { state: after, events } = isPoll
            ? step(before, its, { ...outcome, time: index, error: 'e' }, elsewhere)
            : reconsider(before, its, index, elsewhere);
          for (const { name, text } of events) {
            const method = ['snmp', 'http', 'file'].findIndex((one) => text.startsWith(one));
            if (name === 'elementDown' || name === 'elementUp') {
              expect(isDown).to.equal(name === 'elementUp');
              isDown = !isDown;
            }
            if (name === 'elementUnreachable' || name === 'elementReachable') {
              expect(isUnreachable).to.equal(name === 'elementReachable');
              isUnreachable = !isUnreachable;
            }
            if (name === 'accessFailed') expect(openAccesses.has(method)).to.equal(false);
            if (name === 'accessFailed') openAccesses.add(method);
            if (name === 'accessRecovered') expect(openAccesses.delete(method)).to.equal(true);
          }
          expect(isDown).to.equal(after.status === 'down');
          expect(isUnreachable).to.equal(after.status === 'unreachable');
          if (elsewhere.is === 'awaited' && before.status !== 'down') expect(after.status).not.to.equal('down');
          // Two polls of the same access, both failed, are needed for down; any answer from afar ends it.
          if (isPoll && outcome.access < 2 && (outcome.answer === 'answered' || outcome.answer === 'wrong'))
            expect(after.status).not.to.be.oneOf(['down', 'unreachable']);
          if (after.status === 'normal') expect(openAccesses.size).to.equal(0);
          if (after.status !== before.status) expect(after.since).to.equal(index);
          state = after;
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('what an error says about reach', () => {
  it('is known for every error of an access', () => {
    const codes = Object.keys(ERRORS).filter((code): code is keyof typeof ERRORS => code.startsWith('Access.'));
    expect(Object.fromEntries(codes.map((code) => [code.slice('Access.'.length), answerOf(code)]))).to.deep.equal({
      Timeout: 'failed',
      Refused: 'failed',
      Unreachable: 'failed',
      Denied: 'wrong',
      NotFound: 'wrong',
      Protocol: 'wrong',
      Content: 'wrong',
      Settings: 'untried',
      TooLarge: 'wrong',
      Surrogate: 'failed',
    });
    expect(answerOf(undefined)).to.equal('answered');
    expect(answerOf('Server.Internal')).to.equal('failed');
  });
});
