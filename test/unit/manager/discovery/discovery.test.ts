import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AccessMethod, PollRequest } from '../../../../src/access/access.js';
import { PtpError } from '../../../../src/base/errors.js';
import { loadSettings } from '../../../../src/config/load.js';
import { Configuration } from '../../../../src/manager/configuration.js';
import { Discovery } from '../../../../src/manager/discovery/discovery.js';
import { addressesOf, countOf } from '../../../../src/manager/discovery/network-search.js';
import { discoveryHandlers } from '../../../../src/manager/operations/discovery.js';
import { withElements } from '../../../../src/manager/sources/element-sources.js';
import type { AccessMethodName } from '../../../../src/model/element.js';
import { temporaryFolder } from '../../../support/temporary.js';
import { testEnv } from '../../../support/test-env.js';

const DEVICE = '<DEVICES><DEVICE id="known" ip="192.0.2.3"/></DEVICES>';
const CREDENTIALS =
  '<CREDENTIALS><CREDENTIAL id="read" community="c"/><CREDENTIAL id="v3" user="u" authProtocol="sha" authPassword="authentic"/></CREDENTIALS>';
const config = (discovery: string, parts = CREDENTIALS + DEVICE): string =>
  `<PTP_CONFIG><PTPMANAGER type="EM"/><EMANAGER id="EM1">
<HOST><HTTP_SERVER uri="localhost:8080"/></HOST>${parts}${discovery}</EMANAGER></PTP_CONFIG>`;
const NETWORK = '<DISCOVERY network="192.0.2.0/29" credential="read v3" exclude="192.0.2.5"/>';
const HOUR = 3_600_000;

const caller = { kind: 'user', name: 'ada', role: 'admin', from: '' } as const;
const CONTEXT = { caller, requestId: '', hops: 0, signal: new AbortController().signal };

describe('networks that are searched', () => {
  const start = async (discovery = NETWORK, dir = temporaryFolder('data'), parts?: string) => {
    const file = join(temporaryFolder('configuration'), 'em.xml');
    writeFileSync(file, config(discovery, parts));
    const env = testEnv();
    const options = { environment: {}, deviceTypesDir: temporaryFolder('types'), checkAccess: () => [] };
    const { settings, faults } = await loadSettings(file, { ...options, strict: true });
    if (!settings) throw new Error(faults[0]?.message);
    const configuration = new Configuration({ ...options, env, settings, obstacle: async () => undefined });
    const events: string[] = [];
    configuration.onEvent(({ name, text }) => void events.push(`${name}: ${text}`));
    /** What answers where, and by which credential. */
    const devices = new Map<string, string>();
    /** What they say that they are called. */
    const names = new Map<string, string>();
    const asked: { readonly address: string; readonly way: string; readonly atMs: number }[] = [];
    const method = (name: AccessMethodName, answers: (request: PollRequest) => boolean): AccessMethod => ({
      method: name,
      poll: async (request) => {
        const { ip = '' } = request.element;
        const way = request.credential?.id ?? request.access.options.kind ?? '';
        asked.push({ address: ip, way, atMs: env.clock.monotonic() });
        if (!answers(request)) throw new PtpError('Access.Refused', 'nobody is there');
        const facts =
          name === 'snmp'
            ? { sysName: names.get(ip) ?? `box-${ip}`, type: 'switch', sysObjectId: '1.3.6.1.4.1.9.1' }
            : {};
        return { readings: [], events: [], facts };
      },
      check: () => [],
      close: async () => {},
    });
    const methods = new Map<AccessMethodName, AccessMethod>([
      ['snmp', method('snmp', ({ element, credential }) => devices.get(element.ip ?? '') === credential?.id)],
      ['probe', method('probe', ({ element, access }) => devices.get(element.ip ?? '') === access.options.kind)],
    ]);
    const path = join(dir, 'discovery.json');
    const looks = { count: 0 };
    const search = new Discovery({
      env,
      configuration,
      methods,
      elements: () => {
        looks.count += 1;
        return configuration.settings.elements;
      },
      file: path,
    });
    await search.recall();
    configuration.setFurther({
      prepare: async () => {},
      complete: (one) => withElements(one, search.approved(one)),
      handlers: {},
    });
    configuration.onTaken(async (one) => search.take(one));
    const ids = () => configuration.settings.elements.map(({ id }) => id);
    /** Lets time pass, and writing come to its end, as whoever waits for the disk would. */
    const after = async (ms: number) => {
      await env.clock.advance(ms);
      await search.settled();
      await env.clock.advance(0);
      await search.settled();
      await env.clock.advance(0);
    };
    search.start();
    return { file, dir, path, env, configuration, search, devices, asked, events, ids, after, looks, names };
  };
  const addresses = (search: Discovery) => search.found().map(({ address, decision }) => `${address} ${decision}`);

  it('have these addresses, without what is left out', () => {
    const all = (network: string, ...exclude: string[]) => [...addressesOf({ network, exclude })];
    expect(all('192.0.2.0/29', '192.0.2.2', '192.0.2.4/31')).to.deep.equal(['192.0.2.1', '192.0.2.3', '192.0.2.6']);
    expect(all('2001:db8::/126', '2001:db8::/127')).to.deep.equal(['2001:db8::2', '2001:db8::3']);
    expect(countOf({ network: '192.0.2.0/29', exclude: ['192.0.2.4/31'] })).to.equal(4);
    expect(countOf({ network: '192.0.0.0/16', exclude: [] })).to.equal(65_534);
  });

  it('are searched one address after the other, by one credential after the other, and nowhere else', async () => {
    const { devices, asked, after, search, events, env } = await start();
    devices.set('192.0.2.1', 'read').set('192.0.2.4', 'v3').set('192.0.2.5', 'read').set('198.51.100.1', 'read');
    await after(9_999);
    expect(asked).to.have.length(0);
    await after(10_000);
    expect([...new Set(asked.map(({ address }) => address))]).to.deep.equal([
      '192.0.2.1',
      '192.0.2.2',
      '192.0.2.4',
      '192.0.2.6',
    ]);
    expect(asked.filter(({ address }) => address === '192.0.2.4').map(({ way }) => way)).to.deep.equal([
      'read',
      'read',
      'v3',
    ]);
    // Ten addresses in a second, one of them left out, one an element.
    expect(asked.find(({ address }) => address === '192.0.2.6')?.atMs).to.equal(10_000 + 3 * 100);
    expect(addresses(search)).to.deep.equal(['192.0.2.1 new', '192.0.2.4 new']);
    expect(search.found()[1]).to.deep.include({
      answers: ['snmp'],
      credential: 'v3',
      name: 'box-192.0.2.4',
      type: 'switch',
      firstMs: env.clock.now() - 19_999 + 10_200,
    });
    expect(events).to.deep.equal([
      'networkSearched: 192.0.2.0/29 searched: 4 addresses asked; 2 answer; new 192.0.2.1, 192.0.2.4',
    ]);
    expect(search.networks()[0]).to.deep.include({ isSearching: false, tried: 5, addresses: 5, found: 2, fresh: 2 });
  });

  it('give elements that a person approves, also after a restart, until the person takes it back', async () => {
    const { devices, after, search, ids, dir, configuration, events } = await start();
    devices.set('192.0.2.1', 'read').set('192.0.2.4', 'v3');
    await after(20_000);
    expect(ids()).to.deep.equal(['known']);
    const { done, refused } = await search.decide(
      ['192.0.2.4', '192.0.2.9', '192.0.2.1', '192.0.2.4'],
      'approved',
      'ada',
    );
    expect([done, refused]).to.deep.equal([
      ['192.0.2.4', '192.0.2.1'],
      [{ address: '192.0.2.9', reason: 'nothing was found at 192.0.2.9' }],
    ]);
    expect(ids()).to.deep.equal(['known', '192.0.2.1', '192.0.2.4']);
    const element = configuration.settings.elements[2];
    expect(element).to.deep.include({ name: 'device/192.0.2.4', ip: '192.0.2.4', type: 'switch', pool: false });
    expect(element?.access[0]).to.deep.include({ method: 'snmp', credential: 'v3', intervalMs: 60_000 });
    expect(element?.access[0]?.options).to.deep.equal({ version: '3' });
    expect(configuration.settings.origins.get('device/192.0.2.4')).to.deep.equal({
      source: 'found in 192.0.2.0/29, approved by ada',
    });
    expect(events.at(-1)).to.match(/^configTaken: ada has approved 192.0.2.4, 192.0.2.1: 2 elements added/);

    const again = await start(NETWORK, dir);
    expect(again.ids()).to.deep.equal(['known', '192.0.2.1', '192.0.2.4']);
    await again.search.decide(['192.0.2.4'], 'new', 'ada');
    await again.search.decide(['192.0.2.1'], 'ignored', 'ada');
    expect(again.ids()).to.deep.equal(['known']);
    expect(addresses(again.search)).to.deep.equal(['192.0.2.1 ignored', '192.0.2.4 new']);

    // Without its credential an approved one is no element, and says why.
    await again.search.decide(['192.0.2.4'], 'approved', 'ada');
    const without = await start('<DISCOVERY network="192.0.2.0/29"/>', dir, DEVICE);
    expect(without.ids()).to.deep.equal(['known']);
    const found = without.search.found().find(({ address }) => address === '192.0.2.4');
    expect(found && without.search.faultOf(found)).to.match(/^CREDENTIAL v3 is not in the configuration any more/);
  });

  it('are searched again when it is time, and what does not answer any more is noticed, and forgotten when nobody wanted it', async () => {
    const { devices, after, search, events } = await start('<DISCOVERY network="192.0.2.0/29" interval="1h"/>');
    devices.set('192.0.2.1', undefined as never);
    devices.set('192.0.2.2', undefined as never);
    await after(20_000);
    // Without a credential everybody that is there answers to the usual community.
    expect(search.found().length).to.equal(5);
    await search.decide(['192.0.2.2'], 'ignored', 'ada');
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.4', '192.0.2.5', '192.0.2.6']) devices.set(address, 'x');
    await after(HOUR);
    expect(events.at(-1)).to.match(
      /5 addresses asked; 0 answer; no answer any more from 192.0.2.1, 192.0.2.2, 192.0.2.4, 192.0.2.5, 192.0.2.6$/,
    );
    expect(search.found()[0]?.missed).to.equal(1);
    await after(2 * HOUR);
    expect(addresses(search)).to.deep.equal(['192.0.2.2 ignored']);
    expect(events.filter((one) => one.includes('no answer any more'))).to.have.length(1);
  });

  it('are searched by ICMP and TCP as well, and approved at once where the configuration says so', async () => {
    const { devices, after, ids, configuration } = await start(
      '<DISCOVERY network="192.0.2.0/29" by="tcp:22 icmp snmp" credential="read" approve="false"/>',
    );
    devices.set('192.0.2.1', 'icmp').set('192.0.2.6', 'tcp');
    await after(20_000);
    await after(0);
    expect(ids()).to.deep.equal(['known', '192.0.2.1', '192.0.2.6']);
    expect(configuration.settings.elements.map(({ access }) => access[0]?.options)).to.deep.equal([
      undefined,
      { kind: 'icmp' },
      { kind: 'tcp', port: '22' },
    ]);
  });

  it('are begun and ended when a person says so, and what was found until then stays', async () => {
    const { devices, after, search, asked, events, configuration } = await start();
    devices.set('192.0.2.1', 'read');
    const { getDiscovery, changeDiscovery } = discoveryHandlers(() => 'EM1', search);
    const change = async (input: Parameters<NonNullable<typeof changeDiscovery>>[0]) =>
      changeDiscovery?.(input, CONTEXT);
    expect(await change({ action: 'search', addresses: [] })).to.deep.equal({ done: ['192.0.2.0/29'], refused: [] });
    await after(150);
    expect((await getDiscovery?.({}, CONTEXT))?.networks[0]).to.include({ state: 'searching', addresses: 5 });
    await change({ action: 'stop', addresses: [], network: '192.0.2.0/29' });
    await after(1000);
    expect(new Set(asked.map(({ address }) => address)).size).to.equal(2);
    expect(events.at(-1)).to.match(/^networkSearched: 192.0.2.0\/29 searched in part: /);
    const shown = await getDiscovery?.({ sort: 'decision' }, CONTEXT);
    expect(shown?.found[0]).to.include({ address: '192.0.2.1', decision: 'new', credential: 'read', missed: 0 });
    expect(shown?.networks[0]?.state).to.equal('waiting');
    await change({ action: 'approve', addresses: ['192.0.2.1'] });
    expect(configuration.settings.elements).to.have.length(2);
    expect((await getDiscovery?.({}, CONTEXT))?.found[0]).to.include({ by: 'ada', element: 'device/192.0.2.1' });
    for (const wrong of [
      { action: 'approve', addresses: [] },
      { action: 'search', addresses: [], network: '198.51.100.0/24' },
    ] as const) {
      const thrown = await change(wrong).catch((error: unknown) => error);
      expect(thrown).to.be.instanceOf(PtpError);
    }
  });

  it('leave alone at once what the configuration has come to leave out, and are searched anew without it', async () => {
    const { after, asked, file, configuration } = await start('<DISCOVERY network="192.0.2.0/24" rate="1"/>');
    await after(12_500);
    const before = asked.length;
    expect(before).to.be.greaterThan(0);
    writeFileSync(file, config('<DISCOVERY network="192.0.2.0/24" rate="1" exclude="192.0.2.0/25"/>'));
    await configuration.reload();
    await after(30_000);
    expect([...new Set(asked.slice(before).map(({ address }) => address))].slice(0, 2)).to.deep.equal([
      '192.0.2.128',
      '192.0.2.129',
    ]);
  });

  it('look at the elements once to decide on many, and keep what any answer can carry', async () => {
    const { after, devices, search, looks, names } = await start();
    for (const at of [1, 2, 4, 6]) devices.set(`192.0.2.${at}`, 'read');
    names.set('192.0.2.1', `${'x'.repeat(499)}\u{1f600}`).set('192.0.2.2', 'a\uffffb');
    await after(20_000);
    expect(search.found().map(({ name }) => name?.slice(-3))).to.deep.equal(['xx\ufffd', 'a\ufffdb', '2.4', '2.6']);
    looks.count = 0;
    const { done } = await search.decide(['192.0.2.1', '192.0.2.2', '192.0.2.4', '192.0.2.6'], 'approved', 'ada');
    expect([done.length, looks.count]).to.deep.equal([4, 1]);
  });

  it('say that there was no room only as long as there is none, and know again all that is kept', async () => {
    const dir = temporaryFolder('data');
    const others = Array.from({ length: 10_000 }, (_, at) => `198.51.${at >> 8}.${at & 255}`);
    const times = { firstMs: 0, lastMs: 0, missed: 0 };
    const found = others.map((address) => ({
      ...{ address, network: '198.51.0.0/16', decision: 'ignored', answers: ['icmp'] },
      ...times,
    }));
    // As long as texts of devices can make it.
    writeFileSync(join(dir, 'discovery.json'), JSON.stringify({ searches: [], found }) + ' '.repeat(33 * 2 ** 20));
    const { after, devices, search } = await start(NETWORK, dir);
    devices.set('192.0.2.1', 'read');
    await after(20_000);
    expect(search.networks()[0]?.fault).to.match(/^more than 10000 devices were found/);
    await search.decide(others.slice(0, 5000), 'new', 'ada');
    await after(24 * HOUR);
    expect(search.networks()[0]?.fault).to.equal(undefined);
    expect(search.found()).to.have.length(5001);
  });

  it('are left when the configuration does not name them any more, and what was spoilt is begun anew', async () => {
    const { devices, after, search, file, configuration, path, dir } = await start();
    devices.set('192.0.2.1', 'read');
    await after(20_000);
    writeFileSync(file, config(''));
    await configuration.reload();
    expect(search.networks()).to.deep.equal([]);
    expect(readFileSync(path, 'utf8')).to.contain('192.0.2.1');
    writeFileSync(path, '{"searches":[],"found":[{"address":"x"}]}');
    const again = await start(NETWORK, dir);
    // Nothing that is written from now on takes its place.
    expect(readFileSync(`${path}.unread`, 'utf8')).to.contain('"address":"x"');
    expect(again.search.found()).to.deep.equal([]);
    expect(again.env.log.text).to.contain('is not what a manager wrote there');
    expect(again.events[0]).to.match(/^discoveryLost: .* it was set aside as .*\.unread$/);
  });
});
