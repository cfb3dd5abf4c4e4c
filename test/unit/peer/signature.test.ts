import { expect } from 'chai';
import { ChallengeBook } from '../../../src/peer/security/challenges.js';
import { poolKeys } from '../../../src/peer/security/pool-keys.js';
import {
  RequestSigner,
  readChallenge,
  type SignedRequest,
  signAnswer,
  verifyAnswer,
  verifyRequest,
  writeChallenge,
} from '../../../src/peer/security/signature.js';
import { testEnv } from '../../support/test-env.js';

const keysOf = (...texts: string[]) => {
  const keys = poolKeys(texts);
  if (!keys) throw new Error('no key');
  return keys;
};

describe('the signature over requests and answers', () => {
  const keys = keysOf('the pool key');
  const request: SignedRequest = {
    method: 'POST',
    target: '/ptpmgr/em/soap?x=1',
    contentType: 'application/soap+xml',
    soapAction: '',
    accept: '*/*',
    own: '',
    body: Buffer.from('<a/>'),
  };
  const caller = { kind: 'user', name: 'ada, mac=x "ü"\n', role: 'viewer', from: '127.0.0.1' } as const;
  const delegation = { requestId: 'r-1', hops: 1, caller };
  const setUp = () => {
    const env = testEnv();
    const book = new ChallengeBook(env.random, 0);
    const signer = new RequestSigner('em1', env);
    const sign = (to = 'em2') => signer.sign(keys[0], request, to, book.current(0), delegation);
    const verify = (header: string, changed: Partial<SignedRequest> = {}, at = 0, self = 'em2') =>
      verifyRequest(keys, self, book, at, { ...request, ...changed }, header);
    return { env, book, signer, sign, verify };
  };

  it('is accepted once, and says who asks for whom', () => {
    const { sign, verify } = setUp();
    const { header } = sign();
    const verified = verify(header);
    expect(verified).to.deep.include({ from: 'em1', delegation });
    expect(verify(header)).to.equal('replayed');
    expect(typeof verify(sign().header)).to.equal('object');
  });

  it('covers everything', () => {
    const { sign, verify } = setUp();
    const changes: Partial<SignedRequest>[] = [
      { method: 'GET' },
      { target: '/ptpmgr/em/soap?x=2' },
      { contentType: 'text/xml' },
      { soapAction: 'x' },
      { accept: 'text/html' },
      { own: 'x-ptpmgr-base=%2Fx' },
      { body: Buffer.from('<b/>') },
    ];
    for (const change of changes) expect(verify(sign().header, change), JSON.stringify(change)).to.equal('wrong');
    const { header } = sign();
    // The name of the scheme before it says who reads it and is not covered.
    for (let at = 4; at < header.length; at += 1) {
      const flipped = header.slice(0, at) + (header[at] === 'A' ? 'B' : 'A') + header.slice(at + 1);
      // The last character of base64url carries two bits that mean nothing.
      if (at === header.length - 1) continue;
      expect(['wrong', 'stale'], `${at}: ${flipped}`).to.include(verify(flipped));
    }
    expect(typeof verify(header)).to.equal('object');
  });

  it('is for one manager only, and never comes back to its sender', () => {
    const { sign, verify } = setUp();
    expect(verify(sign('em3').header)).to.equal('elsewhere');
    expect(verify(sign('em1').header, {}, 0, 'em1')).to.equal('wrong');
  });

  it('is stale without the challenge, and after it', () => {
    const { signer, sign, verify } = setUp();
    expect(verify(signer.sign(keys[0], request, 'em2', '', delegation).header)).to.equal('stale');
    expect(verify(sign().header, {}, 120_000)).to.equal('stale');
  });

  it('is wrong under another key, and right under any key in force', () => {
    const { book, signer, sign } = setUp();
    const { header } = sign();
    expect(verifyRequest(keysOf('another key'), 'em2', book, 0, request, header)).to.equal('wrong');
    expect(typeof verifyRequest(keysOf('another key', 'the pool key'), 'em2', book, 0, request, header)).to.equal(
      'object',
    );
    const unheard = signer.sign(keysOf('other')[0], request, 'em2', book.current(0), delegation).header;
    expect(verifyRequest(keys, 'em2', book, 0, request, unheard)).to.equal('wrong');
  });

  it('takes no parameter twice', () => {
    const { sign, verify } = setUp();
    expect(verify(sign().header.replace('from=em1', 'from=em1, from=em3'))).to.equal('wrong');
  });

  it('binds an answer to its request, whole', () => {
    const { sign, verify } = setUp();
    const { header, mac } = sign();
    const verified = verify(header);
    if (typeof verified === 'string') throw new Error(verified);
    const answer = { status: 200, contentType: 'text/xml', location: '', body: Buffer.from('<ok/>') };
    const signed = signAnswer(verified, 'em2', answer, 'next', 17);
    expect(verifyAnswer(keys[0], 'em2', mac, answer, signed)).to.deep.equal({ challenge: 'next', time: 17 });
    expect(verifyAnswer(keys[0], 'em3', mac, answer, signed)).to.equal(undefined);
    expect(verifyAnswer(keys[0], 'em2', sign().mac, answer, signed)).to.equal(undefined);
    for (const change of [
      { status: 500 },
      { contentType: 'text/html' },
      { location: '/x' },
      { body: Buffer.from('<no/>') },
    ]) {
      expect(verifyAnswer(keys[0], 'em2', mac, { ...answer, ...change }, signed)).to.equal(undefined);
    }
    expect(verifyAnswer(keys[0], 'em2', mac, answer, '')).to.equal(undefined);
  });

  it('hands challenges out in a header beside Basic', () => {
    expect(readChallenge(`Basic realm="ptpmgr", charset="UTF-8", ${writeChallenge('aB-_')}`)).to.equal('aB-_');
    expect(readChallenge('Basic realm="x"')).to.equal(undefined);
  });
});
