/** What a watcher makes of single inputs, among them those that no well-behaved world brings about. */
import { expect } from 'chai';
import { MOST_MEMBERS } from '../../../../src/pool/detection/state.js';
import { createDetection, findingOf, step, wakeAtMs } from '../../../../src/pool/detection/step.js';
import { HEARTBEAT_MS, heartbeatOf } from './watched-world.js';

describe('failure detection, one input at a time', () => {
  const watch = (by: readonly ('http' | 'socket')[] = ['http', 'socket']) => {
    const detection = createDetection({ id: 'w', incarnation: 3, heartbeatMs: HEARTBEAT_MS, nowMs: 0 });
    step(detection, { is: 'joined', member: 'a', by }, 0);
    return detection;
  };

  it('believes one that says that it is paused, and tells that apart from one that does not speak', () => {
    const detection = watch();
    const heartbeat = heartbeatOf({ state: 'paused' });
    const [first] = step(detection, { is: 'heard', member: 'a', heartbeat }, 100);
    expect(first).to.include({ is: 'finding', finding: 'paused', told: true });
    expect(step(detection, { is: 'heard', member: 'a', heartbeat }, 200)).to.deep.equal([]);
    const [second] = step(detection, { is: 'heard', member: 'a', heartbeat: heartbeatOf() }, 300);
    expect(second).to.include({ finding: 'alive', told: false });
  });

  it('lets a newer incarnation begin anew, and an older one say nothing', () => {
    const detection = watch();
    const hear = (incarnation: number, nowMs: number) =>
      step(detection, { is: 'heard', member: 'a', heartbeat: heartbeatOf({ incarnation }) }, nowMs);
    expect(hear(5, 10)[0]).to.include({ finding: 'alive', incarnation: 5 });
    expect(hear(4, 20)).to.deep.equal([]);
    expect(detection.members.get('a')?.lifeMs).to.equal(10);
    expect(hear(6, 30)[0]).to.include({ finding: 'alive', incarnation: 6 });
  });

  it('does not take a refusal for a death where it was never let in', () => {
    const detection = watch();
    step(detection, { is: 'heard', member: 'a', heartbeat: heartbeatOf() }, 10);
    const [ask] = step(detection, { is: 'broken', member: 'a', how: 'reset' }, 20);
    expect(ask).to.include({ is: 'ask', member: 'a' });
    const round = ask?.is === 'ask' ? ask.round : 0;
    for (const by of ['http', 'socket'] as const)
      expect(step(detection, { is: 'answer', member: 'a', round, by, outcome: 'refused' }, 25)).to.deep.equal([]);
  });

  it('calls one that can only dial out disconnected when its connection broke', () => {
    const detection = watch([]);
    step(detection, { is: 'heard', member: 'a', heartbeat: heartbeatOf() }, 10);
    step(detection, { is: 'broken', member: 'a', how: 'reset' }, 20);
    const found = Array.from({ length: 200 }, (_, at) => step(detection, { is: 'tick' }, 30 + 10 * at)).flat();
    expect(found.filter(({ is }) => is === 'finding')).to.have.length(1);
    expect(found.find(({ is }) => is === 'finding')).to.include({ finding: 'disconnected' });
  });

  it('calls one disconnected that resets whoever calls', () => {
    const detection = watch();
    step(detection, { is: 'heard', member: 'a', heartbeat: heartbeatOf() }, 10);
    let found: string | undefined;
    for (let nowMs = 20; nowMs < 4000 && !found; nowMs += 10)
      for (const effect of step(
        detection,
        nowMs === 20 ? { is: 'broken', member: 'a', how: 'reset' } : { is: 'tick' },
        nowMs,
      )) {
        if (effect.is === 'finding') found = effect.finding;
        if (effect.is !== 'ask') continue;
        const { round } = effect;
        step(detection, { is: 'answer', member: 'a', round, by: 'http', outcome: 'closed' }, nowMs);
        step(detection, { is: 'answer', member: 'a', round, by: 'socket', outcome: 'reset' }, nowMs);
      }
    expect(found).to.equal('disconnected');
  });

  it('finds one that was never heard, and drops what is said of one that left', () => {
    const detection = watch();
    const found: string[] = [];
    for (let nowMs = 10; nowMs < 4000; nowMs += 10)
      for (const effect of step(detection, { is: 'tick' }, nowMs))
        if (effect.is === 'finding') found.push(effect.finding);
    expect(found).to.deep.equal(['lost']);
    step(detection, { is: 'left', member: 'a' }, 4000);
    expect(step(detection, { is: 'heard', member: 'a', heartbeat: heartbeatOf() }, 4010)).to.deep.equal([]);
    expect(findingOf(detection, 'a')).to.equal(undefined);
  });

  it('brings nobody back for one late heartbeat', () => {
    const detection = watch([]);
    const hear = (nowMs: number) => step(detection, { is: 'heard', member: 'a', heartbeat: heartbeatOf() }, nowMs);
    hear(10);
    for (let nowMs = 10; nowMs < 4000; nowMs += 10) step(detection, { is: 'tick' }, nowMs);
    expect(findingOf(detection, 'a')?.is).to.equal('lost');
    expect(hear(4000).filter(({ is }) => is === 'finding')).to.deep.equal([]);
    expect(hear(4010).filter(({ is }) => is === 'finding')).to.deep.equal([]);
    const [back] = hear(4500);
    expect(back).to.include({ is: 'finding', finding: 'alive' });
  });

  it('takes no outcome that fell due while it stood still, and asks again', () => {
    const detection = watch();
    step(detection, { is: 'heard', member: 'a', heartbeat: heartbeatOf() }, 0);
    for (let nowMs = 10; nowMs <= 1400; nowMs += 10) step(detection, { is: 'tick' }, nowMs);
    const round = detection.rounds;
    const after = (['http', 'socket'] as const).flatMap((by) =>
      step(detection, { is: 'answer', member: 'a', round, by, outcome: 'nothing' }, 9000),
    );
    for (let nowMs = 9000; nowMs < 10_600; nowMs += 10) after.push(...step(detection, { is: 'tick' }, nowMs));
    expect(after.map(({ is }) => is)).to.deep.equal(['ask']);
  });

  it('loses no more than twice the patience, however late it always is', () => {
    const detection = watch();
    step(detection, { is: 'heard', member: 'a', heartbeat: heartbeatOf() }, 0);
    let nowMs = 0;
    let found = false;
    while (!found && nowMs < 20_000) {
      // Always most of a heartbeat late.
      nowMs = wakeAtMs(detection) + 0.9 * HEARTBEAT_MS;
      found = step(detection, { is: 'tick' }, nowMs).some(({ is }) => is === 'finding');
    }
    expect(nowMs).to.be.within(5 * HEARTBEAT_MS, 9 * HEARTBEAT_MS);
  });

  it('asks twice when a heartbeat comes in after the connection broke', () => {
    const detection = watch();
    const refuse = (round: number, nowMs: number) =>
      (['http', 'socket'] as const).flatMap((by) =>
        step(detection, { is: 'answer', member: 'a', round, by, outcome: 'refused' }, nowMs),
      );
    step(detection, { is: 'heard', member: 'a', heartbeat: heartbeatOf() }, 0);
    step(detection, { is: 'tick' }, 10);
    for (const by of ['http', 'socket'] as const)
      step(detection, { is: 'answer', member: 'a', round: detection.rounds, by, outcome: 'alive', incarnation: 1 }, 12);
    for (let nowMs = 10; nowMs < 400; nowMs += 10) step(detection, { is: 'tick' }, nowMs);
    expect(step(detection, { is: 'broken', member: 'a', how: 'end' }, 600)[0]).to.include({ is: 'ask' });
    step(detection, { is: 'heard', member: 'a', heartbeat: heartbeatOf() }, 601);
    expect(refuse(detection.rounds, 605)).to.deep.equal([]);
    expect(step(detection, { is: 'tick' }, 650)[0]).to.include({ is: 'ask' });
    expect(refuse(detection.rounds, 655).map((effect) => effect.is === 'finding' && effect.finding)).to.deep.equal([
      'crashed',
    ]);
  });

  it('finds a thousand that fall silent at once, each asked since', () => {
    const detection = createDetection({ id: 'w', incarnation: 1, heartbeatMs: HEARTBEAT_MS, nowMs: 0 });
    const ids = Array.from({ length: 1000 }, (_, at) => `m${at}`);
    for (const member of ids) step(detection, { is: 'joined', member, by: ['http'] }, 0);
    for (const member of ids) step(detection, { is: 'heard', member, heartbeat: heartbeatOf() }, 5);
    const askedMs = new Map<string, number>();
    const foundMs = new Map<string, number>();
    for (let nowMs = wakeAtMs(detection); nowMs < 8000; nowMs = wakeAtMs(detection)) {
      const effects = step(detection, { is: 'tick' }, nowMs);
      for (const effect of effects) {
        if (effect.is === 'ask') askedMs.set(effect.member, nowMs);
        // Once each has answered when it was made acquainted with.
        if (effect.is === 'ask' && nowMs < 500)
          step(
            detection,
            { is: 'answer', member: effect.member, round: effect.round, by: 'http', outcome: 'alive' },
            nowMs,
          );
        if (effect.is === 'finding') foundMs.set(effect.member, nowMs);
        if (effect.is === 'finding') expect(askedMs.get(effect.member)).to.be.above(500);
      }
    }
    expect(foundMs.size).to.equal(1000);
    // Two batches, because so many cannot be asked at once.
    expect(Math.max(...foundMs.values())).to.be.at.most(6 * HEARTBEAT_MS);
  });

  it('has bounds', () => {
    const detection = createDetection({ id: 'w', incarnation: 1, heartbeatMs: HEARTBEAT_MS, nowMs: 0 });
    for (let index = 0; index < MOST_MEMBERS; index += 1)
      step(detection, { is: 'joined', member: `m${String(index).padStart(5, '0')}`, by: ['http'] }, 0);
    expect(() => step(detection, { is: 'joined', member: 'x', by: [] }, 0)).to.throw('at most');
    const asked = [250, 500, 750].flatMap((nowMs) => step(detection, { is: 'tick' }, nowMs));
    expect(asked).to.have.length(512);
    expect(asked[0]).to.include({ is: 'ask', member: 'm00000' });
  }).timeout(20_000);
});
