import { expect } from 'chai';
import fc from 'fast-check';
import {
  formatDuration,
  formatHostPort,
  isLoopback,
  isOid,
  LONGEST_DURATION_MS,
  parseDuration,
  parseHostPort,
  parseManagerUri,
  parseSize,
  parseTime,
} from '../../../src/config/quantities.js';

describe('durations', () => {
  for (const [text, ms] of [
    ['30', 30_000],
    ['0.5', 500],
    ['500ms', 500],
    ['1.5s', 1500],
    ['5m', 300_000],
    [' 2h ', 7_200_000],
    ['7 d', 604_800_000],
    ['1w', 604_800_000],
    ['2y', 730 * 86_400_000],
    ['0', 0],
  ] as const) {
    it(`${text} is ${ms} ms`, () => expect(parseDuration(text)).to.equal(ms));
  }

  for (const text of ['', '-1', '1 hour', 's', '1e3', '0x10', 'NaN', '1,5s', '101y', '9'.repeat(400), '٣']) {
    it(`${text.slice(0, 10)} is none`, () => expect(parseDuration(text)).to.equal(undefined));
  }

  it('are read as they are written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LONGEST_DURATION_MS }), (ms) => parseDuration(formatDuration(ms)) === ms),
    );
  });

  it('are whole milliseconds in bounds, or none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const ms = parseDuration(text);
        return ms === undefined || (Number.isSafeInteger(ms) && ms >= 0 && ms <= LONGEST_DURATION_MS);
      }),
    );
  });
});

describe('sizes', () => {
  for (const [text, bytes] of [
    ['512', 512],
    ['20GB', 20e9],
    ['1 kB', 1000],
    ['1KB', 1000],
    ['1.5MiB', 1_572_864],
    ['2TiB', 2 * 2 ** 40],
    ['7B', 7],
  ] as const) {
    it(`${text} is ${bytes} bytes`, () => expect(parseSize(text)).to.equal(bytes));
  }

  for (const text of ['', '20G', '1iB', '1kiB2', '-5MB', '20 gigs', '9999999999TB']) {
    it(`${text} is none`, () => expect(parseSize(text)).to.equal(undefined));
  }

  it('grow with their unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (n) => {
        const sizes = ['B', 'kB', 'KiB', 'MB', 'MiB', 'GB', 'GiB', 'TB', 'TiB'].map(
          (unit) => parseSize(`${n}${unit}`) ?? -1,
        );
        return sizes.every((size, i) => i === 0 || size > (sizes[i - 1] ?? 0));
      }),
    );
  });
});

describe('host and port', () => {
  const hosts = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
  const ports = fc.integer({ min: 1, max: 65_535 });

  it('are read as they are written', () => {
    fc.assert(
      fc.property(hosts, ports, (host, port) => {
        expect(parseHostPort(formatHostPort({ host, port }))).to.deep.equal({ host, port });
      }),
    );
  });

  it('are the same within an address of a manager', () => {
    fc.assert(
      fc.property(hosts, ports, fc.boolean(), (host, port, tls) => {
        const uri = `${tls ? 'https' : 'http'}://${formatHostPort({ host, port })}`;
        expect(parseManagerUri(uri)).to.include({ host, port, tls });
        expect(new URL(parseManagerUri(uri)?.origin ?? '').port || (tls ? '443' : '80')).to.equal(String(port));
      }),
    );
  });

  it('never throw, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseManagerUri(text);
        const place = parseHostPort(text);
        return place === undefined || (place.port > 0 && place.port < 65_536 && place.host !== '');
      }),
    );
  });

  for (const text of [
    'localhost',
    '::1:8080',
    '[::1]',
    'a:0',
    'a:65536',
    'a b:80',
    '[a]:80',
    'u@h:80',
    ':80',
    'a:80/x',
  ]) {
    it(`${text} is none`, () => expect(parseHostPort(text)).to.equal(undefined));
  }

  it('take the port of the scheme', () => {
    expect(parseManagerUri('https://em1.example')).to.deep.equal({
      host: 'em1.example',
      port: 443,
      tls: true,
      origin: 'https://em1.example',
    });
    expect(parseManagerUri('http://[::1]')?.origin).to.equal('http://[::1]');
    expect(parseManagerUri('em1.example')).to.equal(undefined);
    expect(parseManagerUri('http://em1.example/path')).to.equal(undefined);
  });
});

describe('other values', () => {
  it('object identifiers', () => {
    for (const good of ['1.3.6.1', '0.39', '2.999.1', `1.3${'.1'.repeat(126)}`, '1.3.4294967295'])
      expect(isOid(good), good).to.equal(true);
    for (const bad of ['1', '.1.3', '1.40', '3.1', '1.3.4294967296', '1.03', '1..3', 'a.b', `1.3${'.1'.repeat(127)}`])
      expect(isOid(bad), bad).to.equal(false);
  });

  it('times', () => {
    expect(parseTime('2026-12-01T22:00:00Z')).to.equal(Date.UTC(2026, 11, 1, 22));
    expect(parseTime('2026-12-01T22:00Z')).to.equal(Date.UTC(2026, 11, 1, 22));
    for (const bad of ['2026-02-30T00:00:00Z', '2026-12-01', '2026-12-01T22:00:00', '2026-12-01T25:00:00Z'])
      expect(parseTime(bad), bad).to.equal(undefined);
  });

  it('loopback', () => {
    for (const yes of ['127.0.0.1', '127.255.0.9', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'])
      expect(isLoopback(yes), yes).to.equal(true);
    for (const no of ['0.0.0.0', '::', '128.0.0.1', '::2', '::ffff:10.0.0.1', 'localhost', '1127.0.0.1', '::1:1'])
      expect(isLoopback(no), no).to.equal(false);
  });
});
