import { expect } from 'chai';
import { hashPassword, PasswordVerifier, parsePasswordHash } from '../../../src/peer/security/password.js';
import { seededRandom } from '../../support/test-env.js';

describe('passwords', () => {
  let hash = '';
  before(async () => {
    hash = await hashPassword('correct horse', seededRandom(7));
  });

  it('come back right, and only right', async () => {
    const verifier = new PasswordVerifier(seededRandom(1));
    expect(await verifier.verify('ada', 'correct horse', hash)).to.equal(true);
    expect(await verifier.verify('ada', 'correct horsf', hash)).to.equal(false);
    expect(await verifier.verify('ada', '', hash)).to.equal(false);
    expect(await verifier.verify('ada', 'correct horse', undefined)).to.equal(false);
  });

  it('are known without work once they were right, until the hash changes', async () => {
    const verifier = new PasswordVerifier(seededRandom(1));
    expect(verifier.isKnown('ada', 'correct horse', hash)).to.equal(false);
    await verifier.verify('ada', 'correct horse', hash);
    await verifier.verify('ada', 'wrong', hash);
    expect(verifier.isKnown('ada', 'correct horse', hash)).to.equal(true);
    expect(verifier.isKnown('ada', 'wrong', hash)).to.equal(false);
    expect(verifier.isKnown('bob', 'correct horse', hash)).to.equal(false);
    expect(verifier.isKnown('ada', 'correct horse', `${hash}x`)).to.equal(false);
  });

  it('are refused as busy when too many wait', async () => {
    const verifier = new PasswordVerifier(seededRandom(1), { concurrent: 1, waiting: 1 });
    const [first, second, third] = await Promise.allSettled(
      ['a', 'b', 'c'].map((guess) => verifier.verify('ada', guess, hash)),
    );
    expect(first?.status).to.equal('fulfilled');
    expect(second?.status).to.equal('fulfilled');
    expect(third?.status === 'rejected' && third.reason.code).to.equal('Server.Busy');
    expect(await verifier.verify('ada', 'correct horse', hash)).to.equal(true);
  });

  it('keep to parameters that this machine can bear', () => {
    const salt = 'A'.repeat(22);
    const derived = 'B'.repeat(43);
    expect(parsePasswordHash(`scrypt:32768:8:1:${salt}:${derived}`)?.N).to.equal(32768);
    for (const wrong of ['1048576:8:1', '32767:8:1', '32768:32:1', '32768:8:9', '0:8:1', '32768:0:1', '1:8:1']) {
      expect(parsePasswordHash(`scrypt:${wrong}:${salt}:${derived}`), wrong).to.equal(undefined);
    }
    expect(parsePasswordHash('scrypt:...')).to.equal(undefined);
    expect(parsePasswordHash(`scrypt:32768:8:1:${salt}:`)).to.equal(undefined);
  });

  it('are not made of nothing or of a book', async () => {
    for (const wrong of ['', 'x'.repeat(1025)]) {
      const outcome = await hashPassword(wrong, seededRandom(1)).catch((error: unknown) => error);
      expect(outcome).to.have.property('code', 'Client.Validation');
    }
  });
});
