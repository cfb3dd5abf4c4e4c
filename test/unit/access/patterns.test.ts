import { assert } from 'chai';
import { isExpected, parseExpect } from '../../../src/access/http/expect.js';
import { type LogLine, START } from '../../../src/access/log/log-lines.js';
import { expanded, LogMatches, MOST_EVENTS } from '../../../src/access/log/log-patterns.js';
import { isRotated } from '../../../src/access/log/log-source.js';
import { measured, numberFrom } from '../../../src/access/measured.js';
import { compilePattern, foundValue, runBounded } from '../../../src/access/regex-limits.js';
import { PtpError } from '../../../src/base/errors.js';
import { access } from '../../support/access.js';

const HOPELESS = '^(a+)+$';
const line = (text: string): LogLine => ({ text, cut: false, next: START });
const match = (source: string, text: string) => compilePattern(source).exec(text) ?? assert.fail('no match');

describe('regular expressions', () => {
  it('are ended in the middle of a hopeless match', () => {
    // Unended it would take years; the next one is not disturbed.
    assert.isUndefined(runBounded(() => compilePattern(HOPELESS).test(`${'a'.repeat(60)}!`), 30));
    assert.deepEqual(
      runBounded(() => 7, 10_000),
      { result: 7 },
    );
  });

  it('must be expressions of a bearable length', () => {
    assert.throws(() => compilePattern('('), /"\(" is not a regular expression/);
    assert.throws(() => compilePattern('x'.repeat(1001)), /longer than 1000/);
  });

  it('find a value in a named group, else in the first, else in all', () => {
    assert.deepEqual(foundValue(match('(?<instance>\\w+)=(?<value>\\d+)', 'sda=5')), { value: '5', instance: 'sda' });
    assert.deepEqual(foundValue(match('hits=(\\d+)', 'hits=7')), { value: '7', instance: '' });
    assert.deepEqual(foundValue(match('\\d+', 'x9')), { value: '9', instance: '' });
  });
});

describe('lines that match', () => {
  const spec = access(
    'file',
    {},
    {
      metrics: [
        { name: 'hits', regex: 'hits=(\\d+)', unit: '1', counter: true },
        { name: 'disk', regex: 'disk (?<instance>\\w+) (?<value>\\S+)', unit: '%' },
      ],
      events: [
        { regex: 'ERROR (.*)', severity: 'minor', text: '$1' },
        { regex: 'FATAL', severity: 'critical', name: 'fatal' },
      ],
    },
  );

  it('give the latest value of each instance, and every event', () => {
    const matches = new LogMatches(spec, '/var/log/a.log');
    assert.equal(
      matches.take(['hits=1', 'disk sda 5', 'disk sdb x', 'ERROR one', 'hits=2', 'FATAL ERROR two'].map(line)),
      6,
    );
    assert.deepEqual(matches.readings, [
      { metric: 'hits', instance: '', value: 2, unit: '1', counter: { bits: undefined } },
      { metric: 'disk', instance: 'sda', value: 5, unit: '%' },
    ]);
    const source = '/var/log/a.log';
    assert.deepEqual(matches.events, [
      { severity: 'minor', name: 'logMatch', text: 'one', source },
      { severity: 'minor', name: 'logMatch', text: 'two', source },
      { severity: 'critical', name: 'fatal', text: 'FATAL', source },
    ]);
  });

  it('stop at the events of one poll', () => {
    const matches = new LogMatches(spec, 'a');
    const lines = Array.from({ length: MOST_EVENTS + 5 }, () => line('ERROR'));
    assert.equal(matches.take(lines.map(({ next }) => ({ text: 'ERROR x', cut: false, next }))), MOST_EVENTS);
    assert.equal(matches.take([line('ERROR x')]), 0);
  });

  it('count every line once, however often the time is over in their midst', () => {
    const events = [
      { regex: 'E(\\d+)', severity: 'minor' as const },
      // Takes some 10 ms a line: a few lines fill the time.
      { regex: '^(a+)+$', severity: 'minor' as const },
    ];
    const matches = new LogMatches(access('file', {}, { events }), 'a.log');
    const lines = Array.from({ length: 60 }, (_, index) => line(`${'a'.repeat(19)}!E${index}`));
    assert.equal(matches.take(lines), 60);
    assert.equal(matches.lines, 60);
    assert.deepEqual(
      matches.events.map(({ text }) => text),
      lines.map((_, index) => `E${index}`),
    );
  });

  it('name the expression that takes too long', () => {
    const slow = new LogMatches(access('file', {}, { events: [{ regex: HOPELESS, severity: 'minor' }] }), 'a.log');
    assert.throws(
      () => slow.take([line(`${'a'.repeat(60)}!`)]),
      PtpError,
      /"\^\(a\+\)\+\$" takes too long on a line of \d+ characters in a.log/,
    );
  });

  it('are put into texts', () => {
    const found = match('(?<who>\\w+) did (\\w+)', 'Ada did well');
    assert.equal(expanded('$0|$1|$2|$3|$<who>|$<none>|$$1|$', found), 'Ada did well|Ada|well||Ada||$1|$');
  });
});

describe('measured values', () => {
  const numbers: readonly (readonly [string, unknown])[] = [
    ['12', 12],
    [' -0.5 ', -0.5],
    ['1e3', 1000],
    ['.5', 0.5],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['12 %', undefined],
    ['0x10', undefined],
    ['', undefined],
    ['1e999', undefined],
  ];
  for (const [text, expected] of numbers)
    it(`"${text}" is ${expected}`, () => assert.strictEqual(numberFrom(text), expected));

  it('are text where no unit asks for a number and none is written', () => {
    const value = (text: unknown, unit?: string) =>
      measured(unit ? { name: 'x', unit } : { name: 'x' }, '', text)[0]?.value;
    assert.equal(value('007'), '007');
    assert.equal(value('7'), 7);
    assert.equal(value('007', '1'), 7);
    assert.equal(value('up'), 'up');
    assert.isUndefined(value('up', '1'));
    assert.equal(value(true), 1);
    assert.isUndefined(value(null));
    assert.isUndefined(value({}));
  });
});

describe('expected statuses', () => {
  const cases: readonly (readonly [expect: string | undefined, good: readonly number[], bad: readonly number[]])[] = [
    [undefined, [200, 204, 302, 399], [199, 400, 500]],
    ['200', [200], [201]],
    ['200, 404 5xx', [200, 404, 503], [201, 403]],
    ['200-299', [200, 299], [300]],
  ];
  for (const [expect, good, bad] of cases) {
    it(`${expect ?? 'by default'}`, () => {
      const ranges = parseExpect(expect);
      assert.isTrue(good.every((status) => isExpected(ranges, status)));
      assert.isFalse(bad.some((status) => isExpected(ranges, status)));
    });
  }
  for (const wrong of ['yes', '2000', '299-200', '200-'])
    it(`not ${wrong}`, () => assert.throws(() => parseExpect(wrong), PtpError));
});

describe('names of rotated logs', () => {
  const yes = [
    'app.log.1',
    'app.log.12',
    'app.log-20260131',
    'app.log.2026-01-31T10:00',
    'app.1.log',
    'app-20260131.log',
    'app.log.old',
  ];
  const no = ['app.log', 'app.log.1.gz', 'app.log.debug', 'apply.log', 'app.log2', 'app', 'other.log.1'];
  for (const name of yes) it(`${name} is one`, () => assert.isTrue(isRotated(name, 'app.log')));
  for (const name of no) it(`${name} is none`, () => assert.isFalse(isRotated(name, 'app.log')));
});
