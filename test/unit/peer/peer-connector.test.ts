import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import type { MessageService } from '../../../src/peer/message-service.js';
import { PeerConnector } from '../../../src/peer/peer-connector.js';
import { poolKeys } from '../../../src/peer/security/pool-keys.js';
import { writeFault } from '../../../src/peer/soap-fault.js';
import { SocketServer } from '../../../src/peer/socket-server.js';
import { realTimeEnv } from '../../support/test-env.js';

describe('the way to another manager', () => {
  const keys = poolKeys(['ways']);
  const saying =
    (name: string): MessageService =>
    async ({ version }) => {
      const fault = new PtpError('Client.NotFound', `this is ${name}`);
      return { xml: writeFault(fault, version), fault };
    };

  it('is a socket that stands, whichever side opened it, else HTTP', async () => {
    const socketServer = new SocketServer({
      env: realTimeEnv(1),
      self: 'eim1',
      keys: () => keys,
      service: saying('eim1'),
    });
    const { port } = await socketServer.listen({ host: '127.0.0.1', port: 0 });
    const nowhere = { role: 'EM', origin: 'http://127.0.0.1:1', context: 'x' } as const;
    const eim1 = new PeerConnector({
      env: realTimeEnv(2),
      self: 'eim1',
      keys: () => keys,
      service: saying('eim1'),
      socketServer,
    });
    const em1 = new PeerConnector({ env: realTimeEnv(3), self: 'em1', keys: () => keys, service: saying('em1') });
    const toEm1 = eim1.connect({ id: 'em1', ...nowhere });
    const message = (work: Promise<unknown>) =>
      work.then(
        () => 'answered',
        (error: Error) => error.message,
      );

    expect(await message(toEm1.call('areYouThere', {}))).to.match(/em1 at http:.*connection was refused|em1 at http:/);
    const toEim1 = em1.connect({ id: 'eim1', ...nowhere, socket: { host: '127.0.0.1', port } });
    while (socketServer.connected.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await message(toEm1.call('areYouThere', {}))).to.equal('this is em1');
    expect(await message(toEim1.call('areYouThere', {}))).to.equal('this is eim1');
    await toEim1.close();
    while (socketServer.connected.length > 0) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await message(toEm1.call('areYouThere', {}))).to.match(/em1 at http:/);
    await toEm1.close();
    await socketServer.close();
  });
});
