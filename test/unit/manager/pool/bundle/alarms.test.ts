import { expect } from 'chai';
import { PtpError } from '../../../../../src/base/errors.js';
import { type BundleContent, MOST_BODY, type Moment } from '../../../../../src/manager/pool/bundle/content.js';
import { exportBundle } from '../../../../../src/manager/pool/bundle/export.js';
import { importBundle } from '../../../../../src/manager/pool/bundle/import.js';
import type { Alarm } from '../../../../../src/model/alarm.js';
import { elementName } from '../../../../../src/model/element.js';
import { accessOf, deviceOf } from '../../collector/world.js';

const HERE: Moment = { nowMs: 1_900_000_000_000, monotonicMs: 5_000_000 };
const THERE: Moment = { nowMs: 1_800_000_000_000, monotonicMs: 40 };
const ELEMENT = deviceOf('a', [accessOf()]);

const alarm = ({ nowMs }: Moment, number = 1, more: Partial<Alarm> = {}): Alarm => ({
  id: `a${number}`,
  element: ELEMENT.name,
  manager: 'EM1',
  key: `link ${number}`,
  name: 'linkDown',
  severity: 'minor',
  worst: 'critical',
  text: `port ${number} is down`,
  source: 'trap 10.0.0.1',
  raisedAt: nowMs - 3_600_000,
  changedAt: nowMs - 60_000,
  lastAt: nowMs - 1000,
  count: 17,
  acknowledged: { by: 'ada', at: nowMs - 30_000, note: 'on it', severity: 'major' },
  comings: 4,
  isFlapping: true,
  goneAt: nowMs - 500,
  root: { element: elementName('device', 'core0'), alarm: 'b1', why: 'behind it' },
  silencedBy: 'night work',
  revision: 33,
  change: 7,
  told: 6,
  ...more,
});

const bare = (at: Moment): Alarm => {
  const { source, acknowledged, comings, isFlapping, goneAt, root, silencedBy, ...rest } = alarm(at, 2);
  return rest;
};

const content = (at: Moment, alarms?: readonly Alarm[]): BundleContent => ({
  element: ELEMENT,
  reach: {
    status: 'normal',
    since: at.nowMs - 3_600_000,
    accesses: [{ method: 'http', standing: 'good', badPolls: 0, failedPolls: 0, told: false }],
  },
  shown: { status: 'minor', since: at.nowMs - 90_000 },
  facts: {},
  latest: [],
  ...(alarms && { alarms }),
  accesses: [{ cursor: { intervalMs: 10_000, next: 7, dueInMs: 9000 }, failures: 0, costMs: 1, latest: [] }],
});

describe('alarms in a bundle', () => {
  it('come out equal, their times by the clock of the taker, and those are named that nobody kept', () => {
    const body = exportBundle(content(HERE, [{ ...alarm(HERE), keptBy: 'EM9' }, bare(HERE)]), HERE);
    const unkept = [bare(THERE).id];
    expect(importBundle(body, THERE)).to.deep.equal({
      ...content(THERE, [alarm(THERE), bare(THERE)]),
      unkept,
      keptMs: 0,
    });
    expect(body).to.not.contain(String(HERE.nowMs).slice(0, 5));
  });

  it('age with a body that lies about', () => {
    const later = [{ intervalMs: 10_000, next: 8, dueInMs: 4000 }];
    const { alarms } = importBundle(exportBundle(content(HERE, [alarm(HERE)]), HERE), THERE, later);
    expect(alarms).to.deep.equal([alarm({ ...THERE, nowMs: THERE.nowMs - 15_000 })]);
  });

  it('are not there in the body of a manager that has none yet, which is another thing than no alarm', () => {
    expect(importBundle(exportBundle(content(HERE), HERE), THERE)).to.not.have.property('alarms');
    expect(importBundle(exportBundle(content(HERE, []), HERE), THERE).alarms).to.deep.equal([]);
  });

  it('fit, however many and long they are: the worst whole, the mildest cut or left out', () => {
    const long = Array.from({ length: 520 }, (_, index) =>
      alarm(HERE, index, {
        severity: index < 30 ? 'critical' : 'warning',
        text: 'ü'.repeat(2000),
        acknowledged: { by: 'ada', at: HERE.nowMs, note: 'n'.repeat(2000) },
      }),
    ).reverse();
    const body = exportBundle(content(HERE, long), HERE);
    expect(Buffer.byteLength(body)).to.be.below(MOST_BODY);
    const { alarms = [] } = importBundle(body, THERE);
    expect(alarms.filter(({ severity }) => severity === 'critical')).to.have.length(30);
    expect(alarms.slice(0, 30).every(({ text }) => text.length === 2000)).to.equal(true);
    expect(alarms.at(-1)?.text.length).to.equal(200);
  });

  const sent = '"alarms":[{"id":"a1"';
  for (const [what, from, to, fault] of [
    ['an id that is none', sent, '"alarms":[{"id":"a 1"', 'bundle.alarms[0].id'],
    ['an unknown severity', '"severity":"minor"', '"severity":"bad"', 'bundle.alarms[0].severity'],
    ['a text that is none', '"text":"port 1 is down"', '"text":5', 'bundle.alarms[0].text'],
    ['an age that is none', '"lastAt":1000', '"lastAt":"x"', 'bundle.alarms[0].lastAt'],
    ['a count below nothing', '"count":17', '"count":-1', 'bundle.alarms[0].count'],
    ['a root that is no element', '"element":"device/core0"', '"element":"core0"', 'bundle.alarms[0].root.element'],
  ] as const)
    it(`are refused with ${what}`, () => {
      const body = exportBundle(content(HERE, [alarm(HERE)]), HERE);
      expect(body).to.contain(from);
      expect(() => importBundle(body.replace(from, to), THERE))
        .to.throw(PtpError)
        .with.property('message')
        .that.contains(fault);
    });
});
