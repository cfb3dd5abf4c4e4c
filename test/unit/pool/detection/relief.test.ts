/** Managers that live but cannot work. */
import { expect } from 'chai';
import { type Effect, type Heartbeat, MOST_PARTS } from '../../../../src/pool/detection/state.js';
import { createDetection, step } from '../../../../src/pool/detection/step.js';
import { HEARTBEAT_MS, heartbeatOf } from './watched-world.js';

type Turn = Extract<Effect, { is: 'relieve' | 'restore' }>;

/** Share of polls done, by part; each part has four polls a heartbeat. */
interface Phase {
  readonly forHeartbeats: number;
  readonly shares: Readonly<Record<string, number>>;
  readonly trouble?: string;
  readonly load?: number;
  readonly incarnation?: number;
}

class Sender {
  private readonly detection = createDetection({ id: 'w', incarnation: 1, heartbeatMs: HEARTBEAT_MS, nowMs: 0 });
  private readonly parts = new Map<string, { due: number; done: number }>();
  private beats = 0;
  readonly turns: (Turn & { readonly atBeat: number })[] = [];

  constructor() {
    step(this.detection, { is: 'joined', member: 'a', by: [] }, 0);
  }

  send({ forHeartbeats, shares, trouble, load = 0.2, incarnation = 1 }: Phase): this {
    for (let beat = 0; beat < forHeartbeats; beat += 1) {
      for (const [part, share] of Object.entries(shares)) {
        const { due, done } = this.parts.get(part) ?? { due: 0, done: 0 };
        this.parts.set(part, { due: due + 4, done: done + 4 * share });
      }
      const parts = [...this.parts].map(([part, polls]) => ({ part, ...polls }));
      const sum = (key: 'due' | 'done') => parts.reduce((total, polls) => total + polls[key], 0);
      const polls = { due: sum('due'), done: sum('done') };
      this.hear(heartbeatOf({ incarnation, load, polls, parts, ...(trouble === undefined ? {} : { trouble }) }));
    }
    return this;
  }

  hear(heartbeat: Heartbeat): void {
    this.beats += 1;
    const nowMs = this.beats * HEARTBEAT_MS;
    // The driver ticks when it is told to; here it is enough to look at the clock once before.
    for (let atMs = nowMs - HEARTBEAT_MS; atMs < nowMs; atMs += HEARTBEAT_MS / 10)
      step(this.detection, { is: 'tick' }, atMs);
    for (const effect of step(this.detection, { is: 'heard', member: 'a', heartbeat }, nowMs))
      if (effect.is === 'relieve' || effect.is === 'restore') this.turns.push({ ...effect, atBeat: this.beats });
  }

  get told(): string[] {
    return this.turns.map(({ is, part, atBeat }) => `${is} ${part ?? 'all'} at ${atBeat}`);
  }
}

const FINE = { north: 1, south: 1 };

describe('relief of managers that cannot work', () => {
  const cases: readonly {
    readonly name: string;
    readonly phases: readonly Phase[];
    readonly told: readonly string[];
  }[] = [
    { name: 'leaves those alone that work', phases: [{ forHeartbeats: 300, shares: FINE }], told: [] },
    {
      name: 'relieves of all what names a trouble three times in a row, and restores it a hold after the trouble',
      phases: [
        { forHeartbeats: 5, shares: FINE },
        { forHeartbeats: 20, shares: FINE, trouble: 'the disk is full' },
        { forHeartbeats: 60, shares: {} },
      ],
      told: ['relieve all at 8', 'restore all at 56'],
    },
    {
      name: 'overlooks a trouble of two heartbeats',
      phases: [1, 2, 3].flatMap(() => [
        { forHeartbeats: 2, shares: FINE, trouble: 'the store fails' },
        { forHeartbeats: 3, shares: FINE },
      ]),
      told: [],
    },
    {
      name: 'relieves of one part when another part works',
      phases: [
        { forHeartbeats: 11, shares: FINE },
        { forHeartbeats: 40, shares: { north: 0, south: 1 } },
      ],
      told: ['relieve north at 31'],
    },
    {
      name: 'relieves of the one part that counts for most of the work, too',
      phases: [
        { forHeartbeats: 11, shares: { north: 1, n2: 1, n3: 1, south: 1 } },
        { forHeartbeats: 40, shares: { north: 0, n2: 0, n3: 0, south: 1 } },
      ],
      told: ['relieve north at 31', 'relieve n2 at 31', 'relieve n3 at 31'],
    },
    {
      name: 'relieves of all when no part works',
      phases: [
        { forHeartbeats: 11, shares: FINE },
        { forHeartbeats: 40, shares: { north: 0.2, south: 0.1 } },
      ],
      told: ['relieve all at 31'],
    },
    {
      name: 'overlooks one bad window',
      phases: [
        { forHeartbeats: 11, shares: FINE },
        { forHeartbeats: 10, shares: { north: 0, south: 0 } },
        { forHeartbeats: 30, shares: FINE },
      ],
      told: [],
    },
    {
      name: 'changes nothing for what is neither good nor bad',
      phases: [{ forHeartbeats: 300, shares: { north: 0.6, south: 0.8 } }],
      told: [],
    },
    {
      name: 'asks less of an overloaded one',
      phases: [{ forHeartbeats: 100, shares: { north: 0.4, south: 0.4 }, load: 0.97 }],
      told: [],
    },
    {
      name: 'restores a part when probes have gone well for a whole hold',
      phases: [
        { forHeartbeats: 31, shares: { north: 0, south: 1 } },
        { forHeartbeats: 70, shares: { north: 0.6, south: 1 } },
        { forHeartbeats: 60, shares: FINE },
      ],
      told: ['relieve north at 21', 'restore north at 141'],
    },
    {
      name: 'holds twice as long the second time',
      phases: [
        { forHeartbeats: 21, shares: { north: 0, south: 1 } },
        { forHeartbeats: 50, shares: FINE },
        { forHeartbeats: 30, shares: { north: 0, south: 1 } },
        { forHeartbeats: 100, shares: FINE },
      ],
      told: ['relieve north at 21', 'restore north at 61', 'relieve north at 91', 'restore north at 171'],
    },
    {
      name: 'tries a part again of which nothing is known for long',
      phases: [
        { forHeartbeats: 21, shares: { north: 0, south: 1 } },
        { forHeartbeats: 200, shares: { south: 1 } },
      ],
      told: ['relieve north at 21', 'restore north at 201'],
    },
    {
      name: 'gives all back to a newer incarnation',
      phases: [
        { forHeartbeats: 21, shares: { north: 0, south: 1 } },
        { forHeartbeats: 1, shares: FINE, incarnation: 2 },
      ],
      told: ['relieve north at 21', 'restore north at 22'],
    },
  ];
  for (const { name, phases, told } of cases)
    it(name, () => {
      const sender = new Sender();
      for (const phase of phases) sender.send(phase);
      expect(sender.told).to.deep.equal(told);
    });

  it('does not turn back and forth, however the figures do', () => {
    const sender = new Sender();
    for (let at = 0; at < 60; at += 1) sender.send({ forHeartbeats: 25, shares: { north: at % 2, south: 1 } });
    // 1500 heartbeats: each relief holds longer than the one before, and bad windows put its end off.
    expect(sender.turns.length).to.be.within(1, 6);
  });

  it('says why, and bounds what it looks at', () => {
    const sender = new Sender();
    sender.send({ forHeartbeats: 21, shares: { north: 0, south: 1 } });
    expect(sender.turns[0]?.why).to.equal('0 of 40 polls done in 5.0 s');
    const many = Object.fromEntries(Array.from({ length: 3 * MOST_PARTS }, (_, at) => [`p${at}`, at === 0 ? 1 : 0]));
    const other = new Sender();
    other.send({ forHeartbeats: 31, shares: many, trouble: undefined });
    expect(other.turns).to.have.length(MOST_PARTS - 1);
    const troubled = new Sender();
    troubled.send({ forHeartbeats: 3, shares: FINE, trouble: 'x'.repeat(100_000) });
    expect(troubled.turns[0]?.why).to.have.length(200);
  });

  it('is not misled by heartbeats that overtake each other', () => {
    const sender = new Sender();
    sender.send({ forHeartbeats: 15, shares: FINE });
    for (let at = 0; at < 40; at += 1) {
      sender.hear(heartbeatOf({ polls: { due: 3, done: 0 }, parts: [{ part: 'north', due: 3, done: 0 }] }));
      sender.send({ forHeartbeats: 1, shares: FINE });
    }
    expect(sender.turns).to.deep.equal([]);
  });
});
