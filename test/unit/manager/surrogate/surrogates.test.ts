/** Owner and surrogate together, with nothing between them but the messages. */
import { expect } from 'chai';
import type { AccessMethod, Credential, PollAnswer, PollRequest } from '../../../../src/access/access.js';
import { asPtpError, PtpError } from '../../../../src/base/errors.js';
import { exportDefinition } from '../../../../src/manager/pool/bundle/definition.js';
import {
  MOST_OF_ONE,
  MOST_POLLS,
  PollsForOthers,
  type PollsForOthersParts,
} from '../../../../src/manager/surrogate/polls-for-others.js';
import { AskedSurrogates } from '../../../../src/manager/surrogate/surrogates.js';
import type { ManagedElement } from '../../../../src/model/element.js';
import type { UserRole } from '../../../../src/model/manager.js';
import type { CallContext, CallOptions, Peer } from '../../../../src/peer/peer.js';
import type { Input, OperationName, Output } from '../../../../src/xml/messages/operations.js';
import { access, element } from '../../../support/access.js';
import { testEnv } from '../../../support/test-env.js';

const SPEC = access(
  'http',
  { url: 'http://10.0.0.1/' },
  { via: 'EM2', credential: 'site', timeoutMs: 2000, retries: 1 },
);
const ELEMENT = element({ access: [access('probe', { kind: 'icmp' }), SPEC] });
const ANSWER: PollAnswer = {
  readings: [{ metric: 'up', instance: '', value: 1n, unit: '1' }],
  events: [],
  memory: { at: 2 },
};

function world(
  over: Partial<PollsForOthersParts> & {
    answer?: (request: PollRequest, signal: AbortSignal) => Promise<PollAnswer>;
  } = {},
) {
  const env = testEnv();
  const requests: PollRequest[] = [];
  const sent: Input<'pollElement'>[] = [];
  let role: UserRole = 'admin';
  let reach: string | undefined;
  let fault: PtpError | undefined;
  let opened = 0;
  const http: AccessMethod = {
    method: 'http',
    async poll(request, signal) {
      requests.push(request);
      return over.answer ? over.answer(request, signal) : ANSWER;
    },
    check: () => [],
    close: async () => {},
  };
  const polls = new PollsForOthers({
    env,
    self: 'EM2',
    methods: new Map([['http', http]]),
    listed: () => undefined,
    pooled: async () => ELEMENT,
    credential: () => undefined,
    opened: (_, sealed) => {
      opened += 1;
      return new Map([['site', { id: 'site', user: sealed, password: 'p' }]]);
    },
    ...over,
  });
  const context = (signal: AbortSignal): CallContext => ({
    caller: { kind: 'peer', name: 'EM1', role, from: '127.0.0.1' },
    requestId: 'r',
    hops: 0,
    signal,
  });
  const call = async (input: Input<'pollElement'>, options?: CallOptions): Promise<Output<'pollElement'>> => {
    sent.push(input);
    if (fault) throw fault;
    const copy = JSON.parse(JSON.stringify(input)) as Input<'pollElement'>;
    return polls.poll(copy, context(options?.signal ?? new AbortController().signal));
  };
  const peer = {
    call: (_: OperationName, input: Input<'pollElement'>, options?: CallOptions) => call(input, options),
    close: async () => {},
  };
  const owner = new AskedSurrogates({
    env,
    methods: new Map([['http', http]]),
    reach: () => reach ?? (peer as unknown as Peer),
    sealed: () => 'sealed-1',
  });
  const method = owner.methodFor(SPEC);
  const poll = (request: Partial<PollRequest> = {}, signal = new AbortController().signal) =>
    method.poll({ element: ELEMENT, access: SPEC, ...request }, signal);
  return {
    env,
    requests,
    sent,
    method,
    polls,
    call,
    poll,
    failure: (request?: Partial<PollRequest>) =>
      poll(request).then(() => Promise.reject(new Error('expected a failure')), asPtpError),
    set role(value: UserRole) {
      role = value;
    },
    set reach(value: string | undefined) {
      reach = value;
    },
    set fault(value: PtpError | undefined) {
      fault = value;
    },
    get opened() {
      return opened;
    },
  };
}

describe('polling through a surrogate', () => {
  it('brings what the surrogate read, with the time that the element took and what is to be kept', async () => {
    const w = world({
      answer: async () => {
        await w.env.clock.advance(120);
        return ANSWER;
      },
    });
    const answer = await w.poll({ memory: { at: 1 } });
    expect(answer).to.deep.equal({ ...ANSWER, responseMs: 120 });
    expect(w.requests.map(({ memory }) => memory)).to.deep.equal([{ at: 1 }]);
    expect(w.requests[0]?.access).to.include({ via: 'EM2', retries: 0 });
    expect(w.sent[0]).to.include({ element: 'device/probe', access: 1 });
  });

  it('takes the credential of the surrogate where it has one, else the one that came sealed, opened once', async () => {
    const own: Credential = { id: 'site', user: 'em2', password: 'x' };
    const w = world({ credential: (_, id) => (id === 'site' ? own : undefined) });
    await w.poll();
    expect(w.requests[0]?.credential).to.equal(own);
    expect(w.opened).to.equal(0);

    const without = world();
    await without.poll();
    await without.poll();
    expect(without.requests.map(({ credential }) => credential?.user)).to.deep.equal(['sealed-1', 'sealed-1']);
    expect(without.opened).to.equal(1);

    const none = world({ opened: () => new Map() });
    expect((await none.failure()).message).to.equal(
      'cannot be asked: surrogate EM2 refuses: the credential site is not known there; add it to the CREDENTIALS of EM2',
    );
  });

  it('tells what was wrong with the element as the surrogate found it, and by whom', async () => {
    const w = world({
      answer: async () => {
        throw new PtpError('Access.Denied', 'http://10.0.0.1/ answered 401');
      },
    });
    const failure = await w.failure();
    expect(failure).to.include({ code: 'Access.Denied', message: 'from EM2: http://10.0.0.1/ answered 401' });
    expect(w.requests).to.have.length(1);
  });

  it('gives the element its time and no more', async () => {
    const w = world({ answer: () => new Promise<never>(() => {}) });
    const failure = w.failure();
    await w.env.clock.advance(1999);
    await w.env.clock.advance(1);
    expect(await failure).to.include({ code: 'Access.Timeout', message: 'from EM2: no answer within 2 s' });
    expect(w.method.tryLimitMs?.(SPEC)).to.be.within(3000, 6000);
  });

  const silences: readonly (readonly [what: string, code: ConstructorParameters<typeof PtpError>[0], words: string])[] =
    [
      ['is dead', 'Server.Unavailable', 'cannot be asked: surrogate EM2 does not answer: why'],
      ['says nothing', 'Server.Timeout', 'cannot be asked: surrogate EM2 does not answer: why'],
      ['is busy', 'Server.Busy', 'cannot be asked: surrogate EM2 has too much to do: why'],
      ['will not', 'Client.Forbidden', 'cannot be asked: surrogate EM2 refuses: why'],
      ['is of an older version', 'Client.NotFound', 'cannot be asked: surrogate EM2 refuses: why'],
    ];
  for (const [what, code, words] of silences) {
    it(`does not take it for a failure of the element when the surrogate ${what}`, async () => {
      const w = world();
      w.fault = new PtpError(code, 'why');
      expect(await w.failure()).to.include({ code: 'Access.Surrogate', message: words });
    });
  }

  it('does not ask whom it knows to be silent', async () => {
    const w = world();
    w.reach = 'it refuses connections';
    expect((await w.failure()).message).to.equal(
      'cannot be asked: surrogate EM2 does not answer: it refuses connections',
    );
    expect(w.sent).to.have.length(0);
  });

  it('says so when the answer cannot be read', async () => {
    const w = world();
    const owner = new AskedSurrogates({
      env: w.env,
      methods: new Map(),
      reach: () =>
        ({ call: async () => ({ outcome: 'answered', answer: ['{'] }), close: async () => {} }) as unknown as Peer,
    });
    const failure = await owner
      .methodFor(SPEC)
      .poll({ element: ELEMENT, access: SPEC }, new AbortController().signal)
      .catch(asPtpError);
    expect(failure).to.include({ code: 'Access.Surrogate' });
    expect(String(failure)).to.match(/surrogate EM2 answered with what cannot be read: the answer is not JSON/);
  });
});

describe('a surrogate', () => {
  it('believes who proves nothing about nothing: only what its own configuration lists is polled', async () => {
    const asked: ManagedElement[] = [];
    const w = world({
      pooled: async (sent) => {
        asked.push(sent);
        return sent;
      },
    });
    w.role = 'viewer';
    expect((await w.failure()).message).to.match(/refuses: neither its configuration nor the pool knows device\/probe/);
    expect(asked).to.have.length(0);
    const listing = world({ listed: () => ELEMENT, credential: (_, id) => ({ id }) });
    listing.role = 'viewer';
    await listing.poll({ memory: { at: 'a place of its choice' } });
    expect(listing.requests[0]).not.to.have.property('memory');
  });

  it('does not have it say where a log was left', async () => {
    const log = element({ access: [access('file', { path: '/var/log/x' }, { via: 'EM2' })] });
    const file: AccessMethod = { method: 'file', poll: async () => ANSWER, check: () => [], close: async () => {} };
    const w = world({ listed: () => log, methods: new Map([['file', file]]) });
    w.role = 'viewer';
    const input = { element: log.name, access: 0, definition: exportDefinition(log) };
    expect(await w.call(input)).to.include({ outcome: 'answered' });
    expect(await w.call({ ...input, memory: '{"offset":0}' }).catch(asPtpError)).to.include({
      code: 'Client.Forbidden',
    });
    w.role = 'admin';
    expect(await w.call({ ...input, memory: '{"offset":0}' })).to.include({ outcome: 'answered' });
  });

  it('asks nothing of what it does not know', async () => {
    const w = world({ pooled: async () => undefined });
    expect((await w.failure()).code).to.equal('Access.Surrogate');
    expect(w.requests).to.have.length(0);
  });

  it('is asked about the element that is described, and an access that it has', async () => {
    const w = world();
    await w.poll();
    const [input] = w.sent;
    if (!input) throw new Error('nothing was asked');
    for (const wrong of [
      { element: 'device/other' },
      { access: 7 },
      { access: -1 },
      { definition: '{}' },
      { memory: '{' },
    ]) {
      const failure = await w.call({ ...input, ...wrong }).catch(asPtpError);
      expect(failure).to.include({ code: 'Client.Validation' });
    }
    expect(w.requests).to.have.length(1);
  });

  it('has a bound for each that asks and for all together, and forgets those that are done', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const w = world({ answer: () => released.then(() => ANSWER) });
    const ask = (name: string) =>
      w.polls.poll(
        { element: ELEMENT.name, access: 1, definition: exportDefinition(ELEMENT), sealed: 's' },
        {
          caller: { kind: 'peer', name, role: 'admin', from: '127.0.0.1' },
          requestId: 'r',
          hops: 0,
          signal: new AbortController().signal,
        },
      );
    const first = Array.from({ length: MOST_OF_ONE }, () => ask('EM1'));
    expect(await ask('EM1').catch(asPtpError)).to.include({ code: 'Server.Busy' });
    const second = Array.from({ length: MOST_POLLS - MOST_OF_ONE }, () => ask('EM3'));
    expect(await ask('EM4').catch(asPtpError)).to.include({ code: 'Server.Busy' });
    release();
    await Promise.all([...first, ...second]);
    expect(await ask('EM1')).to.include({ outcome: 'answered' });
  });
});
