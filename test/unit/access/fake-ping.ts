/** Programs named `ping` that print what a test says, so that no echo is sent and none is needed. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../support/temporary.js';

/**
 * @param script For `sh`; its last argument is `$target`, all of them are in the file `arguments` of the folder.
 * @param version What it answers to `-V`.
 * @returns The folder that it lies in.
 */
export function fakePing(script: string, version = 'ping from iputils 20221126'): string {
  const folder = temporaryFolder('ping');
  const lines = [
    '#!/bin/sh',
    `if [ "$1" = "-V" ]; then echo '${version}'; exit 0; fi`,
    `printf '%s\\n' "$*" >> '${join(folder, 'arguments')}'`,
    'for target; do :; done',
    script,
  ];
  writeFileSync(join(folder, 'ping'), `${lines.join('\n')}\n`);
  chmodSync(join(folder, 'ping'), 0o755);
  return folder;
}

/** As iputils prints one echo that came back. */
export const echo = (sequence: number, delayMs: number): string =>
  `echo "64 bytes from $target: icmp_seq=${sequence} ttl=64 time=${delayMs} ms"`;
