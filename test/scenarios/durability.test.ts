/** What was answered or shown stays, however a manager ends; and a manager that is told to end does so. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemRandom } from '../../src/base/system-env.js';
import { hashPassword } from '../../src/peer/security/password.js';
import type { Output } from '../../src/xml/messages/operations.js';
import { ManagerProcess } from '../support/manager-process.js';
import { until } from '../support/processes.js';
import { rawConnection } from '../support/raw-http.js';
import { temporaryFolder } from '../support/temporary.js';
import { type Account, ask, device, httpAccess, POOL, page, ptpmgr, Site, stopAll } from './world.js';

const ADA: Account = { name: 'ada', password: 'correct horse' };
const DEVICES = Array.from({ length: 20 }, (_, index) => `d${index}`);
/** What has to be promised or shown, of each kind, before it is killed. */
const ROUNDS = [30, 55, 80];

type Event = Output<'getEvents'>['events'][number];

describe('a manager that ends', function () {
  this.timeout(60_000);
  const folder = temporaryFolder('durability');
  const log = join(folder, 'app.log');
  let site: Site;
  let em: ManagerProcess;

  before(async () => {
    site = await Site.start();
    site.page('/slow').delayMs = 1500;
    writeFileSync(log, '');
    const file = `<ACCESS method="file" path="${log}" from="start" interval="200ms"><EVENT regex="^(line.*)$" severity="minor" text="$1"/></ACCESS>`;
    em = await ManagerProcess.create({
      id: 'EM1',
      body: `${POOL}<SECURITY anonymous="viewer"><USER name="${ADA.name}" role="operator" password="${await hashPassword(ADA.password, systemRandom)}"/></SECURITY>
        <DEVICES>${DEVICES.map((id) => device(id, httpAccess(site, `/${id}`, '250ms'))).join('\n')}${device('logs', file)}
        ${device('slow', httpAccess(site, '/slow', '2s'))}</DEVICES>`,
    });
    await em.start();
  });
  after(async () => {
    await stopAll(em);
    await site.close();
  });

  const allEvents = async (text?: string): Promise<Event[]> => {
    const events: Event[] = [];
    for (let number = 1; ; number += 1) {
      const answer = await ask(em, 'getEvents', { text, page: number, pageSize: 1000 });
      events.push(...answer.events);
      if (number * 1000 >= answer.total) return events;
    }
  };

  /** Writes, sends and looks until the manager is gone; tells what was promised or shown. */
  class Load {
    readonly sent = new Map<number, string>();
    readonly seen = new Map<number, Event>();
    readonly values = new Map<string, { element: string; time: number; value: number }>();
    #over = false;
    #written = 0;
    #number = 0;

    constructor(readonly round: number) {}

    get least(): number {
      return Math.min(this.sent.size, this.seen.size, this.values.size);
    }

    run(): Promise<unknown> {
      const ever = async (work: () => Promise<unknown>) => {
        while (!this.#over) {
          // Whatever the killed manager did not answer was promised to nobody.
          await work().catch(() => new Promise((resolve) => setTimeout(resolve, 20)));
        }
      };
      return Promise.all([
        ever(() => this.#write()),
        ever(() => this.#send()),
        ever(() => this.#look()),
        ever(() => this.#listen()),
      ]);
    }

    end(): void {
      this.#over = true;
    }

    async #write(): Promise<void> {
      this.#written += 1;
      appendFileSync(log, `line ${this.round} ${this.#written}\n`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }

    async #send(): Promise<void> {
      const texts = [0, 1, 2].map(() => `sent ${this.round} ${++this.#number}`);
      const events = texts.map((text) => ({ severity: 'warning' as const, name: 'test', text }));
      const { stored } = await ask(em, 'sendEvent', { events }, ADA);
      for (const [index, id] of stored.entries()) this.sent.set(id, texts[index] ?? '');
    }

    async #look(): Promise<void> {
      const { PTP_STORE } = await ask(em, 'getDevices', {});
      for (const { id, metrics } of PTP_STORE.managers.flatMap(({ devices }) => devices)) {
        for (const { name, time, value } of metrics) {
          if (name === 'Clients') this.values.set(`${id} ${time}`, { element: id, time, value: Number(value) });
        }
      }
    }

    async #listen(): Promise<void> {
      const { events } = await ask(em, 'getEvents', { pageSize: 200 });
      for (const event of events) this.seen.set(event.id, event);
    }
  }

  for (const [round, enough] of ROUNDS.entries()) {
    it(`loses nothing that was answered or shown when it is killed under load (${round + 1})`, async () => {
      for (const id of DEVICES) site.page(`/${id}`).body = `{"clients": ${1000 * round + 7}}`;
      const load = new Load(round);
      const running = load.run();
      await until('it has promised enough', () => load.least >= enough);
      await em.kill();
      load.end();
      await running;
      await em.start();

      const events = new Map((await allEvents()).map((event) => [event.id, event]));
      for (const [id, text] of load.sent) expect(events.get(id)?.text, `event ${id}`).to.equal(text);
      for (const [id, event] of load.seen) expect(events.get(id)).to.deep.equal(event);
      const newest = new Map<string, number>();
      for (const { element, time } of load.values.values()) {
        newest.set(element, Math.max(time, newest.get(element) ?? 0));
      }
      const { PTP_STORE } = await ask(em, 'getDevices', {});
      for (const { id, metrics } of PTP_STORE.managers.flatMap(({ devices }) => devices)) {
        const shown = metrics.find(({ name }) => name === 'Clients')?.time ?? 0;
        expect(shown, id).to.be.at.least(newest.get(id) ?? 0);
      }
      for (const element of DEVICES) {
        const range = { from: 0, to: Date.now() + 1000 };
        const { series } = await ask(em, 'getSamples', { element, metric: 'Clients', ...range });
        const points = new Map(series[0]?.points.map(({ time, value }) => [time, value]));
        for (const { time, value } of [...load.values.values()].filter((one) => one.element === element)) {
          expect(points.get(time), `${element} at ${time}`).to.equal(value);
        }
      }
    });
  }

  it('has taken every line of the log once, over all its deaths', async () => {
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    expect(lines).to.have.length.above(100);
    await until('the last line is there', async () => {
      return (await ask(em, 'getEvents', { text: lines.at(-1), pageSize: 1 })).total > 0;
    });
    const taken = (await allEvents('line')).map(({ text }) => text);
    expect(taken.sort()).to.deep.equal(lines.sort());
  });

  it('has another incarnation at each of its starts', async () => {
    const { incarnation, state } = await ask(em, 'areYouThere', {});
    expect(incarnation).to.be.greaterThan(ROUNDS.length);
    expect(state).to.equal('running');
  });

  it('shares its data with nobody', async () => {
    const other = await ManagerProcess.create({ id: 'EM2', body: `${POOL}<SECURITY anonymous="viewer"/>` });
    const refused = await ptpmgr(['run', other.configFile, '--data', em.dataFolder]);
    expect(refused.code).to.equal(1);
    expect(refused.output).to.match(
      new RegExp(`^ptpmgr: the data directory ${em.dataFolder} is in use by process ${em.process.pid}; [^\\n]*\\n$`),
    );
    expect((await page(em, '/devices')).status).to.equal(200);
  });

  it('ends in order within seconds when it is told to, with all that was polled on disk', async () => {
    const polls = async () =>
      (await ask(em, 'getReport', {})).reports.reduce((sum, { polls: count }) => sum + count, 0);
    const done = async () => (await ask(em, 'getStatus', {})).managers[0]?.pollsDone ?? 0;
    await until('it polls', async () => (await done()) > 100);
    const [doneAtFirst, stored] = [await done(), await polls()];
    const slow = site.count('/slow');
    await until('a poll is under way that takes long', () => site.count('/slow') > slow);
    const doneAtLast = await done();
    const asked = performance.now();
    const exit = await em.stop();
    expect(exit).to.deep.equal({ code: 0, signal: null });
    expect(performance.now() - asked).to.be.below(5000);
    await em.start();
    // A report has rows for what is polled here, and the pool may be asked first.
    await until('all is on disk', async () => (await polls()) >= stored + doneAtLast - doneAtFirst);
    const { events } = await ask(em, 'getEvents', { text: 'EM1 stopped in order' });
    expect(events).to.have.length(1);
  });

  it('ends at once when it is told a second time', async () => {
    // Half a request holds the server up for as long as it gives requests to end.
    const half = await rawConnection(
      em.port,
      'POST /ptpmgr/em/soap HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n<',
    );
    const { process } = em;
    process.signal('SIGTERM');
    await until('it drains', async () => (await fetch(`${em.origin}/readyz`).catch(() => undefined))?.status !== 200);
    expect(process.hasEnded).to.equal(false);
    const asked = performance.now();
    process.signal('SIGTERM');
    const exit = await process.exited;
    expect(exit).to.deep.equal({ code: null, signal: 'SIGKILL' });
    expect(performance.now() - asked).to.be.below(500);
    half.socket.destroy();
  });
});
