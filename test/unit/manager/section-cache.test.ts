import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import { LARGEST_ANSWER, requireOneAnswer } from '../../../src/manager/answer-size.js';
import { SectionCache } from '../../../src/manager/section-cache.js';
import type { ElementEntry, ManagerSection } from '../../../src/model/ptp-store.js';
import type { Peer } from '../../../src/peer/peer.js';
import type { Input, Output } from '../../../src/xml/messages/operations.js';
import { realTimeEnv } from '../../support/test-env.js';

const device = (id: string, values: number): ElementEntry => ({
  kind: 'device',
  id,
  status: 'normal',
  customers: [],
  links: [],
  parents: [],
  access: [],
  metrics: Array.from({ length: values }, (_, at) => ({ name: 'm', instance: `${at}`, value: at, unit: '1', time: 0 })),
});

const sectionOf = (id: string, devices: readonly ElementEntry[]): ManagerSection => ({
  id,
  failover: [],
  devices,
  services: [],
  applications: [],
});

/** A manager with these devices that refuses pages of more values than it can send. */
function manager(devices: readonly ElementEntry[], asked: Input<'getStore'>[] = []) {
  return (input: Input<'getStore'>): Output<'getStore'> => {
    asked.push(input);
    const { page = 1, pageSize = 1 } = input;
    const rows = devices.slice((page - 1) * pageSize, page * pageSize);
    const full = input.detail !== 'summary';
    if (full) requireOneAnswer(rows);
    const shown = rows.map((row) => (full ? row : { ...row, metrics: [] }));
    return answerOf([sectionOf('EM1', shown)], devices.length);
  };
}

const answerOf = (managers: readonly ManagerSection[], total: number): Output<'getStore'> => ({
  PTP_STORE: { managers, integrationManagers: [] },
  total,
  parts: [],
  missing: [],
});

function cacheOf(getStore: (input: Input<'getStore'>) => Output<'getStore'>): SectionCache {
  const peer: Peer = {
    // As the wire has it: what is too large is a fault of the kind `Client.Validation`.
    call: async (_operation, input) => {
      try {
        return getStore(input as Input<'getStore'>) as never;
      } catch (thrown) {
        throw thrown instanceof PtpError ? new PtpError('Client.Validation', thrown.message) : thrown;
      }
    },
    close: async () => {},
  };
  return new SectionCache({ env: realTimeEnv(), peer: () => peer, pullEveryMs: () => 60_000 });
}

describe('what an integration manager remembers of another', () => {
  it('is pulled in smaller pages where elements are large, and without values where one alone is too large', async () => {
    const asked: Input<'getStore'>[] = [];
    const ids = Array.from({ length: 60 }, (_, at) => `d${at}`);
    const values = (at: number) => (at === 7 ? 200_000 : at === 30 || at === 31 ? 90_000 : 10);
    const cache = cacheOf(
      manager(
        ids.map((id, at) => device(id, values(at))),
        asked,
      ),
    );
    await cache.pull('EM1');
    expect(cache.reason('EM1')).to.equal(undefined);
    const known = cache.get('EM1')?.devices ?? [];
    expect(known.map(({ id }) => id)).to.deep.equal(ids);
    expect(known.map(({ metrics }) => metrics.length)).to.deep.equal(ids.map((_, at) => (at === 7 ? 0 : values(at))));
    expect(asked.length).to.be.below(30);
  });

  it('is not what sends more than was asked for', async () => {
    const cache = cacheOf(() =>
      answerOf(
        [
          sectionOf(
            'EM1',
            Array.from({ length: 26 }, (_, at) => device(`d${at}`, 0)),
          ),
        ],
        26,
      ),
    );
    await cache.pull('EM1');
    expect(cache.get('EM1')).to.equal(undefined);
    expect(cache.reason('EM1')).to.match(/26 elements where 25 were asked for/);
  });

  it('has a bound, whatever number of elements the other claims to have', async () => {
    let asked = 0;
    const many = Array.from({ length: 25 }, (_, at) => device(`d${at}`, 4000));
    const cache = cacheOf(() => {
      asked += 1;
      return answerOf([sectionOf('EM1', many)], 1e9);
    });
    await cache.pull('EM1');
    expect(cache.reason('EM1')).to.match(/more than 4000000 values/);
    expect(asked).to.be.below(50);
  });

  it('is the section of that manager alone', async () => {
    const cache = cacheOf(() =>
      answerOf([sectionOf('EM2', [device('theirs', 0)]), sectionOf('EM1', [device('own', 0)])], 1),
    );
    await cache.pull('EM1');
    expect(cache.get('EM1')?.devices.map(({ id }) => id)).to.deep.equal(['own']);
    expect(cache.get('EM2')).to.equal(undefined);
  });

  it('is also what was asked for by itself since, until all is pulled anew', async () => {
    const shows = (values: number) => answerOf([sectionOf('EM1', [device('a', values), device('b', 1)])], 2);
    let answer = shows(1);
    const cache = cacheOf(() => answer);
    const sizes = () => cache.get('EM1')?.devices.map(({ id, metrics }) => `${id} ${metrics.length}`);
    const { clock } = realTimeEnv();
    const before = clock.monotonic();
    cache.remember(sectionOf('EM1', [device('a', 9)]), before);
    expect(cache.get('EM1'), 'one element is not the section').to.equal(undefined);
    await cache.pull('EM1');
    expect(sizes(), 'what is pulled afterwards is newer').to.deep.equal(['a 1', 'b 1']);
    cache.remember(sectionOf('EM1', [device('a', 9)]), before - 1);
    expect(sizes(), 'what was asked before is older').to.deep.equal(['a 1', 'b 1']);
    const since = clock.monotonic();
    cache.remember(sectionOf('EM1', [device('a', 2), device('c', 3)]), since);
    cache.remember(sectionOf('EM1', [device('a', 9)]), since - 0.001);
    expect(sizes()).to.deep.equal(['a 2', 'b 1', 'c 3']);
    answer = shows(4);
    await cache.pull('EM1');
    expect(sizes()).to.deep.equal(['a 4', 'b 1']);
    const other = cacheOf(() => answer);
    const pulled = other.pull('EM1');
    other.remember(sectionOf('EM1', [device('a', 9)]), clock.monotonic());
    await pulled;
    expect(other.get('EM1')?.devices[0]?.metrics, 'asked for while all is pulled for the first time').to.have.length(9);
  });

  it('is too old for whoever wants it newer, and always for who wants it as it is now', async () => {
    const cache = cacheOf(() => answerOf([sectionOf('EM1', [device('a', 1)])], 1));
    expect(cache.isOlder('EM1', 60)).to.equal(true);
    await cache.pull('EM1');
    expect([cache.isOlder('EM1', 60), cache.isOlder('EM1', 0)]).to.deep.equal([false, true]);
  });
});

describe('an answer', () => {
  it('is refused before it is written when the values do not fit, saying what to ask for instead', () => {
    expect(() => requireOneAnswer([device('a', 60_000)])).to.not.throw();
    expect(() => requireOneAnswer([device('a', 200_000)])).to.throw(PtpError, /the element has more values.*summary/);
    expect(() => requireOneAnswer(Array.from({ length: 1000 }, () => device('a', 500)))).to.throw(
      PtpError,
      /1000 elements of this page.*smaller pageSize/,
    );
  });

  it('is measured as it will be written: markup in names counts as entities', () => {
    const long = (instance: string): ElementEntry => ({
      ...device('a', 0),
      metrics: Array.from({ length: 20_000 }, () => ({ name: 'm', instance, value: 1, unit: '1', time: 0 })),
    });
    const length = LARGEST_ANSWER / 20_000 / 2;
    expect(() => requireOneAnswer([long('a'.repeat(length - 120))])).to.not.throw();
    expect(() => requireOneAnswer([long('"'.repeat(length - 120))])).to.throw(PtpError);
  });
});
