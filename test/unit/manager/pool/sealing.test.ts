import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { PtpError } from '../../../../src/base/errors.js';
import { openSealKeys, seal, sealKeys, unseal } from '../../../../src/manager/pool/sealing.js';
import { seededRandom } from '../../../support/test-env.js';

const random = seededRandom(3);
const em2 = sealKeys(random.bytes(32));
const binding = { element: 'device/core1', sender: 'EM1', receiver: 'EM2' };
const SECRET = '{"community":"s3cr&t é😀"}';

const code = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (thrown) {
    expect(thrown).to.be.instanceOf(PtpError);
    expect(String(thrown)).not.to.include('s3cr');
    return thrown instanceof PtpError ? thrown.code : '';
  }
};

describe('sealing', () => {
  it('gives any text back to its receiver, and shows nothing of it on the way', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ minLength: 1 }), (text, sender) => {
        const sealed = seal(text, { ...binding, sender }, em2.publicKey, random);
        expect(sealed).to.match(/^1\.[\w-]*\.[\w-]+$/);
        const wellFormed = Buffer.from(text).toString();
        if (!/[\ud800-\udfff]/.test(sender)) expect(unseal(sealed, binding, em2)).to.equal(wellFormed);
      }),
      { numRuns: 30 },
    );
    expect(seal(SECRET, binding, em2.publicKey, random)).not.to.equal(seal(SECRET, binding, em2.publicKey, random));
  });

  it('opens for no other manager and no other element', () => {
    const sealed = seal(SECRET, binding, em2.publicKey, random);
    const em3 = sealKeys(random.bytes(32));
    expect(code(() => unseal(sealed, binding, em3))).to.equal('Client.Validation');
    expect(code(() => unseal(sealed, { ...binding, receiver: 'EM3' }, em2))).to.equal('Client.Validation');
    expect(code(() => unseal(sealed, { ...binding, element: 'device/core2' }, em2))).to.equal('Client.Validation');
    expect(unseal(sealed, binding, em2)).to.equal(SECRET);
  });

  it('opens nothing that was changed: not the sender, not a bit of the rest', () => {
    const sealed = seal(SECRET, binding, em2.publicKey, random);
    const [version, , body = ''] = sealed.split('.');
    const forged = `${version}.${Buffer.from('EM9').toString('base64url')}.${body}`;
    expect(code(() => unseal(forged, binding, em2))).to.equal('Client.Validation');
    const bytes = Buffer.from(body, 'base64url');
    for (const at of [0, 31, 32, bytes.length - 17, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const text = sealed.replace(body, changed.toString('base64url'));
      expect(
        code(() => unseal(text, binding, em2)),
        `byte ${at}`,
      ).to.equal('Client.Validation');
    }
    for (const text of ['', '1', '1..', `2${sealed.slice(1)}`, `${sealed}.x`, '1.RU0x.AAAA', 'x'.repeat(1000)])
      expect(
        code(() => unseal(text, binding, em2)),
        text.slice(0, 10),
      ).to.equal('Client.Validation');
  });

  it('refuses keys that are none', () => {
    for (const key of ['', 'short', 'A'.repeat(43), 'A'.repeat(44), '!'.repeat(43)])
      expect(
        code(() => seal(SECRET, binding, key, random)),
        key,
      ).to.equal('Client.Validation');
  });

  describe('keys on disk', () => {
    let dir = '';
    beforeEach(async () => {
      dir = await mkdtemp(join(tmpdir(), 'ptpmgr-seal-'));
    });
    afterEach(() => rm(dir, { recursive: true, force: true }));

    it('are made once, for their owner alone', async () => {
      const file = join(dir, 'seal-key');
      const first = await openSealKeys(file, random);
      const again = await openSealKeys(file, random);
      expect(again.publicKey).to.equal(first.publicKey);
      expect((await stat(file)).mode & 0o777).to.equal(0o600);
      expect(await readFile(file, 'utf8')).not.to.include(first.publicKey);
      const sealed = seal(SECRET, binding, first.publicKey, random);
      expect(unseal(sealed, binding, again)).to.equal(SECRET);
    });

    it('that were spoilt are said to be', async () => {
      const file = join(dir, 'seal-key');
      await writeFile(file, 'nonsense');
      const failed = await openSealKeys(file, random).catch((error: unknown) => error);
      expect(failed).to.have.property('code', 'Store.Failed');
      expect(await openSealKeys(join(dir, 'no', 'folder'), random).catch((error: unknown) => error)).to.have.property(
        'code',
        'Store.Failed',
      );
    });
  });
});
