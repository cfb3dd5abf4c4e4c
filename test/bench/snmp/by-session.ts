/** The work done as the method of the access layer does it: by sessions, with all values made for whoever wants them. */
import { MOST_VALUES } from '../../../src/access/snmp/habits.js';
import type { Bindings, Cell } from '../../../src/access/snmp/message/bindings.js';
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

type Read = (session: SnmpSession, tally: Tally) => Promise<Iterable<Cell> | undefined>;

const READ: Record<typeof job.work, Read> = {
  get: (session) => session.get(CELLS),
  bulk: (session, tally) =>
    session.ask(PDU.GETBULK, ROWS, namesOf(COLUMNS), (bindings) => takeBindings(bindings, tally)),
  walk: (session, tally) =>
    walkColumns(session, WHOLE, { repetitions: STEP }).then((columns) => takeColumns(columns, tally)),
  table: (session, tally) =>
    walkColumns(session, COLUMNS, { repetitions: STEP }).then((columns) => takeColumns(columns, tally)),
  secured: (session) => session.get(CELLS),
};

function takeBindings(bindings: Bindings, tally: Tally): undefined {
  while (bindings.next()) {
    const value = bindings.number();
    if (!Number.isNaN(value)) tally.sum += value;
    tally.values += 1;
  }
}

function takeColumns(columns: ReadonlyMap<string, Column>, tally: Tally): undefined {
  for (const column of columns.values()) take(column.values(), tally);
}

function take(cells: Iterable<Cell>, tally: Tally): void {
  for (const { value } of cells) {
    if (typeof value === 'number') tally.sum += value;
    tally.values += 1;
  }
}

const read = READ[job.work];
const begin: Begin = (agent, tally, ended) => {
  const session = opened[agent];
  if (!session) throw new Error('no such agent');
  const taken = (cells: Iterable<Cell> | undefined) => {
    if (cells) take(cells, tally);
    ended();
  };
  read(session, tally).then(taken, () => {
    tally.failed += 1;
    ended();
  });
};

serve(job, begin);
