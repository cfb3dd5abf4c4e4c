/** Traps that go out: for which events, to whom, how fast, and what is said when they cannot. */
import { expect } from 'chai';
import type { Destination, EventRule } from '../../../../src/config/settings.js';
import { sourceOf } from '../../../../src/manager/traps/source.js';
import { destinationsOf, TrapNotices } from '../../../../src/manager/traps/trap-notices.js';
import type { NewEvent, PtpEvent } from '../../../../src/model/event.js';
import { type TestEnv, testEnv } from '../../../support/test-env.js';

const NOC: Destination = { id: 'noc', type: 'trap', host: '192.0.2.1' };
const OTHER: Destination = { id: 'other', type: 'trap', host: '192.0.2.2' };
const CHAT: Destination = { id: 'chat', type: 'webhook' };
const ALL = [NOC, CHAT, OTHER];

const event = (more: Partial<PtpEvent> = {}): PtpEvent => ({
  id: 1,
  manager: 'EM1',
  time: 0,
  severity: 'major',
  name: 'linkDown',
  text: 'down',
  ...more,
});

describe('the destinations of an event', () => {
  const table: readonly (readonly [what: string, rules: EventRule[], more: Partial<NewEvent>, ids: string[]])[] = [
    ['none without a rule', [], {}, []],
    ['none where the rule stores only', [{ actions: ['store'] }], {}, []],
    ['all of type trap', [{ actions: ['store', 'trap'] }], {}, ['noc', 'other']],
    ['the one that the rule names', [{ actions: ['trap'], to: 'other' }], {}, ['other']],
    ['none where the rule names one of another type', [{ actions: ['trap'], to: 'chat' }], {}, []],
    ['those of the first rule that matches', [{ name: 'link.*', actions: ['store'] }, { actions: ['trap'] }], {}, []],
    ['those of a rule for its severity', [{ severity: 'major', actions: ['trap'] }], {}, ['noc', 'other']],
    ['none for another severity', [{ severity: 'minor', actions: ['trap'] }], {}, []],
    ['none for what another manager has told', [{ actions: ['trap'] }], { source: sourceOf('10.0.0.1', 'EM2') }, []],
    [
      'all for what a device has told',
      [{ actions: ['trap'] }],
      { source: sourceOf('10.0.0.1', undefined) },
      ['noc', 'other'],
    ],
    ['none for a trap that could not be sent', [{ actions: ['trap'] }], { name: 'trapsNotSent' }, []],
  ];
  for (const [what, rules, more, ids] of table) {
    it(`are ${what}`, () => {
      expect(destinationsOf(event(more), rules, ALL).map(({ id }) => id)).to.deep.equal(ids);
    });
  }
});

describe('traps that go out', () => {
  let env: TestEnv;
  let sent: string[];
  let told: string[];
  let fault: string | undefined;
  let notices: TrapNotices;

  beforeEach(() => {
    env = testEnv();
    sent = [];
    told = [];
    fault = undefined;
    notices = new TrapNotices({
      env,
      rules: () => [{ actions: ['trap'] }],
      destinations: () => [NOC],
      send: async ({ id }, to) => {
        if (fault) throw new Error(fault);
        sent.push(`${id} ${to.id}`);
      },
      tell: ({ name, text }) => void told.push(`${name}: ${text}`),
    });
  });
  const many = (count: number) => Array.from({ length: count }, (_, at) => event({ id: at + 1 }));

  it('go in order, 200 a second at most', async () => {
    notices.stored(many(500));
    await env.clock.advance(0);
    expect(sent).to.have.length(20);
    await env.clock.advance(1000);
    expect(sent).to.have.length(220);
    await env.clock.advance(2000);
    expect(sent).to.deep.equal(many(500).map(({ id }) => `${id} noc`));
    expect(env.clock.pending).to.equal(0);
  });

  it('are told of where more wait than can', async () => {
    notices.stored(many(2500));
    await env.clock.advance(1);
    expect(told).to.deep.equal(['trapsNotSent: 500 traps could not be sent: more than 2000 were waiting']);
    await env.clock.advance(60_000);
    expect(sent).to.have.length(2000);
    expect(notices.counts).to.deep.equal({ sent: 2000, unsent: 500 });
  });

  it('are told of when they cannot be sent, every five minutes at most', async () => {
    fault = 'trap destination 192.0.2.1:162 cannot be reached';
    notices.stored(many(1));
    await env.clock.advance(10);
    expect(told).to.deep.equal([`trapsNotSent: 1 traps could not be sent: ${fault}`]);
    for (let n = 0; n < 10; n++) {
      notices.stored(many(1));
      await env.clock.advance(1000);
    }
    expect(told).to.have.length(1);
    await env.clock.advance(300_000);
    expect(told.slice(1)).to.deep.equal([`trapsNotSent: 10 traps could not be sent: ${fault}`]);
  });

  it('that still wait go out at the end', async () => {
    notices.stored(many(100));
    await notices.close();
    expect(sent).to.have.length(100);
    notices.stored(many(1));
    expect(sent).to.have.length(100);
  });
});
