/** What people read. */
import { expect } from 'chai';
import { jsonBody } from '../../../../src/assess/notices/json.js';
import { gathered, type Message } from '../../../../src/assess/notices/message.js';
import { alarmNotice, eventNotice } from '../../../../src/assess/notices/notice.js';
import { durationWords, headline, plainText, type Telling } from '../../../../src/assess/notices/wording.js';
import { alarm, cleared, event, T0 } from './samples.js';

const TELLING: Telling = {
  manager: 'EM1',
  destination: 'mail',
  nowMs: T0 + 252_000,
  pageOf: (element) => `https://em1/${element ?? 'events'}`,
};
const message = (notice: ReturnType<typeof alarmNotice>, more: Partial<Message> = {}): Message => ({
  id: notice.id,
  content: { is: 'one', notice },
  ...more,
});

describe('a message in words', () => {
  it('says first what, where, and how bad', () => {
    const one = alarm('a1');
    const seen = { ...one, change: 2, changedAt: T0 + 1, acknowledged: { by: 'ada', at: T0 + 1 } };
    expect(headline(message(alarmNotice(one)))).to.equal('CRITICAL device/core1: no answer in two polls');
    expect(headline(message(alarmNotice(seen)))).to.equal(
      'ACKNOWLEDGED by ada: CRITICAL device/core1: no answer in two polls',
    );
    expect(headline(message(alarmNotice(cleared(one))))).to.equal(
      'CLEARED device/core1: no answer in two polls (was critical)',
    );
    expect(headline(message({ ...alarmNotice(one), isFlapping: true }))).to.match(/, comes and goes$/);
    expect(headline(message(eventNotice(event(7))))).to.equal('MINOR EM1: event 7');
  });

  it('tells the rest below, for a telephone in the night', () => {
    const names = ['device/edge1', 'device/edge2'] as const;
    const notice = { ...alarmNotice(alarm('a1', { count: 3 })), behind: { elements: 500, alarms: 500, names } };
    const text = plainText(message(notice), TELLING);
    expect(text).to.equal(
      [
        'CRITICAL  device/core1',
        'no answer in two polls',
        '',
        'Since        2026-11-22 02:10:03 UTC, 4 min 12 s',
        'Worst        critical',
        'Alarm        elementDown, told of 3 times',
        'Behind it    500 elements: device/edge1, device/edge2 and 498 more',
        'Manager      EM1',
        '',
        'https://em1/device/core1',
        '',
        'Message a1.1 of EM1',
        '',
      ].join('\n'),
    );
    expect(headline(message(notice))).to.match(/, and 500 elements behind it$/);
  });

  it('counts what is gathered, and says what it leaves out', () => {
    const notices = Array.from({ length: 100 }, (_, at) =>
      alarmNotice(
        alarm(`a${at}`, { element: `device/d${at % 20}`, name: at < 60 ? 'elementDown' : `other${at % 20}` }),
      ),
    );
    const all: Message = { id: 'x', content: { is: 'gathered', all: gathered(notices, () => undefined) } };
    expect(headline(all)).to.equal('100 notices: 100 critical (elementDown 60, other0 2, other1 2 and 36 others)');
    const text = plainText({ ...all, unsent: { count: 7, names: [{ of: 'linkDown', count: 7 }] } }, TELLING);
    expect(text).to.contain('Where:  device/d0 5, device/d1 5').and.to.contain(' and 50 others\n');
    expect(text).to.contain('\nand 80 more\n');
    expect(text).to.contain('7 notices before this one could not be sent here:\n- linkDown 7\n');
    expect(text.match(/^- \d\d:\d\d:\d\d CRITICAL/gm)).to.have.length(20);
  });

  it('is one line whatever it is told of', () => {
    const odd = message(alarmNotice(alarm('a1', { text: `a\r\nb\u0007\u202ec${'d'.repeat(5000)}` })));
    expect(headline(odd))
      .to.match(/^CRITICAL device\/core1: a b\ufffd\ufffdcd+…$/)
      .and.to.have.length(300);
    expect(plainText(odd, TELLING)).to.match(/^CRITICAL {2}device\/core1\na\nb\ufffd\ufffdcd+…\n/);
  });

  it('has times in the two largest units', () => {
    const cases = [0, 999, 59_000, 60_000, 3_599_000, 3_600_000, 90_061_000, -5];
    expect(cases.map(durationWords)).to.deep.equal([
      ...['0 s', '1 s', '59 s', '1 min', '59 min 59 s', '1 h', '1 d 1 h', '0 s'],
    ]);
  });

  it('is JSON with the same names each time', () => {
    const one = {
      ...alarm('a1'),
      acknowledged: { by: 'ada', at: T0 + 1000, note: 'on it' },
      change: 2,
      changedAt: T0 + 1000,
    };
    expect(JSON.parse(jsonBody(message(alarmNotice(one)), TELLING))).to.deep.equal({
      id: 'a1.2',
      manager: 'EM1',
      destination: 'mail',
      time: '2026-11-22T02:14:15.000Z',
      text: 'ACKNOWLEDGED by ada: CRITICAL device/core1: no answer in two polls',
      kind: 'acknowledged',
      url: 'https://em1/device/core1',
      notice: {
        id: 'a1.2',
        kind: 'acknowledged',
        alarm: 'a1',
        change: 2,
        name: 'elementDown',
        severity: 'critical',
        worst: 'critical',
        element: 'device/core1',
        manager: 'EM1',
        text: 'no answer in two polls',
        time: '2026-11-22T02:10:04.000Z',
        since: '2026-11-22T02:10:03.000Z',
        count: 1,
        acknowledged: { by: 'ada', time: '2026-11-22T02:10:04.000Z', note: 'on it' },
      },
    });
    const notices = Array.from({ length: 30 }, (_, at) => alarmNotice(alarm(`a${at}`)));
    const many: Message = { id: 'x', content: { is: 'gathered', all: gathered(notices, () => undefined) } };
    const body = JSON.parse(jsonBody(many, TELLING));
    expect(body.gathered).to.include({ count: 30, worst: 'critical', unlisted: 10 });
    expect(body.gathered.names.counted).to.deep.equal([{ name: 'elementDown', count: 30 }]);
    expect(body.gathered.notices[0]).to.include({ id: 'a0.1', url: 'https://em1/device/core1' });
  });
});
