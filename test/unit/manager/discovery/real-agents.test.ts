import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { createAccessMethods } from '../../../../src/access/methods.js';
import { packagePath } from '../../../../src/base/paths.js';
import { attachAgent } from '../../../../src/cli/lab/snmp/agent.js';
import { makeDevice } from '../../../../src/cli/lab/snmp/models.js';
import { loadDeviceTypes } from '../../../../src/config/device-types.js';
import type { Credential, DiscoverySettings } from '../../../../src/config/settings.js';
import type { Recognition } from '../../../../src/manager/discovery/found.js';
import { NetworkSearch } from '../../../../src/manager/discovery/network-search.js';
import { recognise } from '../../../../src/manager/discovery/recognise.js';
import { realTimeEnv } from '../../../support/test-env.js';

const ACCOUNT = { user: 'ops', authPassword: 'authentic', privPassword: 'private-words' };

describe('a network of real agents', () => {
  const env = realTimeEnv();
  const sockets: Socket[] = [];
  const servers: Server[] = [];
  let port = 0;
  let tcpPort = 0;
  before(async () => {
    for (const [address, model, access] of [
      ['127.0.8.2', 'switch', { community: 'secret-c' }],
      ['127.0.8.4', 'ups', ACCOUNT],
      ['127.0.8.5', 'router', { community: 'another' }],
      // One beyond the network, which nobody may ask.
      ['127.0.8.9', 'router', { community: 'secret-c' }],
    ] as const) {
      const socket = createSocket('udp4');
      socket.bind(port, address);
      await once(socket, 'listening');
      port = socket.address().port;
      sockets.push(socket);
      const settings = { model, sysName: `the-${model}`, location: 'here', startMs: 0 };
      attachAgent(socket, makeDevice(settings, env.random), access, () => env.clock.now());
    }
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.8.6');
    await once(server, 'listening');
    const address = server.address();
    tcpPort = typeof address === 'object' && address !== null ? address.port : 0;
    servers.push(server);
  });
  after(() => {
    for (const one of [...sockets, ...servers]) one.close();
  });

  it('is searched by community and by SNMPv3, and what is there is recognised', async () => {
    const types = await loadDeviceTypes(packagePath('config', 'device-types'));
    const methods = createAccessMethods({ env, configDir: '/', deviceTypes: () => types });
    const credentials = new Map<string, Credential>([
      ['read', { id: 'read', community: 'secret-c' }],
      ['v3', { id: 'v3', ...ACCOUNT, authProtocol: 'sha256', privProtocol: 'aes128' }],
    ]);
    const discovery: DiscoverySettings = {
      network: '127.0.8.0/29',
      credentials: ['read', 'v3'],
      intervalMs: 86_400_000,
      approve: true,
      exclude: [],
      ways: [
        { by: 'tcp', port: tcpPort },
        { by: 'snmp', port },
      ],
      rate: 1000,
    };
    const found = new Map<string, Recognition>();
    const asked: string[] = [];
    const means = { clock: env.clock, methods, credential: (id: string) => credentials.get(id), timeoutMs: 700 };
    const search = new NetworkSearch(discovery, {
      env,
      recognise: (address, signal) => {
        asked.push(address);
        return recognise(address, discovery, means, signal);
      },
      isManaged: () => false,
      onFound: (address, recognition) => void found.set(address, recognition),
    });
    try {
      const result = await search.run();
      expect(result).to.include({ isWhole: true, fault: undefined });
    } finally {
      await Promise.all([...methods.values()].map((method) => method.close()));
    }
    expect(asked).to.deep.equal([1, 2, 3, 4, 5, 6].map((last) => `127.0.8.${last}`));
    expect([...found.keys()].sort()).to.deep.equal(['127.0.8.2', '127.0.8.4', '127.0.8.6']);
    expect(found.get('127.0.8.2')).to.deep.include({
      answers: [`snmp:${port}`],
      credential: 'read',
      name: 'the-switch',
      type: 'switch',
      vendor: 'Cisco',
    });
    expect(found.get('127.0.8.4')).to.deep.include({ credential: 'v3', name: 'the-ups', type: 'ups', vendor: 'APC' });
    expect(found.get('127.0.8.6')).to.deep.equal({ answers: [`tcp:${tcpPort}`] });
  });
});
