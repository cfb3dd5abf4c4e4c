/**
 * A question that is not answered goes a second way: from a socket of its own, connected to the agent, because only by
 * such a one the system says that nothing listens at that port. An answer is taken there as well.
 */
import { createSocket } from 'node:dgram';
import type { AgentAddress } from './question.js';

export interface SecondWay {
  close(): void;
}

export interface SecondWayListener {
  arrives(datagram: Buffer): void;
  /** The agent's machine refuses it, or there is no way. */
  fails(error: Error): void;
}

export type OpenSecondWay = (to: AgentAddress, message: Buffer, listener: SecondWayListener) => SecondWay;

export const openUdpSecondWay: OpenSecondWay = ({ host, family, port }, message, listener) => {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  let isClosed = false;
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    socket.close();
  };
  socket.on('error', (error) => {
    if (isClosed) return;
    close();
    listener.fails(error);
  });
  socket.on('message', (datagram) => listener.arrives(datagram));
  socket.connect(port, host, () => {
    if (!isClosed) socket.send(message);
  });
  return { close };
};
