/** A manager whose data are in PostgreSQL, which is ended and started again while it polls. */
import { expect } from 'chai';
import { systemRandom } from '../../src/base/system-env.js';
import { hashPassword } from '../../src/peer/security/password.js';
import { counterpart } from '../support/counterparts.js';
import { ManagerProcess } from '../support/manager-process.js';
import { PostgresServer } from '../support/postgres.js';
import { until } from '../support/processes.js';
import { type Account, ask, device, httpAccess, ptpmgr, Site, stopAll } from './world.js';

const ADA: Account = { name: 'ada', password: 'correct horse' };
const DEVICES = Array.from({ length: 20 }, (_, index) => `d${index}`);
/** How the server ends, and how long it is away, in milliseconds. */
const ENDINGS = [
  ['SIGKILL', 0],
  ['SIGINT', 4000],
  ['SIGQUIT', 0],
] as const;

describe('a manager whose data are in PostgreSQL', function () {
  this.timeout(60_000);
  counterpart('postgres');
  let site: Site;
  let server: PostgresServer;
  let em: ManagerProcess;
  const sent = new Map<number, string>();
  let isOver = false;
  let sending: Promise<void> = Promise.resolve();

  before(async () => {
    site = await Site.start();
    server = await PostgresServer.start();
    em = await ManagerProcess.create({
      id: 'EM1',
      env: { PTPMGR_TEST_SECRET: server.password },
      body: `<STORE type="postgres" url="${server.url}" password="\${env:PTPMGR_TEST_SECRET}"/>
        <SECURITY anonymous="viewer"><USER name="${ADA.name}" role="operator" password="${await hashPassword(ADA.password, systemRandom)}"/></SECURITY>
        <DEVICES>${DEVICES.map((id) => device(id, httpAccess(site, `/${id}`, '250ms'))).join('\n')}</DEVICES>`,
    });
    await em.start();
  });
  after(async () => {
    isOver = true;
    await sending;
    await stopAll(em);
    await server?.stop();
    await site?.close();
  });

  /** Sends events until the end, each under a text of its own; what was refused is not sent again. */
  async function send(): Promise<void> {
    for (let number = 1; !isOver; number += 1) {
      const text = `sent ${number}`;
      await ask(em, 'sendEvent', { events: [{ severity: 'warning', name: 'test', text }] }, ADA)
        .then(({ stored }) => void sent.set(stored[0] ?? 0, text))
        .catch(() => new Promise((resolve) => setTimeout(resolve, 50)));
    }
  }

  const done = async () => (await ask(em, 'getStatus', {})).managers[0]?.pollsDone ?? 0;

  for (const [signal, awayMs] of ENDINGS) {
    it(`polls on while the server is away (${signal}), and stores what waited`, async () => {
      sending = isOver || sent.size > 0 ? sending : send();
      const before = sent.size;
      await until('events are taken', () => sent.size > before + 20);
      await server.stop(signal);
      const polled = site.count('/d0');
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      if (awayMs > 0) {
        expect(site.count('/d0')).to.be.at.least(polled + Math.floor(awayMs / 250) - 4);
        expect((await fetch(`${em.origin}/healthz`)).status).to.equal(200);
      }
      await server.run();
      const stored = sent.size;
      await until('events are taken again', () => sent.size > stored + 20);
      const showing = await done();
      await until('what was polled is stored', async () => (await done()) > showing);
    });
  }

  it('has all that was answered once, and every poll once', async () => {
    isOver = true;
    await sending;
    const texts: string[] = [];
    const ids = new Map<number, string>();
    for (let number = 1; ; number += 1) {
      const { events, total } = await ask(em, 'getEvents', { text: 'sent ', page: number, pageSize: 1000 });
      for (const { id, text } of events) {
        ids.set(id, text);
        texts.push(text);
      }
      if (number * 1000 >= total) break;
    }
    expect(sent.size).to.be.greaterThan(100);
    for (const [id, text] of sent) expect(ids.get(id), text).to.equal(text);
    expect(new Set(texts).size, 'each text once').to.equal(texts.length);

    expect(await em.stop()).to.deep.equal({ code: 0, signal: null });
    const requests = DEVICES.reduce((sum, id) => sum + site.count(`/${id}`), 0);
    const [row] = await server.admin('SELECT sum(polls)::integer AS polls FROM "ptpmgr_EM1".poll_count', 'ptpmgr');
    expect(row?.polls).to.be.within(requests - DEVICES.length, requests);
  });

  it('goes on where it was, and shares its part with nobody', async () => {
    await em.start();
    expect((await ask(em, 'getStatus', {})).managers[0]?.state).to.equal('running');
    const other = await ManagerProcess.create({
      id: 'EM1',
      env: { PTPMGR_TEST_SECRET: server.password },
      body: `<STORE type="postgres" url="${server.url}" password="\${env:PTPMGR_TEST_SECRET}"/>`,
    });
    const refused = await other.launch();
    expect((await refused.exited).code).to.equal(1);
    expect(refused.output).to.match(/schema ptpmgr_EM1 of the store .* is in use by another process/);
    expect(refused.output + em.process.output).to.not.include(server.password);
  });

  it('says at a check what is wrong with the address', async () => {
    em.configure(`<STORE type="postgres" url="postgres://ptp@db/net?sslmode=prefer"/>`);
    const { code, output } = await ptpmgr(['check', em.configFile]);
    expect(code).to.equal(2);
    expect(output).to.match(/url has an sslmode that is not known here/);
  });
});
