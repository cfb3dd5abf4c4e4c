import { expect } from 'chai';
import { changes, clockTime } from '../../../src/cli/status/changes.js';
import type { Picture, PicturedElement, PicturedMember, Seen } from '../../../src/cli/status/picture.js';

const member = (id: string, more: Partial<PicturedMember> = {}): PicturedMember => ({
  id,
  role: 'EM',
  voter: true,
  standing: 'alive',
  owns: 4,
  standsInFor: 0,
  ...more,
});

const owned = (owners: Readonly<Record<string, Partial<PicturedElement>>>): Picture['elements'] =>
  new Map(Object.entries(owners).map(([name, more]) => [name, { homes: [], ...more }]));

const picture = (more: Partial<Picture> = {}): Picture => ({
  standing: 'member',
  whole: true,
  teller: 'EIM1',
  term: 12,
  master: 'EM1',
  roster: 3,
  cutOff: false,
  members: [member('EM1'), member('EM2'), member('EM3')],
  elements: owned({
    a: { owner: 'EM2' },
    b: { owner: 'EM2' },
    c: { owner: 'EM2' },
    d: { owner: 'EM2' },
    e: { owner: 'EM1' },
  }),
  total: 5,
  ...more,
});

const seen = (shown: Picture | undefined, silent: Readonly<Record<string, number>> = {}): Seen => ({
  picture: shown,
  silent: new Map(Object.entries(silent).map(([id, sinceMs]) => [id, { sinceMs, reason: `refuses\nthe connection` }])),
});

describe('changes of a pool', () => {
  it('are none where nothing has changed', () => {
    expect(changes(seen(picture()), seen(picture()), 0)).to.deep.equal([]);
  });

  it('tell a takeover as it happens', () => {
    const gone = [
      member('EM1'),
      member('EM2', { standing: 'gone', why: 'crashed: refuses the connection' }),
      member('EM3'),
    ];
    expect(changes(seen(picture()), seen(picture(), { EM2: 1_000 }), 1_000)).to.deep.equal([
      'EM2 does not answer: refuses the connection',
    ]);
    expect(
      changes(seen(picture(), { EM2: 1_000 }), seen(picture({ members: gone }), { EM2: 1_000 }), 1_600),
    ).to.deep.equal(['EM2 gone (crashed): refuses the connection']);
    const taken = owned({
      a: { owner: 'EM3' },
      b: { owner: 'EM3' },
      c: { owner: 'EM3' },
      d: { owner: 'EM3' },
      e: { owner: 'EM1' },
    });
    expect(
      changes(
        seen(picture({ members: gone }), { EM2: 1_000 }),
        seen(picture({ members: gone, elements: taken }), { EM2: 1_000 }),
        1_800,
      ),
    ).to.deep.equal(['4 elements EM2 -> EM3, 0.8 s']);
  });

  it('name a few elements, say who holds one until it has moved, and that one is unwatched', () => {
    const moving = owned({
      a: { owner: 'EM3', holder: 'EM2' },
      b: { owner: 'EM3' },
      c: { unwatched: 'only EM2 can read it' },
      d: { owner: 'EM2' },
      e: { owner: 'EM1' },
      f: { owner: 'EM1' },
    });
    expect(changes(seen(picture()), seen(picture({ elements: moving })), 0)).to.deep.equal([
      'b EM2 -> EM3',
      'c EM2 -> unwatched',
    ]);
  });

  it('tell of masters and terms', () => {
    const without = (({ master: _, ...rest }) => rest)(picture({ term: 13 }));
    expect(changes(seen(picture()), seen(without), 0)).to.deep.equal(['no master, term 13']);
    expect(changes(seen(without), seen(picture({ term: 13, master: 'EM3' })), 0)).to.deep.equal([
      'EM3 is master, term 13',
    ]);
    expect(changes(seen(picture()), seen(picture({ term: 14 })), 0)).to.deep.equal(['EM1 is master, term 14']);
  });

  it('tell of members that come, go, pause and return', () => {
    const later = [
      member('EM1', { standing: 'keeping' }),
      member('EM2', { standing: 'returning', returnsInMs: 41_200 }),
      member('EM4'),
    ];
    expect(changes(seen(picture()), seen(picture({ members: later })), 0)).to.deep.equal([
      'EM1 is paused and keeps its 4: nobody polls them',
      'EM2 is back, gets its own from 42 s on',
      'EM4 has joined the pool',
      'EM3 is no member any more',
    ]);
  });

  it('tell that another is asked, and that the one who is asked is cut off', () => {
    expect(changes(seen(picture()), seen(picture({ teller: 'EM3', cutOff: true })), 0)).to.deep.equal([
      'now asking EM3',
    ]);
    expect(changes(seen(picture()), seen(picture({ cutOff: true })), 0)).to.deep.equal([
      'EIM1 is cut off: it hears no master',
    ]);
    expect(changes(seen(picture({ cutOff: true })), seen(picture()), 0)).to.deep.equal(['EIM1 hears a master again']);
  });

  it('are told of who answers even where nobody knows the pool', () => {
    expect(changes(seen(undefined, { EM2: 0 }), seen(undefined), 0)).to.deep.equal(['EM2 answers again']);
  });

  it('are stamped to the tenth of a second', () => {
    expect(clockTime(new Date(2026, 2, 14, 3, 7, 9, 160).getTime())).to.equal('03:07:09.1');
  });
});
