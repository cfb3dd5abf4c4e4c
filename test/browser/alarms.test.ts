/** Alarms in a real browser: ticked, acknowledged and cleared without scripts, and kept in order by them. */
import { expect } from 'chai';
import { type Browser, chromium, type Page } from 'playwright-core';
import { counterpart, programPath } from '../support/counterparts.js';
import { openPage } from './fixture/open.js';
import { type Fixture, startFixture } from './fixture/server.js';
import { NOW } from './fixture/site.js';
import { shippedTransformer } from './fixture/transformers.js';

describe('alarms in a browser', function () {
  this.timeout(120_000);
  counterpart('chromium');
  const transformer = shippedTransformer();
  let em: Fixture;
  let browser: Browser;
  before(async () => {
    const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath: programPath('chromium') ?? 'chromium', args });
  });
  beforeEach(async () => {
    em = await startFixture({ transformer });
  });
  afterEach(() => em.close());
  after(async () => {
    await browser?.close();
    await transformer.close();
  });

  async function open(
    options: Parameters<Browser['newContext']>[0],
    use: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext({ extraHTTPHeaders: { 'x-test-caller': 'operator' }, ...options });
    try {
      await use(await context.newPage());
    } finally {
      await context.close();
    }
  }
  const text = async (page: Page, selector: string): Promise<string> => (await page.textContent(selector)) ?? '';

  it('are acknowledged and cleared many at once, without JavaScript', () =>
    open({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${em.url}/alarms?severity=major`);
      await page.check('input[value=a0]');
      await page.check('input[value=a1]');
      await page.fill('input[name=note]', 'on my way');
      await page.click('button:text("Acknowledge those ticked")');
      expect(await text(page, '.banner[role=status]')).to.include('2 alarms were acknowledged.');
      expect(new URL(page.url()).searchParams.get('severity')).to.equal('major');
      expect(await text(page, '#alarm-a0')).to.match(/alice, .*on my way/s);
      await page.check('input[value=a1]');
      await page.click('button:text("Clear them")');
      expect(await text(page, '.banner[role=status]')).to.include('no other manager has that on disk yet');
      expect(await page.locator('#alarm-a1').count()).to.equal(0);
      await page.selectOption('select[name=state]', 'cleared');
      await page.click('button:text("Filter")');
      expect(await text(page, '#alarm-a1')).to.include('cleared by alice');
    }));

  it('are acknowledged on the page of their element', () =>
    open({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${em.url}/devices/core1`);
      await page.check('input[value=a3]');
      await page.click('button:text("Acknowledge those ticked")');
      expect(new URL(page.url()).pathname).to.equal('/ptpmgr/em/devices/core1');
      expect(await text(page, '.banner[role=status]')).to.include('The alarm was acknowledged.');
      expect(await text(page, '#alarm-a3')).to.include('alice');
    }));

  it('keep their ticks and the note when the list is renewed and others have come and gone', () =>
    open({}, async (page) => {
      await page.clock.install({ time: NOW });
      await openPage(page, `${em.url}/alarms?size=25`);
      await page.check('input[value=a1]');
      await page.fill('input[name=note]', 'half a no');
      // The worst is over, so that all rows move up.
      const context = { caller: { kind: 'user', name: 'bob', role: 'operator', from: '' } } as const;
      await em.manager.invoke(
        'clearAlarm',
        { alarm: 'a0' },
        {
          ...context,
          requestId: '',
          hops: 0,
          signal: new AbortController().signal,
        },
      );
      const answer = page.waitForResponse((response) => response.url().endsWith('/alarms?size=25'));
      await page.clock.runFor(6_000);
      await (await answer).finished();
      await page.waitForFunction('!document.querySelector("#alarm-a0")');
      expect(
        await page
          .locator('input[name=alarm]:checked')
          .evaluateAll((all) => all.map((one) => one.getAttribute('value'))),
      ).to.deep.equal(['a1']);
      expect(await page.inputValue('input[name=note]')).to.equal('half a no');
    }));

  it('offer nothing to do to whoever may only look', () =>
    open({ extraHTTPHeaders: { 'x-test-caller': 'viewer' } }, async (page) => {
      await openPage(page, `${em.url}/alarms`);
      expect(await page.locator('input[type=checkbox], #alarm-form').count()).to.equal(0);
    }));
});
