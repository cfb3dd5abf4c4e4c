import { expect } from 'chai';
import type { Caller } from '../../../src/peer/peer.js';
import { Authenticator, type AuthenticRequest, type SecurityPolicy } from '../../../src/peer/security/authenticate.js';
import { hashPassword } from '../../../src/peer/security/password.js';
import { OPEN_POOL_KEY, poolKeys } from '../../../src/peer/security/pool-keys.js';
import { RequestSigner, readChallenge } from '../../../src/peer/security/signature.js';
import { seededRandom, testEnv } from '../../support/test-env.js';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('who asks', () => {
  let password = '';
  const keys = poolKeys(['the pool key']);
  before(async () => {
    password = await hashPassword('s3cret:ü', seededRandom(3));
  });

  function setUp(policy: Partial<SecurityPolicy> = {}) {
    const env = testEnv();
    const inForce: SecurityPolicy = {
      users: [{ name: 'ada', role: 'operator', password }],
      anonymous: 'none',
      keys,
      isManager: (id) => id === 'em1',
      ...policy,
    };
    return { env, authenticator: new Authenticator(env, 'em2', () => inForce) };
  }
  const request = (
    headers: AuthenticRequest['headers'] = {},
    more: Partial<AuthenticRequest> = {},
  ): AuthenticRequest => ({
    method: 'GET',
    target: '/x',
    headers: { host: 'localhost:8080', ...headers },
    body: Buffer.alloc(0),
    remoteAddress: '127.0.0.1',
    certificateNames: [],
    ...more,
  });
  const outcome = async (work: Promise<unknown>) => {
    try {
      return await work;
    } catch (error) {
      return error;
    }
  };
  /** Lets the waiting that a wrong password costs pass. */
  const outcomeAfterWaiting = async (env: ReturnType<typeof testEnv>, work: Promise<unknown>) => {
    let done = false;
    const settled = outcome(work).finally(() => {
      done = true;
    });
    while (!done) await env.clock.advance(100);
    return settled;
  };

  it('is a user by Basic or by UsernameToken', async () => {
    const { authenticator } = setUp();
    const caller = { kind: 'user', name: 'ada', role: 'operator', from: '127.0.0.1' };
    expect(await authenticator.authenticate(request({ authorization: basic('ada:s3cret:ü') }))).to.deep.include({
      caller,
      hops: 0,
    });
    expect(await authenticator.authenticate(request(), { user: 'ada', password: 's3cret:ü' })).to.deep.include({
      caller,
    });
  });

  it('is not told what was wrong, and waits longer each time', async () => {
    const { env, authenticator } = setUp({ anonymous: 'viewer' });
    const messages = new Set<string>();
    const waits: number[] = [];
    for (const wrong of ['ada:wrong', 'bob:s3cret:ü', 'ada:', ':', 'ada:wrong']) {
      const before = env.clock.monotonic();
      const error = await outcomeAfterWaiting(
        env,
        authenticator.authenticate(request({ authorization: basic(wrong) })),
      );
      expect(error).to.have.property('code', 'Client.Unauthorized');
      messages.add(String(error));
      waits.push(env.clock.monotonic() - before);
    }
    expect(messages.size).to.equal(1);
    expect(waits.at(-1)).to.be.at.least(2000);
    expect(env.log.text).to.not.match(/s3cret|ada|bob/);
    expect(await authenticator.authenticate(request({ authorization: basic('ada:s3cret:ü') }))).to.have.property(
      'hops',
      0,
    );
  });

  it('may not guess without end at once', async () => {
    const { env, authenticator } = setUp();
    const guesses = Array.from({ length: 12 }, (_, at) =>
      authenticator.authenticate(request({ authorization: basic(`ada:${at}`) })),
    );
    const errors = await Promise.all(guesses.map((guess) => outcomeAfterWaiting(env, guess)));
    const codes = errors.map((error) => (error as { code?: string }).code);
    expect(codes.filter((code) => code === 'Server.Busy')).to.have.lengthOf(4);
    expect(codes.filter((code) => code === 'Client.Unauthorized')).to.have.lengthOf(8);
  });

  it('is never let in anonymously after wrong or unknown credentials', async () => {
    const { authenticator } = setUp({ anonymous: 'viewer' });
    for (const authorization of [
      'Bearer x',
      'Basic !!!',
      'Ptp nonsense',
      'Ptp from=em1, to=em2, request=r, hops=0',
      '',
    ]) {
      expect(await outcome(authenticator.authenticate(request({ authorization }))), authorization).to.have.property(
        'code',
        'Client.Unauthorized',
      );
    }
  });

  it('may be nobody only where that is allowed, and only on this host', async () => {
    const { authenticator } = setUp({ anonymous: 'viewer' });
    for (const host of ['localhost', '127.0.0.1:8080', '[::1]:8080']) {
      expect(await authenticator.authenticate(request({ host }))).to.deep.include({
        caller: { kind: 'anonymous', name: 'anonymous', role: 'viewer', from: '127.0.0.1' },
      });
    }
    const refused: [string, AuthenticRequest][] = [
      ['from elsewhere', request({}, { remoteAddress: '192.0.2.7' })],
      ['by a proxy', request({ 'x-forwarded-for': '192.0.2.7' })],
      ['a foreign name that points here', request({ host: 'evil.example' })],
      ['a name that only looks like one of ours', request({ host: '127.0.0.1.evil.example' })],
    ];
    for (const [what, one] of refused)
      expect(await outcome(authenticator.authenticate(one)), what).to.have.property('code', 'Client.Unauthorized');
    const none = setUp({ anonymous: 'none' }).authenticator;
    expect(await outcome(none.authenticate(request()))).to.have.property('code', 'Client.Unauthorized');
  });

  it('is a peer by its signature, with the challenge of the answer 401', async () => {
    const { env, authenticator } = setUp();
    const signer = new RequestSigner('em1', env);
    if (!keys) throw new Error('no key');
    const signed = (challenge: string, caller?: Parameters<RequestSigner['sign']>[4]['caller']) => {
      const { target, method, body } = request();
      const message = { target, method, body, contentType: '', soapAction: '', accept: '', own: '' };
      return request({
        authorization: signer.sign(keys[0], message, 'em2', challenge, {
          requestId: 'r1',
          hops: 2,
          ...(caller && { caller }),
        }).header,
      });
    };
    expect(await outcome(authenticator.authenticate(signed('')))).to.have.property('code', 'Client.Unauthorized');
    const challenge = readChallenge(authenticator.challengeHeaders().join(', ')) ?? '';
    const peer = await authenticator.authenticate(signed(challenge));
    expect(peer).to.deep.include({
      caller: { kind: 'peer', name: 'em1', role: 'admin', from: '127.0.0.1' },
      requestId: 'r1',
      hops: 2,
    });
    expect(peer.signAnswer?.({ status: 200, contentType: '', location: '', body: Buffer.alloc(0) })).to.match(
      /^from=em2, .*mac=/,
    );
    const replay = signed(challenge);
    await authenticator.authenticate(replay);
    expect(await outcome(authenticator.authenticate(replay))).to.have.property('code', 'Client.Unauthorized');
    // What a viewer asks for does not become the peer's own request.
    const forViewer = await authenticator.authenticate(
      signed(challenge, { kind: 'user', name: 'eve', role: 'viewer', from: '192.0.2.1' }),
    );
    expect(forViewer.caller).to.deep.equal({
      kind: 'user',
      name: 'eve',
      role: 'viewer',
      from: '192.0.2.1 by em1',
      by: 'em1',
    });
  });

  it('is at most a viewer of this host with the key that everybody knows', async () => {
    const open = poolKeys([OPEN_POOL_KEY]);
    if (!open) throw new Error('no key');
    const { env, authenticator } = setUp({ keys: open });
    const signer = new RequestSigner('em1', env);
    const challenge = readChallenge(authenticator.challengeHeaders().join(', ')) ?? '';
    const signed = (more: Partial<AuthenticRequest> = {}, caller?: Caller) => {
      const { target, method, body } = request();
      const message = { target, method, body, contentType: '', soapAction: '', accept: '', own: '' };
      const delegation = { requestId: 'r1', hops: 0, ...(caller && { caller }) };
      return request({ authorization: signer.sign(open[0], message, 'em2', challenge, delegation).header }, more);
    };
    expect((await authenticator.authenticate(signed())).caller).to.deep.include({ kind: 'peer', role: 'viewer' });
    const ada: Caller = { kind: 'user', name: 'ada', role: 'admin', from: '' };
    expect((await authenticator.authenticate(signed({}, ada))).caller).to.deep.include({
      kind: 'user',
      role: 'viewer',
    });
    const elsewhere = signed({ remoteAddress: '192.0.2.7' });
    expect(await outcome(authenticator.authenticate(elsewhere))).to.have.property('code', 'Client.Unauthorized');
    const rebound = signed();
    const foreign = { ...rebound, headers: { ...rebound.headers, host: 'evil.example' } };
    expect(await outcome(authenticator.authenticate(foreign))).to.have.property('code', 'Client.Unauthorized');
  });

  it('is a peer by a certificate in the name of a manager', async () => {
    const { env, authenticator } = setUp({ keys: undefined });
    const certificateNames = ['something', 'em1'];
    expect((await authenticator.authenticate(request({}, { certificateNames }))).caller.kind).to.equal('peer');
    const caller = { kind: 'user', name: 'eve', role: 'viewer', from: '' } as const;
    const authorization = new RequestSigner('em1', env).describe('em2', { requestId: 'r1', hops: 1, caller });
    expect((await authenticator.authenticate(request({ authorization }, { certificateNames }))).caller.role).to.equal(
      'viewer',
    );
    for (const names of [[], ['shop-app'], ['em3']]) {
      expect(
        await outcome(authenticator.authenticate(request({ authorization }, { certificateNames: names }))),
      ).to.have.property('code', 'Client.Unauthorized');
      expect(await outcome(authenticator.authenticate(request({}, { certificateNames: names })))).to.have.property(
        'code',
        'Client.Unauthorized',
      );
    }
  });
});
