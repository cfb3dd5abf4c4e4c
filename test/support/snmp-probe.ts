/** Asks an agent for its sysUpTime in SNMPv2c, to see whether it answers at all. By hand, so as to depend on nothing. */
import { createSocket } from 'node:dgram';

const tlv = (tag: number, ...content: Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  if (body.length > 127) throw new Error('the community is too long for this probe');
  return Buffer.concat([Buffer.from([tag, body.length]), body]);
};
const integer = (value: number) => tlv(0x02, Buffer.from([value]));

function request(community: string): Buffer {
  const sysUpTime = tlv(0x06, Buffer.from([0x2b, 6, 1, 2, 1, 1, 3, 0]));
  const bindings = tlv(0x30, tlv(0x30, sysUpTime, tlv(0x05)));
  const get = tlv(0xa0, integer(1), integer(0), integer(0), bindings);
  return tlv(0x30, integer(1), tlv(0x04, Buffer.from(community)), get);
}

/** Whether anything comes back within `timeoutMs`. */
export function answersSnmp(port: number, community: string, timeoutMs = 400): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const finish = (answered: boolean) => {
      clearTimeout(timer);
      socket.close();
      resolve(answered);
    };
    const timer = setTimeout(() => finish(false), timeoutMs);
    socket.once('message', () => finish(true));
    socket.once('error', () => finish(false));
    socket.send(request(community), port, '127.0.0.1');
  });
}
