/** What a store in PostgreSQL does when the server, the way to it, or its settings are not as they should be. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { PtpError } from '../../src/base/errors.js';
import { elementName } from '../../src/model/element.js';
import type { PostgresPlace } from '../../src/store/postgres/place.js';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.js';
import type { PollRecord, Store } from '../../src/store/store.js';
import { CertificateAuthority } from '../support/certificates.js';
import { counterpart } from '../support/counterparts.js';
import { PostgresServer } from '../support/postgres.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { realTimeEnv } from '../support/test-env.js';

const DEVICE = elementName('device', 'd');

const poll = (time: number): PollRecord => ({
  element: DEVICE,
  method: 'snmp',
  time,
  ok: true,
  samples: [
    {
      element: DEVICE,
      metric: 'load',
      instance: '',
      value: time,
      unit: '1',
      time,
      owner: 'em',
      epoch: { term: 0, number: 0, giver: 'em' },
    },
  ],
  events: [{ time, severity: 'minor', name: 'call', text: String(time) }],
});

async function failure(promise: Promise<unknown>): Promise<PtpError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof PtpError) return thrown;
  throw new Error(`no PtpError but ${thrown}`);
}

describe('a store in PostgreSQL', function () {
  this.timeout(30_000);
  counterpart('postgres', 'openssl');
  let ca: CertificateAuthority;
  let server: PostgresServer;
  let seed = 0;
  const stores: Store[] = [];

  before(async () => {
    ca = new CertificateAuthority();
    server = await PostgresServer.start({ tls: ca.server('postgres') });
  });
  after(() => server?.stop());
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });

  const open = async (manager: string, place: Partial<PostgresPlace> = {}, env = realTimeEnv()) => {
    seed += 1;
    const store = await openPostgresStore({
      place: { ...server.place, ...place },
      env: { ...env, random: realTimeEnv(seed).random },
      manager,
      patienceMs: 0,
    });
    stores.push(store);
    return store;
  };
  const texts = async (store: Store) =>
    (await store.queryEvents({ oldestFirst: true, offset: 0, limit: 1000 })).rows.map(({ text }) => Number(text));
  const pollsIn = async (store: Store) => (await store.pollCounts(0, 1e9)).reduce((sum, { polls }) => sum + polls, 0);

  describe('on a way that breaks', () => {
    let proxy: TcpProxy;
    let port: number;
    let isAway: boolean;

    beforeEach(async () => {
      isAway = false;
      // A port that nobody listens at.
      proxy = new TcpProxy(() => (isAway ? 1 : server.port));
      port = await proxy.listen();
    });
    afterEach(async () => {
      isAway = false;
      for (const store of stores.splice(0)) await store.close();
      await proxy.close();
    });

    /** Breaks all connections once the server says that it has committed; the answer is lost. */
    const loseAnswer = () => {
      proxy.down = (chunk) => {
        if (!chunk.includes('COMMIT\0')) return chunk;
        proxy.down = (other) => other;
        setImmediate(() => proxy.cut());
        return Buffer.alloc(0);
      };
    };

    it('stores once what was committed without an answer', async () => {
      const store = await open('lost-answer', { port });
      await store.recordPolls([poll(1)]);
      loseAnswer();
      const events = await store.recordPolls([poll(2), poll(3)]);
      expect(events.map(({ text, id }) => [text, id])).to.deep.equal([
        ['2', 2],
        ['3', 3],
      ]);
      await store.recordPolls([poll(4)]);
      expect(await texts(store)).to.deep.equal([1, 2, 3, 4]);
      expect(await pollsIn(store)).to.equal(4);
    });

    it('stores once what is tried again after the server was away for long', async () => {
      const store = await open('long-away', { port });
      const first = [poll(1), poll(2)];
      loseAnswer();
      isAway = true;
      const told = store.recordPolls(first);
      const error = await failure(told);
      expect([error.code, error.retryable]).to.deep.equal(['Store.Failed', true]);
      const again = await failure(store.recordPolls([...first, poll(3)]));
      expect(again.retryable).to.equal(true);
      isAway = false;
      let events: readonly { id: number; text: string }[] = [];
      while (events.length === 0)
        events = await store.recordPolls([...first, poll(3)]).catch(async () => {
          await new Promise((resolve) => setTimeout(resolve, 50));
          return [];
        });
      expect(events.map(({ text, id }) => [text, id])).to.deep.equal([
        ['1', 1],
        ['2', 2],
        ['3', 3],
      ]);
      expect(await texts(store)).to.deep.equal([1, 2, 3]);
      expect(await pollsIn(store)).to.equal(3);
    });

    it('does again what was broken off before its end', async () => {
      const store = await open('broken-off', { port });
      let cuts = 0;
      proxy.up = (chunk) => {
        if (cuts > 2 || !chunk.includes('INSERT INTO vector')) return chunk;
        cuts += 1;
        setImmediate(() => proxy.cut());
        return chunk;
      };
      await store.recordPolls([poll(1)]);
      expect(cuts).to.equal(3);
      expect(await texts(store)).to.deep.equal([1]);
      expect(await pollsIn(store)).to.equal(1);
    });
  });

  it('goes on after the server has been started again, and says meanwhile what is wrong', async () => {
    const env = realTimeEnv();
    const store = await open('restart', {}, env);
    await store.recordPolls([poll(1)]);
    await server.stop('SIGKILL');
    const errors = await Promise.all([failure(store.recordPolls([poll(2)])), failure(store.loadStates())]);
    for (const { code, message, retryable } of errors) {
      expect([code, retryable]).to.deep.equal(['Store.Failed', true]);
      expect(message).to.match(/postgres:\/\/ptpmgr@127\.0\.0\.1:\d+\/ptpmgr (does not take connections|has ended)/);
      expect(message).to.not.include(server.password);
    }
    expect(await store.sizeBytes()).to.be.a('number');
    await server.run();
    // Whoever writes and whoever reads each finds it by itself, after a wait of its own.
    const untilDone = async (work: () => Promise<unknown>) => {
      const isDone = () =>
        work().then(
          () => true,
          () => false,
        );
      while (!(await isDone()));
    };
    await untilDone(() => store.recordPolls([poll(3)]));
    await untilDone(() => store.loadStates());
    expect(await texts(store)).to.deep.equal([1, 3]);
    expect(env.log.text).to.not.include(server.password);
  });

  it('has one process at a time for each manager, and managers that do not see each other', async () => {
    const first = await open('twice');
    const second = await open('other');
    await first.recordPolls([poll(1)]);
    await second.recordPolls([poll(2)]);
    expect([await texts(first), await texts(second)]).to.deep.equal([[1], [2]]);
    const error = await failure(open('twice'));
    expect(error.code).to.equal('Start.DataInUse');
    expect(error.message).to.match(/schema ptpmgr_twice .* is in use by another process \(connection \d+, from 127/);
    await first.close();
    expect(await texts(await open('twice'))).to.deep.equal([1]);
  });

  it('is made by several managers at once', async () => {
    const made = await Promise.all(['a', 'b', 'c'].map((manager) => open(`at-once-${manager}`)));
    for (const store of made) expect(await texts(store)).to.deep.equal([]);
  });

  it('may have any id of a manager', async () => {
    for (const manager of ['EM-1.ü', `Ö${'x'.repeat(63)}`]) {
      const store = await open(manager);
      await store.recordPolls([poll(1), poll(2), poll(3)]);
      for (const now of [1e9, 2e9]) await store.sealSamples(now, 'all');
      expect(await store.applyRetention(1e9, { rawMs: 1, eventsMs: 1e9, budgetBytes: 1 })).to.deep.include({
        samplesDropped: 3,
      });
      expect(await store.sizeBytes()).to.be.greaterThan(0);
      expect(await texts(store)).to.deep.equal([1, 2, 3]);
    }
  });

  it('refuses what a newer program has written', async () => {
    await (await open('newer')).close();
    await server.admin('UPDATE ptpmgr_newer.layout SET version = 99', 'ptpmgr');
    const error = await failure(open('newer'));
    expect(error.code).to.equal('Store.Failed');
    expect(error.message).to.match(/schema ptpmgr_newer .*layout 99.*newer ptpmgr/);
  });

  it('says why the server does not let it in', async () => {
    const cases: [Partial<PostgresPlace>, RegExp][] = [
      [{ password: 'hush wrong' }, /refuses the password/],
      [{ password: '' }, /wants a password|refuses the password/],
      [{ database: 'missing' }, /is not there; create it/],
      [{ user: 'nobody-known' }, /refuses the (user|password)/],
      [{ host: 'no-such-host.invalid' }, /cannot be found/],
      [{ tls: { mode: 'verify-full' } }, /certificate that is not to be trusted/],
    ];
    for (const [place, text] of cases) {
      const { code, message } = await failure(open('no-entry', place));
      expect(code, message).to.equal('Store.Failed');
      expect(message).to.match(text).and.not.include('hush').and.not.include(server.password);
    }
    await server.admin('ALTER ROLE ptpmgr CONNECTION LIMIT 0');
    try {
      expect((await failure(open('no-entry'))).message).to.match(/no connection left.*max_connections/);
    } finally {
      await server.admin('ALTER ROLE ptpmgr CONNECTION LIMIT -1');
    }
    await server.admin('CREATE ROLE poor LOGIN');
    await server.admin("ALTER ROLE poor PASSWORD 'poor'");
    expect((await failure(open('no-entry', { user: 'poor', password: 'poor' }))).message).to.match(
      /does not give the user the rights.*grant CREATE/,
    );
  });

  it('can be spoken to by TLS', async () => {
    const certificate = readFileSync(ca.cert, 'utf8');
    for (const [at, tls] of ([{ mode: 'verify-full', ca: certificate }, { mode: 'require' }] as const).entries()) {
      const store = await open(`tls-${at}`, { tls });
      await store.recordPolls([poll(1)]);
      expect(await texts(store)).to.deep.equal([1]);
    }
    const [row] = await server.admin(
      "SELECT bool_and(ssl) AS all FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name LIKE 'ptpmgr_tls%'",
    );
    expect(row).to.deep.equal({ all: true });
  });

  it('writes through to the disk whatever the server has for its user, and says so', async () => {
    await server.admin('ALTER ROLE ptpmgr SET synchronous_commit = off');
    try {
      const env = realTimeEnv();
      await open('asynchronous', {}, env);
      expect(env.log.text).to.match(/warn .*synchronous_commit off for this user/);
    } finally {
      await server.admin('ALTER ROLE ptpmgr RESET synchronous_commit');
    }
  });

  it('says that the server only reads, and tries again', async () => {
    const store = await open('read-only');
    await server.admin('ALTER ROLE ptpmgr SET default_transaction_read_only = on');
    try {
      await server.admin(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%read-only%'",
      );
      const { message, retryable } = await failure(store.recordPolls([poll(1)]));
      expect(message).to.match(/can only be read/);
      expect(retryable).to.equal(true);
    } finally {
      await server.admin('ALTER ROLE ptpmgr RESET default_transaction_read_only');
    }
    let isBack = false;
    while (!isBack)
      isBack = await store.recordPolls([poll(2)]).then(
        () => true,
        () => false,
      );
    expect(await texts(store)).to.deep.equal([2]);
  });
});
