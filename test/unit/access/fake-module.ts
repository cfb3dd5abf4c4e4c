/** Modules for tests: files in a folder that is the configuration's. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AccessMethod, PollAnswer } from '../../../src/access/access.js';
import { createApiMethod } from '../../../src/access/api/method.js';
import { ModulePool, type PoolLimits } from '../../../src/access/api/module-pool.js';
import { systemClock } from '../../../src/base/system-env.js';
import { type Asking, access, accessParts, pollOnce } from '../../support/access.js';
import { temporaryFolder } from '../../support/temporary.js';

/** @returns The folder. */
export function fakeModules(texts: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder('modules');
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  return folder;
}

/** The text of a module whose `poll` has this body, from line 2 on. */
export const polling = (body: string): string => `export async function poll(request, signal) {\n${body}\n}\n`;

/** One that answers a reading `x`. */
export const GOOD = polling(
  'return { readings: [{ metric: "x", value: 1, unit: "1" }], memory: { polls: 1 + (request.memory?.polls ?? 0) } };',
);

export interface OpenModules {
  /** A method over the modules of a folder; it is closed after the test. */
  method(folder: string, limits?: Partial<PoolLimits>): { readonly method: AccessMethod; readonly pool: ModulePool };
  /** With as much time as a manager gives. */
  ask(method: AccessMethod, module: string, asking?: Asking): Promise<PollAnswer>;
  /** Of a module of this text. */
  once(text: string, asking?: Asking): Promise<PollAnswer>;
}

/** To be called within a `describe`. */
export function openModules(): OpenModules {
  const open: AccessMethod[] = [];
  afterEach(() => Promise.all(open.splice(0).map((one) => one.close())));
  const method: OpenModules['method'] = (folder, limits = {}) => {
    const pool = new ModulePool(systemClock, folder, limits);
    const made = createApiMethod(accessParts({ configDir: folder }), pool);
    open.push(made);
    return { method: made, pool };
  };
  const ask: OpenModules['ask'] = (made, module, asking = {}) => {
    const options = { module, ...asking.options };
    const limitMs = made.tryLimitMs?.(access('api', options, asking.over)) ?? 5000;
    return pollOnce(made, { ...asking, options, signal: asking.signal ?? AbortSignal.timeout(limitMs) });
  };
  const once: OpenModules['once'] = (text, asking) =>
    ask(method(fakeModules({ 'a.mjs': text })).method, 'a.mjs', asking);
  return { method, ask, once };
}
