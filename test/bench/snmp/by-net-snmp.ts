/** The work done by the net-snmp package: a session for each agent, as its documentation shows it. */
import { createRequire } from 'node:module';
import { type Begin, serve, type Tally } from '../doing.js';
import { CELLS, COLUMNS, COMMUNITY, hostOf, jobOf, PATIENCE, ROWS, STEP, TABLE, USER } from './work.js';

interface TheirVarBind {
  readonly type: number;
  readonly value: unknown;
}

interface Session {
  get(oids: readonly string[], done: (error: unknown, varbinds?: readonly TheirVarBind[]) => void): void;
  getBulk(
    oids: readonly string[],
    nonRepeaters: number,
    maxRepetitions: number,
    done: (error: unknown, varbinds?: readonly (readonly TheirVarBind[])[]) => void,
  ): void;
  subtree(
    oid: string,
    maxRepetitions: number,
    feed: (varbinds: readonly TheirVarBind[]) => void,
    done: (error: unknown) => void,
  ): void;
}

interface NetSnmp {
  readonly Version2c: number;
  readonly Version3: number;
  readonly SecurityLevel: { readonly authPriv: number };
  readonly AuthProtocols: { readonly sha: number };
  readonly PrivProtocols: { readonly aes: number };
  createSession(target: string, community: string, options: object): Session;
  createV3Session(target: string, user: object, options: object): Session;
}

const netSnmp: NetSnmp = createRequire(import.meta.url)('net-snmp');
const job = jobOf(process.argv.slice(2));
const options = { port: job.port, timeout: PATIENCE.timeoutMs, retries: PATIENCE.resends };
const user = {
  name: USER.name,
  level: netSnmp.SecurityLevel.authPriv,
  authProtocol: netSnmp.AuthProtocols.sha,
  authKey: USER.auth?.password,
  privProtocol: netSnmp.PrivProtocols.aes,
  privKey: USER.auth?.priv?.password,
};
const sessions = Array.from({ length: job.agents }, (_, agent) =>
  job.work === 'secured'
    ? netSnmp.createV3Session(hostOf(agent), user, { ...options, version: netSnmp.Version3 })
    : netSnmp.createSession(hostOf(agent), COMMUNITY, { ...options, version: netSnmp.Version2c }),
);

function take(error: unknown, varbinds: readonly TheirVarBind[] | undefined, tally: Tally): void {
  if (error || !varbinds) tally.failed += 1;
  for (const { value } of varbinds ?? []) {
    if (typeof value === 'number') tally.sum += value;
    tally.values += 1;
  }
}

const begin: Begin = (agent, tally, ended) => {
  const session = sessions[agent];
  if (!session) throw new Error('no such agent');
  if (job.work === 'bulk') {
    session.getBulk(COLUMNS, 0, ROWS, (error, columns) => {
      take(error, columns?.flat(), tally);
      ended();
    });
  } else if (job.work === 'walk' || job.work === 'table') {
    session.subtree(
      TABLE,
      STEP,
      (varbinds) => take(undefined, varbinds, tally),
      (error) => {
        if (error) tally.failed += 1;
        ended();
      },
    );
  } else {
    session.get(CELLS, (error, varbinds) => {
      take(error, varbinds, tally);
      ended();
    });
  }
};

serve(job, begin);
