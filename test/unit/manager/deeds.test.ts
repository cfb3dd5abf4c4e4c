import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import { DeedLog } from '../../../src/manager/deeds.js';
import { createInvoke } from '../../../src/manager/invoke.js';
import type { NewEvent } from '../../../src/model/event.js';
import type { CallContext, Caller, Handlers } from '../../../src/peer/peer.js';
import { testEnv } from '../../support/test-env.js';

const ADA: Caller = { kind: 'user', name: 'ada', role: 'admin', from: '10.0.0.5' };

const contextOf = (caller: Caller): CallContext => ({
  caller,
  requestId: '1',
  hops: 0,
  signal: new AbortController().signal,
});

describe('what people have a manager do', () => {
  const handlers: Handlers = {
    pause: async () => ({ state: 'paused' }),
    resume: () => Promise.reject(new PtpError('Client.Conflict', 'EM1 is not paused')),
    shutdown: () => Promise.reject(new PtpError('Client.Conflict', 'EM1 is draining')),
    delegate: async () => ({
      moved: [{ element: 'device/a', to: 'EM2' }],
      refused: [{ element: 'device/b', reason: 'nobody can' }],
    }),
    getNeighbors: async () => ({ neighbors: [] }),
    relay: async ({ manager, request }) => ({ manager, answer: { operation: request.operation, content: {} } }),
  };

  function world() {
    const env = testEnv();
    const events: Omit<NewEvent, 'time'>[] = [];
    const deeds = new DeedLog(env, 'EM1', async (event) => void events.push(event));
    return { env, events, invoke: createInvoke(() => handlers, deeds) };
  }

  it('is told with who, from where, what, and what came of it', async () => {
    const { events, invoke } = world();
    await invoke('pause', { keep: true }, contextOf(ADA));
    await invoke('delegate', { elements: ['device/a'] }, contextOf(ADA));
    await invoke('delegate', { elements: ['device/a'], recall: true }, contextOf(ADA));
    const source = 'user ada from 10.0.0.5';
    const text = 'device/a to EM2; refused: device/b (nobody can)';
    const told = { severity: 'indeterminate', text, source, element: 'device/a' };
    expect(events).to.deep.equal([
      {
        name: 'managerPaused',
        severity: 'indeterminate',
        text: 'EM1 is paused and keeps what it owns, unwatched',
        source,
      },
      { name: 'delegated', ...told },
      { name: 'recalled', ...told },
    ]);
  });

  it('is told when it fails, and before it when there may be no after', async () => {
    const { events, invoke } = world();
    for (const operation of ['resume', 'shutdown'] as const)
      await invoke(operation, {}, contextOf(ADA)).catch(() => undefined);
    expect(events.map(({ name, text }) => `${name}: ${text}`)).to.deep.equal([
      'requestRefused: resume was not done (EM1 is resumed): EM1 is not paused',
      'managerShutDown: EM1 is told to shut down after handing over',
      'requestRefused: shutdown was not done (EM1 is told to shut down after handing over): EM1 is draining',
    ]);
  });

  it('is told when somebody may not do it', async () => {
    const { events, invoke } = world();
    const thrown = await invoke('shutdown', {}, contextOf({ ...ADA, role: 'viewer' })).catch((one: unknown) => one);
    expect(thrown).to.include({ code: 'Client.Forbidden' });
    expect(events).to.have.length(1);
    expect(events[0]).to.include({ name: 'requestRefused', severity: 'warning', source: 'user ada from 10.0.0.5' });
  });

  it('is told by who was asked, and by nobody it is passed on to', async () => {
    const { events, invoke } = world();
    await invoke('pause', {}, contextOf({ ...ADA, by: 'EM2' }));
    await invoke('pause', {}, contextOf({ kind: 'peer', name: 'EM2', role: 'admin', from: '10.0.0.2' }));
    expect(events).to.deep.equal([]);
    await invoke('relay', { manager: 'EM3', request: { operation: 'pause', content: {} } }, contextOf(ADA));
    await invoke('relay', { manager: 'EM3', request: { operation: 'getNeighbors', content: {} } }, contextOf(ADA));
    // This one comes back to this manager, which then tells of it itself.
    await invoke('relay', { manager: 'EM1', request: { operation: 'pause', content: {} } }, contextOf(ADA));
    expect(events.map(({ text }) => text)).to.deep.equal(['EM3 is paused and hands over what it owns']);
  });

  it('is not told of looking, and of refusals without end only how many they were', async () => {
    const { env, events, invoke } = world();
    await invoke('getNeighbors', {}, contextOf(ADA));
    for (let at = 0; at < 25; at += 1) await invoke('resume', {}, contextOf(ADA)).catch(() => undefined);
    expect(events).to.have.length(10);
    env.clock.advanceNow(60_000);
    expect(events).to.have.length(11);
    expect(events[10]?.text).to.match(/^15 more requests/);
  });
});
