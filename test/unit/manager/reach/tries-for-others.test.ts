import { expect } from 'chai';
import type { AccessMethod, PollRequest } from '../../../../src/access/access.js';
import { PtpError } from '../../../../src/base/errors.js';
import { exportDefinition } from '../../../../src/manager/pool/bundle/definition.js';
import { LONGEST_TRY_MS, MOST_TRIES, TriesForOthers } from '../../../../src/manager/reach/tries-for-others.js';
import type { AccessMethodName, ManagedElement } from '../../../../src/model/element.js';
import { access, element } from '../../../support/access.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { CollectingLogger, seededRandom } from '../../../support/test-env.js';

const ASKED = { element: 'device/probe', access: 0, method: 'http' };
const listed = (spec = access('http', { url: 'http://127.0.0.1:1/' }, { retries: 3 })) => element({ access: [spec] });
const never = () => new Promise<never>(() => {});

function world(
  known: ManagedElement | undefined,
  poll: (request: PollRequest, signal: AbortSignal) => Promise<unknown> = async () => {},
  names: readonly AccessMethodName[] = ['http', 'xml', 'file'],
) {
  const clock = new FakeClock();
  const requests: PollRequest[] = [];
  const methodOf = (method: AccessMethodName): AccessMethod => ({
    method,
    async poll(request, signal) {
      requests.push(request);
      await poll(request, signal);
      return { readings: [], events: [] };
    },
    check: () => [],
    close: async () => {},
  });
  const tries = new TriesForOthers({
    env: { clock, log: new CollectingLogger(), random: seededRandom() },
    definitionOf: (name) => (name === known?.name ? known : undefined),
    methods: new Map(names.map((name) => [name, methodOf(name)])),
    credential: (_, id) => (id === 'known' ? { id, user: 'u', password: 'p' } : undefined),
  });
  const ask = (input: Parameters<typeof tries.try>[0] = ASKED, isProved = true) =>
    tries.try(input, new AbortController().signal, isProved);
  return { clock, requests, ask };
}

const fails = (code: 'Access.Timeout' | 'Access.Denied' | 'Access.Settings') => async () => {
  throw new PtpError(code, 'as it is');
};

describe('a try for another manager', () => {
  for (const [what, poll, outcome] of [
    ['an answer', async () => {}, 'reached'],
    ['a refused login', fails('Access.Denied'), 'reached'],
    ['no answer', fails('Access.Timeout'), 'unreached'],
    ['settings with which nothing can be sent', fails('Access.Settings'), 'notTried'],
  ] as const) {
    it(`is made once, and takes ${what} for ${outcome}`, async () => {
      const { ask, requests } = world(listed(), poll);
      const answer = await ask();
      expect(answer.outcome).to.equal(outcome);
      expect(answer.reason).to.equal(what === 'an answer' ? undefined : 'as it is');
      expect(requests).to.have.length(1);
    });
  }

  it('goes by the own configuration, else by what came', async () => {
    const own = world(listed(access('http', { url: 'http://own/' })));
    const came = exportDefinition(listed(access('http', { url: 'http://came/' }, { credential: 'known' })));
    await own.ask({ ...ASKED, definition: came });
    expect(own.requests[0]?.access.options.url).to.equal('http://own/');
    const other = world(undefined);
    expect((await other.ask({ ...ASKED, definition: came })).outcome).to.equal('reached');
    expect(other.requests[0]?.access.options.url).to.equal('http://came/');
    expect(other.requests[0]?.credential?.password).to.equal('p');
  });

  it('shows no credential to where somebody says that it belongs who has proved nothing', async () => {
    const spec = access('http', { url: 'http://came/' }, { credential: 'known' });
    const stranger = world(undefined);
    const answer = await stranger.ask({ ...ASKED, definition: exportDefinition(listed(spec)) }, false);
    expect([answer.outcome, stranger.requests]).to.deep.equal(['notTried', []]);
    expect((await world(listed(spec)).ask(ASKED, false)).outcome).to.equal('reached');
    const open = exportDefinition(listed(access('http', { url: 'http://came/' })));
    expect((await world(undefined).ask({ ...ASKED, definition: open }, false)).outcome).to.equal('reached');
  });

  it('finds the access by its method where the element is listed in another way here', async () => {
    const { ask, requests } = world(element({ access: [access('xml', { url: 'http://x/' }), access('http', {})] }));
    await ask();
    expect(requests.map(({ access: { method } }) => method)).to.deep.equal(['http']);
  });

  const file = access('file', { path: '/var/log/syslog' });
  const local = access('xml', { path: '/etc/some.xml' });
  for (const [why, known, method, words] of [
    ['it does not know the element', undefined, 'http', /is not known here/],
    ['the element has no such access', listed(file), 'http', /no access by http/],
    ['it has no such method', listed(access('snmp', {})), 'snmp', /snmp is not available/],
    ['the credential is not known', listed(access('http', {}, { credential: 'other' })), 'http', /credential other/],
    ['the access reads a local log', listed(file), 'file', /one certain manager/],
    ['the access reads a local document', listed(local), 'xml', /one certain manager/],
    ['the access goes by another manager', listed(access('http', {}, { via: 'EM7' })), 'http', /one certain manager/],
  ] as const) {
    it(`is not made when ${why}`, async () => {
      const { ask, requests } = world(known);
      const answer = await ask({ ...ASKED, method });
      expect(answer.outcome).to.equal('notTried');
      expect(answer.reason).to.match(words);
      expect(requests).to.deep.equal([]);
    });
  }

  it('refuses a definition of another element', async () => {
    const { ask } = world(undefined);
    const definition = exportDefinition(element({ id: 'other', name: 'device/other' }));
    const refused = await ask({ ...ASKED, definition }).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(PtpError).and.to.have.property('code', 'Client.Validation');
  });

  it('is given up when it takes too long, and says nothing then', async () => {
    const { ask, clock } = world(listed(access('http', {}, { timeoutMs: 30_000 })), never);
    const asked = ask();
    await clock.advance(LONGEST_TRY_MS + 1);
    expect((await asked).outcome).to.equal('notTried');
    const short = world(listed(access('http', {}, { timeoutMs: 1000 })), never);
    const late = short.ask();
    await short.clock.advance(1001);
    expect((await late).outcome).to.equal('unreached');
  });

  it('is one of a bounded number', async () => {
    const { ask, clock } = world(listed(access('http', {}, { timeoutMs: 1000 })), never);
    const asked = Array.from({ length: MOST_TRIES + 3 }, () => ask());
    await clock.advance(1001);
    const outcomes = (await Promise.all(asked)).map(({ outcome }) => outcome);
    expect(outcomes.filter((one) => one === 'unreached')).to.have.length(MOST_TRIES);
    expect(outcomes.filter((one) => one === 'notTried')).to.have.length(3);
    const again = ask();
    await clock.advance(1001);
    expect((await again).outcome).to.equal('unreached');
  });
});
