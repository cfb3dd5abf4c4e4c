/** What applications and people have a pool do, by operations: looked at from outside, against managers as they run. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { systemEnv, systemRandom } from '../../src/base/system-env.js';
import { HttpConnection } from '../../src/peer/http-connection.js';
import { hashPassword } from '../../src/peer/security/password.js';
import { poolKeys } from '../../src/peer/security/pool-keys.js';
import { RequestSigner } from '../../src/peer/security/signature.js';
import type { Input, OperationName, Output } from '../../src/xml/messages/operations.js';
import { ManagerProcess, referenceXml } from '../support/manager-process.js';
import { freeTcpPort } from '../support/ports.js';
import { until } from '../support/processes.js';
import { type Account, ask, CONTEXT, faultOf, POOL, ptpmgr, stopAll, untilAnswers } from './world.js';

const ADA: Account = { name: 'ada', password: 'correct horse' };
const BASIC = `Basic ${Buffer.from('poller:s3cret').toString('base64')}`;
const env = systemEnv('error');

describe('a pool by its operations', function () {
  this.timeout(120_000);
  let site: Server;
  /** Requests with the right password, and without. */
  const served = { good: 0, bad: 0 };
  let managers: ManagerProcess[];
  let em1: ManagerProcess;
  let em2: ManagerProcess;
  let em3: ManagerProcess;

  before(async () => {
    site = createServer((request, response) => {
      const isGood = request.headers.authorization === BASIC;
      served[isGood ? 'good' : 'bad'] += 1;
      response.writeHead(isGood ? 200 : 401, { 'Content-Type': 'application/json' }).end('{"clients": 42}');
    });
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
    const address = site.address();
    const sitePort = typeof address === 'object' && address ? address.port : 0;
    const ports = await Promise.all([1, 2, 3].map(freeTcpPort));
    const ids = ['EM1', 'EM2', 'EM3'];
    const security = `<SECURITY anonymous="viewer"><USER name="${ADA.name}" role="admin" password="${await hashPassword(ADA.password, systemRandom)}"/></SECURITY>`;
    const access = `<ACCESS method="http" url="http://127.0.0.1:${sitePort}/" interval="1s" retries="0" credential="web"><METRIC name="Clients" jsonpath="$.clients" unit="1"/></ACCESS>`;
    managers = await Promise.all(
      ids.map((id, at) => {
        const others = ids.flatMap((other, index) =>
          index === at ? [] : [referenceXml({ id: other, role: 'EM', port: ports[index] ?? 0, scheme: 'http' })],
        );
        // Only the first knows the password.
        const own =
          at === 0
            ? `<CREDENTIALS><CREDENTIAL id="web" user="poller" password="s3cret"/></CREDENTIALS>
               <DEVICES><DEVICE id="core1" ip="127.0.0.1" type="router">${access}</DEVICE>
                 <DEVICE id="core2" ip="127.0.0.1" type="router">${access}</DEVICE></DEVICES>`
            : '';
        return ManagerProcess.create({
          id,
          port: ports[at] ?? 0,
          body: `<NEIGHBORS>${others.join('')}</NEIGHBORS>${POOL}${security}${own}`,
        });
      }),
    );
    const [first, second, third] = managers;
    if (!first || !second || !third) throw new Error('three managers');
    [em1, em2, em3] = [first, second, third];
    await Promise.all(managers.map((one) => one.start()));
  });
  after(async () => {
    await stopAll(...managers);
    site.close();
  });

  const assigned = (
    what: string,
    holds: (rows: Output<'getAssignments'>['assignments'], answer: Output<'getAssignments'>) => boolean,
    at = em2,
    timeoutMs = 40_000,
  ) =>
    untilAnswers(
      what,
      [at, 'getAssignments', { scope: 'pool' }],
      (answer) => holds(answer.assignments, answer),
      timeoutMs,
    );
  const ownerOf = (rows: Output<'getAssignments'>['assignments'], element: string) => {
    const row = rows.find((one) => one.element === element);
    return row && row.holder === undefined ? row.owner : undefined;
  };
  const asEm1 = async <O extends OperationName>(operation: O, input: Input<O>): Promise<Output<O>> => {
    const connection = new HttpConnection({
      env,
      to: { id: 'EM2', origin: em2.origin, context: CONTEXT.EM },
      signer: new RequestSigner('EM1', env),
      keys: () => poolKeys(['0123456789abcdef0123456789abcdef']),
    });
    try {
      return await connection.call(operation, input);
    } finally {
      await connection.close();
    }
  };

  it('shows its members, and who has what', async () => {
    const { pool, assignments } = await assigned(
      'all are members and everything is owned',
      (rows, { pool: { members } }) =>
        members.length === 3 &&
        members.every(({ standing, voter }) => standing === 'alive' && voter) &&
        ['device/core1', 'device/core2'].every((one) => ownerOf(rows, one) === 'EM1' && rows.length === 2) &&
        rows.every(({ standIn }) => standIn !== undefined),
    );
    expect(pool).to.include({ standing: 'member', name: 'test', quorum: 'majority', heartbeat: 0.5, cutOff: false });
    expect(pool.members.map(({ id, role }) => `${id} ${role}`)).to.deep.equal(['EM1 EM', 'EM2 EM', 'EM3 EM']);
    for (const row of assignments) expect(row).to.deep.include({ homes: ['EM1'], owner: 'EM1' });
    // What the master has decided the others know a moment later.
    const one = await untilAnswers(
      'EM3 knows it as well',
      [em3, 'getAssignments', { element: 'core2' }],
      (answer) => ownerOf(answer.assignments, 'device/core2') === 'EM1',
    );
    expect(one.assignments.map(({ element }) => element)).to.deep.equal(['device/core2']);
    expect(await faultOf(ask(em3, 'getAssignments', { sort: 'owner' }))).to.match(/^Client\.Validation/);
  });

  it('has found failover managers for the one that has something to take over', async () => {
    await until('it stands in the file', async () =>
      /<FAILOVER_EM id="EM[23]"/.test(readFileSync(em1.configFile, 'utf8')),
    );
    expect(readFileSync(em1.configFile, 'utf8').match(/<FAILOVER_EM/g)).to.have.length(1);
    expect(readFileSync(em2.configFile, 'utf8')).not.to.include('FAILOVER_EM');
    const found = /^failover managers found and written into the configuration: EM[23] for all types$/;
    await until('its event is stored', async () => {
      const { events } = await ask(em1, 'getEvents', { text: 'failoverFound' });
      return found.test(events[0]?.text ?? '');
    });
  });

  it('delegates, tells it in the ledger, and recalls', async () => {
    const { moved, refused } = await ask(em3, 'delegate', { elements: ['core1', 'device/none'], to: 'EM2' }, ADA);
    expect(moved).to.deep.equal([{ element: 'device/core1', to: 'EM2' }]);
    expect(refused.map(({ element }) => element)).to.deep.equal(['device/none']);
    await assigned('EM2 polls it', (rows) => ownerOf(rows, 'device/core1') === 'EM2');
    const before = served.good;
    await until('it is polled with the password that came along', async () => served.good > before + 6);
    const { values, faults } = await ask(em2, 'pollNow', { element: 'device/core1' }, ADA);
    expect(faults).to.deep.equal([]);
    expect(values.map(({ name, value }) => [name, value])).to.deep.include(['Clients', 42]);

    const ledger = await untilAnswers(
      'the ledger has it',
      [em3, 'getHandOvers', { scope: 'pool', manager: 'EM1', element: 'device/core1' }],
      ({ handOvers }) => handOvers.length === 1,
    );
    expect(ledger.handOvers[0]).to.include({
      element: 'device/core1',
      from: 'EM1',
      to: 'EM2',
      takeover: false,
      missed: 0,
      doubled: 0,
    });
    expect(ledger.handOvers[0]?.seconds).to.be.within(0, 10);
    const { events } = await ask(em3, 'getEvents', { text: 'device/core1 to EM2' });
    expect(events[0]).to.include({ name: 'delegated', element: 'device/core1', source: 'user ada from 127.0.0.1' });

    await ask(em1, 'delegate', { elements: ['device/core1'], recall: true }, ADA);
    for (const at of [em2, em3])
      await assigned('EM1 polls it again', (rows) => ownerOf(rows, 'device/core1') === 'EM1', at);
  });

  it('refuses what cannot be, and says what would be right', async () => {
    const delegate = (input: Input<'delegate'>, user?: Account) => faultOf(ask(em2, 'delegate', input, user));
    expect(await delegate({ elements: ['core1'] })).to.match(/^Client\.Unauthorized/);
    expect(await delegate({ elements: ['core1'], to: 'EM9' }, ADA)).to.match(
      /^Client\.NotFound: no manager EM9 is in the pool; there is EM1, EM2, EM3/,
    );
    expect(await delegate({ elements: ['core1'], until: 1 }, ADA)).to.match(
      /^Client\.Validation: until lies in the past/,
    );
    expect(await delegate({ elements: ['core1'], to: 'EM1', recall: true }, ADA)).to.match(
      /^Client\.Validation: recall/,
    );
    expect(await ask(em2, 'delegate', { elements: [] }, ADA)).to.deep.equal({ moved: [], refused: [] });
    const known = (await ask(em2, 'getAssignments', { element: 'device/core1', scope: 'pool' })).assignments[0];
    const [term = 0] = (known?.epoch ?? '').split('.').map(Number);
    expect(await faultOf(ask(em3, 'release', { elements: ['device/core1'], epoch: '0.0.EM1' }, ADA))).to.match(
      new RegExp(`^Client\\.Stale: device/core1 is EM1's by epoch ${term}\\.`),
    );
    const bundle = { element: 'device/core1', epoch: '0.0.EM1', cursors: [], body: [] };
    expect(await faultOf(ask(em3, 'takeOver', { bundles: [bundle] }, ADA))).to.match(/^Client\.Stale/);
    expect(await faultOf(ask(em3, 'takeOver', { bundles: [{ ...bundle, epoch: 'x' }] }, ADA))).to.match(
      /^Client\.Validation: "x" is no epoch/,
    );
    expect(await faultOf(ask(em1, 'failOverAction', { id: 'EM1', elements: ['core1'] }, ADA))).to.match(
      /^Client\.Conflict/,
    );
    expect(await faultOf(ask(em1, 'reportFailure', { id: 'EM9' }, ADA))).to.match(/^Client\.NotFound/);
    expect(await faultOf(ask(em1, 'forget', { manager: 'EM2' }, ADA))).to.match(/^Client\.Conflict/);
    expect(await faultOf(ask(em1, 'recover', { without: ['EM2'] }, ADA))).to.match(
      /^Client\.Conflict: (the pool has a master|EM2 answers)/,
    );
    expect(await faultOf(ask(em1, 'IAmLive', { id: 'EM1', incarnation: 1, uri: 'http://x' }, ADA))).to.match(
      /^Client\.Forbidden/,
    );
  });

  it('takes over and releases only by confirmation', async () => {
    const { taken, refused } = await ask(em3, 'failOverAction', { id: 'EM1', elements: ['device/core2'] }, ADA);
    expect({ taken, refused }).to.deep.equal({ taken: ['device/core2'], refused: [] });
    const [owned] = (await ask(em3, 'getAssignments', { element: 'device/core2' })).assignments;
    expect(owned).to.include({ owner: 'EM3' });
    const again = await ask(
      em3,
      'takeOver',
      { bundles: [{ element: 'device/core2', epoch: owned?.epoch ?? '', cursors: [], body: [] }] },
      ADA,
    );
    expect(again.confirmations).to.deep.equal([
      { element: 'device/core2', done: true, owner: 'EM3', epoch: owned?.epoch },
    ]);
    const { confirmations } = await ask(em3, 'release', { elements: ['device/core2'], epoch: owned?.epoch ?? '' }, ADA);
    expect(confirmations[0]).to.include({ element: 'device/core2', done: true });
    expect(confirmations[0]).to.include({ owner: 'EM1' });
    const home = await ask(em1, 'release', { elements: ['device/core2'], epoch: confirmations[0]?.epoch ?? '' }, ADA);
    expect(home.confirmations[0]).to.include({ element: 'device/core2', done: true });
    expect(home.confirmations[0]?.owner).to.match(/^EM[23]$/);
    await ask(em3, 'delegate', { elements: ['device/core2'], recall: true }, ADA);
    await assigned('all is at home', (rows) => rows.every(({ element }) => ownerOf(rows, element) === 'EM1'));
  });

  it('says who could take what', async () => {
    const { candidates, missing } = await ask(em2, 'findCandidates', { elements: ['device/core1'] });
    expect(missing).to.deep.equal([]);
    expect(candidates.map(({ element }) => element)).to.deep.equal(['device/core1']);
    expect(candidates[0]?.managers.map(({ id }) => id).sort()).to.deep.equal(['EM2', 'EM3']);
    const need = { type: 'router', method: 'http', count: 1, cost: 1 };
    const answer = await ask(em2, 'identifyFailOver', { id: 'EM1', needs: [need, { ...need, method: 'cobol' }] });
    expect(answer.canTake).to.deep.equal([{ type: 'router', method: 'http', count: 1 }]);
    expect(answer.spareCapacity).to.be.above(100);
    expect(await faultOf(ask(em2, 'identifyFailOver', { id: 'EM1', needs: [{ ...need, cost: -1 }] }))).to.match(
      /^Client\.Validation/,
    );
  });

  it('hands over for a pause, and tells whoever is back where its elements are', async () => {
    expect(await ask(em1, 'pause', {}, ADA)).to.deep.equal({ state: 'paused' });
    await assigned('others poll them', (rows) =>
      rows.every(({ element }) => /EM[23]/.test(ownerOf(rows, element) ?? '')),
    );
    const { elements } = await asEm1('IAmLive', { id: 'EM1', incarnation: 1, uri: em1.origin });
    expect(elements.map(({ element, owner }) => [element, /EM[23]/.test(owner ?? '')])).to.deep.equal([
      ['device/core1', true],
      ['device/core2', true],
    ]);
    expect(await faultOf(asEm1('IAmLive', { id: 'EM3', incarnation: 1, uri: em1.origin }))).to.match(
      /^Client\.Forbidden/,
    );
    expect(await ask(em1, 'resume', {}, ADA)).to.deep.equal({ state: 'running' });
    await assigned('they are back', (rows) => rows.every(({ element }) => ownerOf(rows, element) === 'EM1'));
  });

  it('becomes an integration manager in place, and others register with it', async () => {
    const { told, missing } = await ask(em1, 'becomeIntegrationManager', {}, ADA);
    expect({ told: [...told].sort(), missing }).to.deep.equal({ told: ['EM2', 'EM3'], missing: [] });
    await untilAnswers('it is an EIM', [em1, 'areYouThere', {}], ({ role }) => role === 'EIM', 30_000);
    expect(readFileSync(em1.configFile, 'utf8')).to.match(
      /<PTPMANAGER type="EIM"\/>\s*<EINTEGRATION_MANAGER id="EM1">/,
    );
    for (const other of [em2, em3]) {
      await untilAnswers(
        'it registers',
        [other, 'getStatus', {}],
        ({ managers: [status] }) => status?.registeredWith.includes('EM1') === true,
        30_000,
      );
    }
    await assigned("its elements are the pool's, polled by others", (rows) => {
      const isAway = (element: string) => /EM[23]/.test(ownerOf(rows, element) ?? '');
      return rows.length === 2 && rows.every(({ element, homes }) => homes.length === 0 && isAway(element));
    });
    const before = served.good;
    await until('they are polled with their password', async () => served.good > before + 4);
  });

  it('is told what a recovery would do, and goes on with one of three', async () => {
    const args = (...more: string[]) => ['recover', em2.url, '--without', 'EM1,EM3', ...more];
    const unasked = await ptpmgr(args());
    expect([unasked.code, unasked.output]).to.deep.equal([
      2,
      'ptpmgr: recover asks at a terminal whether you are sure; without one, say --yes\n',
    ]);
    await Promise.all([em1, em3].map((one) => one.process.stop('SIGKILL')));
    await assigned('it hears no master', (_, { pool }) => pool.cutOff);
    const file = `${em2.configFile}.password`;
    const { writeFileSync } = await import('node:fs');
    writeFileSync(file, ADA.password);
    const done = await ptpmgr(args('--yes', '--user', ADA.name, '--password-file', file));
    expect(done.output).to.match(/^The pool test has 3 members, [23] of which vote; term \d+/);
    expect(done.output).to.match(/To go: EM1, EM3 \([12] of the voters/);
    expect(done.output).to.match(/The pool goes on in term \d{4} with EM2/);
    expect(done.code).to.equal(0);
    await assigned(
      'it is master and polls all',
      (rows, { pool }) => pool.master === 'EM2' && rows.every(({ element }) => ownerOf(rows, element) === 'EM2'),
    );
    const { events } = await ask(em2, 'getEvents', { text: 'poolRecovered' });
    expect(events[0]).to.include({ severity: 'major', source: 'user ada from 127.0.0.1' });
  });

  it('ends when it is told to, with what nobody takes', async () => {
    const ended = em2.process.exited;
    const { state, left } = await ask(em2, 'shutdown', { handOver: false }, ADA);
    expect({ state, left }).to.deep.equal({ state: 'draining', left: [] });
    expect((await ended).code).to.equal(0);
  });
});
