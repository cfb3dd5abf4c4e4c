import { expect } from 'chai';
import type { FoundFailover } from '../../../../src/config/with-failover.js';
import type { KnownManager, Relation } from '../../../../src/manager/directory.js';
import {
  type FailoverAnswer,
  failoverAnswer,
  type Need,
  needsOf,
  takesType,
} from '../../../../src/manager/pool/failover-answer.js';
import { chooseFailover, FailoverSearch, type Offer } from '../../../../src/manager/pool/failover-search.js';
import type { Peer } from '../../../../src/peer/peer.js';
import { type TestEnv, testEnv } from '../../../support/test-env.js';

const need = (type: string | undefined, method: string, count = 1, cost = 1): Need => ({ type, method, count, cost });
const NEEDS = [need('router', 'snmp', 3, 30), need('router', 'cli', 3, 10), need('web', 'http', 2, 5)];

describe('what a manager could take over', () => {
  const methods = new Set(['snmp', 'http', 'cli']);

  it('is asked for by type and method', () => {
    const element = (name: `device/${string}`, type: string | undefined, ...by: string[]) => ({
      name,
      type,
      methods: by,
    });
    const needs = needsOf(
      [
        element('device/a', 'router', 'snmp', 'cli'),
        element('device/b', 'router', 'snmp'),
        element('device/c', undefined, 'snmp'),
      ],
      () => 4,
    );
    expect(needs).to.deep.equal([
      need('router', 'cli', 1, 2),
      need('router', 'snmp', 2, 6),
      need(undefined, 'snmp', 1, 4),
    ]);
  });

  const cases: [string, Parameters<typeof failoverAnswer>[1], number[]][] = [
    ['everything', { methods, spareCapacity: 100 }, [0, 1, 2]],
    ['only by its methods', { methods: new Set(['http']), spareCapacity: 100 }, [2]],
    ['only types that it declares', { methods, types: new Set(['web']), spareCapacity: 100 }, [2]],
    ['what there is room for, in the order of asking', { methods, spareCapacity: 36 }, [0, 2]],
    ['nothing when it is full', { methods, spareCapacity: 0 }, []],
    ['nothing when it has too much already', { methods, spareCapacity: -5 }, []],
  ];
  for (const [what, means, taken] of cases) {
    it(`is ${what}`, () => {
      const { canTake, spareCapacity } = failoverAnswer(NEEDS, means);
      expect(canTake).to.deep.equal(
        taken.map((at) => ({ type: NEEDS[at]?.type, method: NEEDS[at]?.method, count: NEEDS[at]?.count })),
      );
      expect(spareCapacity).to.equal(Math.max(0, means.spareCapacity));
    });
  }

  it('is a type only with all its methods', () => {
    const answer = failoverAnswer(NEEDS, { methods: new Set(['snmp', 'http']), spareCapacity: 100 });
    expect(takesType(answer, NEEDS, 'router')).to.equal(false);
    expect(takesType(answer, NEEDS, 'web')).to.equal(true);
  });
});

const offer = (id: string, spareCapacity: number, means: readonly string[], more: Partial<Offer> = {}): Offer => ({
  id,
  answer: {
    canTake: NEEDS.filter(({ type }) => means.includes(type ?? '')).map(({ type, method, count }) => ({
      type,
      method,
      count,
    })),
    spareCapacity,
  },
  ...more,
});

describe('a failover manager', () => {
  it('is the one that takes all, the one with the most room of several', () => {
    const offers = [
      offer('EM2', 10, ['router', 'web']),
      offer('EM3', 20, ['router', 'web']),
      offer('EM4', 99, ['web']),
    ];
    expect(chooseFailover(NEEDS, offers)).to.deep.equal([{ id: 'EM3', types: [] }]);
  });

  it('is two where nobody takes all, and never three', () => {
    const offers = [
      offer('EM2', 1, ['web']),
      offer('EM3', 9, ['router'], { uri: 'http://x:1' }),
      offer('EM4', 5, ['web']),
    ];
    expect(chooseFailover(NEEDS, offers)).to.deep.equal([
      { id: 'EM3', types: ['router'], uri: 'http://x:1' },
      { id: 'EM4', types: ['web'] },
    ]);
    const many = [need('a', 'x'), need('b', 'x'), need('c', 'x')];
    const one = (type: string): Offer => ({
      id: type,
      answer: { canTake: [{ type, method: 'x', count: 1 }], spareCapacity: 1 },
    });
    expect(chooseFailover(many, ['a', 'b', 'c'].map(one))).to.have.length(2);
  });

  it('is nobody where nobody can, and of elements without a type only one that takes all', () => {
    expect(chooseFailover(NEEDS, [])).to.deep.equal([]);
    expect(chooseFailover(NEEDS, [offer('EM2', 9, [])])).to.deep.equal([]);
    const untyped = [need(undefined, 'snmp', 5), need('web', 'http')];
    const partly: Offer = {
      id: 'EM2',
      answer: { canTake: [{ type: undefined, method: 'snmp', count: 5 }], spareCapacity: 1 },
    };
    expect(chooseFailover(untyped, [partly])).to.deep.equal([]);
  });
});

describe('the search for failover managers', () => {
  let env: TestEnv;
  let managers: KnownManager[];
  let answers: Map<string, FailoverAnswer | Error>;
  let asked: string[];
  let noted: FoundFailover[];
  let told: string[];
  let needs: readonly Need[];
  let search: FailoverSearch;

  const known = (
    id: string,
    relation: Relation = 'neighbor',
    reach: KnownManager['reach'] = 'alive',
  ): KnownManager => ({
    address: { id, role: 'EM', origin: `http://${id}:1`, context: 'ptpmgr/em' },
    relation,
    reach,
  });

  beforeEach(() => {
    env = testEnv();
    managers = [];
    answers = new Map();
    asked = [];
    noted = [];
    told = [];
    needs = NEEDS;
    search = new FailoverSearch({
      env,
      self: 'EM1',
      directory: {
        all: () => managers,
        peer: (id): Peer => ({
          call: (async (operation: string) => {
            asked.push(`${id} ${operation}`);
            const answer = answers.get(id);
            if (!answer || answer instanceof Error) throw answer ?? new Error('silent');
            return answer;
          }) as unknown as Peer['call'],
          close: async () => {},
        }),
      },
      needs: () => needs,
      known: () => noted,
      note: async (found) => {
        noted.push(...found);
        return 'written';
      },
      tell: ({ name, text }) => told.push(`${name}: ${text}`),
    });
  });

  it('asks those that answer, notes one, and asks no more', async () => {
    managers = [known('EM1'), known('EM2'), known('EM3', 'registered'), known('EM4', 'neighbor', 'unreachable')];
    answers.set('EM3', offer('EM3', 50, ['router', 'web']).answer);
    search.start();
    await env.clock.advance(3000);
    expect(asked).to.deep.equal(['EM2 identifyFailOver', 'EM3 identifyFailOver']);
    expect(noted).to.deep.equal([{ id: 'EM3', types: [], uri: 'http://EM3:1' }]);
    expect(told).to.deep.equal([
      'failoverFound: failover managers found and written into the configuration: EM3 for all types',
    ]);
    search.look();
    await env.clock.advance(3_600_000);
    expect(asked).to.have.length(2);
    search.close();
    expect(env.clock.pending).to.equal(0);
  });

  it('tries again in growing pauses, says so once, and looks at once when somebody comes', async () => {
    search.start();
    await env.clock.advance(2000);
    expect(told).to.deep.equal([
      'failoverMissing: no failover manager is known and no manager answers; it is tried again',
    ]);
    managers = [known('EM2')];
    await env.clock.advance(4900);
    expect(asked).to.have.length(0);
    for (const [ms, count] of [
      [200, 1],
      [9000, 1],
      [1100, 2],
      [20_000, 3],
      [40_000, 4],
      [3_600_000, 12],
    ] as const) {
      await env.clock.advance(ms);
      expect(asked.length, `after ${ms} ms`).to.equal(count);
    }
    expect(told).to.have.length(1);
    answers.set('EM2', offer('EM2', 50, ['router', 'web']).answer);
    search.look();
    await env.clock.advance(600);
    expect(noted.map(({ id }) => id)).to.deep.equal(['EM2']);
  });

  it('looks for another when the one that was found stays out of the pool', async () => {
    managers = [known('EM2'), known('EM3')];
    answers.set('EM2', offer('EM2', 90, ['router', 'web']).answer);
    answers.set('EM3', offer('EM3', 50, ['router', 'web']).answer);
    search.start();
    await env.clock.advance(3000);
    // A restart is no reason.
    search.gone('EM2');
    await env.clock.advance(590_000);
    search.back('EM2');
    await env.clock.advance(60_000);
    expect(noted.map(({ id }) => id)).to.deep.equal(['EM2']);
    search.gone('EM2');
    search.gone('EM2');
    search.gone('EM9');
    await env.clock.advance(601_000);
    expect(noted.map(({ id }) => id)).to.deep.equal(['EM2', 'EM3']);
    expect(asked.slice(2)).to.deep.equal(['EM3 identifyFailOver']);
    search.close();
    expect(env.clock.pending).to.equal(0);
  });

  it('is none where there is nothing to take over', async () => {
    needs = [];
    managers = [known('EM2')];
    search.start();
    await env.clock.advance(100_000);
    expect([asked, told]).to.deep.equal([[], []]);
  });
});
