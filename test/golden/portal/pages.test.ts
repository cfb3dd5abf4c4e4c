/** Every page is the same by the manager's own processor and by xsltproc, and nobody's text is markup in it. */
import { expect } from 'chai';
import { BIG, withBigDevice } from '../../browser/fixture/big-device.js';
import { HOSTILE } from '../../browser/fixture/hostile.js';
import { SITUATIONS } from '../../browser/fixture/pools.js';
import { type Fixture, startFixture } from '../../browser/fixture/server.js';
import { shippedTransformer } from '../../browser/fixture/transformers.js';
import { xsltproc } from '../../browser/fixture/xsltproc.js';
import { counterpart } from '../../support/counterparts.js';

const hostile = encodeURIComponent(HOSTILE.slashes);
const PAGES = [
  '/',
  '/devices',
  '/devices?size=5&page=2&sort=label',
  '/devices?q=nothing+like+it',
  '/services',
  '/applications?status=down',
  '/devices/core1',
  '/devices/core1?metric=temperature&range=1d',
  `/devices/${BIG}`,
  `/devices/${BIG}?ifPage=3&ifSize=25&ifSort=-in&ifq=gi&metric=ifInErrors.rate&instance=Gi0/0/41`,
  `/devices/${BIG}?ifq=${encodeURIComponent(HOSTILE.attribute)}`,
  `/devices/${BIG}?metric=ifInUcastPkts.rate&sort=-value&page=2`,
  `/devices/${BIG}?metric=ifDescr&q=${encodeURIComponent(HOSTILE.attribute)}`,
  '/devices/edge-fra-1',
  '/devices/fw-1',
  '/services/web-shop',
  `/devices/${hostile}`,
  `/devices?q=${encodeURIComponent(HOSTILE.attribute)}&type=${encodeURIComponent(HOSTILE.script)}`,
  `/devices?q=${encodeURIComponent('\u0000\u0008 &amp;')}`,
  '/managers',
  '/managers/EM1',
  '/managers/EM3',
  '/alarms',
  '/alarms?size=25&page=3&sort=-raised&state=raised',
  '/alarms?state=cleared&notice=acknowledged&count=3&alone=yes',
  '/alarms?state=all&element=device/core1',
  `/alarms?q=${encodeURIComponent(HOSTILE.attribute)}&manager=${encodeURIComponent(HOSTILE.script)}`,
  '/alarms?page=99',
  '/events',
  `/events?q=${encodeURIComponent(HOSTILE.attribute)}`,
  '/report',
  '/report?element=device/core1&range=7d',
  `/report?element=${encodeURIComponent(`device/${HOSTILE.slashes}`)}`,
  '/config',
  '/sources',
  '/notices',
  '/devices/nothing',
  `/nothing/${hostile}`,
] as const;

/** In a pool, in each of its situations. */
const POOL_PAGES = [
  '/',
  '/managers',
  '/managers/EM1',
  '/managers/EM3',
  '/managers/EM3?show=standsIn&q=core',
  '/handovers',
  '/handovers?kind=takeover&flawed=yes',
  `/handovers?q=${encodeURIComponent(HOSTILE.attribute)}&page=9`,
  '/devices/core1',
  '/applications/batch-3',
  `/devices/${hostile}`,
  '/managers/EM1?ask=pause',
  '/managers/EM3?ask=shutdown',
  '/managers/EM2?ask=report',
  '/managers/EM3?ask=forget',
  `/managers/EM1?ask=${encodeURIComponent(HOSTILE.attribute)}`,
] as const;

function requireOwnMarkup(html: string): void {
  expect(html).to.match(/^<!DOCTYPE html/);
  expect(html.match(/<script/g)).to.have.length(1);
  // What stands in a value cannot get out of it: the quotes that are left are those around values.
  const tags = html.replaceAll(/"[^"]*"/g, '""');
  expect(tags).not.to.match(/<[^>]*\son[a-z]+=/i);
  expect(tags).not.to.match(/<(?:img|iframe|object|embed|style|base)\b/i);
  expect(tags).not.to.match(/<[^>]*\sstyle=/i);
  expect(html).not.to.match(/href="\s*javascript:/i);
  for (const [, href = ''] of html.matchAll(/(?:href|src|action)="([^"]*)"/g)) {
    expect(href).to.match(/^(?:\/ptpmgr\/em(?:\/|\?|$)|#|\?format=|https:\/\/core1\.example\.net\/|http:\/\/[a-z0-9]+\.example\.net:)/);
  }
}

describe('pages', () => {
  const transformer = shippedTransformer();
  let em: Fixture;
  before(async () => {
    em = await startFixture({ transformer, elements: withBigDevice(130) });
  });
  after(async () => {
    await em.close();
    await transformer.close();
  });
  const get = async (path: string, accept: string) =>
    (await fetch(em.url + path, { headers: { accept, 'x-test-caller': 'operator' } })).text();

  describe('by xsltproc', () => {
    counterpart('xsltproc');
    for (const path of PAGES) {
      it(`are the same: ${path}`, async () => {
        const xml = await get(path, 'application/xml');
        const sheet = /\/stylesheets\/([a-z]+)\.xsl/.exec(xml)?.[1] ?? '';
        expect(await get(path, 'text/html')).to.equal(await xsltproc.render(sheet, xml));
      });
    }
  });

  for (const path of PAGES) {
    it(`have no markup but their own: ${path}`, async () => {
      requireOwnMarkup(await get(path, 'text/html'));
    });
  }

  for (const [situation, pool] of Object.entries(SITUATIONS)) {
    describe(`of a pool: ${situation}`, () => {
      let pooled: Fixture;
      before(async () => {
        pooled = await startFixture({ transformer, pool: pool(), third: situation !== 'crashed' });
      });
      after(() => pooled.close());
      const of = async (path: string, accept: string) =>
        (await fetch(pooled.url + path, { headers: { accept, 'x-test-caller': 'admin' } })).text();

      for (const path of POOL_PAGES) {
        it(`have no markup but their own: ${path}`, async () => requireOwnMarkup(await of(path, 'text/html')));
      }

      describe('by xsltproc', () => {
        counterpart('xsltproc');
        it('are the same', async () => {
          for (const path of POOL_PAGES) {
            const xml = await of(path, 'application/xml');
            const sheet = /\/stylesheets\/([a-z]+)\.xsl/.exec(xml)?.[1] ?? '';
            expect(await of(path, 'text/html'), path).to.equal(await xsltproc.render(sheet, xml));
          }
        });
      });
    });
  }

  it('show what they refuse to obey', async () => {
    const html = await get(`/devices/${hostile}`, 'text/html');
    expect(html).to.include('&lt;script&gt;').and.to.include('javascript:document.title');
  });
});
