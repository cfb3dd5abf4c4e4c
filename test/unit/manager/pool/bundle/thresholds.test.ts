import { expect } from 'chai';
import type { ThresholdState } from '../../../../../src/assess/thresholds.js';
import { PtpError } from '../../../../../src/base/errors.js';
import type { BundleContent, Moment } from '../../../../../src/manager/pool/bundle/content.js';
import { exportBundle } from '../../../../../src/manager/pool/bundle/export.js';
import { importBundle } from '../../../../../src/manager/pool/bundle/import.js';
import type { ThresholdSpec } from '../../../../../src/model/element.js';
import { accessOf, deviceOf } from '../../collector/world.js';

const HERE: Moment = { nowMs: 1_900_000_000_000, monotonicMs: 5_000_000 };
const THERE: Moment = { nowMs: 1_800_000_000_000, monotonicMs: 40 };

const HOT: ThresholdSpec = { metric: 'temp', above: '70', clear: '65', forMs: 60_000, severity: 'major' };
const SILENT: ThresholdSpec = { metric: 'temp', noDataMs: 300_000, forMs: 0, severity: 'minor' };

const state = ({ monotonicMs }: Moment): ThresholdState => ({
  timeMs: monotonicMs - 1000,
  isFull: true,
  thresholds: [
    {
      spec: HOT,
      watches: [
        { instance: 'a', phase: 'raised', sinceMs: monotonicMs - 90_000, seenMs: monotonicMs - 1000, raises: 2 },
        { instance: '', phase: 'beyond', sinceMs: monotonicMs - 21_000, seenMs: monotonicMs - 1000, raises: 0 },
      ],
    },
    {
      spec: SILENT,
      watches: [{ instance: '', phase: 'calm', sinceMs: monotonicMs - 1000, seenMs: monotonicMs - 1000, raises: 0 }],
    },
  ],
});

const content = (at: Moment): BundleContent => ({
  element: deviceOf('a', [accessOf({ thresholds: [HOT, SILENT] })]),
  reach: {
    status: 'normal',
    since: at.nowMs - 3_600_000,
    accesses: [{ method: 'http', standing: 'good', badPolls: 0, failedPolls: 0, told: false }],
  },
  shown: { status: 'major', since: at.nowMs - 90_000 },
  facts: {},
  latest: [],
  accesses: [
    {
      cursor: { intervalMs: 10_000, next: 7, dueInMs: 9000 },
      failures: 0,
      costMs: 1,
      thresholds: state(at),
      latest: [],
    },
  ],
});

describe('thresholds in a bundle', () => {
  it('come out equal, their times by the clocks of the taker', () => {
    const body = exportBundle(content(HERE), HERE);
    expect(importBundle(body, THERE)).to.deep.equal({ ...content(THERE), keptMs: 0 });
    for (const clock of [HERE.nowMs, HERE.monotonicMs]) expect(body).to.not.contain(String(clock).slice(0, 5));
  });

  it('age with a body that lies about', () => {
    const later = [{ intervalMs: 10_000, next: 8, dueInMs: 4000 }];
    const { accesses, shown } = importBundle(exportBundle(content(HERE), HERE), THERE, later);
    const aged = state({ ...THERE, monotonicMs: THERE.monotonicMs - 15_000 });
    expect(accesses[0]?.thresholds).to.deep.equal(aged);
    expect(shown?.since).to.equal(THERE.nowMs - 105_000);
  });

  it('are left out where an owner had none', () => {
    const { shown: _, ...bare } = content(HERE);
    const [access] = bare.accesses;
    if (!access) throw new Error('expected an access');
    const { thresholds: __, ...without } = access;
    const imported = importBundle(exportBundle({ ...bare, accesses: [without] }, HERE), THERE);
    expect(imported).to.not.have.property('shown');
    expect(imported.accesses[0]).to.not.have.property('thresholds');
  });

  for (const [what, from, to, fault] of [
    ['an unknown phase', '"raised"', '"loud"', 'bundle.accesses[0].thresholds.thresholds[0].watches[0].phase'],
    ['too many raises', '"raises":2', '"raises":2000', 'bundle.accesses[0].thresholds.thresholds[0].watches[0].raises'],
    [
      'an age that is none',
      '"seenMs":1000',
      '"seenMs":"x"',
      'bundle.accesses[0].thresholds.thresholds[0].watches[0].seenMs',
    ],
    ['an unknown status', '"status":"major"', '"status":"cleared"', 'bundle.shown.status'],
  ] as const)
    it(`are refused with ${what}`, () => {
      const body = exportBundle(content(HERE), HERE).replace(from, to);
      expect(() => importBundle(body, THERE))
        .to.throw(PtpError)
        .with.property('message')
        .that.contains(fault);
    });

  it('are never from the future', () => {
    const body = exportBundle(content(HERE), HERE).replace('"seenMs":1000', '"seenMs":-90000');
    expect(importBundle(body, THERE).accesses[0]?.thresholds?.thresholds[0]?.watches[0]?.seenMs).to.equal(
      THERE.monotonicMs,
    );
  });
});
