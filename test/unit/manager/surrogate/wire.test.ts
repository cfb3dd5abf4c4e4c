import { expect } from 'chai';
import fc from 'fast-check';
import type { PollAnswer, Reading } from '../../../../src/access/access.js';
import { PtpError } from '../../../../src/base/errors.js';
import {
  MOST_ANSWER,
  readAnswer,
  readMemory,
  writeAnswer,
  writeMemory,
} from '../../../../src/manager/surrogate/wire.js';
import { TEXT_LENGTH } from '../../../../src/xml/messages/bounds.js';

const ANSWER: PollAnswer = {
  readings: [
    { metric: 'ifHCInOctets', instance: 'eth0', value: 18446744073709551615n, unit: 'By', counter: { bits: 64 } },
    { metric: 'ifInErrors', instance: 'eth0', value: 7, unit: '1', counter: { bits: 32, rateUnit: 'err/s' } },
    { metric: 'requests', instance: '', value: 1, unit: '1', counter: { bits: undefined } },
    { metric: 'sysDescr', instance: '', value: 'é\u0001\r\n"<\ufffe\uffff𝄞', unit: '1' },
    { metric: 'temperature', instance: '1', value: -4.25, unit: 'Cel' },
  ],
  events: [
    { severity: 'major', name: 'line', text: 'ERR', time: 1_700_000_000_000 },
    { severity: 'warning', name: 'line', text: 'WARN', source: 'log' },
  ],
  facts: {
    sysName: 'core1',
    neighbours: [{ via: 'lldp', port: 'eth0', names: ['core2'] }],
    hardwareAddresses: ['00:1b:c5:00:00:01'],
  },
  memory: { repetitions: 25, names: { eth0: ['1', 2, null] } },
  uptimeMs: 99_000,
};

describe('an answer on its way from a surrogate', () => {
  it('comes out equal', () => {
    expect(readAnswer(writeAnswer(ANSWER))).to.deep.equal(ANSWER);
    const least: PollAnswer = { readings: [], events: [] };
    expect(readAnswer(writeAnswer(least))).to.deep.equal(least);
  });

  it('holds nothing that XML cannot carry, and no piece that is too long', () => {
    const big = {
      ...ANSWER,
      readings: [
        ...ANSWER.readings,
        text('𝄞'.repeat(30_000)),
        ...Array.from({ length: 30 }, () => text('ab𝄞'.repeat(15_000))),
      ],
    };
    const pieces = writeAnswer(big);
    expect(pieces.length).to.be.above(1);
    for (const piece of pieces) {
      expect(piece.length).to.be.at.most(TEXT_LENGTH);
      // Whoever reads it as UTF-8 finds no half of a letter.
      expect(Buffer.from(piece).toString()).to.equal(piece);
      expect([...new Set(piece)].filter((one) => one < ' ' || one > '\ufffd')).to.deep.equal([]);
    }
    expect(readAnswer(pieces)).to.deep.equal(big);
  });

  it('is told as too large when it is', () => {
    const many = Array.from({ length: 60 }, () => text('x'.repeat(60_000)));
    expect(() => writeAnswer({ readings: many, events: [] })).to.throw(
      PtpError,
      `longer than the ${MOST_ANSWER} bytes`,
    );
    expect(() => readAnswer(['"', 'x'.repeat(MOST_ANSWER)])).to.throw(PtpError, /longer than/);
  });

  it('does without a memory that is too large to keep', () => {
    const memory = { all: 'x'.repeat(300 * 1024) };
    expect(readAnswer(writeAnswer({ ...ANSWER, memory }))).not.to.have.property('memory');
    expect(writeMemory(memory)).to.equal(undefined);
    expect(readMemory(writeMemory(ANSWER.memory))).to.deep.equal(ANSWER.memory);
    expect(readMemory(undefined)).to.equal(undefined);
    expect(() => readMemory('{')).to.throw(PtpError);
  });

  it('is refused with a coded error, whatever else is sent', () => {
    const good = JSON.parse(writeAnswer(ANSWER).join('')) as Record<string, unknown>;
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(good)), fc.jsonValue(), (name, value) => {
        try {
          readAnswer([JSON.stringify({ ...good, [name]: value })]);
        } catch (thrown) {
          expect(thrown).to.be.instanceOf(PtpError);
        }
      }),
      { numRuns: 200 },
    );
    for (const text of [
      '',
      'null',
      '[]',
      '{}',
      '{"readings":[["a"]],"events":[]}',
      '{"readings":[["a","","1",1,33]],"events":[]}',
    ])
      expect(() => readAnswer([text])).to.throw(PtpError);
  });
});

const text = (value: string): Reading => ({ metric: 'text', instance: '', value, unit: '1' });
