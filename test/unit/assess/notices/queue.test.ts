/** Who is told of what, when, and how often. */
import { expect } from 'chai';
import { EXPIRY_MS, PROGRAMS, READERS } from '../../../../src/assess/notices/lane.js';
import type { Message } from '../../../../src/assess/notices/message.js';
import { HELD_MS } from '../../../../src/assess/notices/queue.js';
import { FOLLOW_UP_MS } from '../../../../src/assess/notices/told-alarms.js';
import { alarm, cleared, Desk, event, noticesOf, T0 } from './samples.js';

describe('the queue of notices', () => {
  let desk: Desk;
  let got: Message[];
  const takes = (_destination: string, message: Message): boolean => {
    got.push(message);
    return true;
  };
  const kinds = (): string[] => got.flatMap(noticesOf).map(({ id, kind }) => `${id} ${kind}`);

  beforeEach(() => {
    desk = new Desk(['mail'], READERS);
    got = [];
  });

  it('tells of an alarm that is raised, gets worse, is acknowledged and is over, each time once', () => {
    const first = alarm('a1', { severity: 'minor', worst: 'minor' });
    const worse = alarm('a1', { change: 2, revision: 2, changedAt: T0 + 1 });
    const seen = { ...worse, change: 3, changedAt: T0 + 2, acknowledged: { by: 'ada', at: T0 + 2 } };
    for (const one of [first, worse, seen, cleared(seen)]) {
      desk.tell(one);
      desk.tell({ ...one, revision: one.revision + 1, count: 2 });
      desk.pass(20_000, takes);
    }
    expect(kinds()).to.deep.equal(['a1.1 raised', 'a1.2 changed', 'a1.3 acknowledged', 'a1.4 cleared']);
    expect(desk.told).to.deep.equal([1, 2, 3, 4].map((change) => ({ alarm: 'a1', change })));
    expect(desk.disk.size).to.equal(0);
  });

  it('says of one that changes before it is told only what it is now', () => {
    const one = alarm('a1');
    desk.tell(one);
    desk.nowMs += 1000;
    desk.tell(cleared(one));
    expect(desk.disk.size).to.equal(1);
    desk.pass(10_000, takes);
    expect(kinds()).to.deep.equal(['a1.2 cleared']);
    expect(desk.told).to.deep.equal([{ alarm: 'a1', change: 2 }]);
  });

  it('says at once that an alarm is told that no rule names', () => {
    desk.tell(alarm('a1'), []);
    expect(desk.told).to.deep.equal([{ alarm: 'a1', change: 1 }]);
    expect(desk.disk.size).to.equal(0);
  });

  it('tells nothing of what was told before a start or by the former owner', () => {
    desk.tell(alarm('a1', { told: 1 }));
    desk.pass(10_000, takes);
    expect(got).to.deep.equal([]);
    desk.tell(cleared(alarm('a1', { told: 1 })));
    desk.pass(10_000, takes);
    expect(kinds()).to.deep.equal(['a1.2 cleared']);
  });

  it('tells once that it is over, however often it is shown afterwards', () => {
    desk.tell(alarm('a1'));
    desk.pass(10_000, takes);
    const over = cleared(alarm('a1'));
    desk.tell(over);
    desk.pass(10_000, takes);
    // Another manager has it on disk as well, and that it is told has not been noted yet.
    desk.tell({ ...over, keptBy: 'EM2' });
    desk.tell({ ...over, told: 2, revision: 3 });
    desk.pass(10_000, takes);
    expect(kinds()).to.deep.equal(['a1.1 raised', 'a1.2 cleared']);
  });

  it('tells that it is over to who heard that it was bad, though the rules name others now', () => {
    desk = new Desk(['mail', 'chat'], READERS);
    desk.tell(alarm('a1'), ['mail']);
    desk.pass(10_000, takes);
    desk.tell(cleared(alarm('a1')), ['chat']);
    const heard: string[] = [];
    desk.pass(10_000, (destination) => heard.push(destination) > 0);
    expect(heard.toSorted()).to.deep.equal(['chat', 'mail']);
  });

  describe('what follows from something else', () => {
    const router = alarm('root');
    const behind = (at: number) =>
      alarm(`b${at}`, {
        element: `device/edge${at}`,
        name: 'elementUnreachable',
        root: { element: 'device/core1', alarm: 'root', why: 'behind it' },
      });

    it('is not told by itself; the message of the root counts it', () => {
      for (let at = 0; at < 500; at += 1) desk.tell(behind(at));
      desk.tell(router);
      desk.pass(10_000, takes);
      expect(kinds()).to.deep.equal(['root.1 raised']);
      const [told] = got.flatMap(noticesOf);
      expect(told?.behind).to.include({ elements: 500, alarms: 500 });
      expect(told?.behind?.names).to.have.length(20);
      expect(desk.told.map((one) => one.alarm)).to.include.members(['root', 'b0', 'b499']);
    });

    it('is counted by one more message when it is found after that of the root', () => {
      desk.tell(router);
      desk.pass(10_000, takes);
      for (let at = 0; at < 500; at += 1) {
        desk.tell(behind(at));
        if (at % 50 === 0) desk.pass(1000, takes);
      }
      desk.pass(2 * FOLLOW_UP_MS, takes);
      expect(kinds()).to.deep.equal(['root.1 raised', 'root.1-behind changed']);
      expect(got.flatMap(noticesOf).at(-1)).to.deep.include({ isFollowUp: true });
      expect(got.flatMap(noticesOf).at(-1)?.behind?.elements).to.equal(500);
      desk.tell(behind(501));
      desk.pass(2 * FOLLOW_UP_MS, takes);
      for (let at = 0; at < 500; at += 1) desk.tell(cleared(behind(at)));
      desk.tell(cleared(router));
      desk.pass(10_000, takes);
      expect(kinds()).to.deep.equal(['root.1 raised', 'root.1-behind changed', 'root.2 cleared']);
    });

    it('is not told after all when the root is found while it waits', () => {
      const { root, ...own } = behind(1);
      desk.tell(own);
      desk.nowMs += 1000;
      desk.tell({ ...own, ...(root && { root }), revision: 2 });
      desk.tell(router);
      desk.pass(10_000, takes);
      expect(kinds()).to.deep.equal(['root.1 raised']);
      expect(desk.disk.size).to.equal(0);
    });

    it('is told when it stands in its own right, and is then told to be over', () => {
      desk.tell(behind(1));
      const { root, ...own } = behind(1);
      desk.tell({ ...own, change: 2, revision: 2 });
      desk.pass(20_000, takes);
      desk.tell(cleared({ ...own, ...(root && { root }), change: 2 }));
      desk.pass(20_000, takes);
      expect(kinds()).to.deep.equal(['b1.2 changed', 'b1.3 cleared']);
    });

    it('is not told once more when it stands again as it was told before, but what has become of it is', () => {
      const { root, ...rest } = behind(1);
      const own = { ...rest, severity: 'minor', worst: 'minor' } as const;
      const rooted = root && { root };
      desk.tell(own);
      desk.pass(20_000, takes);
      desk.tell({ ...own, ...rooted, revision: 2 });
      desk.tell({ ...own, change: 2, revision: 3 });
      desk.pass(20_000, takes);
      expect(kinds()).to.deep.equal(['b1.1 raised']);
      expect(desk.told.at(-1)).to.deep.equal({ alarm: 'b1', change: 2 });
      desk.tell({ ...own, ...rooted, change: 3, revision: 4, severity: 'critical', worst: 'critical' });
      desk.tell({ ...own, change: 4, revision: 5, severity: 'critical', worst: 'critical' });
      desk.pass(20_000, takes);
      desk.tell(cleared({ ...own, change: 4 }));
      desk.pass(20_000, takes);
      expect(kinds()).to.deep.equal(['b1.1 raised', 'b1.4 changed', 'b1.5 cleared']);
    });

    it('goes as silently as it came', () => {
      desk.tell(behind(1));
      desk.tell(alarm('m1', { silencedBy: 'new line card' }));
      const { root, ...over } = cleared(behind(1));
      desk.tell(over);
      desk.tell(cleared(alarm('m1')));
      desk.pass(10_000, takes);
      expect(got).to.deep.equal([]);
      expect(desk.told.filter(({ change }) => change === 2)).to.have.length(2);
    });
  });

  it('tells once that something comes and goes, and then when it is over or worse', () => {
    const flapping = alarm('f1', { severity: 'minor', worst: 'minor', isFlapping: true });
    desk.tell(flapping);
    desk.pass(10_000, takes);
    for (let change = 2; change < 50; change += 1) {
      desk.tell({ ...flapping, change, severity: change % 2 ? 'minor' : 'warning' });
      desk.pass(5000, takes);
    }
    desk.tell({ ...flapping, change: 50, severity: 'critical', worst: 'critical' });
    desk.pass(10_000, takes);
    desk.tell(cleared({ ...flapping, change: 50 }));
    desk.pass(10_000, takes);
    expect(kinds()).to.deep.equal(['f1.1 changed', 'f1.50 changed', 'f1.51 cleared'].with(0, 'f1.1 raised'));
    expect(desk.told.at(-1)).to.deep.equal({ alarm: 'f1', change: 51 });
  });

  describe('a storm', () => {
    it('of ten thousand in a minute becomes a few messages that count every one', () => {
      for (let at = 0; at < 10_000; at += 1) {
        desk.tell(alarm(`a${at}`, { element: `device/d${at % 700}`, name: `n${at % 30}` }));
        if (at % 170 === 0) desk.pass(0, takes);
      }
      desk.pass(240_000, takes);
      expect(got.length).to.be.at.most(8);
      const count = got.reduce((sum, { content }) => sum + (content.is === 'one' ? 1 : content.all.count), 0);
      expect(count).to.equal(10_000);
      for (const { content } of got) {
        if (content.is === 'one') continue;
        const { names, listed, unlisted } = content.all;
        const named = names.counted.reduce((sum, one) => sum + one.count, 0) + names.others.count;
        expect(named).to.equal(content.all.count);
        expect(listed.length + unlisted).to.equal(content.all.count);
      }
      expect(desk.told).to.have.length(10_000);
      expect(desk.disk.size).to.equal(0);
    });

    it('is told the worst first, what is over last', () => {
      const severities = ['minor', 'critical', 'warning', 'major', 'critical', 'minor'] as const;
      severities.forEach((severity, at) => {
        desk.tell(alarm(`a${at}`, { severity, worst: severity }));
      });
      desk.tell(cleared(alarm('a1')));
      desk.pass(10_000, takes);
      expect(got).to.have.length(1);
      expect(got.flatMap(noticesOf).map(({ severity }) => severity)).to.deep.equal([
        ...['critical', 'major', 'minor', 'minor', 'warning', 'cleared'],
      ]);
    });

    it('is over when it has been calm for a window, and each is told by itself again', () => {
      for (let at = 0; at < 100; at += 1) desk.tell(alarm(`a${at}`));
      desk.pass(90_000, takes);
      expect(got).to.have.length(1);
      desk.tell(alarm('late'));
      desk.pass(10_000, takes);
      desk.tell(alarm('later'));
      desk.pass(10_000, takes);
      expect(kinds().slice(-2)).to.deep.equal(['late.1 raised', 'later.1 raised']);
    });

    it('is none for a program, which is told hundreds one by one', () => {
      desk = new Desk(['log'], PROGRAMS);
      for (let at = 0; at < 200; at += 1) desk.event(event(at));
      desk.pass(10_000, takes);
      expect(got).to.have.length(200);
    });
  });

  it('tries again later and later, the same message, and goes on in order', () => {
    const tries: number[] = [];
    desk.event(event(1));
    desk.event(event(2));
    desk.pass(700_000, (_destination, message) => {
      tries.push(desk.nowMs);
      got.push(message);
      return false;
    });
    expect(new Set(got.map(({ id }) => id))).to.deep.equal(new Set(['EM1-event-1']));
    const gaps = tries.slice(1).map((ms, at) => ms - (tries[at] ?? 0));
    expect(gaps.slice(0, 4)).to.deep.equal([4000, 8000, 15_000, 30_000]);
    expect(Math.max(...gaps)).to.be.at.most(300_000);
    got = [];
    desk.pass(400_000, takes);
    expect(kinds()).to.deep.equal(['EM1-event-1 event', 'EM1-event-2 event']);
  });

  it('leaves out a message that is refused three times, and says so in the next', () => {
    desk.event(event(1, { name: 'odd' }));
    desk.event(event(2));
    for (let tries = 0; tries < 3; tries += 1) {
      desk.nowMs += 400_000;
      expect(desk.take('mail')?.id).to.equal('EM1-event-1');
      desk.perform(desk.queue.failed('mail', desk.nowMs, 0, { isRefused: true }));
    }
    expect(desk.lost.map(({ notice }) => notice.id)).to.deep.equal(['EM1-event-1']);
    desk.pass(400_000, takes);
    expect(got[0]?.unsent).to.deep.equal({ count: 1, names: [{ of: 'odd', count: 1 }] });
    desk.event(event(3));
    desk.pass(10_000, takes);
    expect(got.at(-1)?.unsent).to.equal(undefined);
  });

  it('gives up what is a day old, counts it, and says that the alarm is told', () => {
    desk.tell(alarm('a1'));
    desk.pass(EXPIRY_MS + 1000, () => false);
    expect(desk.lost.map(({ notice }) => notice.id)).to.deep.equal(['a1.1']);
    expect(desk.told).to.deep.equal([{ alarm: 'a1', change: 1 }]);
    expect(desk.disk.size).to.equal(0);
    desk.event(event(2));
    desk.pass(400_000, takes);
    expect(got[0]?.unsent?.count).to.equal(1);
  });

  describe('after a start', () => {
    it('tells what waited, with the ids that it had', () => {
      for (let at = 0; at < 50; at += 1) desk.event(event(at));
      desk.pass(2000, (_destination, message) => {
        got.push(message);
        return false;
      });
      desk.crash();
      desk.event(event(99));
      desk.pass(400_000, takes);
      expect(got).to.have.length(3);
      expect(got[1]?.id).to.equal(got[0]?.id);
      expect(got[1]?.content.is === 'gathered' && got[1].content.all.count).to.equal(50);
      expect(got[2]?.id).to.equal('EM1-event-99');
    });

    it('leaves alarms to who has their elements now', () => {
      desk.tell(alarm('a1'));
      desk.tell(alarm('a2', { element: 'device/edge' }));
      desk.crash();
      desk.ownerOf = (element) => (element === 'device/edge' ? 'own' : 'unknown');
      desk.pass(HELD_MS + 2000, takes);
      expect(kinds()).to.deep.equal(['a2.1 raised']);
      expect(desk.told).to.deep.equal([{ alarm: 'a2', change: 1 }]);
      expect(desk.disk.size).to.equal(0);
    });

    it('tells of an alarm once though its owner tells of it again', () => {
      desk = new Desk(['mail', 'chat'], READERS);
      desk.tell(alarm('a1'));
      desk.pass(10_000, (destination, message) => {
        got.push(message);
        return destination === 'chat';
      });
      desk.crash();
      desk.ownerOf = () => 'unknown';
      got = [];
      desk.tell(alarm('a1'));
      desk.pass(400_000, takes);
      expect(kinds()).to.deep.equal(['a1.1 raised']);
      expect(desk.told).to.deep.equal([{ alarm: 'a1', change: 1 }]);
    });
  });

  it('drops what waits of an element that another manager has by now', () => {
    desk.tell(alarm('a1'));
    desk.ownerOf = () => 'other';
    desk.pass(10_000, takes);
    expect(got).to.deep.equal([]);
    expect(desk.told).to.deep.equal([]);
    expect(desk.disk.size).to.equal(0);
  });

  it('lets go of what waits for a destination that is taken out of the configuration', () => {
    desk.tell(alarm('a1'));
    desk.perform(desk.queue.configure(new Map()));
    expect(desk.lost).to.have.length(1);
    expect(desk.told).to.deep.equal([{ alarm: 'a1', change: 1 }]);
  });
});
