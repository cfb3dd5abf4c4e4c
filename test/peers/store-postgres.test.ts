import { systemEnv } from '../../src/base/system-env.js';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.js';
import { storeConformance } from '../conformance/store/store.js';
import { counterpart } from '../support/counterparts.js';
import { PostgresServer } from '../support/postgres.js';

describe('a real PostgreSQL', function () {
  this.timeout(60_000);
  counterpart('postgres');
  let server: PostgresServer;
  before(async () => {
    server = await PostgresServer.start({ settings: PostgresServer.VOLATILE });
  });
  after(() => server?.stop());

  storeConformance('PostgreSQL', () => {
    const open = () => openPostgresStore({ place: server.place, env: systemEnv('error'), manager: 'em1' });
    return {
      async create() {
        await server.empty('ptpmgr_em1');
        return open();
      },
      reopen: open,
      destroy: async () => {},
    };
  });
});
