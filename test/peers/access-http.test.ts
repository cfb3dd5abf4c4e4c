import { assert } from 'chai';
import type { AccessMethod } from '../../src/access/access.js';
import { createHttpMethod } from '../../src/access/http/method.js';
import { createXmlMethod } from '../../src/access/xml.js';
import { accessParts, failureOf, metricValue, pollOnce } from '../support/access.js';
import { CertificateAuthority } from '../support/certificates.js';
import { counterpart, needCounterpart } from '../support/counterparts.js';
import { type HttpDaemon, startNginx } from '../support/daemons.js';

const FILES = {
  'health.json': JSON.stringify({
    clients: 17,
    disks: [
      { name: 'sda', free: 1 },
      { name: 'sdb', free: 2 },
    ],
  }),
  'stats.xml': '<stats><violations>3</violations><disk name="sda">5</disk><disk name="sdb">6</disk></stats>',
  'status.txt': 'up since yesterday\nsda: 5 free\nsdb: 6 free\n',
  'bomb.xml': '<!DOCTYPE a [<!ENTITY b "boom">]><a>&b;</a>',
  'large.json': `"${'x'.repeat(5 * 2 ** 20)}"`,
};
const LINES = [
  'location /round { return 302 /round; }',
  'location /moved { return 301 /health.json; }',
  'location /failing { return 500; }',
  'location /private { return 401; }',
];

describe('http with nginx', () => {
  counterpart('nginx');
  let nginx: HttpDaemon;
  let method: AccessMethod;
  before(async () => {
    nginx = await startNginx({ files: FILES, lines: LINES });
    method = createHttpMethod(accessParts());
  });
  after(async () => {
    await method?.close();
    await nginx?.stop();
  });
  const ask = (path: string, more: Parameters<typeof pollOnce>[1] & { options?: Record<string, string> } = {}) =>
    pollOnce(method, { ...more, options: { url: `${nginx.origin}${path}`, ...more.options } });

  it('measures the answer', async () => {
    const { readings } = await ask('/status.txt');
    assert.equal(metricValue(readings, 'httpStatus'), 200);
    assert.isAbove(Number(metricValue(readings, 'responseTime')), 0);
  });

  it('finds values by JSONPath', async () => {
    const metrics = [
      { name: 'Clients', jsonpath: '$.clients', unit: '1' },
      { name: 'free', jsonpath: '$.disks[*].free', unit: 'By' },
      { name: 'first', jsonpath: "$.disks[?(@.name=='sdb')].free", unit: 'By' },
      { name: 'none', jsonpath: '$.nothing', unit: '1' },
    ];
    const { readings } = await ask('/health.json', { over: { metrics } });
    assert.equal(metricValue(readings, 'Clients'), 17);
    assert.equal(metricValue(readings, 'free', '/disks/1/free'), 2);
    assert.equal(metricValue(readings, 'first'), 2);
    assert.isUndefined(readings.find(({ metric }) => metric === 'none'));
  });

  it('finds values by XPath and by regular expression', async () => {
    const xpaths = [
      { name: 'Violations', xpath: '/stats/violations', unit: '1' },
      { name: 'disks', xpath: 'count(//disk)', unit: '1' },
      { name: 'free', xpath: '//disk', unit: 'By' },
    ];
    const xml = (await ask('/stats.xml', { over: { metrics: xpaths } })).readings;
    assert.equal(metricValue(xml, 'Violations'), 3);
    assert.equal(metricValue(xml, 'disks'), 2);
    assert.equal(metricValue(xml, 'free', 'sdb'), 6);
    const regexes = [{ name: 'free', regex: '^(?<instance>\\w+): (?<value>\\d+) free', unit: 'By' }];
    const text = (await ask('/status.txt', { over: { metrics: regexes } })).readings;
    assert.equal(metricValue(text, 'free', 'sda'), 5);
    assert.equal(metricValue(text, 'free', 'sdb'), 6);
  });

  it('follows a few redirections', async () => {
    const metrics = [{ name: 'Clients', jsonpath: '$.clients', unit: '1' }];
    assert.equal(metricValue((await ask('/moved', { over: { metrics } })).readings, 'Clients'), 17);
    assert.equal(metricValue((await ask('/moved', { options: { expect: '301' } })).readings, 'httpStatus'), 301);
    assert.match((await failureOf(ask('/round'))).message, /redirects more than 3 times/);
  });

  const refusals: readonly (readonly [path: string, code: string, words: RegExp])[] = [
    ['/failing', 'Access.Content', /answered 500; expected was 200-399/],
    ['/private', 'Access.Denied', /answered 401/],
    ['/nowhere', 'Access.NotFound', /answered 404/],
    ['/large.json', 'Access.TooLarge', /more than 4 MiB/],
    ['/status.txt', 'Access.Content', /did not answer with JSON/],
  ];
  for (const [path, code, words] of refusals) {
    it(`tells what is wrong with ${path}`, async () => {
      const failure = await failureOf(ask(path, { over: { metrics: [{ name: 'x', jsonpath: '$.x', unit: '1' }] } }));
      assert.equal(failure.code, code);
      assert.match(failure.message, words);
    });
  }

  it('reads XML documents by method xml, without entities', async () => {
    const xml = createXmlMethod(accessParts());
    const metrics = [{ name: 'Violations', xpath: '/stats/violations', unit: '1' }];
    const { readings } = await pollOnce(xml, { options: { url: `${nginx.origin}/stats.xml` }, over: { metrics } });
    assert.equal(metricValue(readings, 'Violations'), 3);
    const bomb = await failureOf(pollOnce(xml, { options: { url: `${nginx.origin}/bomb.xml` }, over: { metrics } }));
    assert.equal(bomb.code, 'Access.Content');
    assert.match(bomb.message, /DOCTYPE/);
  });
});

describe('https with nginx', () => {
  counterpart('nginx');
  let nginx: HttpDaemon;
  let method: AccessMethod;
  let ca: string;
  before(async function () {
    needCounterpart(this, 'openssl');
    const authority = new CertificateAuthority();
    ca = authority.cert;
    nginx = await startNginx({ files: FILES, tls: authority.server('localhost', { days: 20 }) });
    method = createHttpMethod(accessParts());
  });
  after(async () => {
    await method?.close();
    await nginx?.stop();
  });

  it('tells for how long the certificate is good', async () => {
    const { readings } = await pollOnce(method, { options: { url: `${nginx.origin}/status.txt`, ca } });
    assert.isAbove(Number(metricValue(readings, 'certificateDays')), 19);
    assert.isAtMost(Number(metricValue(readings, 'certificateDays')), 20);
  });

  it('refuses an unknown authority unless told not to', async () => {
    const url = `${nginx.origin}/status.txt`;
    const failure = await failureOf(pollOnce(method, { options: { url } }));
    assert.equal(failure.code, 'Access.Protocol');
    assert.match(failure.message, /name (it|that) in ca/);
    assert.equal(
      metricValue((await pollOnce(method, { options: { url, insecure: 'true' } })).readings, 'httpStatus'),
      200,
    );
  });
});
