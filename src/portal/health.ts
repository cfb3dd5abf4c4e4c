/** `/healthz`, `/readyz` and `/metrics` at the root: for what watches the manager from outside. */
import express, { type Request, type Response, type Router } from 'express';
import { Counter, Gauge, Registry } from 'prom-client';
import { asPtpError } from '../base/errors.js';
import { STATUSES } from '../model/status.js';
import type { Output } from '../xml/messages/operations.js';
import { OPEN_SEVERITIES } from './views/alarm-nodes.js';
import { workloadGauges } from './workload-gauges.js';

type ManagerStatus = Output<'getStatus'>['managers'][number];

export interface HealthParts {
  /** Why the manager cannot work yet or any more, in a sentence; undefined when it can. */
  readonly notReady: () => string | undefined;
  /** State of this manager itself, as `getStatus` tells it. */
  readonly status: () => Promise<ManagerStatus>;
  /** Lets a viewer through, and everybody from loopback. @throws PtpError for all others. */
  readonly admit: (request: Request, response: Response) => Promise<unknown>;
}

/** To be mounted at the server's root. */
export function createHealth(parts: HealthParts): Router {
  const router = express.Router();
  const metrics = managerMetrics();
  router.get('/healthz', (_request, response) => {
    sendPlain(response, 200, 'ok');
  });
  router.get('/readyz', (_request, response) => {
    const reason = parts.notReady();
    sendPlain(response, reason === undefined ? 200 : 503, reason ?? 'ready');
  });
  router.get('/metrics', async (request, response) => {
    try {
      await parts.admit(request, response);
      const text = await metrics.text(await parts.status());
      response.set('cache-control', 'no-store').type(metrics.contentType).send(text);
    } catch (thrown) {
      const fault = asPtpError(thrown);
      if (fault.code === 'Client.Unauthorized' && !response.get('www-authenticate'))
        response.set('www-authenticate', 'Basic realm="ptpmgr"');
      sendPlain(response, fault.http, `${fault.fault}: ${fault.message}`);
    }
  });
  return router;
}

function sendPlain(response: Response, status: number, line: string): void {
  response
    .status(status)
    .set('cache-control', 'no-store')
    .set('x-content-type-options', 'nosniff')
    .type('text/plain; charset=utf-8')
    .send(`${line}\n`);
}

/** A registry for each manager: several may live in one process. */
function managerMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const info = new Gauge({
    name: 'ptpmgr_info',
    help: 'The manager; always 1.',
    labelNames: ['manager', 'role', 'version', 'state', 'pool_role'],
    registers,
  });
  const elements = new Gauge({
    name: 'ptpmgr_elements',
    help: 'Elements that the manager owns, by status.',
    labelNames: ['status'],
    registers,
  });
  const alarms = new Gauge({
    name: 'ptpmgr_open_alarms',
    help: 'Open alarms of what the manager owns and of itself, by severity.',
    labelNames: ['severity'],
    registers,
  });
  const uptime = gauge('ptpmgr_uptime_seconds', 'Time since the manager was started.');
  const term = gauge('ptpmgr_term', 'Number of the mastership.');
  const load = gauge('ptpmgr_load_ratio', 'Share of its capacity that is in use.');
  const healthy = gauge('ptpmgr_healthy', 'Whether the manager finds its own health good.');
  const polls = counter('ptpmgr_polls_total', 'Polls done since the start.');
  const failed = counter('ptpmgr_polls_failed_total', 'Polls without an answer since the start.');
  const rate = gauge('ptpmgr_polls_per_second', 'Polls per second over the last minute.');
  const lag = gauge('ptpmgr_poll_lag_seconds', 'The most that a poll of the last minute started late.');
  const workload = workloadGauges(registers);
  const access = new Gauge({
    name: 'ptpmgr_access_count',
    help: 'What access methods have counted since the start: sent, answered, unanswered, malformed, unexpected, dropped by the kernel, waiting now.',
    labelNames: ['method', 'name'],
    registers,
  });
  const memory = gauge('ptpmgr_memory_bytes', 'Resident memory of the process.');
  const store = gauge('ptpmgr_store_bytes', 'Size of the store on disk.');
  const refused = gauge('ptpmgr_config_refused', 'Whether the newest configuration file was refused.');
  const registered = gauge('ptpmgr_registrations', 'Integration managers that it is registered with.');

  return {
    contentType: registry.contentType,
    async text(status: ManagerStatus): Promise<string> {
      registry.resetMetrics();
      info.set(
        {
          manager: status.id,
          role: status.role,
          version: status.version,
          state: status.state,
          pool_role: status.poolRole,
        },
        1,
      );
      for (const name of STATUSES)
        elements.set({ status: name }, status.elements.find((one) => one.status === name)?.count ?? 0);
      for (const severity of OPEN_SEVERITIES)
        alarms.set({ severity }, status.alarms.find((one) => one.severity === severity)?.count ?? 0);
      uptime.set(status.uptime);
      term.set(status.term);
      load.set(status.load);
      healthy.set(status.health === 'good' ? 1 : 0);
      polls.inc(status.pollsDone);
      failed.inc(status.pollsFailed);
      rate.set(status.pollRate);
      lag.set(status.pollLag);
      workload(status.workload);
      for (const { method, name, count } of status.accessCounts) access.set({ method, name }, count);
      memory.set(status.memoryBytes);
      if (status.storeBytes !== undefined) store.set(status.storeBytes);
      refused.set(status.configFault === undefined ? 0 : 1);
      registered.set(status.registeredWith.length);
      return registry.metrics();
    },
  };
}
