/** A program that opens a store, whatever its layout, and closes it: `store-opener DIR`. */
import { systemEnv } from '../../../src/base/system-env.js';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';

const [dir = ''] = process.argv.slice(2);
const store = await openSqliteStore({ dir, env: systemEnv('error'), manager: 'em1' });
await store.close();
