import { expect } from 'chai';
import type { Alarm } from '../../../../src/model/alarm.js';
import type { AlarmSubject } from '../../../../src/model/kept-alarm.js';
import type { Epoch } from '../../../../src/model/manager.js';
import {
  ANSWER_MS,
  keepingWakeAtMs,
  LATEST_MS,
  stepKeeping,
  TOGETHER_MS,
} from '../../../../src/pool/alarms/keeping.js';
import {
  type KeepingEffect,
  type KeepingInput,
  LOOK_MS,
  newKeepingState,
} from '../../../../src/pool/alarms/keeping-state.js';
import { alarm, epoch } from './alarms.js';

const D1 = 'device/d1';
const D2 = 'device/d2';

/** An owner, its alarms, and who could keep them. */
class Owner {
  readonly state = newKeepingState('EM1', 1, 0);
  readonly open = new Map<AlarmSubject, Alarm[]>();
  others: string[] = ['EM2', 'EM3'];
  standIns: Record<string, string> = {};
  epoch: Epoch | undefined = epoch(1);
  nowMs = 0;
  ticket = 0;
  /** What was sent, and what counts, in words. */
  readonly said: string[] = [];

  take(input: KeepingInput): void {
    const world = {
      epochOf: () => this.epoch,
      sinceOf: () => undefined,
      candidates: (subject: AlarmSubject) => [
        ...new Set([...(this.standIns[subject] ? [this.standIns[subject] ?? ''] : []), ...this.others]),
      ],
      alarmsOf: (subject: AlarmSubject) => this.open.get(subject) ?? [],
    };
    for (const effect of stepKeeping(this.state, input, world, this.nowMs)) this.said.push(inWords(effect));
  }

  raise(subject: AlarmSubject, id: string, revision = 1): void {
    const raised = alarm(id, { element: subject as never, revision });
    this.open.set(subject, [...(this.open.get(subject) ?? []).filter((one) => one.id !== id), raised]);
    this.ticket += 1;
    this.take({ is: 'changed', subject, alarm: raised, ticket: this.ticket });
  }

  /** Lets time pass, tick by tick as it asks for. */
  pass(ms: number): void {
    const end = this.nowMs + ms;
    for (
      let wake = keepingWakeAtMs(this.state);
      wake !== undefined && wake <= end;
      wake = keepingWakeAtMs(this.state)
    ) {
      this.nowMs = Math.max(this.nowMs + 1, wake);
      this.take({ is: 'tick' });
    }
    this.nowMs = end;
  }

  answer(by: string, more: Partial<Extract<KeepingInput, { is: 'answered' }>> = {}): void {
    this.take({ is: 'answered', by, number: this.state.number, stale: [], lacking: [], ...more });
  }

  heard(): string[] {
    return this.said.splice(0);
  }
}

function inWords(effect: KeepingEffect): string {
  if (effect.is === 'counts') return `${effect.ticket} counts${effect.keptBy ? ` by ${effect.keptBy}` : ' alone'}`;
  if (effect.is === 'kept') return `kept by ${effect.by}: ${effect.alarms.map(({ id }) => id)}`;
  const { subjects, released } = effect.message;
  const told = subjects.map(
    ({ subject, begins, alarms }) =>
      `${subject.slice(7)}${begins ? ' all' : ''} ${alarms.map(({ id, revision }) => `${id}${revision}`)}`,
  );
  const forgets = released.map(({ subject }) => `forget ${subject.slice(7)}`);
  return `to ${effect.to}: ${[...told, ...forgets].join('; ')}`;
}

describe('the keeping of alarms', () => {
  let owner: Owner;
  beforeEach(() => {
    owner = new Owner();
  });

  it('sends what comes within 60 ms together, and lets it count when it is answered', () => {
    owner.standIns = { [D1]: 'EM3', [D2]: 'EM3' };
    owner.raise(D1, 'a');
    owner.raise(D2, 'b');
    owner.raise(D1, 'a', 2);
    owner.pass(TOGETHER_MS - 1);
    expect(owner.heard()).to.deep.equal([]);
    owner.pass(1);
    expect(owner.heard()).to.deep.equal(['to EM3: d1 all a2; d2 all b1']);
    owner.raise(D1, 'c');
    owner.pass(200);
    expect(owner.heard()).to.deep.equal([]);
    owner.answer('EM3');
    expect(owner.heard()).to.deep.equal([
      'kept by EM3: a',
      '1 counts by EM3',
      '3 counts by EM3',
      'kept by EM3: b',
      '2 counts by EM3',
    ]);
    owner.pass(TOGETHER_MS);
    expect(owner.heard()).to.deep.equal(['to EM3: d1 c1']);
  });

  it('takes another keeper after a second of silence, and begins a copy there with all', () => {
    owner.raise(D1, 'a');
    owner.pass(TOGETHER_MS);
    owner.answer('EM2');
    owner.raise(D1, 'b');
    owner.pass(TOGETHER_MS);
    owner.heard();
    owner.pass(ANSWER_MS);
    expect(owner.heard()).to.deep.equal(['to EM3: d1 all a1,b1']);
    owner.answer('EM3');
    expect(owner.heard()).to.deep.equal(['kept by EM3: a,b', '2 counts by EM3']);
    // Back with the one that is wanted as soon as it is trusted again; the other may forget it then.
    owner.pass(1_100);
    expect(owner.heard()).to.deep.equal(['to EM2: d1 all a1,b1']);
    owner.answer('EM2');
    owner.pass(TOGETHER_MS);
    expect(owner.heard()).to.deep.equal(['kept by EM2: a,b', 'to EM3: forget d1']);
  });

  it('lets it count alone when nobody is there, and has it kept when somebody is', () => {
    owner.others = [];
    owner.raise(D1, 'a');
    owner.pass(TOGETHER_MS);
    expect(owner.heard()).to.deep.equal(['1 counts alone']);
    owner.others = ['EM2'];
    owner.pass(LOOK_MS + TOGETHER_MS);
    expect(owner.heard()).to.deep.equal(['to EM2: d1 all a1']);
    owner.answer('EM2');
    expect(owner.heard()).to.deep.equal(['kept by EM2: a']);
  });

  it('lets it count alone after two and a half seconds, however many are silent, in the order of its changes', () => {
    owner.others = ['EM2', 'EM3', 'EM4', 'EM5'];
    owner.raise(D1, 'a');
    owner.pass(1_000);
    owner.raise(D1, 'a', 2);
    owner.pass(LATEST_MS - 1_001);
    expect(owner.heard().filter((one) => one.includes('counts'))).to.deep.equal([]);
    owner.pass(1);
    expect(owner.heard().filter((one) => one.includes('counts'))).to.deep.equal(['1 counts alone', '2 counts alone']);
  });

  it('begins anew where the keeper has nothing to go on from, and under a new ownership', () => {
    owner.raise(D1, 'a');
    owner.pass(TOGETHER_MS);
    owner.answer('EM2');
    owner.raise(D1, 'b');
    owner.pass(TOGETHER_MS);
    owner.heard();
    owner.answer('EM2', { lacking: [D1] });
    owner.pass(TOGETHER_MS);
    expect(owner.heard()).to.deep.equal(['to EM2: d1 all a1,b1']);
    owner.answer('EM2');
    owner.heard();
    owner.epoch = epoch(2);
    owner.take({ is: 'look', subject: D1 });
    owner.pass(TOGETHER_MS);
    expect(owner.heard()).to.deep.equal(['to EM2: d1 all a1,b1']);
  });

  it('begins a newer copy where it is after another one may have been begun elsewhere', () => {
    owner.raise(D1, 'a');
    owner.pass(TOGETHER_MS);
    owner.answer('EM2');
    owner.standIns = { [D1]: 'EM3' };
    owner.take({ is: 'look', subject: D1 });
    owner.pass(TOGETHER_MS);
    owner.heard();
    owner.pass(ANSWER_MS);
    expect(owner.heard()).to.deep.equal(['to EM2: d1 all a1']);
  });

  it('counts nothing as kept that is another manager’s by now', () => {
    owner.raise(D1, 'a');
    owner.pass(TOGETHER_MS);
    owner.answer('EM2', { stale: [D1] });
    expect(owner.heard().at(-1)).to.equal('1 counts alone');
    owner.epoch = undefined;
    owner.raise(D1, 'b');
    owner.pass(TOGETHER_MS);
    expect(owner.heard()).to.deep.equal(['2 counts alone']);
  });

  it('heeds no answer to what it has given up', () => {
    owner.raise(D1, 'a');
    owner.pass(TOGETHER_MS);
    const { number } = owner.state;
    owner.pass(ANSWER_MS);
    owner.heard();
    owner.answer('EM2', { number });
    expect(owner.heard()).to.deep.equal([]);
  });

  it('needs few messages for many alarms', () => {
    for (let at = 0; at < 5_000; at += 1) owner.raise(`device/${at % 500}`, `alarm ${at}`);
    let messages = 0;
    for (let tries = 0; tries < 20; tries += 1) {
      owner.pass(TOGETHER_MS);
      messages += owner.heard().filter((one) => one.startsWith('to ')).length;
      owner.answer('EM2');
    }
    expect(owner.state.queue.size).to.equal(0);
    expect(messages).to.be.within(3, 6);
  });
});
