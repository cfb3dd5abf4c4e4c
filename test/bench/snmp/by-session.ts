/** The work done as the method of the access layer does it: by sessions, with all values made for whoever wants them. */
import type { VarBind } from '../../../src/access/snmp/message/bindings.js';
import type { SnmpSession } from '../../../src/access/snmp/session.js';
import { Sessions } from '../../../src/access/snmp/sessions.js';
import { walkColumns } from '../../../src/access/snmp/walk.js';
import { systemClock, systemRandom } from '../../../src/base/system-env.js';
import { type Begin, serve, type Tally } from '../doing.js';
import { CELLS, COLUMNS, COMMUNITY, hostOf, jobOf, PATIENCE, ROWS, STEP, TABLE, USER } from './work.js';

const job = jobOf(process.argv.slice(2));
const sessions = new Sessions({ clock: systemClock, random: systemRandom });
const isSecured = job.work === 'secured';
const opened = await Promise.all(
  Array.from({ length: job.agents }, (_, agent) =>
    sessions.open({
      host: hostOf(agent),
      port: job.port,
      version: isSecured ? 3 : 1,
      maxRepetitions: STEP,
      security: isSecured ? { user: USER, context: '' } : { community: COMMUNITY },
      place: `snmp ${hostOf(agent)}`,
    }),
  ),
);
for (const session of opened) session.patience = PATIENCE;

const READ: Record<typeof job.work, (session: SnmpSession) => Promise<Iterable<VarBind>>> = {
  get: (session) => session.get(CELLS),
  bulk: async (session) => (await session.getBulk(COLUMNS, ROWS)).flat(),
  walk: async (session) => (await walkColumns(session, [TABLE], { repetitions: STEP })).get(TABLE)?.values() ?? [],
  table: async (session) =>
    [...(await walkColumns(session, COLUMNS, { repetitions: STEP })).values()].flatMap((rows) => [...rows.values()]),
  secured: (session) => session.get(CELLS),
};

function take(varbinds: Iterable<VarBind>, tally: Tally): void {
  for (const { value } of varbinds) {
    if (typeof value === 'number') tally.sum += value;
    tally.values += 1;
  }
}

const read = READ[job.work];
const begin: Begin = (agent, tally, ended) => {
  const session = opened[agent];
  if (!session) throw new Error('no such agent');
  read(session)
    .then((varbinds) => take(varbinds, tally))
    .catch(() => {
      tally.failed += 1;
    })
    .then(ended);
};

serve(job, begin);
