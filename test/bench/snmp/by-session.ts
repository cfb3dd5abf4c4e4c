/** The work done as the method of the access layer does it: by sessions, with all values made for whoever wants them. */
import { MOST_VALUES } from '../../../src/access/snmp/habits.js';
import type { Cell } from '../../../src/access/snmp/message/bindings.js';
import { namesOf } from '../../../src/access/snmp/message/names.js';
import { PDU } from '../../../src/access/snmp/message/pdu.js';
import type { SnmpSession } from '../../../src/access/snmp/session.js';
import { Sessions } from '../../../src/access/snmp/sessions.js';
import { type Column, walkColumns } from '../../../src/access/snmp/walk.js';
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
      knownRepetitions: MOST_VALUES,
      security: isSecured ? { user: USER, context: '' } : { community: COMMUNITY },
      place: `snmp ${hostOf(agent)}`,
    }),
  ),
);
for (const session of opened) session.patience = PATIENCE;

/** One subtree that is taken for a column. */
const WHOLE = [TABLE];

const READ: Record<typeof job.work, (session: SnmpSession, tally: Tally) => Promise<void>> = {
  get,
  bulk: (session, tally) =>
    session.ask(PDU.GETBULK, ROWS, namesOf(COLUMNS), (bindings) => {
      while (bindings.next()) {
        const value = bindings.number();
        if (!Number.isNaN(value)) tally.sum += value;
        tally.values += 1;
      }
    }),
  walk: async (session, tally) => take(await walkColumns(session, WHOLE, { repetitions: STEP }), tally),
  table: async (session, tally) => take(await walkColumns(session, COLUMNS, { repetitions: STEP }), tally),
  secured: get,
};

async function get(session: SnmpSession, tally: Tally): Promise<void> {
  for (const cell of await session.get(CELLS)) takeCell(cell, tally);
}

function take(columns: ReadonlyMap<string, Column>, tally: Tally): void {
  for (const column of columns.values()) for (const cell of column.values()) takeCell(cell, tally);
}

function takeCell({ value }: Cell, tally: Tally): void {
  if (typeof value === 'number') tally.sum += value;
  tally.values += 1;
}

const read = READ[job.work];
const begin: Begin = (agent, tally, ended) => {
  const session = opened[agent];
  if (!session) throw new Error('no such agent');
  read(session, tally).then(ended, () => {
    tally.failed += 1;
    ended();
  });
};

serve(job, begin);
