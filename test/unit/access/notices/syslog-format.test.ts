/** Messages of syslog, octet by octet. */
import { expect } from 'chai';
import fc from 'fast-check';
import { syslogMessage } from '../../../../src/access/notices/syslog-format.js';
import { many, NASTY, one } from './outgoing.js';

const format = ({ message, telling, host }: ReturnType<typeof one>, most = 8192): string =>
  syslogMessage(message, telling, host, most).toString('utf8');

/** RFC 5424 section 6, with one structured element. */
const GRAMMAR =
  /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) ([\x21-\x7e]{1,128}) ([\x21-\x7e]{1,32}) \[([\x21-\x7e]+?)((?: [A-Za-z]+="(?:[^"\\\]]|\\["\\\]])*")*)\] ([\s\S]*)$/;

describe('a message of syslog', () => {
  it('has header, structured data and text as the standard has them', () => {
    expect(format(one())).to.equal(
      '<25>1 2026-11-22T02:10:03.000Z em1.example ptpmgr EM1 elementDown ' +
        '[ptpmgr@8072.9999.9999.8084 id="a1.1" kind="raised" alarm="a1" change="1" name="elementDown" severity="critical" ' +
        'worst="critical" element="device/core1" manager="EM1" since="2026-11-22T02:10:03.000Z"] ' +
        'CRITICAL device/core1: no answer in two polls',
    );
  });

  it('says of many how many, and of what', () => {
    const text = format(many(30));
    expect(text).to.match(GRAMMAR);
    expect(text).to.contain('kind="gathered" manager="EM1" worst="critical" count="30" names="elementDown=30"');
    expect(text).to.match(/\] 30 notices: 30 critical \(elementDown 30\)$/);
  });

  it('has the severities of RFC 5674', () => {
    const severities = ['critical', 'major', 'minor', 'warning', 'indeterminate'] as const;
    expect(severities.map((severity) => /^<(\d+)>/.exec(format(one({ severity })))?.[1])).to.deep.equal([
      ...['25', '26', '27', '28', '29'],
    ]);
  });

  it('marks as UTF-8 only what is not ASCII', () => {
    expect(format(one({ text: 'plain' }))).to.not.contain('\ufeff');
    expect(format(one({ text: 'Zürich' }))).to.contain('] \ufeffCRITICAL');
  });

  it('is one message whatever it is told of', () => {
    const text = format(one({ text: NASTY, name: NASTY, source: NASTY, element: 'device/a"b]c\\d' }));
    expect(text).to.match(GRAMMAR);
    expect(text).to.not.match(/[\r\n\0]/);
    expect(text).to.contain('element="device/a\\"b\\]c\\\\d"');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (name, words) => {
        const odd = format(one({ name, text: words }));
        expect(odd).to.match(GRAMMAR);
        expect(odd).to.not.match(/[\r\n\0]/);
      }),
      { numRuns: 300 },
    );
  });

  it('is cut between characters where it would be too long', () => {
    const { message, telling, host } = one({ text: 'ü'.repeat(5000) });
    for (const most of [480, 481, 482]) {
      const bytes = syslogMessage(message, telling, host, most);
      expect(bytes.length).to.be.within(most - 3, most);
      expect(bytes.toString('utf8')).to.not.contain('\ufffd');
    }
  });
});
