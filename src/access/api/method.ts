/** `ACCESS method="api"`: a module of the user's own for a device's own interface, in a process that only it can harm. */
import type { AccessSpec } from '../../model/element.js';
import type { AccessMethod, AccessParts, PollAnswer, PollRequest } from '../access.js';
import { untilAborted } from '../failure.js';
import { faultOf } from '../options.js';
import { moduleAnswer } from './answer.js';
import { secretsOf } from './module-failure.js';
import { findModule, modulePath } from './module-file.js';
import { ModulePool } from './module-pool.js';
import { GRACE_MS } from './module-process.js';
import { moduleRequest } from './request.js';

/** Beyond the module's own time: until it is seen to stand still, and until the process is gone. */
const SLACK_MS = GRACE_MS + 250;

/** @param pool For tests. */
export function createApiMethod(
  { env, configDir }: AccessParts,
  pool = new ModulePool(env.clock, configDir),
): AccessMethod {
  return {
    method: 'api',
    poll: (request, signal) =>
      untilAborted(
        signal,
        `module ${request.access.options.module}`,
        () => pollModule(request, configDir, pool, signal),
        () => {},
      ),
    tryLimitMs: (access) => moduleLimitMs(access) + SLACK_MS,
    check: (_element, access) => faultOf(() => modulePath(access)),
    close: () => pool.close(),
  };
}

async function pollModule(
  request: PollRequest,
  configDir: string,
  pool: ModulePool,
  signal: AbortSignal,
): Promise<PollAnswer> {
  const { access, credential } = request;
  const file = await findModule(access, configDir);
  const limitMs = moduleLimitMs(access);
  const question = { request: moduleRequest(request, limitMs), limitMs, secrets: secretsOf(credential) };
  return moduleAnswer(await pool.ask(file, question, signal), access, file.place);
}

/** All of it ends before the next poll is due, as far as a short interval lets it. */
const moduleLimitMs = ({ timeoutMs, intervalMs }: AccessSpec): number =>
  Math.max(Math.min(timeoutMs, intervalMs - SLACK_MS), timeoutMs / 2);
