/** What is kept of engines from one start to the next. */
import { expect } from 'chai';
import { trapCredentials } from '../../../../src/access/snmp/traps/credentials.js';
import { SendingEngines } from '../../../../src/access/snmp/traps/senders.js';
import { TrapReader } from '../../../../src/access/snmp/traps/trap-reader.js';
import { countEngineStart, noteSenders, recallSenders } from '../../../../src/manager/traps/engine-notes.js';
import { testEnv } from '../../../support/test-env.js';
import { CREDENTIALS, keys, newReader, START_MS, salts, trap3, user } from '../../access/snmp/traps/sending.js';

class Notes {
  readonly notes = new Map<string, string>();

  async getNote(name: string): Promise<string | undefined> {
    return this.notes.get(name);
  }

  async putNote(name: string, value: string): Promise<void> {
    this.notes.set(name, value);
  }
}

describe("starts of the manager's own engine", () => {
  it('are counted one by one', async () => {
    const notes = new Notes();
    expect(await countEngineStart(notes, 1)).to.equal(1);
    expect(await countEngineStart(notes, 700_000)).to.equal(2);
    expect(await countEngineStart(notes, 900_000)).to.equal(3);
  });

  it('go on above all that were, where the count was lost or spoilt', async () => {
    const notes = new Notes();
    expect(await countEngineStart(notes, 700_000)).to.equal(700_000);
    notes.notes.set('snmpEngineBoots', 'x');
    expect(await countEngineStart(notes, 800_000)).to.equal(800_000);
    expect(await countEngineStart(notes, 900_000)).to.equal(800_001);
  });

  it('never come to the number at which an engine is latched', async () => {
    expect(await countEngineStart(new Notes(), 2 ** 40)).to.equal(2 ** 31 - 2);
  });
});

describe('clocks of those that send traps', () => {
  const readerWith = (senders: SendingEngines) => {
    const reader = new TrapReader(newReader().own, salts, senders);
    reader.take(trapCredentials(CREDENTIALS, keys));
    return reader;
  };

  it('are known after a start, so that an old trap is refused and a new one taken', async () => {
    const notes = new Notes();
    const before = new SendingEngines();
    const env = testEnv();
    const by = user('signer');
    await env.clock.advance(5000);
    const old = trap3(by, { boots: 3, time: 500 });
    expect(readerWith(before).read(old, env.clock.monotonic()).is).to.equal('notification');
    await noteSenders(notes, before, env.clock);

    const later = testEnv({ startMs: env.clock.now() + 200_000 });
    const after = new SendingEngines();
    await recallSenders(notes, after, later.clock);
    expect(after.size).to.equal(1);
    const reader = readerWith(after);
    expect(reader.read(old, 0)).to.include({ is: 'refused', why: 'replayed' });
    expect(reader.read(trap3(by, { boots: 3, time: 700, msgId: 2 }), 0).is).to.equal('notification');
  });

  it('are written only when something new has come', async () => {
    const notes = new Notes();
    const senders = new SendingEngines();
    const { clock } = testEnv();
    await noteSenders(notes, senders, clock);
    expect(notes.notes.size).to.equal(0);
    readerWith(senders).read(trap3(user('signer')), START_MS);
    await noteSenders(notes, senders, clock);
    expect(notes.notes.size).to.equal(1);
    notes.notes.clear();
    await noteSenders(notes, senders, clock);
    expect(notes.notes.size).to.equal(0);
  });

  for (const spoilt of [
    '',
    '{',
    '[]',
    'null',
    '{"savedMs":1,"engines":[{"id":"zz"}]}',
    '{"savedMs":1,"engines":[{"id":"80","boots":-1,"time":"x","ageMs":0}]}',
  ]) {
    it(`count as nothing where the note is ${spoilt || 'empty'}`, async () => {
      const notes = new Notes();
      notes.notes.set('trapSenders', spoilt);
      const senders = new SendingEngines();
      await recallSenders(notes, senders, testEnv().clock);
      expect(senders.size).to.equal(0);
    });
  }
});
