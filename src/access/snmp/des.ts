/**
 * DES for SNMPv3 (RFC 3414 section 8). OpenSSL 3 keeps single DES among its legacy algorithms, which Node does not load,
 * so net-snmp's own does not work; triple DES with three times the same key is the same cipher, and is there.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Random } from '../../base/env.js';
import { type EncryptionAlgorithm, netSnmp } from './net-snmp.js';

const KEY_LENGTH = 8;
const BLOCK_LENGTH = 8;
const CIPHER = 'des-ede3-cbc';
/** First half of the salt: boots of our own engine, which keeps no count of them. */
const BOOTS = Buffer.from([0, 0, 0, 1]);

/** Key and the value that the salt is combined with, both from the localized key. */
function keysOf(authProtocol: number, password: string, engineId: Buffer): { key: Buffer; preIv: Buffer } {
  const localized = netSnmp.Authentication.passwordToKey(authProtocol, password, engineId);
  const single = localized.subarray(0, KEY_LENGTH);
  return {
    key: Buffer.concat([single, single, single]),
    preIv: localized.subarray(KEY_LENGTH, KEY_LENGTH + BLOCK_LENGTH),
  };
}

const combined = (preIv: Buffer, salt: Buffer): Buffer => Buffer.from(preIv.map((byte, at) => byte ^ (salt[at] ?? 0)));

export const createDes = (random: Random): EncryptionAlgorithm => ({
  encryptPdu(scopedPdu, _protocol, password, authProtocol, { engineID }) {
    const { key, preIv } = keysOf(authProtocol, password, engineID);
    const salt = Buffer.concat([BOOTS, random.bytes(4)]);
    const padding = Buffer.alloc((BLOCK_LENGTH - (scopedPdu.length % BLOCK_LENGTH)) % BLOCK_LENGTH);
    const cipher = createCipheriv(CIPHER, key, combined(preIv, salt)).setAutoPadding(false);
    const encryptedPdu = Buffer.concat([cipher.update(Buffer.concat([scopedPdu, padding])), cipher.final()]);
    return { encryptedPdu, msgPrivacyParameters: salt };
  },
  decryptPdu(encryptedPdu, _protocol, salt, password, authProtocol, { engineID }) {
    const { key, preIv } = keysOf(authProtocol, password, engineID);
    const decipher = createDecipheriv(CIPHER, key, combined(preIv, salt)).setAutoPadding(false);
    return Buffer.concat([decipher.update(encryptedPdu), decipher.final()]);
  },
});

/** Puts this in the place of net-snmp's own, for the whole process. */
export function installDes(random: Random): void {
  Object.assign(netSnmp.Encryption.algorithms[netSnmp.PrivProtocols.des] ?? {}, createDes(random));
}
