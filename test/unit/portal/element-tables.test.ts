/** Tables of one element: only the rows that are shown are in the page, whatever its format. */
import { expect } from 'chai';
import { BIG, withBigDevice } from '../../browser/fixture/big-device.js';
import { type Fixture, startFixture } from '../../browser/fixture/server.js';

const COUNT = 3_000;

/** Whatever a page has in JSON; what is not there is undefined. */
const shownBy = async (response: Response) => JSON.parse(await response.text()).PAGE;

describe('the tables of an element', () => {
  let em: Fixture;
  before(async () => {
    em = await startFixture({
      transformer: { render: async (sheet, xml) => `${sheet}\n${xml}` },
      elements: withBigDevice(COUNT),
    });
  });
  after(() => em.close());
  const get = (search: string, headers: Record<string, string> = {}) =>
    fetch(`${em.url}/devices/${BIG}${search}`, { headers: { accept: 'application/json', ...headers } });
  const page = async (search: string) => shownBy(await get(search));
  const metricsOf = (shown: Awaited<ReturnType<typeof page>>): readonly { name: string; instance: string }[] =>
    shown.getDevicesResponse.PTP_STORE.EMANAGER[0].Devices.Device[0].Metrics.Metric;
  const names = (rows: readonly { instance: string }[]) => rows.map((row) => row.instance);

  it('hold one page of interfaces, and say of how many', async () => {
    const shown = await page('');
    expect(shown.INTERFACE).to.have.length(50);
    expect(shown.INTERFACES).to.include({ all: COUNT, total: COUNT, first: 1, last: 50, pages: 60, sort: '-state' });
    expect(shown.INTERFACES.down).to.equal(57);
    expect(shown.INTERFACE.every((one: { condition: string }) => one.condition === 'down')).to.equal(true);
    const second = await page('?ifPage=2');
    const conditions = second.INTERFACE.map((one: { condition: string }) => one.condition);
    expect(conditions.slice(0, 7).every((one: string) => one === 'down')).to.equal(true);
    expect(second.INTERFACE[7]).to.include({ faulty: true, condition: 'normal' });
  });

  it('are all that the answer in the page holds, in XML and JSON', async () => {
    const shown = await page('?ifPage=3&ifSort=name');
    const [interfaces, others] = [new Set(names(shown.INTERFACE)), new Set(names(shown.GROUP[0].VALUE))];
    for (const { name, instance } of metricsOf(shown)) {
      const place = /UcastPkts|Descr/.test(name) ? others : interfaces;
      expect(place.has(instance), `${name} ${instance}`).to.equal(true);
    }
    expect(metricsOf(shown)).to.have.length(50 * 10 + 2 * 20);
    expect(shown.ELEMENT).to.include({ values: COUNT * 12, shown: 540 });
    const xml = await (await get('?ifPage=3&ifSort=name', { accept: 'application/xml' })).text();
    expect(xml.match(/<Metric /g)).to.have.length(540);
    expect(xml.length).to.be.below(400_000);
  });

  it('of few values are in the answer whole', async () => {
    const shown = await shownBy(await fetch(`${em.url}/devices/core1`, { headers: { accept: 'application/json' } }));
    expect(shown.ELEMENT.shown).to.equal(shown.ELEMENT.values);
    expect(shown.GROUP.every((group: object) => !('allHref' in group))).to.equal(true);
  });

  it('are asked for whole, and their small charts by what is shown', async () => {
    em.manager.calls.length = 0;
    await page('');
    expect(em.manager.calls.find((call) => call.operation === 'getDevices')?.input).to.deep.equal({
      element: `device/${BIG}`,
      detail: 'full',
    });
    const asked = em.manager.calls.filter((call) => call.operation === 'getSamples');
    expect(asked.length).to.be.below(130);
    for (const { input } of asked) expect(input).to.have.property('instance');
  });

  it('show the last page where one is asked for behind it', async () => {
    const shown = await page('?ifPage=9999');
    expect(shown.INTERFACES).to.include({ page: 60, first: 2_951, last: 3_000 });
    expect(shown.INTERFACES).not.to.have.property('next');
    const none = await page('?ifq=nothing+like+it&ifPage=4');
    expect(none.INTERFACES).to.include({ total: 0, all: COUNT, page: 1, filtered: true });
    expect(none).to.deep.include({ INTERFACE: [] });
  });

  it('keep the chart, the order and the words in all their links', async () => {
    const address = '?metric=ifInOctets.rate&instance=Gi1%2F0%2F3&range=1d&ifq=Gi1&ifSort=-in&ifSize=25&ifPage=2';
    const shown = await page(address);
    const query = (href: string) => Object.fromEntries(new URL(href, em.origin).searchParams);
    const all = query(address);
    expect(query(shown.INTERFACES.next)).to.deep.equal({ ...all, ifPage: '3' });
    const { ifPage: _first, ...firstPage } = all;
    const byErrors = shown.INTERFACES.SORT.find((one: { column: string }) => one.column === 'errors');
    expect(query(byErrors.href)).to.deep.equal({ ...firstPage, ifSort: '-errors' });
    expect(query(shown.INTERFACE[0].href)).to.deep.equal({ ...all, instance: shown.INTERFACE[0].instance });
    expect(query(shown.CHART.RANGE[0].href)).to.deep.equal({ ...all, range: '1h' });
    expect(query(shown.ELEMENT.formHref)).to.deep.equal(all);
    expect(shown.INTERFACES.KEPT.map((one: { name: string }) => one.name)).to.deep.equal([
      'metric',
      'instance',
      'range',
      'ifSort',
    ]);
  });

  it('lie below the base of the portal that shows them', async () => {
    const headers = { 'x-ptpmgr-base': '/ptpmgr/eim/managers/EM1', 'x-test-caller': 'peer/viewer' };
    for (const search of ['', '?metric=ifDescr']) {
      const text = await (await get(search, headers)).text();
      const addresses = [...text.matchAll(/"(?:href|allHref|next|pageHref|formHref)": "([^"]*)"/g)];
      expect(addresses.length, search).to.be.above(5);
      const { INTERFACES, QUERY } = JSON.parse(text).PAGE;
      for (const href of [(INTERFACES ?? QUERY).path, ...addresses.map(([, one]) => one)])
        expect(href).to.match(/^\/ptpmgr\/eim\/managers\/EM1\//);
    }
  });

  it('show the first instances of a metric, the drawn one, and the way to all', async () => {
    const shown = await page('?metric=ifInUcastPkts.rate&instance=Gi9%2F0%2F9');
    const group = shown.GROUP.find((one: { metric: string }) => one.metric === 'ifInUcastPkts.rate');
    expect(group.count).to.equal(COUNT);
    expect(names(group.VALUE)).to.have.length(21);
    expect(group.VALUE.at(-1)).to.include({ instance: 'Gi9/0/9', selected: true });
    const all = await shownBy(await fetch(em.origin + group.allHref, { headers: { accept: 'application/json' } }));
    expect(all).to.include({ sheet: 'metric' });
    expect(all.QUERY).to.include({ metric: 'ifInUcastPkts.rate', all: COUNT, first: 1, last: 50 });
  });

  it('show one metric with as many lines as a chart can bear', async () => {
    const shown = await page('?metric=ifInUcastPkts.rate&sort=-value&size=25&page=2');
    expect(shown.VALUE).to.have.length(25);
    expect(metricsOf(shown)).to.have.length(25);
    expect(shown.CHART.LINE.map((one: { label: string }) => one.label)).to.deep.equal(names(shown.VALUE).slice(0, 6));
    expect(shown.CHART.hidden).to.equal(COUNT - 6);
    expect(shown.getSamplesResponse).to.have.length(6);
    const words = await page('?metric=ifDescr&q=port+2999');
    expect(words).not.to.have.property('CHART');
    expect(words.VALUE.map((one: { text: string }) => one.text)).to.deep.equal(['port 2999']);
  });

  it('reach every instance of a metric page by page, once', async () => {
    const seen: string[] = [];
    for (let at: string | undefined = '?metric=ifDescr&size=1000'; at !== undefined; ) {
      const { VALUE, QUERY }: { VALUE: { instance: string }[]; QUERY: { next?: string } } = await page(at);
      seen.push(...names(VALUE));
      at = QUERY.next && new URL(QUERY.next, em.origin).search;
    }
    expect([seen.length, new Set(seen).size]).to.deep.equal([COUNT, COUNT]);
  });
});
