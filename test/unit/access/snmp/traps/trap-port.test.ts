/** The UDP port itself, over loopback. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { openTrapPort, type TrapPort } from '../../../../../src/access/snmp/traps/trap-port.js';
import { openTrapSocket } from '../../../../../src/access/snmp/traps/trap-socket.js';
import { PtpError } from '../../../../../src/base/errors.js';
import { skipBecause } from '../../../../support/skipping.js';

const reasonOf = (opening: Promise<TrapPort>): Promise<PtpError> =>
  opening.then(
    async (port) => {
      await port.close();
      throw new Error('it was opened');
    },
    (thrown: unknown) => {
      if (thrown instanceof PtpError) return thrown;
      throw thrown;
    },
  );

describe('the trap port', () => {
  for (const [host, from] of [
    ['127.0.0.1', '127.0.0.1'],
    ['localhost', '127.0.0.1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
  ] as const) {
    it(`takes datagrams at ${host} and answers them`, async function () {
      if (host.includes(':') && !existsSync('/proc/net/if_inet6')) skipBecause(this, 'this system has no IPv6');
      const socket = createSocket('udp4').bind(0, '127.0.0.1');
      await once(socket, 'listening');
      const port = await openTrapPort({ host, port: 0 }, (datagram, sender) => {
        expect(sender.address).to.equal(from);
        sender.reply(Buffer.from(`answer to ${datagram}`));
      });
      try {
        const answered = once(socket, 'message');
        socket.send('question', port.port, '127.0.0.1');
        const [answer]: Buffer[] = await answered;
        expect(answer?.toString()).to.equal('answer to question');
        if (existsSync('/proc/net/udp')) expect(await port.drops()).to.equal(0);
      } finally {
        socket.close();
        await port.close();
      }
    });
  }

  it('says what to do when it cannot be had', async () => {
    const first = await openTrapPort({ host: '127.0.0.1', port: 0 }, () => {});
    try {
      const taken = await reasonOf(openTrapPort({ host: '127.0.0.1', port: first.port }, () => {}));
      expect(taken.code).to.equal('Start.PortTaken');
      expect(taken.message).to.equal(
        `TRAPS bind="127.0.0.1:${first.port}" cannot be had: another process has it; end that, or write another port`,
      );
    } finally {
      await first.close();
    }
    const foreign = await reasonOf(openTrapPort({ host: '192.0.2.1', port: 0 }, () => {}));
    expect(foreign.message).to.contain('that is no address of this machine');
  });
});

describe('the socket of traps that go out', () => {
  it('sends to names and addresses, and says what cannot be reached', async () => {
    const receiver = createSocket('udp4').bind(0, '127.0.0.1');
    await once(receiver, 'listening');
    const socket = openTrapSocket();
    try {
      const arrived = once(receiver, 'message');
      await socket.send(Buffer.from('hello'), '127.0.0.1', receiver.address().port);
      expect(String((await arrived)[0])).to.equal('hello');
      const failed = await socket.send(Buffer.alloc(70_000), '127.0.0.1', 9).catch((thrown: unknown) => thrown);
      expect(failed).to.be.instanceOf(PtpError);
      expect(failed)
        .to.have.property('message')
        .that.match(/^trap destination 127\.0\.0\.1:9 /);
    } finally {
      socket.close();
      receiver.close();
    }
  });
});
