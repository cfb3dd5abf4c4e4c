/** Certificates for tests, made by openssl in a temporary folder: one authority, and what it has signed. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programPath } from './counterparts.js';
import { temporaryFolder } from './temporary.js';

/** Paths of PEM files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Days until it ends, counted from now; default 30. */
  readonly days?: number;
  /** Host names and addresses; default `localhost`, `127.0.0.1` and `::1`. */
  readonly names?: readonly string[];
}

/** An authority of this test's own. Needs the counterpart `openssl`. */
export class CertificateAuthority {
  /** Path of its certificate, PEM. */
  readonly cert: string;
  readonly #key: string;
  readonly #folder: string;

  constructor(commonName = 'ptpmgr test authority') {
    this.#folder = temporaryFolder('certificates');
    this.cert = join(this.#folder, 'ca.pem');
    this.#key = join(this.#folder, 'ca.key');
    this.#openssl(
      'req',
      '-x509',
      ...NEW_KEY,
      '-keyout',
      this.#key,
      '-out',
      this.cert,
      '-days',
      '30',
      '-subj',
      `/CN=${commonName}`,
    );
  }

  /** A server's certificate under a file name of its own, such as `em1`. */
  server(name: string, options: CertificateOptions = {}): Certificate {
    return this.#sign(name, 'serverAuth', options);
  }

  /** A client's certificate; `name` is its common name. */
  client(name: string, options: CertificateOptions = {}): Certificate {
    return this.#sign(name, 'clientAuth', options);
  }

  /** A manager's certificate, good for both; its common name is the manager's id. */
  manager(id: string): Certificate {
    return this.#sign(id, 'serverAuth,clientAuth', {});
  }

  #sign(
    name: string,
    usage: 'serverAuth' | 'clientAuth' | 'serverAuth,clientAuth',
    options: CertificateOptions,
  ): Certificate {
    const file = (end: string) => join(this.#folder, `${name}-${usage}${end}`);
    const names = (options.names ?? ['localhost', '127.0.0.1', '::1']).map((one) =>
      /^[\d.]+$|:/.test(one) ? `IP:${one}` : `DNS:${one}`,
    );
    writeFileSync(
      file('.ext'),
      `basicConstraints=CA:FALSE\nextendedKeyUsage=${usage}\nsubjectAltName=${names.join(',')}\n`,
    );
    this.#openssl('req', '-new', ...NEW_KEY, '-keyout', file('.key'), '-out', file('.csr'), '-subj', `/CN=${name}`);
    this.#openssl(
      ...['x509', '-req', '-in', file('.csr'), '-CA', this.cert, '-CAkey', this.#key, '-CAcreateserial'],
      ...['-days', String(options.days ?? 30), '-extfile', file('.ext'), '-out', file('.pem')],
    );
    return { cert: file('.pem'), key: file('.key') };
  }

  #openssl(...args: string[]): void {
    execFileSync(programPath('openssl') ?? 'openssl', args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 30_000 });
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'] as const;
