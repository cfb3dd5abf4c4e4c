import { execFile } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { systemClock } from '../../../src/base/system-env.js';
import { attachAgent } from '../../../src/cli/lab/snmp/agent.js';
import { instances } from '../../../src/cli/lab/snmp/device.js';
import { DEVICE_MODELS, type DeviceModel, makeDevice } from '../../../src/cli/lab/snmp/models.js';
import { attachResponder, respond } from '../../../src/cli/lab/snmp/responder.js';
import { counterpart } from '../../support/counterparts.js';
import { seededRandom } from '../../support/test-env.js';

const now = () => systemClock.now();
const device = (model: DeviceModel) =>
  makeDevice({ model, sysName: `${model}.test`, location: 'here', startMs: now() - 60_000 }, seededRandom(9));
const COMMUNITY = Buffer.from('public');
const V3 = { user: 'ops', authPassword: 'authauth', privPassword: 'privpriv' };
const KINDS = ['full v2c', 'full v3', 'cheap v2c'] as const;
const CREDENTIALS: Readonly<Record<(typeof KINDS)[number], readonly string[]>> = {
  'full v2c': ['-v2c', '-c', 'public'],
  'full v3': [
    '-v3',
    '-l',
    'authPriv',
    '-u',
    V3.user,
    '-a',
    'SHA-256',
    '-A',
    V3.authPassword,
    '-x',
    'AES',
    '-X',
    V3.privPassword,
  ],
  'cheap v2c': ['-v2c', '-c', 'public'],
};

/** GET of sysName.0 by v2c. */
const GET_NAME = Buffer.from(
  '302902010104067075626c6963a01c02040000000702010002010030' + '0e300c06082b060102010105000500',
  'hex',
);

async function listen(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

async function start(kind: (typeof KINDS)[number], model: DeviceModel): Promise<Socket> {
  const socket = await listen();
  if (kind === 'cheap v2c') attachResponder(socket, instances(device(model)), 'public', now);
  else attachAgent(socket, device(model), kind === 'full v3' ? V3 : { community: 'public' }, now);
  return socket;
}

describe("the lab's SNMP agents, asked by net-snmp's commands", () => {
  counterpart('snmpd');
  for (const kind of KINDS) {
    for (const model of DEVICE_MODELS) {
      it(`${kind}: a ${model} shows every object, by GETBULK, GETNEXT and GET`, async () => {
        const socket = await start(kind, model);
        const ask = async (command: string, ...rest: string[]) => {
          const target = `127.0.0.1:${socket.address().port}`;
          const { stdout } = await promisify(execFile)(command, [...CREDENTIALS[kind], '-On', '-Oq', target, ...rest], {
            env: { ...process.env, MIBS: '' },
          });
          return stdout.trim().split('\n');
        };
        try {
          const expected = instances(device(model)).map((one) => `.${one.oid.join('.')}`);
          const walked = (lines: string[]) =>
            lines.filter((line) => !line.includes('No more variables')).map((line) => line.split(' ')[0]);
          expect(walked(await ask('snmpbulkwalk', '.1'))).to.deep.equal(expected);
          expect(walked(await ask('snmpwalk', '.1.3.6.1.2.1.31'))).to.deep.equal(
            expected.filter((oid) => oid.startsWith('.1.3.6.1.2.1.31.')),
          );
          const [name, missing] = await ask('snmpget', '.1.3.6.1.2.1.1.5.0', '.1.3.6.1.2.1.99.0');
          expect(name).to.equal(`.1.3.6.1.2.1.1.5.0 "${model}.test"`);
          expect(missing).to.match(/No Such (Instance|Object)/);
        } finally {
          socket.close();
        }
      });
    }
  }

  it('64-bit counters grow between two reads', async () => {
    const socket = await start('full v2c', 'router');
    try {
      const read = async () => {
        const { stdout } = await promisify(execFile)('snmpget', [
          ...CREDENTIALS['full v2c'],
          '-Oqv',
          `127.0.0.1:${socket.address().port}`,
          '.1.3.6.1.2.1.31.1.1.1.6.1',
        ]);
        return BigInt(stdout.trim());
      };
      const first = await read();
      expect(Number((await read()) - first)).to.be.greaterThan(0);
    } finally {
      socket.close();
    }
  });
});

describe('the cheap SNMP agent', () => {
  const shown = instances(device('server'));
  const answer = (request: Buffer) => respond(request, shown, COMMUNITY, now);

  it('answers a GET', () => {
    expect(answer(GET_NAME)?.includes('server.test')).to.equal(true);
  });

  it('keeps silent for another community, another version and a SET', () => {
    const changed = (at: number, byte: number) => {
      const copy = Buffer.from(GET_NAME);
      copy[at] = byte;
      return copy;
    };
    expect(answer(changed(7, 0x71))).to.equal(undefined);
    expect(answer(changed(4, 0))).to.equal(undefined);
    expect(answer(changed(13, 0xa3))).to.equal(undefined);
  });

  it('survives any junk, and bounds what it answers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        answer(Buffer.from(bytes));
      }),
    );
    fc.assert(
      fc.property(fc.nat(GET_NAME.length - 1), fc.nat(255), fc.constantFrom(0xa0, 0xa1, 0xa5), (at, byte, kind) => {
        const copy = Buffer.from(GET_NAME);
        copy[13] = kind;
        copy[at] = byte;
        return (answer(copy)?.length ?? 0) < 65_000;
      }),
    );
    const bulk = Buffer.from(
      '302c02010104067075626c6963a51f020400000007020100' + '02047fffffff' + '300e300c06082b060102010105000500',
      'hex',
    );
    bulk[1] = bulk.length - 2;
    bulk[14] = bulk.length - 15;
    expect(answer(bulk)?.length).to.be.within(1000, 60_000);
  });
});

describe('the full SNMP agents', () => {
  counterpart('snmpd');
  for (const kind of ['full v2c', 'full v3'] as const) {
    it(`${kind}: answers after thousands of junk datagrams`, async () => {
      const socket = await start(kind, 'ups');
      const client = await listen();
      const { port } = socket.address();
      try {
        const random = seededRandom(11);
        for (let count = 0; count < 3000; count++) {
          const junk = count % 2 ? Buffer.from(GET_NAME) : random.bytes(60);
          junk[Math.floor(random.next() * junk.length)] = Math.floor(random.next() * 256);
          junk[0] = 0x30;
          if (count % 4 === 1) junk[13] = 0xa5;
          client.send(junk, port, '127.0.0.1');
          if (count % 100 === 0) await new Promise(setImmediate);
        }
        const { stdout } = await promisify(execFile)('snmpget', [
          ...CREDENTIALS[kind],
          '-Oqv',
          `127.0.0.1:${port}`,
          '.1.3.6.1.2.1.1.5.0',
        ]);
        expect(stdout.trim()).to.equal('"ups.test"');
      } finally {
        client.close();
        socket.close();
      }
    });
  }
});
