/** The work done by the poller as it is: questions that are kept, and values read where they stand. */
import { compareOidBytes, encodeOid, startsWithOid } from '../../../src/access/snmp/ber/oid.js';
import { MOST_VALUES } from '../../../src/access/snmp/habits.js';
import type { Bindings } from '../../../src/access/snmp/message/bindings.js';
import { communityTemplate } from '../../../src/access/snmp/message/community.js';
import { encodeBindings, PDU, type ReceivedPdu } from '../../../src/access/snmp/message/pdu.js';
import { CommunityQuestion } from '../../../src/access/snmp/poller/community-question.js';
import { SnmpPoller } from '../../../src/access/snmp/poller/poller.js';
import type { AgentAddress, Question } from '../../../src/access/snmp/poller/question.js';
import { SecuredQuestion } from '../../../src/access/snmp/poller/secured-question.js';
import { KeyCache } from '../../../src/access/snmp/usm/keys.js';
import { Salts } from '../../../src/access/snmp/usm/privacy.js';
import { Security, usmUser } from '../../../src/access/snmp/usm/security.js';
import { systemClock, systemRandom } from '../../../src/base/system-env.js';
import { type Begin, serve, type Tally } from '../doing.js';
import { CELLS, COLUMNS, COMMUNITY, hostOf, jobOf, PATIENCE, ROWS, STEP, TABLE, USER } from './work.js';

const job = jobOf(process.argv.slice(2));
const poller = new SnmpPoller({ clock: systemClock, random: systemRandom });
const addresses = Array.from(
  { length: job.agents },
  (_, agent): AgentAddress => ({ host: hostOf(agent), family: 4, port: job.port }),
);
const community = Buffer.from(COMMUNITY);
const cells = CELLS.map((oid) => ({ oid: encodeOid(oid) }));
const columns = COLUMNS.map((oid) => ({ oid: encodeOid(oid) }));

/** Whether it is an answer, and all of it has been taken. */
function take(pdu: ReceivedPdu | undefined, tally: Tally): void {
  if (pdu?.errorStatus !== 0) {
    tally.failed += 1;
    return;
  }
  const { bindings } = pdu;
  while (bindings.next()) takeValue(bindings, tally);
}

function takeValue(bindings: Bindings, tally: Tally): void {
  const value = bindings.number();
  if (!Number.isNaN(value)) tally.sum += value;
  tally.values += 1;
}

function asking(questionOf: (agent: number) => Question): Begin {
  return (agent, tally, ended) => {
    poller.ask(addressOf(agent), questionOf(agent), PATIENCE, (_, pdu) => {
      take(pdu, tally);
      ended();
    });
  };
}

function addressOf(agent: number): AgentAddress {
  const address = addresses[agent];
  if (!address) throw new Error('no such agent');
  return address;
}

/** The same question to each of them, again and again. */
function kept(pduType: number, b: number, bindings: readonly { readonly oid: Uint8Array }[]): Begin {
  const question = new CommunityQuestion(1, community, communityTemplate(1, community, pduType, 0, b, bindings));
  return asking(() => question);
}

function secured(): Begin {
  const user = usmUser(USER.name, USER, new KeyCache(systemRandom.bytes(32)));
  const salts = new Salts(systemRandom.bytes(8));
  const contextName = Buffer.alloc(0);
  const bindings = encodeBindings(cells);
  const requests = addresses.map(() => {
    const security = new Security(user, salts);
    return { security, contextName, pduType: PDU.GET, a: 0, b: 0, bindings, place: 'snmp' };
  });
  return asking((agent) => new SecuredQuestion(requests[agent] ?? absent()));
}

/** A walk that goes on from several places at once. */
class Place {
  /** Content of the last name, which stands in `bytes`: it is copied only when the next question is made. */
  bytes: Uint8Array;
  from = 0;
  to: number;
  isOver = false;

  constructor(readonly root: Uint8Array) {
    this.bytes = root;
    this.to = root.length;
  }

  take(bindings: Bindings, tally: Tally): void {
    const { buffer, oidFrom, oidTo } = bindings;
    this.isOver ||=
      bindings.isMissing() ||
      !startsWithOid(buffer, oidFrom, oidTo, this.root) ||
      compareOidBytes(buffer, oidFrom, oidTo, this.bytes, this.from, this.to) <= 0;
    if (this.isOver) return;
    takeValue(bindings, tally);
    this.bytes = buffer;
    this.from = oidFrom;
    this.to = oidTo;
  }

  get oid(): Uint8Array {
    return this.bytes.subarray(this.from, this.to);
  }
}

/**
 * Asks for as many rows as there were the last time, and one more, which shows the end: as the access method does.
 *
 * @param firstRows Of an answer when nothing is known.
 */
function walking(roots: readonly { readonly oid: Uint8Array }[], firstRows: number): Begin {
  const known = new Map<number, number>();
  const most = Math.floor(MOST_VALUES / roots.length);
  return (agent, tally, ended) => {
    const address = addressOf(agent);
    const rows = Math.min(most, (known.get(agent) ?? firstRows - 1) + 1);
    let found = 0;
    let places = roots.map(({ oid }) => new Place(oid));
    const step = (): void => {
      const template = communityTemplate(1, community, PDU.GETBULK, 0, rows, places);
      const question = new CommunityQuestion(1, community, template, false);
      poller.ask(address, question, PATIENCE, (_, pdu) => {
        takeRows(pdu);
        places = places.filter((place) => !place.isOver);
        if (places.length > 0) return step();
        known.set(agent, Math.ceil(found / roots.length));
        ended();
      });
    };
    const takeRows = (pdu: ReceivedPdu | undefined): void => {
      if (pdu?.errorStatus !== 0) {
        tally.failed += 1;
        places = [];
        return;
      }
      const { bindings } = pdu;
      const before = tally.values;
      for (let at = 0; bindings.next(); at = at + 1 === places.length ? 0 : at + 1) places[at]?.take(bindings, tally);
      found += tally.values - before;
    };
    step();
  };
}

function absent(): never {
  throw new Error('no such agent');
}

const BEGIN = {
  get: () => kept(PDU.GET, 0, cells),
  bulk: () => kept(PDU.GETBULK, ROWS, columns),
  walk: () => walking([{ oid: encodeOid(TABLE) }], STEP),
  table: () => walking(columns, ROWS + 1),
  secured,
} as const;

serve(job, BEGIN[job.work]());
