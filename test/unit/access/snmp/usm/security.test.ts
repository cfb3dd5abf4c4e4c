import { assert } from 'chai';
import { MalformedMessage } from '../../../../../src/access/snmp/ber/malformed.js';
import { PDU } from '../../../../../src/access/snmp/message/pdu.js';
import { readV3 } from '../../../../../src/access/snmp/message/v3.js';
import { AUTH, PRIV } from '../../../../../src/access/snmp/usm/algorithms.js';
import { Engine } from '../../../../../src/access/snmp/usm/engine.js';
import type { Finding } from '../../../../../src/access/snmp/usm/findings.js';
import { KeyCache } from '../../../../../src/access/snmp/usm/keys.js';
import { Salts } from '../../../../../src/access/snmp/usm/privacy.js';
import {
  LEARNT,
  type Opened,
  type PlainRequest,
  Security,
  usmUser,
} from '../../../../../src/access/snmp/usm/security.js';
import { type AgentUser, PureAgent, REPORTS } from './agent.js';

const keys = new KeyCache(Buffer.alloc(32, 1));
const BOTH: AgentUser = {
  name: 'probe',
  auth: AUTH.sha1,
  authPassword: 'authentic-1',
  priv: PRIV.aes128,
  privPassword: 'private-1',
};
const SIGNED: AgentUser = { name: 'probe', auth: AUTH.sha256, authPassword: 'authentic-1' };
const PLAIN: AgentUser = { name: 'probe' };
const LEVELS = [BOTH, SIGNED, PLAIN];
const levelOf = ({ auth, priv }: AgentUser) => (priv ? 'authPriv' : auth ? 'authNoPriv' : 'noAuthNoPriv');

function securityFor(user: AgentUser, engine?: Engine): Security {
  const { name, auth, authPassword = '', priv, privPassword = '' } = user;
  const passwords = auth && {
    protocol: auth,
    password: authPassword,
    ...(priv ? { priv: { protocol: priv, password: privPassword } } : {}),
  };
  const made = usmUser(name, passwords ? { auth: passwords } : {}, keys);
  return new Security(made, new Salts(Buffer.alloc(8, 9)), engine);
}

const request = (msgId = 1000, context = ''): PlainRequest => ({
  msgId,
  requestId: 77,
  contextName: Buffer.from(context),
  pduType: PDU.GET,
  a: 0,
  b: 0,
  bindings: [],
});

/** What a poller does: secures and sends once more as often as it is told to. */
function exchange(security: Security, agent: PureAgent, nowMs: number, plain = request()): Opened {
  let learnt = 0;
  for (let rounds = 0; rounds < 5; rounds++) {
    const answer = agent.answer(security.secure(plain, nowMs));
    const opened = security.open(answer, readV3(answer), learnt, nowMs);
    if (opened.kind !== 'again') return opened;
    learnt |= opened.learnt;
  }
  throw new Error('it never came to an end');
}

function textOf(opened: Opened): string {
  if (opened.kind !== 'response') return `${opened.kind} ${'finding' in opened ? opened.finding : ''}`;
  return opened.pdu.bindings.next() ? opened.pdu.bindings.bytes().toString() : '';
}

/** A user and agent that have talked already, at 0 ms. */
function acquainted(user: AgentUser) {
  const [security, agent] = [securityFor(user), new PureAgent(user)];
  assert.equal(exchange(security, agent, 0).kind, 'response');
  agent.seen.length = 0;
  const open = (message: Buffer, nowMs = 0, learnt = 0) => security.open(message, readV3(message), learnt, nowMs);
  return { security, agent, open };
}

describe('requests to an SNMPv3 agent', () => {
  for (const auth of [undefined, ...Object.values(AUTH)]) {
    for (const priv of auth ? [undefined, ...Object.values(PRIV)] : [undefined]) {
      it(`are answered with ${auth?.name ?? 'no digest'} and ${priv?.name ?? 'no encryption'}`, () => {
        const user = { ...BOTH, auth, priv };
        const agent = new PureAgent(user);
        const security = securityFor(user);
        assert.equal(textOf(exchange(security, agent, 0, request(5, 'vrf-1'))), 'vrf-1 true 77');
        assert.equal(textOf(exchange(security, agent, 100_000)), ' true 77');
        const learning = auth ? ['unknownEngine', 'notInTime'] : ['unknownEngine'];
        assert.deepEqual(agent.seen, [...learning, 'response', 'response']);
      });
    }
  }

  it('show neither the user nor what is asked while the engine is unknown', () => {
    const message = securityFor(BOTH).secure({ ...request(), contextName: Buffer.from('vrf-1') }, 0);
    const header = readV3(message);
    assert.deepEqual(header.flags, { auth: false, priv: false, reportable: true });
    assert.deepEqual([header.user.length, header.engineId.length, header.boots, header.time], [0, 0, 0, 0]);
    assert.notInclude(message.toString('latin1'), 'vrf-1');
  });

  it('never have the same salt twice', () => {
    const { security } = acquainted(BOTH);
    const salts = [1, 2, 3].map((msgId) => readV3(security.secure(request(msgId), 0)).salt.toString('hex'));
    assert.lengthOf(new Set(salts), 3);
  });

  it('hold the time of the engine as it is when they are sent', () => {
    const { security, agent } = acquainted(BOTH);
    const { boots, time } = readV3(security.secure(request(), 12_500));
    assert.deepEqual([boots, time], [agent.boots, agent.time + 12]);
  });

  it('are learnt once when several are under way', () => {
    const [security, agent] = [securityFor(BOTH), new PureAgent(BOTH)];
    const asked = [1, 2, 3].map((msgId) => request(msgId));
    let learnt = [0, 0, 0];
    for (const kind of ['again', 'again', 'response']) {
      const answers = asked.map((plain) => agent.answer(security.secure(plain, 0)));
      const opened = answers.map((answer, i) => security.open(answer, readV3(answer), learnt[i] ?? 0, 0));
      assert.deepEqual(
        opened.map((one) => one.kind),
        [kind, kind, kind],
      );
      learnt = opened.map((one, i) => (learnt[i] ?? 0) | (one.kind === 'again' ? one.learnt : 0));
    }
    assert.deepEqual(learnt, [3, 3, 3]);
  });

  it('need not learn what another manager has learnt', () => {
    const { security, agent } = acquainted(BOTH);
    const state = security.engine.state(40_000);
    assert.isDefined(state);
    agent.time += 60;
    const successor = securityFor(BOTH, state && Engine.from(state, 5_000_000));
    assert.equal(exchange(successor, agent, 5_020_000).kind, 'response');
    assert.deepEqual(agent.seen, ['response']);
  });

  it('go on when the agent has started again, and when it is another one', () => {
    const { security, agent } = acquainted(BOTH);
    Object.assign(agent, { boots: 4, time: 2 });
    assert.equal(exchange(security, agent, 60_000).kind, 'response');
    Object.assign(agent, { engineId: Buffer.from('800000020109840301', 'hex'), boots: 1, time: 9 });
    assert.equal(exchange(security, agent, 120_000).kind, 'response');
    assert.deepEqual(agent.seen, ['notInTime', 'response', 'unknownEngine', 'notInTime', 'response']);
  });

  it('end when an agent has started again that keeps no count of it, and go on the next time', () => {
    const { security, agent } = acquainted(SIGNED);
    agent.time = 2;
    assert.deepEqual(exchange(security, agent, 60_000), { kind: 'refused', finding: 'clockBackwards' });
    assert.equal(exchange(security, agent, 120_000).kind, 'response');
  });
});

describe('refusals of an SNMPv3 agent', () => {
  const cases: readonly (readonly [what: string, ours: Partial<AgentUser>, finding: Finding])[] = [
    ['another user', { name: 'nobody' }, 'unknownUser'],
    ['another password', { authPassword: 'authentic-2' }, 'wrongDigest'],
    ['another hash', { auth: AUTH.md5 }, 'wrongDigest'],
    ['a hash with a longer digest', { auth: AUTH.sha512 }, 'wrongDigest'],
    ['no encryption', { priv: undefined }, 'unsupportedLevel'],
    ['no digest', { auth: undefined, priv: undefined }, 'unsupportedLevel'],
    ['another password of encryption', { privPassword: 'private-2' }, 'decryptionError'],
    ['another cipher', { priv: PRIV.aes256 }, 'decryptionError'],
    ['DES in place of AES', { priv: PRIV.des }, 'decryptionError'],
  ];
  for (const [what, ours, finding] of cases)
    it(`are found for ${what}: ${finding}`, () => {
      const opened = exchange(securityFor({ ...BOTH, ...ours }), new PureAgent(BOTH), 0);
      assert.deepEqual(opened, { kind: 'refused', finding });
    });

  it('are found where extended keys are made in another way', () => {
    const agent = new PureAgent({ ...BOTH, priv: PRIV.aes256c });
    const opened = exchange(securityFor({ ...BOTH, priv: PRIV.aes256 }), agent, 0);
    assert.deepEqual(opened, { kind: 'refused', finding: 'decryptionError' });
  });

  it('are found for an agent that knows no end of learning', () => {
    const { security, agent } = acquainted(BOTH);
    const again = agent.write({ msgId: 1 }, { type: PDU.REPORT, priv: false, oid: REPORTS.notInTime });
    assert.deepEqual(security.open(again, readV3(again), 0, 0), { kind: 'again', learnt: LEARNT.TIME });
    assert.deepEqual(security.open(again, readV3(again), LEARNT.TIME, 0), { kind: 'refused', finding: 'notInTime' });
    const engine = agent.write({ msgId: 1 }, { type: PDU.REPORT, auth: false, oid: REPORTS.unknownEngine });
    assert.deepEqual(security.open(engine, readV3(engine), 0, 0), { kind: 'again', learnt: LEARNT.ENGINE });
    assert.deepEqual(security.open(engine, readV3(engine), LEARNT.ENGINE, 0), {
      kind: 'refused',
      finding: 'unknownEngine',
    });
  });

  it('are found for an agent without an id', () => {
    const agent = new PureAgent(BOTH);
    agent.engineId = Buffer.alloc(0);
    const answer = agent.write({ msgId: 1 }, { type: PDU.REPORT, auth: false, oid: REPORTS.unknownEngine });
    const security = securityFor(BOTH);
    assert.deepEqual(security.open(answer, readV3(answer), 0, 0), { kind: 'refused', finding: 'unknownEngine' });
    assert.isFalse(security.engine.isKnown);
  });

  it('are no hindrance while the id is unknown: an agent may miss the user first', () => {
    const agent = new PureAgent(BOTH);
    const answer = agent.write({ msgId: 1 }, { type: PDU.REPORT, auth: false, oid: REPORTS.unknownUser });
    const security = securityFor(BOTH);
    assert.deepEqual(security.open(answer, readV3(answer), 0, 0), { kind: 'again', learnt: LEARNT.ENGINE });
  });

  it('are found for an engine that has no more starts', () => {
    const { agent, open } = acquainted(BOTH);
    agent.boots = 2_147_483_647;
    assert.deepEqual(open(agent.write({ msgId: 1 })), { kind: 'refused', finding: 'latched' });
  });
});

describe('silence of an SNMPv3 agent', () => {
  const steps = (user: AgentUser) => {
    const [security, agent] = [securityFor(user), new PureAgent(user)];
    const found = [security.silence];
    let learnt = 0;
    for (let rounds = 0; rounds < 3; rounds++) {
      const answer = agent.answer(security.secure(request(), 0));
      const opened = security.open(answer, readV3(answer), learnt, 0);
      learnt |= opened.kind === 'again' ? opened.learnt : 0;
      found.push(security.silence);
    }
    return found;
  };
  it('has to do with encryption once it knows the user, and until it has answered', () => {
    assert.deepEqual(steps(BOTH), [undefined, undefined, 'neverDecrypted', undefined]);
  });
  it('has another reason where nothing is encrypted', () => {
    for (const user of [SIGNED, PLAIN]) assert.deepEqual(new Set(steps(user)), new Set([undefined]));
  });
});

describe('answers of an SNMPv3 agent', () => {
  for (const user of [BOTH, SIGNED, { ...BOTH, auth: AUTH.md5, priv: PRIV.des }]) {
    it(`are never taken with one octet changed (${user.auth?.name} ${user.priv?.name ?? ''})`, () => {
      const { security, agent } = acquainted(user);
      const answer = agent.write({ msgId: 1000 }, { value: 'a value' });
      for (let at = 0; at < answer.length; at++) {
        for (const bit of [0x01, 0x02, 0x04, 0x80]) {
          const changed = Buffer.from(answer);
          changed[at] = (changed[at] ?? 0) ^ bit;
          let kind = 'malformed';
          try {
            kind = security.open(changed, readV3(changed), 0, 0).kind;
          } catch (error) {
            assert.instanceOf(error, MalformedMessage);
          }
          assert.include(['malformed', 'discarded'], kind, `octet ${at}`);
        }
      }
      assert.equal(security.open(answer, readV3(answer), 0, 0).kind, 'response');
      assert.equal(security.engine.boots, agent.boots);
    });
  }

  it('teach no time when the digest is wrong or there is none', () => {
    const { security, agent, open } = acquainted(BOTH);
    const [boots, time] = [security.engine.boots, security.engine.timeAt(0)];
    agent.time += 10_000;
    const forged = agent.write({ msgId: 1 });
    forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 1;
    open(forged);
    open(agent.write({ msgId: 1 }, { auth: false }));
    open(agent.write({ msgId: 1 }, { auth: false, type: PDU.REPORT, oid: REPORTS.notInTime }));
    assert.deepEqual([security.engine.boots, security.engine.timeAt(0)], [boots, time]);
  });

  const weaker: readonly (readonly [what: string, user: AgentUser, over: object, finding: Finding])[] = [
    ['without a digest', BOTH, { auth: false }, 'weaker'],
    ['without encryption', BOTH, { priv: false }, 'weaker'],
    ['without a digest of a user without encryption', SIGNED, { auth: false }, 'weaker'],
    ['that are requests', BOTH, { type: PDU.GET }, 'noAnswer'],
    ['that are traps', PLAIN, { type: PDU.TRAP2 }, 'noAnswer'],
  ];
  for (const [what, user, over, finding] of weaker)
    it(`are discarded ${what}`, () => {
      const { agent, open } = acquainted(user);
      assert.deepEqual(open(agent.write({ msgId: 1 }, over)), { kind: 'discarded', finding });
    });

  it('are discarded with more security than there is', () => {
    const { open } = acquainted(SIGNED);
    assert.deepEqual(open(new PureAgent({ ...BOTH, auth: AUTH.sha256 }).write({ msgId: 1 })), {
      kind: 'discarded',
      finding: 'noAnswer',
    });
    assert.equal(acquainted(PLAIN).open(new PureAgent(SIGNED).write({ msgId: 1 })).kind, 'discarded');
  });

  for (const user of LEVELS) {
    it(`are discarded in the name of another (${levelOf(user)})`, () => {
      const { agent, open } = acquainted(user);
      const foreign: Opened = { kind: 'discarded', finding: 'foreign' };
      assert.deepEqual(open(new PureAgent({ ...user, name: 'other' }).write({ msgId: 1 })), foreign);
      agent.engineId = Buffer.from('800000020109840301', 'hex');
      assert.deepEqual(open(agent.write({ msgId: 1 })), foreign);
    });
  }

  it('are discarded from long ago', () => {
    const { agent, open } = acquainted(BOTH);
    const old = agent.write({ msgId: 1 });
    assert.equal(open(old, 150_000).kind, 'response');
    assert.deepEqual(open(old, 151_000), { kind: 'discarded', finding: 'late' });
  });

  it('do not make the clock forgotten from long ago, unless they say that our time is wrong', () => {
    const { security, agent, open } = acquainted(SIGNED);
    const oldRefusal = agent.write({ msgId: 1 }, { type: PDU.REPORT, oid: REPORTS.wrongDigest });
    assert.deepEqual(open(oldRefusal, 151_000), { kind: 'discarded', finding: 'late' });
    assert.isTrue(security.engine.isInTime);
  });

  it('that are authentic and cannot be decrypted are told of at once', () => {
    const { open } = acquainted(BOTH);
    const other = new PureAgent({ ...BOTH, privPassword: 'private-2' });
    assert.deepEqual(open(other.write({ msgId: 1 })), { kind: 'refused', finding: 'undecipherable' });
  });

  it('fill what they are read into', () => {
    const { security, agent } = acquainted(BOTH);
    const first = exchange(security, agent, 0);
    assert.equal(first.kind, 'response');
    if (first.kind !== 'response') return;
    const answer = agent.write({ msgId: 1 }, { value: 'second' });
    const second = security.open(answer, readV3(answer), 0, 0, first.pdu);
    assert.strictEqual(second.kind === 'response' && second.pdu, first.pdu);
    assert.equal(textOf(second), 'second');
  });
});
