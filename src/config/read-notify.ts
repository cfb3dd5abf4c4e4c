/** To whom events are told, and where those of devices come in. */
import { resolve } from 'node:path';
import type { PositionedElement } from '../xml/positions.js';
import type { ConfigReader } from './reader.js';
import { mailAddresses } from './rules-notify.js';
import type { Destination, TrapSettings } from './settings.js';

const TYPES = ['trap', 'webhook', 'syslog', 'store', 'smtp'] as const satisfies readonly Destination['type'][];

/** @param baseDir Of the configuration file. */
export function readDestinations(
  reader: ConfigReader,
  manager: PositionedElement,
  baseDir: string,
): readonly Destination[] {
  return reader.children(reader.child(manager, 'NOTIFY'), 'DESTINATION').flatMap((at) => {
    const [id, host, credential, url, from, ca] = ['id', 'host', 'credential', 'url', 'from', 'ca'].map((name) =>
      reader.text(at, name),
    );
    const to = mailAddresses(reader.text(at, 'to') ?? '');
    const type = reader.oneOf(at, 'type', TYPES);
    const port = reader.integer(at, 'port', 1, 65_535);
    if (!id || !type) return [];
    return [
      {
        id,
        type,
        ...(host && { host }),
        ...(port && { port }),
        ...(credential && { credential }),
        ...(url && { url }),
        ...(from && { from }),
        ...(to.length > 0 && { to }),
        ...(ca && { ca: resolve(baseDir, ca) }),
      },
    ];
  });
}

export function readTraps(reader: ConfigReader, manager: PositionedElement): TrapSettings | undefined {
  const at = reader.child(manager, 'TRAPS');
  const bind = at && reader.hostPort(at, 'bind');
  return bind && { bind, credentials: reader.list(at, 'credential') };
}
