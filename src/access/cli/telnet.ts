/** A terminal over Telnet. */
import { connect } from 'node:net';
import type { Clock } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import { accessFailure } from '../failure.js';
import type { CliTarget } from './address.js';
import { Dialogue } from './dialogue.js';
import { TelnetCodec } from './telnet-codec.js';
import type { Terminal } from './terminal.js';

/**
 * Resolves when the connection stands.
 *
 * @param onOpen Is given what ends the connection, before it stands.
 * @throws PtpError `Access.*`
 */
export async function openTelnet(
  { host, port, place }: CliTarget,
  clock: Clock,
  limitMs: number,
  onOpen: (end: () => void) => void,
): Promise<Terminal> {
  const socket = connect({ host, port, noDelay: true });
  const end = () => void socket.destroy();
  onOpen(end);
  const codec = new TelnetCodec();
  const decoder = new TextDecoder('utf-8');
  const dialogue = new Dialogue({
    // No byte of UTF-8 is 255, which would have to be doubled.
    write: (text) => void socket.write(text, 'utf8'),
    enter: '\r\n',
    clock,
    place,
  });
  socket.on('data', (bytes) => {
    const { data, reply, isAbsurd } = codec.take(bytes);
    if (reply.length > 0) socket.write(reply);
    if (isAbsurd) dialogue.fail(new PtpError('Access.Protocol', `${place} sends Telnet commands without end`));
    else if (data.length > 0) dialogue.take(decoder.decode(data, { stream: true }));
  });
  socket.on('end', () => dialogue.end());
  socket.on('close', () => dialogue.end());
  await new Promise<void>((resolve, reject) => {
    const limit = clock.after(limitMs, () =>
      reject(new PtpError('Access.Timeout', `${place} did not accept the connection in time`)),
    );
    const settled = (run: () => void) => () => {
      limit.cancel();
      run();
    };
    socket.once('connect', settled(resolve));
    socket.on('error', (error) => {
      limit.cancel();
      const failure = accessFailure(error, place);
      reject(failure);
      dialogue.fail(failure);
    });
    socket.once(
      'close',
      settled(() => reject(new PtpError('Access.Refused', `${place} broke the connection off`))),
    );
  });
  return { dialogue, end };
}
