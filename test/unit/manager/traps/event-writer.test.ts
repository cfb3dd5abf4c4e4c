import { expect } from 'chai';
import { EventWriter } from '../../../../src/manager/traps/event-writer.js';
import type { NewEvent } from '../../../../src/model/event.js';
import { type TestEnv, testEnv } from '../../../support/test-env.js';
import { FakeEvents } from './fake-store.js';

const GATHERED_MS = 25;
const ENOUGH = 1000;

describe('the writer of the events of traps', () => {
  let env: TestEnv;
  let store: FakeEvents;
  let writer: EventWriter;
  let stored: number;

  beforeEach(() => {
    env = testEnv();
    store = new FakeEvents();
    writer = new EventWriter(env, store);
    stored = 0;
  });

  const add = (count: number): void => {
    const event: NewEvent = { time: env.clock.now(), severity: 'minor', name: 'linkDown', text: 'it is' };
    for (let n = 0; n < count; n++) writer.add(event, () => (stored += 1));
  };

  it('waits for others to go with the first, and not for long', async () => {
    add(1);
    await env.clock.advance(GATHERED_MS - 1);
    add(2);
    expect(store.writes).to.deep.equal([]);
    await env.clock.advance(1);
    expect(store.writes).to.deep.equal([3]);
    expect(stored).to.equal(3);
    add(1);
    await env.clock.advance(GATHERED_MS);
    expect(store.writes).to.deep.equal([3, 1]);
  });

  it('waits a little longer where many have come by then', async () => {
    add(100);
    await env.clock.advance(GATHERED_MS);
    add(300);
    await env.clock.advance(74);
    expect(store.writes).to.deep.equal([]);
    await env.clock.advance(1);
    expect(store.writes).to.deep.equal([400]);
  });

  it('waits no more when there are enough', async () => {
    add(ENOUGH + 1);
    await env.clock.advance(0);
    expect(store.writes).to.deep.equal([ENOUGH]);
    await env.clock.advance(GATHERED_MS);
    expect(store.writes).to.deep.equal([ENOUGH, 1]);
  });

  it('waits no more at the end', async () => {
    add(2);
    await writer.close();
    expect(store.writes).to.deep.equal([2]);
    expect(stored).to.equal(2);
  });

  it('keeps what the store does not take, and tries again', async () => {
    store.isFull = true;
    add(2);
    await env.clock.advance(GATHERED_MS);
    expect(stored).to.equal(0);
    store.isFull = false;
    await env.clock.advance(2000);
    expect(store.writes).to.deep.equal([2]);
    expect(stored).to.equal(2);
  });
});
