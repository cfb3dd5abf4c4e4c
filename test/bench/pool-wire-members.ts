/** Process of the members: started by pool-wire.ts, which tells them who their master is. */
import { systemEnv } from '../../src/base/system-env.js';
import { PoolKey } from '../../src/peer/security/pool-keys.js';
import { countExpected, emptyDigest, formatDigest } from '../../src/pool/holding/digest.js';
import type { Digest } from '../../src/pool/holding/state.js';
import { WireMember } from './pool-wire-member.js';
import { inventoryOf, memberId, type Place, percentile, rosterOf } from './pool-world.js';

/** What pool-wire.ts says to this process. */
export type ToMembers =
  | { readonly is: 'create'; readonly from: number; readonly to: number; readonly key: string }
  | { readonly is: 'begin'; readonly master: Place; readonly all: readonly Place[]; readonly elements: number }
  | { readonly is: 'report' };

export interface MembersReport {
  readonly is: 'report';
  readonly beats: number;
  readonly answers: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** From the beginning until the last had an answer; undefined while some have none. */
  readonly allAnsweredAfterMs: number | undefined;
  readonly answered: number;
  readonly cpu: number;
}

const env = systemEnv('error');
const members: WireMember[] = [];
const places: Place[] = [];
let beganMs = 0;
let looked = { ms: 0, cpuUs: 0 };
const say = (message: unknown): void => void process.send?.(message);

async function create(from: number, to: number, key: string): Promise<void> {
  const keys = [new PoolKey(key)] as const;
  for (let at = from; at < to; at += 1) {
    const id = memberId(at);
    const member = new WireMember(env, id, keys);
    const socket = await member.server.listen({ host: '127.0.0.1', port: 0 });
    members.push(member);
    const address = { id, role: 'EM' as const, origin: 'http://127.0.0.1:9', context: 'ptpmgr/em', socket };
    places.push({ id, identity: `identity of ${id}`, incarnation: 1, address });
  }
  say({ is: 'created', places });
}

function begin(master: Place, all: readonly Place[], elements: number): void {
  const roster = rosterOf(master, all);
  const inventory = inventoryOf(all, elements);
  const digests = new Map<string, Digest>();
  for (const { element, ...record } of inventory.owned) countExpected(digests, element, record, 1);
  beganMs = env.clock.monotonic();
  members.forEach((member, at) => {
    const place = places[at];
    const isVoter = roster.members.some(({ id, voter }) => id === member.id && voter);
    if (place && isVoter) member.begin(place, roster, inventory, elements);
    else if (place) member.beginPlain(place, roster, elements, formatDigest(digests.get(place.id) ?? emptyDigest()));
  });
}

function report(): void {
  const { user, system } = process.cpuUsage();
  const now = { ms: env.clock.monotonic(), cpuUs: user + system };
  const all = members.flatMap(({ answeredAfterMs }) => answeredAfterMs);
  const firsts = members.flatMap(({ firstAnswerMs }) => firstAnswerMs ?? []);
  const answer: MembersReport = {
    is: 'report',
    beats: members.reduce((sum, { beats }) => sum + beats, 0),
    answers: all.length,
    p50: percentile(all, 0.5),
    p99: percentile(all, 0.99),
    max: percentile(all, 1),
    allAnsweredAfterMs: firsts.length === members.length ? Math.max(...firsts) - beganMs : undefined,
    answered: firsts.length,
    cpu: (now.cpuUs - looked.cpuUs) / 1000 / (now.ms - looked.ms),
  };
  looked = now;
  for (const member of members) {
    member.answeredAfterMs = [];
    member.beats = 0;
  }
  say(answer);
}

process.on('message', (message: ToMembers) => {
  if (message.is === 'create') void create(message.from, message.to, message.key);
  else if (message.is === 'begin') begin(message.master, message.all, message.elements);
  else report();
});
process.on('disconnect', () => process.exit(0));
