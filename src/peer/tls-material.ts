/** Certificates and keys as files say them. */
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { PtpError } from '../base/errors.js';
import type { Settings } from '../config/settings.js';

/** All in PEM. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  /** What client and peer certificates must come from; the system's own authorities when absent. */
  readonly ca?: string;
  readonly clients: 'none' | 'optional' | 'required';
}

/** Nothing older is spoken on any port. */
export const LEAST_TLS = 'TLSv1.2' as const;

/** What a server shows of itself; taken anew when certificates are renewed. */
export const shownBy = ({ cert, key, ca }: TlsMaterial) => ({
  cert,
  key,
  ...(ca !== undefined && { ca }),
  minVersion: LEAST_TLS,
});

/** What a server asks of its clients; stays as it was at the start. */
export const askedOfClients = ({ clients }: TlsMaterial) => ({
  requestCert: clients !== 'none',
  rejectUnauthorized: clients === 'required',
});

/**
 * Reads what `SECURITY/TLS` names; the paths are absolute by now.
 * @throws PtpError `Config.Unreadable` naming the file, `Config.Invalid` when certificate and key do not fit.
 */
export async function readTlsMaterial(tls: NonNullable<Settings['security']['tls']>): Promise<TlsMaterial> {
  const read = async (file: string): Promise<string> => {
    try {
      return await readFile(file, 'utf8');
    } catch (cause) {
      throw new PtpError('Config.Unreadable', `${file} of SECURITY/TLS cannot be read; it should be a PEM file`, {
        cause,
        place: { file },
      });
    }
  };
  const [cert, key, ca] = await Promise.all([
    read(tls.cert),
    read(tls.key),
    tls.ca === undefined ? undefined : read(tls.ca),
  ]);
  const material: TlsMaterial = { cert, key, ...(ca !== undefined && { ca }), clients: tls.clients };
  try {
    createSecureContext({ cert, key, ca });
  } catch (cause) {
    throw new PtpError(
      'Config.Invalid',
      `${tls.cert} and ${tls.key} are not a certificate and its private key in PEM`,
      {
        cause,
        place: { file: tls.cert },
      },
    );
  }
  return material;
}
