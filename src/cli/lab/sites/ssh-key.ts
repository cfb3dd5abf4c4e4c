/** A new host key in OpenSSH's format. */
import ssh2 from 'ssh2';

/** Of 1,000 keys that ssh2 1.17 makes it cannot read about five again. */
const MOST_TRIES = 20;

type KeyPair = ReturnType<typeof ssh2.utils.generateKeyPairSync>;

/** @param passphrase With it the private key is encrypted. */
export function newSshKey(passphrase?: string): KeyPair {
  for (let tries = 1; ; tries += 1) {
    const pair =
      passphrase === undefined
        ? ssh2.utils.generateKeyPairSync('ed25519')
        : ssh2.utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-cbc', rounds: 2 });
    const read = ssh2.utils.parseKey(pair.private, passphrase);
    if (!(read instanceof Error)) return pair;
    if (tries === MOST_TRIES) throw read;
  }
}
