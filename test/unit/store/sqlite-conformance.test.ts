import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemEnv } from '../../../src/base/system-env.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import { storeConformance } from '../../conformance/store/store.js';

storeConformance('SQLite', () => {
  let dir = '';
  const open = () => openSqliteStore({ dir, env: systemEnv('error'), manager: 'em1' });
  return {
    async create() {
      dir = await mkdtemp(join(tmpdir(), 'ptpmgr-store-'));
      return open();
    },
    reopen: open,
    destroy: () => rm(dir, { recursive: true, force: true }),
  };
});
