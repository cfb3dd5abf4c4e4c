import { expect } from 'chai';
import { Ending, withEnding, withTimeLimit } from '../../../src/base/time-limit.js';
import { FakeClock } from '../../support/fake-clock.js';

const never = () => new Promise<never>(() => {});
const late = () => new Error('late');
const outcome = (settled: Promise<unknown>): Promise<unknown> =>
  settled.catch((error: unknown) => (error instanceof Error ? error.message : error));

describe('a time limit', () => {
  it('lets through what comes of work in time, and leaves no timer', async () => {
    const clock = new FakeClock();
    expect(await withTimeLimit(clock, 100, undefined, late, async () => 7)).to.equal(7);
    const refused = withTimeLimit(clock, 100, undefined, late, () => Promise.reject(new Error('refused')));
    expect(await outcome(refused)).to.equal('refused');
    expect(clock.pending).to.equal(0);
  });

  it('ends work that does not listen, and tells work that does', async () => {
    const clock = new FakeClock();
    let told: AbortSignal | undefined;
    const settled = outcome(
      withTimeLimit(clock, 100, undefined, late, (signal) => {
        told = signal;
        return never();
      }),
    );
    await clock.advance(99);
    expect(told?.aborted).to.equal(false);
    await clock.advance(1);
    expect(await settled).to.equal('late');
    expect(told?.aborted).to.equal(true);
  });

  it('ends with the signal from outside, before the work is begun or while it runs', async () => {
    const clock = new FakeClock();
    const outer = new AbortController();
    const running = outcome(withTimeLimit(clock, 100, outer.signal, late, never));
    outer.abort(new Error('gone'));
    expect(await running).to.equal('gone');
    let begun = false;
    const second = withTimeLimit(clock, 100, outer.signal, late, async () => {
      begun = true;
    });
    expect(await outcome(second)).to.equal('gone');
    expect([begun, clock.pending]).to.deep.equal([false, 0]);
  });

  it('goes the same way with an ending in the place of a signal', async () => {
    const clock = new FakeClock();
    const outer = new Ending();
    const heard: string[] = [];
    const begin = () =>
      outcome(
        withEnding(clock, 100, outer, late, (ending) => {
          const gone = () => heard.push('gone');
          ending.addEventListener('abort', gone, { once: true });
          ending.addEventListener('abort', () => heard.push('heard'), { once: true });
          ending.removeEventListener('abort', gone);
          return never();
        }),
      );
    const first = begin();
    await clock.advance(100);
    expect(await first).to.equal('late');
    const second = begin();
    outer.abort(new Error('ended'));
    outer.abort(new Error('again'));
    expect(await second).to.equal('ended');
    expect(heard).to.deep.equal(['heard', 'heard']);
    expect(await outcome(withEnding(clock, 100, outer, late, never))).to.equal('ended');
    expect(clock.pending).to.equal(0);
  });
});
