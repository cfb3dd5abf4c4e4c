/** What a watcher finds out, and when. */
import { expect } from 'chai';
import { findingOf } from '../../../../src/pool/detection/step.js';
import { HEARTBEAT_MS, WATCHER, WatchedWorld } from './watched-world.js';

const IDS = ['m1', 'm2', 'm3', 'm4', 'm5'];
const BEGIN_MS = 4000;
const others = IDS.filter((id) => id !== 'm2');

interface Case {
  readonly name: string;
  readonly fault: (world: WatchedWorld) => void;
  readonly hasSockets?: boolean;
  readonly ids?: readonly string[];
  /** Undefined: none may be made. Times from the fault, in heartbeats. */
  readonly finds?: { readonly is: string; readonly after: number; readonly before: number };
}

const CASES: readonly Case[] = [
  {
    name: 'a killed process whose connection breaks',
    fault: (world) => world.kill('m2'),
    finds: { is: 'crashed', after: 0, before: 0.1 },
  },
  {
    name: 'the same, when there is nobody else to ask',
    fault: (world) => world.kill('m2'),
    ids: ['m2'],
    finds: { is: 'crashed', after: 0, before: 0.1 },
  },
  {
    name: 'a killed process to which no connection stood',
    fault: (world) => world.kill('m2'),
    hasSockets: false,
    finds: { is: 'crashed', after: 0.5, before: 1.75 },
  },
  { name: 'a stopped process', fault: (world) => world.stop('m2'), finds: { is: 'paused', after: 2.5, before: 3.75 } },
  {
    name: 'a machine from which nothing comes',
    fault: (world) => {
      for (const id of [WATCHER, ...others]) world.cutLink('m2', id);
    },
    finds: { is: 'lost', after: 2.5, before: 3.75 },
  },
  { name: 'a link of the watcher alone', fault: (world) => world.cutLink('m2', WATCHER) },
  {
    name: 'a process stopped for a little less than two heartbeats',
    fault: (world) => {
      world.stop('m2');
      world.at(world.nowMs + 2 * HEARTBEAT_MS - 10, () => world.goOn('m2'));
    },
  },
  {
    name: 'a process that is killed and started at once',
    fault: (world) => {
      world.kill('m2');
      world.start('m2');
    },
    finds: { is: 'alive', after: 0, before: 0.2 },
  },
  {
    name: 'a stopped process that is killed',
    fault: (world) => {
      world.stop('m2');
      world.at(world.nowMs + 400, () => world.kill('m2'));
    },
    finds: { is: 'crashed', after: 0.8, before: 1 },
  },
];

describe('failure detection', () => {
  for (const { name, fault, finds, hasSockets = true, ids = IDS } of CASES) {
    for (const phaseMs of [0, 120, 250, 380, 490])
      it(`${finds ? `finds ${finds.is}` : 'finds nothing'}: ${name}, ${phaseMs} ms later`, () => {
        const world = new WatchedWorld({ ids, hasSockets }).run(BEGIN_MS + phaseMs);
        const faultMs = world.nowMs;
        fault(world);
        world.run(faultMs + 6000);
        const found = world.findings('m2').filter(({ atMs }) => atMs > faultMs);
        if (!finds) return expect(found).to.deep.equal([]);
        const [first] = found;
        expect(first?.effect.finding).to.equal(finds.is);
        expect((first?.atMs ?? 0) - faultMs).to.be.within(finds.after * HEARTBEAT_MS, finds.before * HEARTBEAT_MS);
        expect(found, 'told once').to.have.length(1);
        for (const id of ids.filter((other) => other !== 'm2'))
          expect(world.findings(id).map(({ effect }) => effect.finding)).to.deep.equal(['alive']);
      });
  }

  it('finds one that comes back by its answer, a stopped one that goes on, and a new start', () => {
    const world = new WatchedWorld({ ids: IDS }).run(BEGIN_MS);
    world.stop('m2');
    world.run(8000);
    world.goOn('m2');
    world.run(8020);
    expect(findingOf(world.detection, 'm2')).to.deep.equal({ is: 'alive', told: false });
    world.kill('m2');
    world.run(9000);
    expect(findingOf(world.detection, 'm2')?.is).to.equal('crashed');
    world.start('m2');
    world.run(9500);
    expect(world.findings('m2').map(({ effect }) => effect.finding)).to.deep.equal([
      'alive',
      'paused',
      'alive',
      'crashed',
      'alive',
    ]);
    expect(world.findings('m2').at(-1)?.effect).to.include({ incarnation: 2, afterMs: 0 });
  });

  it('says why in words', () => {
    const world = new WatchedWorld({ ids: IDS }).run(BEGIN_MS);
    world.kill('m2');
    world.stop('m4');
    world.run(8000);
    expect(world.findings('m2').at(-1)?.effect.why).to.match(
      /^no sign of life for 0\.\d s; its connection was closed; it refuses the connection over HTTP and over the socket; asked through m/,
    );
    expect(world.findings('m4').at(-1)?.effect.why).to.match(
      /takes the connection and says nothing over HTTP and over the socket/,
    );
  });

  it('is not misled by stalls of the watcher, be they short or long', () => {
    for (const stallMs of [200, 450, 900, 1400, 5000, 30_000]) {
      const world = new WatchedWorld({ ids: IDS }).run(BEGIN_MS);
      world.stall(stallMs);
      world.run(BEGIN_MS + stallMs + 5000);
      for (const id of IDS)
        expect(
          world.findings(id).map(({ effect }) => effect.finding),
          `${id} after ${stallMs} ms`,
        ).to.deep.equal(['alive']);
    }
  });

  it('is more patient for a while after it was late, but not for ever', () => {
    const times = [0, 100, 400].map((lateMs) => {
      const world = new WatchedWorld({ ids: IDS }).run(BEGIN_MS);
      if (lateMs > 0) world.stall(lateMs);
      world.stop('m2');
      world.run(BEGIN_MS + 8 * HEARTBEAT_MS);
      return (world.findings('m2').at(-1)?.atMs ?? 0) - BEGIN_MS;
    });
    expect(times).to.deep.equal([...times].sort((a, b) => a - b));
    expect(new Set(times)).to.have.length(3);
    expect(times.at(-1)).to.be.at.most(7.75 * HEARTBEAT_MS);
  });
});
