/** The same arithmetic by another's hand: what the net-snmp package makes of passwords and PDUs. */
import { createRequire } from 'node:module';

interface Cipher {
  encryptPdu(
    scoped: Buffer,
    protocol: number,
    password: string,
    auth: number,
    engine: { engineID: Buffer; engineBoots: number; engineTime: number },
  ): { encryptedPdu: Buffer; msgPrivacyParameters: Buffer };
  decryptPdu(
    encrypted: Buffer,
    protocol: number,
    salt: Buffer,
    password: string,
    auth: number,
    engine: { engineID: Buffer; engineBoots: number; engineTime: number },
  ): Buffer;
}

interface Oracle {
  readonly AuthProtocols: Readonly<Record<'md5' | 'sha' | 'sha224' | 'sha256' | 'sha384' | 'sha512', number>>;
  readonly PrivProtocols: Readonly<Record<'aes' | 'aes256b' | 'aes256r', number>>;
  readonly Authentication: {
    passwordToKey(auth: number, password: string, engineId: Buffer): Buffer;
    calculateDigest(message: Buffer, auth: number, password: string, engineId: Buffer): Buffer;
  };
  readonly Encryption: { readonly algorithms: Readonly<Record<number, Cipher>> };
}

const oracle: Oracle = createRequire(import.meta.url)('net-snmp');
const { AuthProtocols, PrivProtocols, Authentication, Encryption } = oracle;

const AUTH_NUMBERS: Readonly<Record<string, number>> = { ...AuthProtocols, sha1: AuthProtocols.sha };
const PRIV_NUMBERS: Readonly<Record<string, number>> = {
  aes128: PrivProtocols.aes,
  aes256: PrivProtocols.aes256b,
  aes256c: PrivProtocols.aes256r,
};
/** Our names of the ciphers that it knows and this Node can carry out. */
export const ORACLE_CIPHERS = Object.keys(PRIV_NUMBERS);

const numberOf = (numbers: Readonly<Record<string, number>>, name: string): number => {
  const number = numbers[name];
  if (number === undefined) throw new Error(`net-snmp does not know ${name}`);
  return number;
};

export const keyBy = (auth: string, password: string, engineId: Buffer): Buffer =>
  Authentication.passwordToKey(numberOf(AUTH_NUMBERS, auth), password, engineId);

/** Over the message as it is. */
export const digestBy = (auth: string, password: string, engineId: Buffer, message: Buffer): Buffer =>
  Authentication.calculateDigest(message, numberOf(AUTH_NUMBERS, auth), password, engineId);

export interface Sealing {
  readonly auth: string;
  readonly priv: string;
  readonly password: string;
  readonly engineId: Buffer;
  readonly boots: number;
  readonly time: number;
}

function cipherOf({ auth, priv, engineId, boots, time }: Sealing) {
  const number = numberOf(PRIV_NUMBERS, priv);
  const cipher = Encryption.algorithms[number];
  if (!cipher) throw new Error(`net-snmp has no cipher ${priv}`);
  const engine = { engineID: engineId, engineBoots: boots, engineTime: time };
  return { cipher, number, authNumber: numberOf(AUTH_NUMBERS, auth), engine };
}

export function encryptBy(sealing: Sealing, scoped: Buffer): { encrypted: Buffer; salt: Buffer } {
  const { cipher, number, authNumber, engine } = cipherOf(sealing);
  const { encryptedPdu, msgPrivacyParameters } = cipher.encryptPdu(
    scoped,
    number,
    sealing.password,
    authNumber,
    engine,
  );
  return { encrypted: encryptedPdu, salt: msgPrivacyParameters };
}

export function decryptBy(sealing: Sealing, salt: Buffer, encrypted: Buffer): Buffer {
  const { cipher, number, authNumber, engine } = cipherOf(sealing);
  return cipher.decryptPdu(encrypted, number, salt, sealing.password, authNumber, engine);
}
