import { assert } from 'chai';
import type { AccessMethod } from '../../../src/access/access.js';
import { MOST_INTERFACES } from '../../../src/access/snmp/interfaces.js';
import { createSnmpMethod } from '../../../src/access/snmp/method.js';
import { accessParts, failureOf, pollOnce, valuesOf } from '../../support/access.js';
import {
  answer,
  binding,
  type FakeAgent,
  honest,
  integer,
  NO_SUCH_OBJECT,
  octets,
  type Question,
  startFakeAgent,
  tlv,
} from './snmp-agent.js';

const IF_DESCR = '1.3.6.1.2.1.2.2.1.2';
const IF_OPER = '1.3.6.1.2.1.2.2.1.8';
const GET = 0xa0;

/** A table of interfaces, sorted as a walk wants it. */
function interfaceTable(count: number): ReadonlyMap<string, Buffer> {
  const table = new Map<string, Buffer>();
  for (let index = 1; index <= count; index++) table.set(`${IF_DESCR}.${index}`, octets(`port${index}`));
  for (let index = 1; index <= count; index++) table.set(`${IF_OPER}.${index}`, integer(1));
  return table;
}

describe('snmp and agents that are not as they should be', () => {
  let agent: FakeAgent | undefined;
  let method: AccessMethod;
  before(() => {
    method = createSnmpMethod(accessParts());
  });
  afterEach(() => agent?.stop());
  after(() => method.close());

  const ask = (timeoutMs = 2000) => pollOnce(method, { options: { port: String(agent?.port) }, over: { timeoutMs } });

  it('reads an honest one', async () => {
    const table = interfaceTable(60);
    agent = await startFakeAgent((question) => [answer(question, honest(table, 10, question))]);
    const { readings } = await ask();
    assert.equal(valuesOf(readings, 'ifOperStatus').size, 60);
    assert.equal(valuesOf(readings, 'ifOperStatus').get('port60'), 1);
  });

  it('reads five hundred interfaces from one that fits few values into an answer', async () => {
    const table = interfaceTable(500);
    agent = await startFakeAgent((question) => [answer(question, honest(table, 10, question).slice(0, 37))]);
    assert.equal(valuesOf((await ask(10_000)).readings, 'ifOperStatus').size, 500);
  });

  it('asks for less when the answer would be too big, or is lost', async () => {
    const table = interfaceTable(30);
    let refused = 0;
    agent = await startFakeAgent((question, raw) => {
      // max-repetitions stands where a response has its error index.
      const repetitions =
        question.type === 0xa5 ? raw.readUInt8(raw.indexOf(question.requestId) + question.requestId.length + 5) : 1;
      if (repetitions > 10 && refused++ === 0) return [answer(question, [], 1, 1)];
      if (repetitions > 4) return [];
      return [answer(question, honest(table, repetitions, question))];
    });
    const { readings, memory } = await ask(4000);
    assert.equal(valuesOf(readings, 'ifOperStatus').size, 30);
    assert.isAtMost((memory as { repetitions: number }).repetitions, 4);
  });

  const wrongBulk: readonly (readonly [string, (question: Question) => readonly Buffer[]])[] = [
    ['refuses every GETBULK', (question) => [answer(question, [], 1, 5)]],
    ['answers GETBULK with nothing', (question) => [answer(question, [])]],
    ['begins GETBULK anew each time', (question) => [answer(question, [binding('1.3.6.1.2.1.1.1.0', octets('x'))])]],
    ['does not answer GETBULK', () => []],
  ];
  for (const [what, bulk] of wrongBulk)
    it(`reads one that ${what} by GETNEXT, and asks so from then on`, async () => {
      const table = interfaceTable(12);
      let bulks = 0;
      agent = await startFakeAgent((question) => {
        if (question.type === 0xa5) bulks += 1;
        return question.type === 0xa5 ? bulk(question) : [answer(question, honest(table, 1, question))];
      });
      const first = await ask(1_000);
      assert.equal(valuesOf(first.readings, 'ifOperStatus').size, 12);
      bulks = 0;
      const options = { port: String(agent.port) };
      const again = await pollOnce(method, { options, memory: first.memory, over: { timeoutMs: 1_000 } });
      assert.equal(valuesOf(again.readings, 'ifOperStatus').size, 12);
      assert.equal(bulks, 0);
    });

  it('tries GETBULK again after an hour with one that did not answer it', async () => {
    const table = interfaceTable(4);
    let isDeaf = true;
    agent = await startFakeAgent((question) => {
      if (question.type === 0xa5 && isDeaf) return [];
      return [answer(question, honest(table, question.type === 0xa5 ? 2 : 1, question))];
    });
    const options = { port: String(agent.port) };
    const poll = async (memory: unknown) => {
      const polled = await pollOnce(method, {
        options,
        memory,
        signal: AbortSignal.timeout(9_000),
        over: { timeoutMs: 1_000 },
      });
      assert.equal(valuesOf(polled.readings, 'ifOperStatus').size, 4);
      return polled.memory as { readonly repetitions: number; readonly singlesMs?: number };
    };
    const deaf = await poll(undefined);
    assert.equal(deaf.repetitions, 0);
    assert.deepEqual(await poll(deaf), deaf);
    isDeaf = false;
    assert.equal((await poll(deaf)).repetitions, 0);
    const better = await poll({ ...deaf, singlesMs: (deaf.singlesMs ?? 0) - 3_600_000 });
    assert.deepEqual([better.repetitions, better.singlesMs], [1, undefined]);
    assert.equal((await poll(better)).repetitions, 2);
    assert.equal((await poll({ repetitions: 0 })).repetitions, 1);
  });

  it('leaves one that goes in circles', async () => {
    agent = await startFakeAgent((question) =>
      question.type === GET
        ? [
            answer(
              question,
              question.oids.map((oid) => binding(oid, NO_SUCH_OBJECT)),
            ),
          ]
        : [
            answer(
              question,
              question.oids.map((oid) => binding(`${oid.split('.').slice(0, 10).join('.')}.1`, integer(1))),
            ),
          ],
    );
    await ask();
    assert.isBelow(agent.asked, 20);
  });

  it('ends at the most interfaces with one that has no end', async () => {
    let row = 0;
    agent = await startFakeAgent((question) => {
      row += 1;
      const name = (oid: string, at: number) =>
        `${oid
          .split('.')
          .slice(0, oid.startsWith('1.3.6.1.2.1.31') ? 11 : 10)
          .join('.')}.${row * 100 + at}`;
      if (question.type === GET)
        return [
          answer(
            question,
            question.oids.map((oid) => binding(oid, NO_SUCH_OBJECT)),
          ),
        ];
      return [
        answer(
          question,
          [1, 2, 3].flatMap((at) => question.oids.map((oid) => binding(name(oid, at), integer(1)))),
        ),
      ];
    });
    const { readings } = await ask(10_000);
    const states = readings.filter(({ metric }) => metric === 'ifOperStatus');
    assert.equal(states.length, MOST_INTERFACES);
  });

  it('says of one that answers, but takes too long for all of it, that it is not down', async function () {
    this.timeout(10_000);
    const table = interfaceTable(200);
    // Row by row, each of them late.
    agent = await startFakeAgent((question, _raw, later) => {
      const [whole = Buffer.alloc(0)] = [answer(question, honest(table, 1, question))];
      if (question.type === GET) return [whole];
      setTimeout(() => later(whole), 60);
      return [];
    });
    const options = { port: String(agent.port) };
    const signal = AbortSignal.timeout(8_000);
    const failure = await failureOf(pollOnce(method, { options, over: { timeoutMs: 500 }, signal }));
    assert.equal(failure.code, 'Access.TooLarge');
    assert.match(failure.message, /^snmp 127\.0\.0\.1:\d+ answers, but not all that it is asked for within 2 s/);
  });

  const replies: readonly (readonly [what: string, reply: (question: Question) => Buffer, code: string])[] = [
    ['noise', () => Buffer.from('HTTP/1.1 400 Bad Request'), 'Access.Protocol'],
    ['nothing at all', () => Buffer.alloc(0), 'Access.Protocol'],
    [
      'half an answer',
      (question) => answer(question, [binding(`${IF_DESCR}.1`, octets('x'))]).subarray(0, 20),
      'Access.Protocol',
    ],
    ['another version', (question) => answer(question, [], 0), 'Access.Protocol'],
    ['a reply that says it is of version 3', v3Reply, 'Access.Protocol'],
    ['fewer values than asked for', (question) => answer(question, []), 'Access.Protocol'],
    [
      'values of an unknown kind',
      (question) => answer(question, [binding('1.3.6', tlv(0x5f, Buffer.from('x')))]),
      'Access.Protocol',
    ],
    ['an error', (question) => answer(question, [], 1, 5), 'Access.Protocol'],
  ];
  for (const [what, reply, code] of replies) {
    it(`survives ${what}`, async () => {
      agent = await startFakeAgent((question) => [reply(question)]);
      const failure = await failureOf(ask(1000));
      assert.equal(failure.code, code);
      assert.match(failure.message, /^snmp 127\.0\.0\.1:\d+ /);
    });
  }

  it('survives noise of every kind', async () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed;
    };
    agent = await startFakeAgent((question) => {
      const good = answer(
        question,
        question.oids.map((oid) => binding(oid, octets('text'))),
      );
      for (let change = 0; change < 3; change++) good[random() % good.length] = random() & 0xff;
      return [good];
    });
    for (let poll = 0; poll < 150; poll++) {
      const outcome: unknown = await ask(40).catch((error: unknown) => error);
      if (outcome instanceof Error) assert.match(String('code' in outcome ? outcome.code : ''), /^Access\./);
    }
  });
});

/** With flags for authentication and encryption, as an answer to a question in v2c. */
function v3Reply(): Buffer {
  const header = tlv(0x30, integer(1), integer(65_507), tlv(0x04, Buffer.from([3])), integer(3));
  const security = octets(
    tlv(0x30, octets('engine'), integer(1), integer(1), octets('user'), octets('x'.repeat(12)), octets('x'.repeat(8))),
  );
  return tlv(0x30, integer(3), header, security, octets('encrypted'));
}
