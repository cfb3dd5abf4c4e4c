/** Long messages are held against the same schema as short ones, and written the same with pauses as without. */
import { expect } from 'chai';
import { PtpError } from '../../../../src/base/errors.js';
import type { ElementEntry, PtpStore } from '../../../../src/model/ptp-store.js';
import { encodeAnswerInTurns, encodeMessage } from '../../../../src/xml/messages/encode.js';
import type { Output } from '../../../../src/xml/messages/operations.js';
import { isLong, ThreadedCheck, type Within } from '../../../../src/xml/messages/threaded-check.js';

const device = (at: number): ElementEntry => ({
  kind: 'device',
  id: `d${at}`,
  status: 'normal',
  since: 0,
  customers: [],
  links: [],
  parents: [],
  access: [],
  metrics: Array.from({ length: 40 }, (_, metric) => ({
    name: `metric${metric}`,
    instance: '<&>',
    unit: '',
    time: 1_700_000_000_000,
    value: at * metric,
  })),
});

const storeOf = (devices: readonly ElementEntry[]): PtpStore => ({
  managers: [
    { id: 'EM1', status: 'normal', age: 0, source: 'memory', failover: [], devices, services: [], applications: [] },
  ],
  integrationManagers: [],
});
const answerOf = (devices: readonly ElementEntry[]) => ({
  PTP_STORE: storeOf(devices),
  total: devices.length,
  missing: [],
  parts: [],
});

const alarmAnswer = (count: number): Output<'getAlarms'> => ({
  alarms: Array.from({ length: count }, (_, at) => ({
    ...{ id: `EM1:${at}`, manager: 'EM1', age: 0, key: `key${at}`, name: 'name', text: `condition ${at}` },
    ...{ severity: 'major' as const, worst: 'major' as const, state: 'raised' as const, flapping: false },
    ...{ raisedAt: 1_700_000_000_000, changedAt: 1_700_000_000_000 + at, lastAt: 1_700_000_000_000, count: 1 },
  })),
  counts: [],
  total: count,
  parts: [],
  missing: [],
});

describe('long messages', () => {
  const devices = Array.from({ length: 100 }, (_, at) => device(at));
  const whole = encodeMessage('getDevices', 'answer', answerOf(devices));

  it('are written with pauses as without them, also while another is', async () => {
    let pauses = 0;
    const pause = async () => {
      pauses += 1;
    };
    const [one, other] = await Promise.all([
      encodeAnswerInTurns('getDevices', answerOf(devices), pause),
      encodeAnswerInTurns('getDevices', answerOf(devices.slice(50)), pause),
    ]);
    expect(one).to.equal(whole);
    expect(other).to.equal(encodeMessage('getDevices', 'answer', answerOf(devices.slice(50))));
    expect(pauses).to.be.at.least(7);
  });

  it('are checked in a thread, with the same findings', async () => {
    const check = new ThreadedCheck();
    expect(isLong(whole)).to.equal(true);
    const faultOf = (text: string) =>
      check.require(text).then(
        () => undefined,
        (thrown: unknown) => (thrown instanceof PtpError ? `${thrown.code} ${thrown.place.path}` : String(thrown)),
      );
    const broken = whole.replace('id="d42"', 'nonsense="d42"');
    expect(await Promise.all([faultOf(whole), faultOf(broken), faultOf('<a/>')])).to.deep.equal([
      undefined,
      await faultOf(broken),
      'Client.Validation /a',
    ]);
    expect(await faultOf(broken)).to.match(/^Client.Validation .*Device/);
  });

  it('have the same findings where they are said to be written here', async () => {
    const check = new ThreadedCheck();
    const faultOf = (text: string, within?: Within) =>
      check.require(text, within).then(
        () => undefined,
        (thrown: unknown) => (thrown instanceof PtpError ? `${thrown.code} ${thrown.message}` : String(thrown)),
      );
    const all = (text: string) => ({ from: 0, to: text.length });
    const alarms = encodeMessage('getAlarms', 'answer', alarmAnswer(500));
    expect(isLong(alarms)).to.equal(true);
    expect(await faultOf(alarms, all(alarms))).to.equal(undefined);
    // With a store in it, or not where it is said to be: the schema looks.
    expect(await faultOf(whole, all(whole))).to.equal(undefined);
    expect(await faultOf(alarms, { from: 1, to: 2 })).to.equal(undefined);
    const broken = alarms.replace(/raised(?=<\/state>)/, 'risen');
    expect(await faultOf(broken, all(broken))).to.match(/^Client.Validation .*risen/);
    expect(await faultOf(broken, all(broken))).to.equal(await faultOf(broken));
    const large = alarms.replace('condition 0', 'x'.repeat(2 ** 24));
    expect(await faultOf(large, all(large))).to.match(/^Client.TooLarge /);
  });

  it('are refused when too many wait', async () => {
    const check = new ThreadedCheck();
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => check.require(whole)));
    const refused = all.flatMap((one) => (one.status === 'rejected' ? [(one.reason as PtpError).code] : []));
    expect(refused).to.deep.equal(['Server.Busy', 'Server.Busy', 'Server.Busy', 'Server.Busy']);
  });
});
