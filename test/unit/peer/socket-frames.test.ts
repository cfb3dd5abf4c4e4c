import { expect } from 'chai';
import fc from 'fast-check';
import { poolKeys } from '../../../src/peer/security/pool-keys.js';
import { control, FrameOpener, FrameSealer, FrameSplitter, framed } from '../../../src/peer/socket-frames.js';
import { DialerHandshake, ListenerHandshake, type Session } from '../../../src/peer/socket-handshake.js';
import { seededRandom } from '../../support/test-env.js';

const body = (frame: Buffer) => frame.subarray(4);

describe('frames', () => {
  it('come out whole however the stream was cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 30 }),
        (contents, cut) => {
          const stream = Buffer.concat(contents.map((content) => framed(Buffer.from(content))));
          const splitter = new FrameSplitter(64);
          const found: Buffer[] = [];
          for (let at = 0; at < stream.length; at += cut) {
            splitter.push(stream.subarray(at, at + cut));
            for (let frame = splitter.next(); frame; frame = splitter.next()) found.push(frame);
          }
          expect(found.map((one) => one.toString('hex'))).to.deep.equal(
            contents.map((one) => Buffer.from(one).toString('hex')),
          );
        },
      ),
    );
  });

  it('are refused by their announced length', () => {
    for (const garbage of ['ffffffff', '00000041', '474554202f20']) {
      const splitter = new FrameSplitter(64);
      splitter.push(Buffer.from(garbage, 'hex'));
      expect(() => splitter.next(), garbage).to.throw(/at most 64/);
    }
  });

  it('are opened once, in order, unchanged', () => {
    const key = Buffer.alloc(32, 7);
    const sealer = new FrameSealer(key);
    const frame = { kind: 'request', id: 9, context: '{"ü":1}', payload: Buffer.from('<x/>') } as const;
    const [first, second] = [body(sealer.seal(frame)), body(sealer.seal(control('ping', 3)))];
    const opened = new FrameOpener(key).open(first);
    expect({ ...opened, payload: opened.payload.toString() }).to.deep.equal({ ...frame, payload: '<x/>' });

    const replayed = new FrameOpener(key);
    replayed.open(first);
    expect(() => replayed.open(first)).to.throw(/repeated/);
    expect(() => new FrameOpener(key).open(second)).to.throw(/repeated/);
    expect(() => new FrameOpener(Buffer.alloc(32, 8)).open(first)).to.throw(/forged/);
    for (let at = 0; at < first.length; at += 1) {
      const changed = Buffer.from(first);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => new FrameOpener(key).open(changed), String(at)).to.throw(/changed/);
    }
    expect(() => new FrameOpener(key).open(Buffer.alloc(3))).to.throw(/changed/);
  });
});

describe('the handshake of a socket', () => {
  const keysOf = (text: string) => {
    const keys = poolKeys([text]);
    if (!keys) throw new Error('no key');
    return keys;
  };
  const keys = keysOf('the pool key');
  const listenerOf = (seed: number, id = 'eim1') => new ListenerHandshake(id, keys, seededRandom(seed));
  const dialerOf = (to = 'eim1', key = keys[0]) => new DialerHandshake('em1', to, key, seededRandom(50));
  const bytes = (answer: Buffer | Session): Buffer => {
    if (!Buffer.isBuffer(answer)) throw new Error('a session already');
    return body(answer);
  };

  it('proves both sides to each other and gives them keys', () => {
    const [listener, dialer] = [listenerOf(1), dialerOf()];
    const { session, welcome } = listener.answer(bytes(dialer.answer(body(listener.hello()))));
    const dialled = dialer.answer(body(welcome));
    if (Buffer.isBuffer(dialled)) throw new Error('no session');
    expect([session.peer, dialled.peer]).to.deep.equal(['em1', 'eim1']);
    expect(session.opener.open(body(dialled.sealer.seal(control('ping', 1)))).kind).to.equal('ping');
    expect(dialled.opener.open(body(session.sealer.seal(control('pong', 1)))).kind).to.equal('pong');
    // A frame thrown back at its sender opens nothing.
    expect(() => session.opener.open(body(session.sealer.seal(control('ping', 2))))).to.throw(/forged/);
  });

  it('refuses another key, another name, its own name, and what was recorded', () => {
    const proofFor = (listener: ListenerHandshake, dialer: DialerHandshake) =>
      bytes(dialer.answer(body(listener.hello())));
    const cases: [string, ListenerHandshake, DialerHandshake][] = [
      ['another key', listenerOf(1), dialerOf('eim1', keysOf('guess')[0])],
      ['another name', listenerOf(1), dialerOf('eim2')],
      ['own name', listenerOf(1, 'em1'), dialerOf('em1')],
    ];
    for (const [what, listener, dialer] of cases) {
      expect(() => listener.answer(proofFor(listener, dialer)), what).to.throw(/pool key/);
    }
    const recorded = proofFor(listenerOf(1), dialerOf());
    expect(() => listenerOf(2).answer(recorded)).to.throw(/pool key/);
  });

  it('refuses a listener that does not know the key, and one that throws the proof back', () => {
    const dialer = dialerOf();
    const proof = bytes(dialer.answer(body(listenerOf(1).hello())));
    const { proof: own } = JSON.parse(proof.toString());
    expect(() => dialer.answer(Buffer.from(JSON.stringify({ v: 1, id: 'eim1', proof: own })))).to.throw(/pool key/);
  });

  it('refuses garbage', () => {
    for (const garbage of ['', 'GET / HTTP/1.1', 'null', '[]', '{}', '{"v":1}', '{"v":1,"id":{},"to":1}', '{"v":2}']) {
      expect(() => listenerOf(1).answer(Buffer.from(garbage)), garbage).to.throw(/pool key/);
      expect(() => dialerOf().answer(Buffer.from(garbage)), garbage).to.throw(/pool key/);
    }
  });
});
