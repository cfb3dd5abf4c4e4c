/** Opens the store that a configuration names. */
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Env } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import { postgresName } from '../../config/postgres-url.js';
import type { Settings } from '../../config/settings.js';
import { PollSpill } from '../../manager/collector/poll-spill.js';
import type { DataDir } from '../../store/data-dir.js';
import { openPostgresStore } from '../../store/postgres/postgres-store.js';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.js';
import type { Store } from '../../store/store.js';

/**
 * @param dir The data directory, open.
 * @throws PtpError `Store.Failed`, `Start.DataInUse`
 */
export async function openStore({ id, store }: Pick<Settings, 'id' | 'store'>, dir: string, env: Env): Promise<Store> {
  const { postgres } = store;
  if (!postgres) return openSqliteStore({ dir, env, manager: id });
  const { host, port, user, password, database, tls, rootCert, cert, key } = postgres;
  const [caText, certText, keyText] = await Promise.all([rootCert, cert, key].map(textOf));
  return openPostgresStore({
    env,
    manager: id,
    place: {
      file: postgresName(postgres),
      ...{ host, port, user, database },
      ...(password !== undefined && { password }),
      tls: {
        mode: tls,
        ...(caText !== undefined && { ca: caText }),
        ...(certText !== undefined && { cert: certText }),
        ...(keyText !== undefined && { key: keyText }),
      },
    },
  });
}

/** For polls that a failing store does not take: beside it, or where that disk takes nothing in the system's temporary folder. */
export const openSpill = (data: Pick<DataDir, 'path' | 'identity'>): Promise<PollSpill> =>
  PollSpill.open({ folders: [data.path('waiting-polls'), join(tmpdir(), `ptpmgr-${data.identity}-polls`)] });

async function textOf(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const text = `${path}, which the url of the store names, cannot be read; mend its path, or give the manager's user the right to read it`;
    throw new PtpError('Store.Failed', text, { cause });
  }
}
