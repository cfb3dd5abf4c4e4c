import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ReadSource, SourceText } from '../../../../src/access/sources/read-source.js';
import { PtpError } from '../../../../src/base/errors.js';
import { loadSettings } from '../../../../src/config/load.js';
import { Configuration } from '../../../../src/manager/configuration.js';
import { sourceHandlers } from '../../../../src/manager/operations/sources.js';
import { ElementSources, withElements } from '../../../../src/manager/sources/element-sources.js';
import { doubtOf } from '../../../../src/manager/sources/guard.js';
import { temporaryFolder } from '../../../support/temporary.js';
import { testEnv } from '../../../support/test-env.js';

const URL_1 = 'http://config.example/devices';
const source = (attributes: string): string => `<SOURCE type="http" ${attributes}/>`;
const config = (sources: string): string => `<PTP_CONFIG><PTPMANAGER type="EM"/><EMANAGER id="EM1">
<HOST><HTTP_SERVER uri="localhost:8080"/></HOST>
<DEVICES><DEVICE ip="192.0.2.1"/></DEVICES>
<SOURCES>${sources}</SOURCES>
</EMANAGER></PTP_CONFIG>`;
const csv = (...addresses: readonly (string | number)[]): SourceText => ({
  text: ['ip', ...addresses.map((one) => `192.0.2.${one}`)].join('\n'),
  format: 'csv',
  local: false,
  baseDir: '/',
});

describe('sources of elements', () => {
  const start = async (sources: string, dir = temporaryFolder('data')) => {
    const file = join(temporaryFolder('configuration'), 'em.xml');
    writeFileSync(file, config(sources));
    const env = testEnv();
    const options = { environment: {}, deviceTypesDir: temporaryFolder('types'), checkAccess: () => [] };
    const { settings } = await loadSettings(file, { ...options, strict: true });
    if (!settings) throw new Error('no settings');
    /** What happens between a configuration that is read and its being taken. */
    const meanwhile: { obstacle(): Promise<undefined> } = { obstacle: async () => undefined };
    const configuration = new Configuration({ ...options, env, settings, obstacle: () => meanwhile.obstacle() });
    const events: string[] = [];
    configuration.onEvent(({ name, text }) => void events.push(`${name}: ${text}`));
    const changes: string[][] = [];
    configuration.onTaken(
      async (_, { added, removed, changed }) => void changes.push([...added, ...removed, ...changed]),
    );
    const answers = new Map<string, SourceText | PtpError | Promise<SourceText>>();
    const read: ReadSource = async ({ url = '' }) => {
      const answer = (await answers.get(url)) ?? new PtpError('Access.Refused', `${url} refused the connection`);
      if (answer instanceof PtpError) throw answer;
      return answer;
    };
    const all = new ElementSources({ env, configuration, read, dir });
    await all.recall();
    configuration.setFurther({
      prepare: (one) => all.prepare(one),
      complete: (one) => all.complete(one),
      handlers: {},
    });
    configuration.onTaken((one) => all.take(one));
    all.follow();
    await env.clock.advance(0);
    const ids = () => configuration.settings.elements.map(({ id }) => id.slice(8));
    const settle = () => all.settled();
    const after = async (ms: number) => {
      await env.clock.advance(ms);
      await settle();
    };
    await settle();
    return { file, dir, env, configuration, all, answers, events, changes, ids, after, settle, meanwhile };
  };

  it('add elements, change them and take them away, each alone', async () => {
    const { answers, after, ids, changes, configuration } = await start(source(`url="${URL_1}" interval="60s"`));
    expect(ids()).to.deep.equal(['1']);
    answers.set(URL_1, csv(2, 3));
    await after(60_000);
    expect(ids()).to.deep.equal(['1', '2', '3']);
    expect(configuration.settings.origins.get('device/192.0.2.3')).to.deep.equal({ source: `http ${URL_1}`, line: 3 });
    answers.set(URL_1, { ...csv(), text: 'ip,type\n192.0.2.3,switch\n192.0.2.4,' });
    await after(60_000);
    expect(ids()).to.deep.equal(['1', '3', '4']);
    expect(changes).to.deep.equal([
      ['device/192.0.2.2', 'device/192.0.2.3'],
      ['device/192.0.2.4', 'device/192.0.2.2', 'device/192.0.2.3'],
    ]);
    await after(60_000);
    expect(changes).to.have.length(2);
    expect(configuration.settings.origins.get('device/192.0.2.3')?.line).to.equal(2);
  });

  it('that fail leave everything as it is, say so once, and are read again within a minute', async () => {
    const { answers, after, ids, events, all } = await start(source(`url="${URL_1}" interval="1h"`));
    answers.set(URL_1, csv(2));
    await after(60_000);
    answers.set(URL_1, { ...csv(), text: 'ip\nx' });
    await after(3_600_000);
    expect(ids()).to.deep.equal(['1', '2']);
    await after(60_000);
    expect(all.states()[0]?.fault).to.match(/^2:1: "x" is not right/);
    answers.set(URL_1, csv(2));
    await after(60_000);
    expect(all.states()[0]?.fault).to.equal(undefined);
    expect(events.map((one) => one.slice(0, 70))).to.deep.equal([
      'sourceFailed: http http://config.example/devices: http://config.exampl',
      `sourceRead: http ${URL_1} can be read again`,
      'configTaken: http http://config.example/devices read: 1 elements added',
      'sourceFailed: http http://config.example/devices: 2:1: "x" is not righ',
      `sourceRead: http ${URL_1} can be read again`,
    ]);
    expect(events[3]).to.match(/; its 1 elements stay as they are$/);
  });

  it('that lose much at once have to say so twice, and empty ones wait for a person', async () => {
    const { answers, after, ids, events, all, configuration } = await start(source(`url="${URL_1}" interval="10s"`));
    answers.set(URL_1, csv(2, 3, 4, 5, 6, 7));
    await after(10_000);
    answers.set(URL_1, csv(2));
    await after(10_000);
    expect(ids()).to.have.length(7);
    expect(events.at(-1)).to.match(/^sourceInDoubt: .* lacks 5 of 6 elements; they stay unless it says so again/);
    await after(50_000);
    expect(ids()).to.have.length(7);
    await after(10_000);
    expect(ids()).to.deep.equal(['1', '2']);

    answers.set(URL_1, csv());
    await after(3_600_000);
    expect(ids()).to.deep.equal(['1', '2']);
    const handlers = sourceHandlers(configuration, all);
    const context = {
      caller: { kind: 'user', name: 'ada', role: 'admin', from: '' },
      requestId: '',
      hops: 0,
      signal: new AbortController().signal,
    } as const;
    const shown = await handlers.getSources?.({}, context);
    expect(shown?.sources[0]?.inDoubt).to.deep.equal({ elements: 0, missing: 1 });
    await handlers.changeSource?.({ source: `http ${URL_1}`, action: 'confirm' }, context);
    expect(ids()).to.deep.equal(['1']);
    const thrown = await handlers.changeSource?.({ source: 'x', action: 'read' }, context).catch((one: unknown) => one);
    expect(thrown).to.include({ code: 'Client.NotFound' });
  });

  it('that come to themselves again are in doubt no more', async () => {
    const { answers, after, ids, all } = await start(source(`url="${URL_1}" interval="10s"`));
    answers.set(URL_1, csv(2));
    await after(10_000);
    answers.set(URL_1, csv());
    await after(10_000);
    expect(all.states()[0]?.held?.isEmpty).to.equal(true);
    answers.set(URL_1, csv(2));
    await after(10_000);
    expect(all.states()[0]?.held).to.equal(undefined);
    expect(ids()).to.deep.equal(['1', '2']);
  });

  it('are known after a restart although they cannot be read', async () => {
    const first = await start(source(`url="${URL_1}"`));
    first.answers.set(URL_1, csv(2, 3));
    await first.after(60_000);
    const again = await start(source(`url="${URL_1}"`), first.dir);
    expect(again.ids()).to.deep.equal(['1', '2', '3']);
    expect(again.all.states()[0]?.fault).to.contain('refused the connection');
    for (const name of readdirSync(first.dir)) writeFileSync(join(first.dir, name), '{}');
    const spoilt = await start(source(`url="${URL_1}"`), first.dir);
    expect(spoilt.ids()).to.deep.equal(['1']);
    expect(spoilt.env.log.text).to.contain('is not what a manager wrote there');
  });

  it('follow the configuration: a new one is read before it is taken, one that is gone is forgotten', async () => {
    const { file, answers, after, ids, configuration, changes, dir } = await start(source(`url="${URL_1}"`));
    answers.set(URL_1, csv(2));
    await after(60_000);
    answers.set(`${URL_1}2`, csv(1, 2, 3));
    const both = source(`url="${URL_1}" interval="30s"`) + source(`url="${URL_1}2"`);
    writeFileSync(file, config(both));
    await configuration.reload();
    expect(ids()).to.deep.equal(['1', '2', '3']);
    expect(changes.at(-1)).to.deep.equal(['device/192.0.2.3']);
    // The configuration goes before, then the first source.
    const origins = configuration.settings.origins;
    expect(['1', '2', '3'].map((id) => origins.get(`device/192.0.2.${id}`)?.source)).to.deep.equal([
      undefined,
      `http ${URL_1}`,
      `http ${URL_1}2`,
    ]);
    writeFileSync(file, config(source(`url="${URL_1}2"`)));
    await configuration.reload();
    expect(ids()).to.deep.equal(['1', '2', '3']);
    expect(origins).not.to.equal(configuration.settings.origins);
    expect(configuration.settings.origins.get('device/192.0.2.2')?.source).to.equal(`http ${URL_1}2`);
    while (readdirSync(dir).length > 1) await new Promise((resolve) => setImmediate(resolve));
  });

  it('are the same lists with another password, also where that is wrong, and over restarts', async () => {
    const [old, fresh] = ['old', 'new'].map((word) => `http://ops:${word}@config.example/devices`);
    const { file, answers, after, ids, configuration, dir, all } = await start(source(`url="${old}"`));
    answers.set(String(old), csv(2, 3));
    await after(60_000);
    expect(ids()).to.deep.equal(['1', '2', '3']);
    writeFileSync(file, config(source(`url="${fresh}"`)));
    await configuration.reload();
    expect(ids()).to.deep.equal(['1', '2', '3']);
    expect(all.states()[0]?.fault).to.contain('refused the connection');
    for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(readdirSync(dir)).to.have.length(1);
    expect((await start(source(`url="${fresh}"`), dir)).ids()).to.deep.equal(['1', '2', '3']);
  });

  it('that answer just before their configuration is taken are taken with it', async () => {
    const { file, answers, env, ids, configuration, settle, meanwhile } = await start('');
    let answer: (text: SourceText) => void = () => {};
    answers.set(URL_1, new Promise<SourceText>((resolve) => (answer = resolve)));
    meanwhile.obstacle = async () => {
      answer(csv(2));
      for (let turns = 0; turns < 200; turns += 1) await new Promise((resolve) => setImmediate(resolve));
      return undefined;
    };
    writeFileSync(file, config(source(`url="${URL_1}" interval="1h"`)));
    let isOver = false;
    const reloaded = configuration.reload().then(() => (isOver = true));
    while (!isOver) {
      await env.clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await reloaded;
    await settle();
    await configuration.renew('');
    expect(ids()).to.deep.equal(['1', '2']);
  });

  it('say why they are not taken in words that any answer can carry', async () => {
    const { answers, after, all } = await start(source(`url="${URL_1}"`));
    answers.set(URL_1, { ...csv(), text: 'ip,\uffff\n' });
    await after(60_000);
    expect(all.states()[0]?.fault).to.match(/^1:4: there is no column "\ufffd"/);
  });

  it('are looked through once, however many there are', async () => {
    const many = Array.from({ length: 20 }, (_, at) => source(`url="${URL_1}${at}"`)).join('');
    const { configuration, all, answers, after } = await start(many);
    answers.set(`${URL_1}0`, csv(2));
    await after(60_000);
    const { settings } = configuration;
    let looks = 0;
    const origins = new Map(settings.origins);
    Object.defineProperty(origins, 'values', {
      value: () => {
        looks += 1;
        return settings.origins.values();
      },
    });
    const { getSources } = sourceHandlers({ settings: { ...settings, origins }, tell: () => {} }, all);
    const caller = { kind: 'user', name: 'eve', role: 'viewer', from: '' } as const;
    const shown = await getSources?.({}, { caller, requestId: '', hops: 0, signal: new AbortController().signal });
    expect(shown?.sources.map(({ shadowed }) => shadowed)).to.deep.equal(Array.from({ length: 20 }, () => 0));
    expect(looks).to.equal(1);
  });

  it('are told of when there is no room for all of their elements, and when there is again', async () => {
    const { configuration, all, answers, events, after } = await start(source(`url="${URL_1}" interval="60"`));
    const { settings } = configuration;
    const [one] = settings.elements;
    if (!one) throw new Error('no element');
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) => ({
        element: { ...one, id: `${at}`, name: `device/${at}` as const },
        line: 1,
      }));
    const full = withElements(settings, [{ name: 'a', elements: many(100_000) }]);
    expect([full.elements.length, full.leftOut]).to.deep.equal([100_000, 1]);
    expect(withElements(full, [{ name: 'b', elements: many(99_999) }]).leftOut, 'what is known needs no room').to.equal(
      1,
    );
    await all.take(full);
    await all.take(full);
    expect(events.filter((event) => event.startsWith('elementsLeftOut'))).to.deep.equal([
      'elementsLeftOut: 1 elements of the sources are left out: a manager has at most 100000; give some to another manager',
    ]);
    answers.set(URL_1, csv(7));
    await after(60_000);
    expect(events).to.include('elementsLeftOut: all elements of the sources are taken');
  });

  it('are doubted when they lose more than half and more than a few', () => {
    const names = (count: number) => new Set(Array.from({ length: count }, (_, index) => String(index)));
    expect(doubtOf(names(10), names(5))).to.equal(undefined);
    expect(doubtOf(names(10), names(4))).to.deep.equal({ missing: 6, isEmpty: false });
    expect(doubtOf(names(4), names(1))).to.equal(undefined);
    expect(doubtOf(names(1), names(0))).to.deep.equal({ missing: 1, isEmpty: true });
    expect(doubtOf(names(0), names(0))).to.equal(undefined);
    expect(doubtOf(names(3), names(9))).to.equal(undefined);
  });
});
