import { expect } from 'chai';
import fc from 'fast-check';
import { AlarmPages, FULL_KEY, MOST_OPEN, type Told } from '../../../../src/assess/alarms/book.js';
import { type Alarm, alarmState } from '../../../../src/model/alarm.js';
import { elementName } from '../../../../src/model/element.js';
import { SEVERITIES, type Severity } from '../../../../src/model/status.js';
import { NaiveBook } from './naive-book.js';

const ROUTER = elementName('device', 'core1');
const MINUTE = 60_000;
const START = 1_700_000_000_000;

const told = (key: string, severity: Severity, more: Partial<Told> = {}): Told => ({
  key,
  severity,
  name: 'trouble',
  text: `${key} is ${severity}`,
  ...more,
});

class Desk {
  readonly pages = new AlarmPages('em1', ROUTER);
  nowMs = START;
  #ids = 0;

  get moment() {
    return {
      nowMs: this.nowMs,
      newId: () => {
        this.#ids += 1;
        return `a${this.#ids}`;
      },
    };
  }

  tell(key: string, severity: Severity, more: Partial<Told> = {}): readonly Alarm[] {
    return this.pages.tell(told(key, severity, more), this.moment);
  }

  get keys(): string[] {
    return [...this.pages.open()].map(({ key }) => key);
  }
}

const keys = ['reach', 'link 1', 'link 2'];
const severity = fc.constantFrom<Severity[]>('cleared', 'warning', 'major', 'critical');
/** The oldest open one is meant. */
const deeds = fc.constantFrom('acknowledged', 'cleared', 'rooted', 'unrooted', 'silenced', 'loud', 'known');
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      is: fc.constant('told' as const),
      key: fc.constantFrom(...keys),
      severity,
      isFinal: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('passes' as const), minutes: fc.integer({ min: 0, max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('done' as const), deed: deeds }) },
);

const DEEDS = {
  acknowledged: { is: 'acknowledged', by: 'ada' },
  cleared: { is: 'cleared', by: 'ada' },
  rooted: { is: 'rooted', root: { element: ROUTER, why: 'behind it' } },
  unrooted: { is: 'rooted' },
  silenced: { is: 'silenced', by: 'window' },
  loud: { is: 'silenced' },
  known: { is: 'known', change: 1000 },
} as const;

describe('the alarms of an element', () => {
  it('are those that a naive book finds in the history of what was told', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const desk = new Desk();
        const naive = new NaiveBook();
        for (const one of steps) {
          if (one.is === 'passes') {
            desk.nowMs += one.minutes * MINUTE;
            desk.pages.pass(desk.moment);
            naive.pass(desk.nowMs);
          } else if (one.is === 'told') {
            const isFinal = one.severity === 'cleared' && one.isFinal;
            desk.tell(one.key, one.severity, isFinal ? { isFinal: true } : {});
            naive.tell(one.key, one.severity, desk.nowMs, isFinal);
          } else {
            const [first] = [...desk.pages.open()].sort((a, b) => (a.key < b.key ? -1 : 1));
            if (!first) continue;
            desk.pages.change(first.id, DEEDS[one.deed], desk.moment);
            naive.do(first.key, one.deed, desk.nowMs);
          }
          const shown = [...desk.pages.open()].map((alarm) => ({
            key: alarm.key,
            state: alarmState(alarm),
            severity: alarm.severity,
            worst: alarm.worst,
            count: alarm.count,
            isFlapping: alarm.isFlapping === true,
            isGone: alarm.goneAt !== undefined,
            change: alarm.change,
          }));
          expect(shown.sort((a, b) => (a.key < b.key ? -1 : 1))).to.deep.equal(naive.open());
        }
      }),
      { numRuns: 400 },
    );
  });

  it('have ids for good, and versions that follow each other', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const desk = new Desk();
        const latest = new Map<string, Alarm>();
        const take = (changed: readonly Alarm[]): void => {
          for (const alarm of changed) {
            const before = latest.get(alarm.id);
            expect(before?.severity).not.to.equal('cleared');
            expect(alarm.revision).to.equal((before?.revision ?? 0) + 1);
            expect(alarm.change - (before?.change ?? 0)).to.be.within(before ? 0 : 1, 1);
            expect(alarm.told).to.be.at.most(alarm.change);
            expect(SEVERITIES.indexOf(alarm.worst)).to.be.at.least(SEVERITIES.indexOf(alarm.severity));
            latest.set(alarm.id, alarm);
          }
        };
        for (const one of steps) {
          if (one.is === 'passes') {
            desk.nowMs += one.minutes * MINUTE;
            take(desk.pages.pass(desk.moment));
          } else if (one.is === 'told') take(desk.tell(one.key, one.severity, one.isFinal ? { isFinal: true } : {}));
          else for (const { id } of [...desk.pages.open()]) take(desk.pages.change(id, DEEDS[one.deed], desk.moment));
          const open = [...latest.values()].filter((alarm) => alarm.severity !== 'cleared');
          expect([...desk.pages.open()]).to.have.deep.members(open);
          expect(new Set(open.map(({ key }) => key)).size).to.equal(open.length);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are summed up beyond what there is room for, and have room again', () => {
    const desk = new Desk();
    for (let port = 0; port < MOST_OPEN; port += 1) desk.tell(`link ${port}`, 'warning');
    expect(desk.pages.size).to.equal(MOST_OPEN);
    desk.tell('link 1', 'major');
    const [full] = desk.tell('link 900', 'minor');
    expect(full?.key).to.equal(FULL_KEY);
    expect(full?.text).to.contain('more than 500').and.to.contain('link 900 is minor');
    for (let port = 901; port < 2000; port += 1) desk.tell(`link ${port}`, port === 950 ? 'critical' : 'minor');
    const summed = desk.pages.ofKey(FULL_KEY);
    expect([summed?.severity, summed?.count]).to.deep.equal(['critical', 1100]);
    expect(desk.tell('link 901', 'cleared')).to.deep.equal([]);

    desk.tell('reach', 'critical');
    desk.tell('access 0 snmp', 'major');
    expect(desk.pages.size).to.equal(MOST_OPEN + 3);

    for (let port = 0; port < 49; port += 1) desk.tell(`link ${port}`, 'cleared');
    expect(desk.pages.ofKey(FULL_KEY)).not.to.equal(undefined);
    const [, over] = desk.tell('link 49', 'cleared');
    expect([over?.key, over?.severity]).to.deep.equal([FULL_KEY, 'cleared']);
    expect(desk.tell('link 900', 'minor').map(({ key }) => key)).to.deep.equal(['link 900']);
  });

  it('do not remember without end what has been there', () => {
    const desk = new Desk();
    for (let port = 0; port < 5000; port += 1) {
      desk.tell(`link ${port}`, 'warning');
      desk.tell(`link ${port}`, 'cleared');
    }
    for (let port = 0; port < 5000; port += 1) {
      desk.tell(`link ${port}`, 'warning');
      const [alarm] = [...desk.pages.open()];
      expect(alarm?.comings).to.equal(undefined);
      desk.tell(`link ${port}`, 'cleared');
    }
    desk.nowMs += 10 * MINUTE;
    desk.pages.pass(desk.moment);
    expect(desk.pages.isWaiting).to.equal(false);
  });

  it('go on with what comes from elsewhere: the newer version, one of a key, and the manager that has them now', () => {
    const desk = new Desk();
    const former = new AlarmPages('em2', ROUTER);
    let id = 0;
    const moment = {
      nowMs: START,
      newId: () => {
        id += 1;
        return `b${id}`;
      },
    };
    for (const key of ['reach', 'link 1', 'link 2']) former.tell(told(key, 'major'), moment);
    const [mine] = desk.tell('link 1', 'minor');
    const came = [...former.open()];
    const changed = desk.pages.adopt(came, desk.moment);
    expect(changed.find((alarm) => alarm.id === mine?.id)?.cleared?.note).to.contain('the same condition as b2');
    expect([...desk.pages.open()].map((alarm) => [alarm.id, alarm.manager, alarm.revision])).to.have.deep.members([
      ['b1', 'em1', 2],
      ['b2', 'em1', 2],
      ['b3', 'em1', 2],
    ]);
    expect(desk.pages.adopt(came, desk.moment)).to.deep.equal([]);
    desk.tell('link 2', 'cleared');
    expect(desk.keys).to.have.members(['reach', 'link 1']);
  });

  it('end together when nobody says anything of them any more, those that flap, too', () => {
    const desk = new Desk();
    for (const word of ['major', 'cleared', 'major', 'cleared', 'major', 'cleared'] as const) desk.tell('link 1', word);
    desk.tell('reach', 'critical');
    const ended = desk.pages.end(() => true, 'withdrawn', desk.moment);
    expect(ended.map((alarm) => [alarm.key, alarm.cleared?.by, alarm.cleared?.note])).to.have.deep.members([
      ['link 1', 'ptpmgr', 'withdrawn'],
      ['reach', 'ptpmgr', 'withdrawn'],
    ]);
    expect(desk.pages.size).to.equal(0);
  });

  it('say the worst that nothing else of the status knows of', () => {
    const desk = new Desk();
    for (const key of ['reach', 'access 1 ftp', 'threshold load: above 7, critical']) desk.tell(key, 'critical');
    expect(desk.pages.worstBeside).to.equal(undefined);
    desk.tell('link 1', 'minor');
    desk.tell('event diskBad', 'major');
    desk.tell('link 2', 'major');
    expect(desk.pages.worstBeside?.key).to.equal('event diskBad');
  });
});
