/** The whole pool seen from any manager: lists, reports and events of all, merged, filtered and paged. */
import { expect } from 'chai';
import { systemRandom } from '../../src/base/system-env.js';
import { hashPassword } from '../../src/peer/security/password.js';
import type { Input, Output } from '../../src/xml/messages/operations.js';
import { ManagerProcess, referenceXml } from '../support/manager-process.js';
import { freeTcpPort } from '../support/ports.js';
import { type Account, ask, device, faultOf, httpAccess, listed, POOL, Site, stopAll, untilAnswers } from './world.js';

const ADA: Account = { name: 'ada', password: 'correct horse' };
/** Of the events that are sent; all of one batch at one moment, so that only their numbers tell them apart. */
const LONG_AGO = Date.UTC(2026, 0, 1);

describe('the whole pool seen from any manager', function () {
  this.timeout(60_000);
  let site: Site;
  let em1: ManagerProcess;
  let em2: ManagerProcess;
  let eim: ManagerProcess;

  before(async () => {
    site = await Site.start();
    const [port1 = 0, port2 = 0, eimPort = 0, deadPort = 0] = await Promise.all([1, 2, 3, 4].map(freeTcpPort));
    const reference = (id: string, role: 'EM' | 'EIM', port: number) =>
      referenceXml({ id, role, port, scheme: 'http' });
    const security = `<SECURITY anonymous="viewer"><USER name="${ADA.name}" role="operator" password="${await hashPassword(ADA.password, systemRandom)}"/></SECURITY>`;
    const polled = (id: string) => device(id, httpAccess(site, `/${id}`));
    em1 = await ManagerProcess.create({
      id: 'EM1',
      port: port1,
      body: `<NEIGHBORS>${reference('EM2', 'EM', port2)}${reference('EM9', 'EM', deadPort)}</NEIGHBORS>${POOL}${security}
        <DEVICES>${polled('core1')}${polled('shared1')}</DEVICES>
        <SERVICES><SERVICE id="core1" dnsname="localhost" type="web">${httpAccess(site, '/shop')}</SERVICE></SERVICES>`,
    });
    em2 = await ManagerProcess.create({
      id: 'EM2',
      port: port2,
      body: `<NEIGHBORS>${reference('EM1', 'EM', port1)}</NEIGHBORS>${POOL}${security}
        <DEVICES>${polled('edge1')}${polled('edge2').replace('type="router"', 'type="switch" label="Über edge"')}${polled('shared1')}</DEVICES>`,
    });
    eim = await ManagerProcess.create({
      id: 'EIM1',
      role: 'EIM',
      port: eimPort,
      body: `${POOL}${security}<EMANAGERS>${reference('EM1', 'EM', port1)}${reference('EM2', 'EM', port2)}</EMANAGERS>`,
    });
    await Promise.all([em1, em2, eim].map((manager) => manager.start()));
    for (const manager of [em1, eim]) {
      await untilAnswers('all is polled', [manager, 'getDevices', { scope: 'pool', maxAge: 0 }], ({ PTP_STORE }) => {
        const metrics = PTP_STORE.managers.flatMap(({ devices }) => devices.map((one) => one.metrics.length));
        return metrics.length === 4 && !metrics.includes(0);
      });
    }
    // Until the pool has settled, both that list it poll `shared1`.
    await untilAnswers('each has its own', [em1, 'getDevices', {}], (answer) => listed(answer).join() === 'EM1:core1');
    await untilAnswers('the integration manager knows', [eim, 'getDevices', {}], (answer) =>
      listed(answer).includes('EM2:shared1'),
    );
  });
  after(async () => {
    await stopAll(em1, em2, eim);
    await site.close();
  });

  describe('its elements', () => {
    const devices = (manager: ManagerProcess, input: Input<'getDevices'> = {}) =>
      ask(manager, 'getDevices', { scope: 'pool', ...input });

    it('are the same from an e-manager as from the integration manager, each shown once', async () => {
      for (const manager of [em1, em2, eim]) {
        const answer = await devices(manager);
        expect(listed(answer)).to.deep.equal(['EM1:core1', 'EM2:edge1', 'EM2:edge2', 'EM2:shared1']);
        expect(answer.total).to.equal(4);
        expect(answer.parts.map((part) => part.manager).sort()).to.deep.equal(['EM1', 'EM2']);
      }
      // Of two that list it, the higher in rank polls it, and the other stands in.
      expect(listed(await ask(em1, 'getDevices', {}))).to.deep.equal(['EM1:core1']);
      const { PTP_STORE } = await devices(em1, { element: 'edge1' });
      expect(
        PTP_STORE.managers.flatMap((one) => one.devices.map(({ id, metrics }) => [id, metrics.length > 0])),
      ).to.deep.equal([['edge1', true]]);
    });

    it('name the managers that did not answer, and why', async () => {
      const { missing } = await devices(em1);
      expect(missing.map(({ manager }) => manager)).to.deep.equal(['EM9']);
      expect(missing[0]?.reason).to.match(/nothing listens there/);
      expect((await devices(em2)).missing).to.deep.equal([]);
      expect(await faultOf(devices(em1, { element: 'nowhere' }))).to.match(
        /^Server\.Unavailable: nobody watches device\/nowhere .*: none of the managers that answered has it, and no answer came from EM9$/,
      );
      expect(await faultOf(devices(em2, { element: 'nowhere' }))).to.match(/^Client\.NotFound/);
    });

    for (const [filter, found] of [
      ['edge', ['edge1', 'edge2']],
      ['ÜBER', ['edge2']],
      ['type:router manager:em2', ['edge1', 'shared1']],
      ['type:switch', ['edge2']],
      ['manager:EM2 shared', ['shared1']],
      ['label:"über EDGE"', ['edge2']],
      ['status:normal', ['core1', 'edge1', 'edge2', 'shared1']],
      ['edge nothing', []],
    ] as const) {
      it(`are filtered by ${filter}`, async () => {
        for (const manager of [em1, eim]) {
          const answer = await devices(manager, { filter });
          expect(
            listed(answer)
              .map((one) => one.slice(4))
              .sort(),
          ).to.deep.equal(found);
          expect(answer.total).to.equal(found.length);
        }
      });
    }

    it('are sorted and paged over all managers', async () => {
      for (const manager of [em1, eim]) {
        const seen: string[] = [];
        for (const number of [1, 2, 3]) {
          const answer = await devices(manager, { sort: '-id', page: number, pageSize: 2 });
          expect(answer.total).to.equal(4);
          seen.push(
            ...listed(answer)
              .reverse()
              .sort((a, b) => (a.slice(4) < b.slice(4) ? 1 : -1)),
          );
        }
        expect(seen).to.deep.equal(['EM2:shared1', 'EM2:edge2', 'EM2:edge1', 'EM1:core1']);
        expect(await faultOf(devices(manager, { sort: 'colour' }))).to.match(
          /^Client\.Validation: there is no column "colour"/,
        );
      }
    });
  });

  describe('its reports', () => {
    it('have a row for each element of each manager, sorted and paged', async () => {
      const rows: string[] = [];
      for (const number of [1, 2, 3]) {
        const answer = await ask(em1, 'getReport', { scope: 'pool', sort: '-element', page: number, pageSize: 3 });
        expect(answer.total).to.equal(5);
        expect(answer.missing.map(({ manager }) => manager)).to.deep.equal(['EM9']);
        for (const { polls, availability, metrics } of answer.reports) {
          expect([polls > 0, availability, metrics.length > 0]).to.deep.equal([true, 1, true]);
        }
        rows.push(...answer.reports.map(({ element }) => element));
      }
      expect(rows).to.deep.equal(['service/core1', 'device/shared1', 'device/edge2', 'device/edge1', 'device/core1']);
      expect((await ask(eim, 'getReport', {})).total).to.equal(5);
      const filtered = await ask(eim, 'getReport', { filter: 'manager:EM2 edge' });
      expect(filtered.reports.map(({ element }) => element)).to.deep.equal(['device/edge1', 'device/edge2']);
      expect(await faultOf(ask(eim, 'getReport', { page: 6, pageSize: 200 }))).to.match(
        /^Client\.Validation: the reports of all managers are merged up to the 1000th/,
      );
    });
  });

  describe('its events', () => {
    type Event = Output<'getEvents'>['events'][number];
    const from = LONG_AGO;
    const to = LONG_AGO + 10_000;
    let all: readonly Event[] = [];

    before(async () => {
      for (const manager of [em1, em2, eim]) {
        for (const at of [0, 1000]) {
          const events = [1, 2, 3, 4, 5].map((number) => ({
            time: LONG_AGO + at,
            severity: number === 5 ? ('critical' as const) : ('minor' as const),
            name: `test${number}`,
            text: `Drill ${number} at ${manager.id}`,
            ...(number === 4 && manager === em2 && { element: 'device/edge2' }),
          }));
          await ask(manager, 'sendEvent', { events }, ADA);
        }
      }
      all = (await ask(eim, 'getEvents', { from, to })).events;
      expect(all).to.have.length(30);
    });

    const keys = (events: readonly Event[]) => events.map(({ manager, id }) => `${manager} ${id}`);

    it('come newest first, or oldest first, and each on one page only', async () => {
      expect(all.map(({ time }) => time)).to.deep.equal(all.map(({ time }) => time).toSorted((a, b) => b - a));
      expect(new Set(keys(all)).size).to.equal(30);
      for (const [sort, expected] of [
        ['-time', all],
        [undefined, all],
        ['time', all.toReversed()],
      ] as const) {
        const seen: Event[] = [];
        for (let number = 1; number <= 8; number += 1) {
          const answer = await ask(eim, 'getEvents', { from, to, sort, page: number, pageSize: 4 });
          expect(answer.total).to.equal(30);
          seen.push(...answer.events);
        }
        expect(keys(seen)).to.deep.equal(keys(expected));
      }
      expect(await faultOf(ask(eim, 'getEvents', { sort: 'severity' }))).to.match(
        /^Client\.Validation: events are sorted by time alone/,
      );
      expect(await faultOf(ask(eim, 'getEvents', { page: 300, pageSize: 4 }))).to.match(
        /^Client\.Validation: the events of all managers are merged up to the 1000th/,
      );
    });

    it('are the same of one manager whoever is asked', async () => {
      const own = await ask(em2, 'getEvents', { from, to });
      expect(own.events).to.deep.equal(all.filter(({ manager }) => manager === 'EM2'));
      const wide = await ask(em1, 'getEvents', { from, to, scope: 'pool' });
      // It names no integration manager, and knows it from the pool.
      expect(keys(wide.events)).to.deep.equal(keys(all));
      expect(wide.missing.map(({ manager }) => manager)).to.deep.equal(['EM9']);
    });

    for (const [what, input, count] of [
      ['severity', { severity: 'major' }, 6],
      ['text', { text: 'DRILL 3' }, 6],
      ['words', { filter: 'drill em1' }, 10],
      ['a column', { filter: 'name:test2' }, 6],
      ['columns and words', { filter: 'manager:em2 severity:critical drill' }, 2],
      ['element', { element: 'device/edge2' }, 2],
      ['the bare id of an element that another manager has', { element: 'edge2' }, 2],
      ['time', { to: LONG_AGO + 1 }, 15],
    ] as const) {
      it(`are found by ${what}`, async () => {
        const { total, events, missing } = await ask(eim, 'getEvents', { from, to, ...input });
        expect([total, events.length]).to.deep.equal([count, count]);
        expect(missing).to.deep.equal([]);
      });
    }

    it('of an element that nobody has are not found', async () => {
      expect(await faultOf(ask(eim, 'getEvents', { element: 'nowhere' }))).to.match(
        /^Client\.NotFound: there is no element "nowhere"/,
      );
    });
  });
});
