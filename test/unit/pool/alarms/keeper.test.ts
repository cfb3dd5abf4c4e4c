import { expect } from 'chai';
import type { Alarm } from '../../../../src/model/alarm.js';
import type { Epoch } from '../../../../src/model/manager.js';
import {
  forgetKept,
  type KeeperState,
  type KeepMessage,
  MOST_KEPT,
  MOST_SUBJECTS,
  newKeeperState,
  OVER_FOR_MS,
  outdated,
  rememberKept,
  type SubjectAlarms,
  takeMessage,
} from '../../../../src/pool/alarms/keeper.js';
import { alarm, CORE, copy, epoch, over, version } from './alarms.js';

const nobody = (): Epoch | undefined => undefined;
const all = (alarms: readonly Alarm[], of = 1, more: Partial<SubjectAlarms> = {}): SubjectAlarms => ({
  subject: CORE,
  epoch: epoch(of),
  begins: true,
  alarms,
  ...more,
});
const changes = (alarms: readonly Alarm[], of = 1): SubjectAlarms => all(alarms, of, { begins: false });
const message = (number: number, subjects: readonly SubjectAlarms[], more: Partial<KeepMessage> = {}): KeepMessage => ({
  owner: 'EM1',
  incarnation: 1,
  number,
  subjects,
  released: [],
  ...more,
});

function take(state: KeeperState, of: KeepMessage, own = nobody, nowMs = 0) {
  const taken = takeMessage(state, of, own, nowMs);
  if (typeof taken === 'string') return taken;
  const { change, stale, lacking, unmerged } = taken;
  const put = change.alarms.map((one) => `${one.alarm.id}${one.alarm.revision}`);
  return { put, gone: [...change.removed, ...change.forgotten], refused: [...stale, ...lacking, ...unmerged] };
}

describe('a keeper of alarms', () => {
  const a = alarm('a');
  const b = alarm('b');
  let state: KeeperState;
  beforeEach(() => {
    state = newKeeperState();
  });

  it('begins a copy with all, goes on with changes, and begins anew without what is not among them', () => {
    expect(take(state, message(1, [all([a, b])]))).to.deep.equal({ put: ['a1', 'b1'], gone: [], refused: [] });
    expect(take(state, message(2, [changes([{ ...a, revision: 2 }])]))).to.deep.include({ put: ['a2'] });
    expect(take(state, message(3, [all([b])]))).to.deep.equal({ put: ['b1'], gone: ['a'], refused: [] });
    expect(state.count).to.equal(1);
  });

  it('wants all where it has nothing that changes would go on from', () => {
    expect(take(state, message(1, [changes([a])]))).to.deep.equal({ put: [], gone: [], refused: [CORE] });
    take(state, message(2, [all([a])]));
    expect(take(state, message(1, [changes([a])], { incarnation: 2 }))).to.deep.include({ refused: [CORE] });
    expect(take(state, message(3, [changes([a])], { owner: 'EM2' }))).to.deep.include({ refused: [CORE] });
  });

  it('refuses what an owner has sent before its latest message, and what comes from a former start', () => {
    take(state, message(5, [all([a])], { incarnation: 2 }));
    expect(take(state, message(5, [all([])], { incarnation: 2 }))).to.equal('old');
    expect(take(state, message(4, [all([])], { incarnation: 2 }))).to.equal('old');
    expect(take(state, message(9, [all([])], { incarnation: 1 }))).to.equal('old');
    expect(state.count).to.equal(1);
  });

  it('refuses an ownership that is older than the one it keeps by, or than its own', () => {
    take(state, message(1, [all([a], 2)]));
    expect(take(state, message(1, [all([b], 1)], { owner: 'EM2' }))).to.deep.include({ put: [], refused: [CORE] });
    expect(take(state, message(2, [all([b], 2)]), () => epoch(3))).to.deep.include({ put: [], refused: [CORE] });
    expect(take(state, message(3, [changes([b], 2)]), () => epoch(1))).to.deep.include({ put: ['b1'] });
  });

  it('drops a copy of a former owner only when the new one knows of it', () => {
    take(state, message(7, [all([a], 1)]));
    const anew = (number: number, more: Partial<SubjectAlarms>) =>
      take(state, message(number, [all([b], 2, more)], { owner: 'EM2' }));
    expect(anew(1, {})).to.deep.equal({ put: [], gone: [], refused: [CORE] });
    expect(anew(2, { since: version(1, 1, 6) })).to.deep.include({ refused: [CORE] });
    expect(anew(3, { since: version(1, 1, 7) })).to.deep.equal({ put: ['b1'], gone: ['a'], refused: [] });
  });

  it('forgets what is released, but for what is over, and that after a day', () => {
    take(state, message(1, [all([a, over(b)])]));
    const released = [{ subject: CORE, epoch: epoch(1) }] as const;
    expect(take(state, message(2, [], { released }))).to.deep.equal({ put: [], gone: ['a'], refused: [] });
    expect(outdated(state, OVER_FOR_MS, -1)).to.deep.equal({ forgotten: [], removed: [] });
    expect(outdated(state, OVER_FOR_MS + 1, -1)).to.deep.equal({ forgotten: [], removed: ['b'] });
    expect(take(state, message(3, [], { released }))).to.deep.include({ gone: [CORE] });
  });

  it('forgets what nobody has spoken of for long', () => {
    take(state, message(1, [all([a])]), nobody, 1000);
    expect(outdated(state, 2000, 1000)).to.deep.equal({ forgotten: [], removed: [] });
    expect(outdated(state, 2000, 1001)).to.deep.equal({ forgotten: [CORE], removed: [] });
    expect(state.count).to.equal(0);
  });

  it('goes on from its disk after a restart, and begins anew after a fault of it', () => {
    const { alarms: _, ...set } = copy(version(1, 1, 4), []);
    rememberKept(state, [set], [{ subject: CORE, at: 0, alarm: { ...a, revision: 3 } }], 0);
    expect(take(state, message(5, [changes([{ ...a, revision: 2 }, b])]))).to.deep.include({ put: ['b1'] });
    forgetKept(state, [CORE]);
    expect(take(state, message(6, [changes([b])]))).to.deep.include({ refused: [CORE] });
  });

  it('takes no more than it has room for', () => {
    state.count = MOST_KEPT;
    expect(take(state, message(1, [all([a])]))).to.equal('full');
    expect(take(state, message(1, []))).to.not.equal('old');
  });

  it('takes no more copies than it has room for, also of such as are empty', () => {
    const none = (from: number): readonly SubjectAlarms[] =>
      Array.from({ length: MOST_SUBJECTS / 2 }, (_, index) => all([], 1, { subject: `device/${from + index}` }));
    take(state, message(1, none(0)));
    take(state, message(2, none(MOST_SUBJECTS / 2)));
    expect(take(state, message(3, [all([], 1, { subject: 'device/last' })]))).to.equal('full');
    expect(take(state, message(3, [all([a], 1, { subject: 'device/1' })]))).to.deep.include({ put: ['a1'] });
  });

  it('lets nobody take the place of an alarm by its id, or have a copy of the same ownership forgotten', () => {
    take(state, message(1, [all([a])]));
    const other = { subject: 'device/other' } as const;
    expect(take(state, message(1, [all([a], 1, other)], { owner: 'EM2' }))).to.deep.include({ put: [], gone: [] });
    expect(take(state, message(2, [all([], 1, other)], { owner: 'EM2' }))).to.deep.include({ gone: [] });
    const released = [{ subject: CORE, epoch: epoch(1) }] as const;
    expect(take(state, message(3, [], { owner: 'EM2', released }))).to.deep.include({ gone: [] });
    take(state, message(2, [], { released }));
    expect(take(state, message(4, [all([a], 1, other)], { owner: 'EM2' }))).to.deep.include({ put: ['a1'] });
  });
});
