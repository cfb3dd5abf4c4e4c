/** The portal in a real browser: sizes, themes, with and without JavaScript, for eyes, keyboards and readers. */
import axe from 'axe-core';
import { expect } from 'chai';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { counterpart, programPath } from '../support/counterparts.js';
import { BIG, withBigDevice } from './fixture/big-device.js';
import { HOSTILE } from './fixture/hostile.js';
import { openPage, openWithCharts } from './fixture/open.js';
import { SITUATIONS } from './fixture/pools.js';
import { type Fixture, startFixture } from './fixture/server.js';
import { NOW } from './fixture/site.js';
import { shippedTransformer } from './fixture/transformers.js';

/** Without these Chromium looks for its makers at every start; as root it needs the first. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const PAGES: Readonly<Record<string, string>> = {
  overview: '/',
  devices: '/devices',
  'one device': '/devices/core1',
  'a device of many interfaces': `/devices/${BIG}`,
  'interfaces that nobody has': `/devices/${BIG}?ifq=nothing+like+it`,
  'one metric': `/devices/${BIG}?metric=ifInUcastPkts.rate&sort=-value`,
  'a metric of words': `/devices/${BIG}?metric=ifDescr&page=2`,
  'a device that is down': '/devices/edge-fra-1',
  'a device beyond its thresholds': '/devices/fw-1',
  'a hostile device': `/devices/${encodeURIComponent(HOSTILE.slashes)}`,
  services: '/services',
  'one service': '/services/web-shop',
  applications: '/applications',
  managers: '/managers',
  'one manager': '/managers/EM1',
  alarms: '/alarms',
  'alarms that are over': '/alarms?state=cleared',
  'alarms that nobody has': '/alarms?q=nothing+like+it',
  events: '/events',
  report: '/report',
  'report by customer': '/report?by=customer&sort=availability',
  'report on one': '/report?element=device/core1',
  configuration: '/config',
  'sources of elements': '/sources',
  'whom it tells': '/notices',
  'a fault': '/devices/nothing',
};

/** What changes with the situation of the pool; a missing page of a manager is complained of by the browser itself. */
const POOL_PAGES: Readonly<Partial<Record<keyof typeof SITUATIONS, readonly string[]>>> = {
  whole: [
    '/notices',
    '/sources',
    '/sources?ask=confirm&source=postgres+postgres://cmdb/inventory',
    '/managers',
    '/managers/EM1',
    '/managers/EM1?ask=pause',
    '/managers/EM2?ask=report',
    '/devices/core1',
  ],
  crashed: ['/', '/managers', '/managers/EM3', '/managers/EM3?ask=forget', '/handovers', '/applications/batch-3'],
  odd: ['/managers', '/managers/EM2', '/devices/core1'],
};

const isSituation = (name: string): name is keyof typeof SITUATIONS => Object.hasOwn(SITUATIONS, name);

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

describe('the portal in a browser', function () {
  this.timeout(240_000);
  counterpart('chromium');
  const transformer = shippedTransformer();
  let em: Fixture;
  let browser: Browser;
  before(async () => {
    em = await startFixture({ transformer, elements: withBigDevice(130) });
    browser = await chromium.launch({ executablePath: programPath('chromium') ?? 'chromium', args: FLAGS });
  });
  after(async () => {
    await browser?.close();
    await em?.close();
    await transformer.close();
  });

  async function open(
    options: Parameters<Browser['newContext']>[0],
    use: (page: Page, complaints: string[]) => Promise<void>,
  ): Promise<void> {
    const context: BrowserContext = await browser.newContext({
      extraHTTPHeaders: { 'x-test-caller': 'operator' },
      ...options,
    });
    const complaints: string[] = [];
    try {
      const page = await context.newPage();
      // A page that is not found is meant to be so; everything else on the console is a fault.
      page.on('console', (message) => {
        if (message.type() !== 'log' && !message.text().includes('status of 404')) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await use(page, complaints);
    } finally {
      await context.close();
    }
  }

  const number = async (page: Page, expression: string): Promise<number> => Number(await page.evaluate(expression));
  const text = async (page: Page, selector: string): Promise<string> => (await page.textContent(selector)) ?? '';

  /** What axe has to say; it needs scripts to run, though not those of the page. */
  async function violations(page: Page): Promise<string> {
    await page.evaluate(axe.source);
    const found = await page.evaluate<readonly Violation[]>('axe.run(document).then((result) => result.violations)');
    const told = ({ id, nodes }: Violation) =>
      `${id}: ${nodes.map((node) => `${node.html}\n${node.failureSummary}`).join('\n')}`;
    return found.map(told).join('\n');
  }

  for (const [width, colorScheme, javaScriptEnabled] of [
    [360, 'light', true],
    [360, 'dark', false],
    [1440, 'dark', true],
    [1440, 'light', false],
  ] as const) {
    const view = `${width} px, ${colorScheme}, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`;
    it(`shows every page without complaint: ${view}`, () =>
      open({ viewport: { width, height: 800 }, colorScheme, javaScriptEnabled }, async (page, complaints) => {
        for (const [name, path] of Object.entries(PAGES)) {
          await (javaScriptEnabled ? openWithCharts : openPage)(page, em.url + path);
          expect(
            await number(page, 'document.documentElement.scrollWidth - window.innerWidth'),
            `${name} is too wide`,
          ).to.be.at.most(0);
          expect(await page.title(), name).not.to.equal('broken out');
          expect(complaints, name).to.deep.equal([]);
          if (javaScriptEnabled) expect(await violations(page), name).to.equal('');
        }
      }));
  }

  for (const situation of Object.keys(SITUATIONS).filter(isSituation)) {
    it(`shows a pool without complaint: ${situation}`, async () => {
      const extraHTTPHeaders = { 'x-test-caller': 'admin' };
      const pooled = await startFixture({ transformer, pool: SITUATIONS[situation](), third: situation !== 'crashed' });
      try {
        for (const [width, colorScheme] of [
          [360, 'dark'],
          [1440, 'light'],
        ] as const) {
          await open({ viewport: { width, height: 800 }, colorScheme, extraHTTPHeaders }, async (page, complaints) => {
            for (const path of POOL_PAGES[situation] ?? ['/managers']) {
              await openWithCharts(page, pooled.url + path);
              const tooWide = await number(page, 'document.documentElement.scrollWidth - window.innerWidth');
              expect(tooWide, `${path} is too wide at ${width}`).to.be.at.most(0);
              // A table that is cut off on a phone is no wider than its page.
              const cut =
                '[...document.querySelectorAll(".card.table > table")].filter((one) => one.scrollWidth > one.parentElement.clientWidth + 1).length';
              expect(await number(page, cut), `${path} cuts a table off at ${width}`).to.equal(0);
              expect(complaints, path).to.deep.equal([]);
              expect(await violations(page), path).to.equal('');
            }
          });
        }
      } finally {
        await pooled.close();
      }
    });
  }

  it('delegates, pauses and asks before it shuts down, without JavaScript', async () => {
    const pool = SITUATIONS.whole();
    const pooled = await startFixture({ transformer, pool, third: true });
    try {
      const headers = { 'x-test-caller': 'admin' };
      await open({ javaScriptEnabled: false, extraHTTPHeaders: headers }, async (page) => {
        await page.goto(`${pooled.url}/devices/core1`);
        await page.selectOption('select[name=to]', 'EM3');
        await page.selectOption('select[name=for]', '4h');
        await page.click('.ownership button:text("Delegate")');
        expect(await text(page, 'h1')).to.equal('core1 is delegated to EM3');
        await page.click('button:text("Recall it")');
        expect(await text(page, 'h1')).to.equal('core1 is recalled');
        await page.goto(`${pooled.url}/managers/EM1`);
        await page.click('.actions a:text("Pause")');
        await page.check('input[value=yes]');
        await page.click('button:text("Pause")');
        expect(await text(page, 'h1')).to.equal('EM1 is paused');
        await page.click('a:text("To EM1")');
        await page.click('.actions button:text("Resume")');
        await page.goto(`${pooled.url}/managers/EM1`);
        await page.click('.actions a:text("Shut down")');
        await page.click('a:text("Cancel")');
        expect(new URL(page.url()).pathname).to.equal('/ptpmgr/em/managers/EM1');
      });
      expect(pool.calls.map(({ name }) => name)).to.deep.equal(['delegate', 'delegate', 'pause', 'resume']);
    } finally {
      await pooled.close();
    }
  });

  it('is as good to readers before its scripts have come', () =>
    open({ viewport: { width: 1440, height: 800 }, colorScheme: 'light' }, async (page) => {
      await page.route(/\.js$/, (route) => route.abort());
      for (const [name, path] of Object.entries(PAGES)) {
        await openPage(page, em.url + path);
        expect(await violations(page), name).to.equal('');
      }
    }));

  it('draws charts on the server, and lets them be zoomed where there is JavaScript', async () => {
    await open({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${em.url}/devices/core1`);
      expect(await page.locator('.drawing path.stroke').count()).to.equal(2);
      expect(await page.isVisible('#pause')).to.equal(false);
      const [plot, card] = [
        await page.locator('.drawing .area').boundingBox(),
        await page.locator('.chart').boundingBox(),
      ];
      expect((plot?.x ?? 0) + (plot?.width ?? 0)).to.be.at.most((card?.x ?? 0) + (card?.width ?? 0));
      expect(await page.locator('.spark').count()).to.be.above(5);
    });
    await open({}, async (page, complaints) => {
      await openPage(page, `${em.url}/devices/core1`);
      await page.waitForSelector('.uplot canvas');
      expect(await page.locator('.drawing').count()).to.equal(0);
      await page.locator('.u-over').scrollIntoViewIfNeeded();
      const box = await page.locator('.u-over').boundingBox();
      if (!box) throw new Error('the chart has no place');
      await page.mouse.move(box.x + 100, box.y + 50);
      await page.mouse.down();
      await page.mouse.move(box.x + 300, box.y + 60, { steps: 4 });
      await page.mouse.up();
      expect(await text(page, '.readout')).to.match(/^\d\d:\d\d:\d\d {3}in .*bit\/s {3}out /);
      await page.dblclick('.u-over');
      expect(complaints).to.deep.equal([]);
    });
  });

  it('refreshes values by itself without taking the focus, and stops when asked', () =>
    open({}, async (page) => {
      await page.clock.install({ time: NOW });
      await openPage(page, `${em.url}/managers`);
      // By its heading: which columns are there depends on the pool.
      const headings = await page.locator('.managers thead th').allTextContents();
      const cell = `.managers tbody tr:first-child > :nth-child(${headings.indexOf('Up for') + 1})`;
      expect(await text(page, cell)).to.equal('4\u00a0d 13\u00a0h');
      await page.focus('.managers tbody tr:first-child a.title');

      const refreshed = async () => {
        const answer = page.waitForResponse((response) => response.url().endsWith('/managers'));
        await page.clock.runFor(11_000);
        await (await answer).finished();
      };
      em.manager.now = NOW + 3 * 3_600_000;
      try {
        await refreshed();
        await page.waitForFunction(`document.querySelector('${cell}').textContent.includes('16')`);
        expect(await page.evaluate('document.activeElement.textContent')).to.equal('EM1');

        await page.click('#pause');
        expect(await page.getAttribute('#pause', 'aria-pressed')).to.equal('true');
        em.manager.now = NOW + 6 * 3_600_000;
        await page.clock.runFor(60_000);
        expect(await text(page, cell)).to.equal('4\u00a0d 16\u00a0h');
      } finally {
        em.manager.now = NOW;
      }
    }));

  it('is used by keyboard: the skip link first, then every page', () =>
    open({}, async (page) => {
      await openPage(page, `${em.url}/`);
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.className')).to.equal('skip');
      await page.keyboard.press('Enter');
      expect(await page.evaluate('document.activeElement.id')).to.equal('main');
    }));

  it('changes its look by a link, without JavaScript', () =>
    open({ javaScriptEnabled: false, colorScheme: 'light' }, async (page) => {
      await page.goto(`${em.url}/events?q=disk`);
      await page.click('.look a:has-text("dark")');
      expect(page.url()).to.equal(`${em.url}/events?q=disk`);
      expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).to.equal('dark');
    }));

  it('filters, sorts and pages without JavaScript', () =>
    open({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${em.url}/devices`);
      await page.fill('input[name=q]', 'server');
      await page.selectOption('select[name=size]', '25');
      await page.click('button:has-text("Filter")');
      expect(await page.locator('.elements tbody tr').count()).to.equal(13);
      await page.click('.elements thead a:has-text("Name")');
      expect(await page.getAttribute('.elements thead th[aria-sort]', 'aria-sort')).to.equal('ascending');
      expect(await page.inputValue('input[name=q]')).to.equal('server');
    }));

  it('filters, sorts and pages interfaces without JavaScript, and stays at their table', () =>
    open({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${em.url}/devices/${BIG}?range=6h`);
      const rows = page.locator('section:has(#interfaces) tbody tr');
      expect(await rows.count()).to.equal(50);
      await page.fill('input[name=ifq]', 'Gi1/');
      await page.selectOption('select[name=ifSize]', '25');
      await page.click('section:has(#interfaces) button:has-text("Filter")');
      await page.click('section:has(#interfaces) thead a:has-text("Interface")');
      await page.click('section:has(#interfaces) a[rel=next]');
      expect(new URL(page.url()).hash).to.equal('#interfaces');
      expect(new URL(page.url()).searchParams.get('range')).to.equal('6h');
      expect(await rows.first().locator('th a').textContent()).to.equal('Gi1/0/25');
      expect(await rows.count()).to.equal(23);
      await rows.first().locator('th a').click();
      expect(await text(page, '#chart')).to.include('Gi1/0/25');
      expect(await rows.count()).to.equal(23);
    }));

  it('leads from the first instances of a metric to all of them, and back', () =>
    open({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${em.url}/devices/${BIG}`);
      await page.click('.group:has-text("ifDescr") summary');
      expect(await page.locator('.group:has-text("ifDescr") tbody tr').count()).to.equal(20);
      await page.click('.group:has-text("ifDescr") .more a');
      expect(await text(page, 'h1')).to.equal('ifDescr 130');
      expect(await page.locator('.values tbody tr').count()).to.equal(50);
      await page.click('.crumbs a');
      expect(new URL(page.url()).search).to.equal('');
    }));

  it('leaves the page of interfaces where it is when it refreshes', () =>
    open({}, async (page) => {
      await page.clock.install({ time: NOW });
      await openPage(page, `${em.url}/devices/${BIG}?ifPage=2&ifSort=name#interfaces`);
      const first = 'section:has(#interfaces) tbody tr:first-child th a';
      expect(await text(page, first)).to.equal('Gi1/0/2');
      await page.fill('input[name=ifq]', 'half a wo');
      const place = await number(page, 'window.scrollY');
      const answer = page.waitForResponse((response) => /ifPage=2&ifSort=name$/.test(response.url()));
      await page.clock.runFor(11_000);
      await (await answer).finished();
      expect(await text(page, first)).to.equal('Gi1/0/2');
      expect(await page.inputValue('input[name=ifq]')).to.equal('half a wo');
      expect(await number(page, 'window.scrollY')).to.equal(place);
    }));

  it('polls an element by its button', () =>
    open({}, async (page) => {
      await page.goto(`${em.url}/devices/core1`);
      await page.click('button:has-text("Poll now")');
      expect(await text(page, '.banner[role=status]')).to.include('just been polled');
      expect(em.manager.calls.some((call) => call.operation === 'pollNow')).to.equal(true);
    }));
});
