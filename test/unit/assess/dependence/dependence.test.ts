import { expect } from 'chai';
import { rootOfAlarm } from '../../../../src/assess/dependence/alarm-root.js';
import { type Standing, type Supporter, verdictOn } from '../../../../src/assess/dependence/dependence.js';
import type { ElementName } from '../../../../src/model/element.js';

const T = Date.UTC(2026, 10, 22, 2);
const down: Standing = { is: 'out', status: 'down', since: T };
const cut: Standing = { is: 'out', status: 'unreachable', since: T };
const well: Standing = { is: 'well' };
const doubted: Standing = { is: 'doubted' };
const unknown: Standing = { is: 'unknown' };
const behind = (element: ElementName, alarm?: string): Standing => ({
  ...cut,
  behind: { element, status: 'down', since: T - 60_000, ...(alarm !== undefined && { alarm }) },
});
const all = (...standings: readonly Standing[]): Supporter[] =>
  standings.map((standing, index) => ({ element: `device/p${index + 1}`, standing }));

describe('what an element depends on', () => {
  for (const [what, parents, device, verdict] of [
    ['nothing', [], undefined, 'free'],
    ['a parent that is well', [well], undefined, 'free'],
    ['a parent that is down', [down], undefined, 'behind device/p1, which is down since 2026-11-22T02:00:00Z'],
    [
      'a parent that is unreachable',
      [cut],
      undefined,
      'behind device/p1, which is unreachable since 2026-11-22T02:00:00Z',
    ],
    ['one of two that is down', [down, well], undefined, 'free'],
    ['one that is down and one in doubt', [down, doubted], undefined, 'awaited'],
    ['one in doubt and one that is well', [doubted, well], undefined, 'free'],
    [
      'two that are out',
      [cut, down],
      undefined,
      'behind device/p2, which is down since 2026-11-22T02:00:00Z; device/p1 is out, too',
    ],
    [
      'one that is down, and one that nobody knows',
      [down, unknown],
      undefined,
      'behind device/p1, which is down since 2026-11-22T02:00:00Z',
    ],
    ['one that nobody knows', [unknown], undefined, 'free'],
    [
      'one behind another',
      [behind('device/r')],
      undefined,
      'behind device/p1, which is behind device/r, down since 2026-11-22T01:59:00Z',
    ],
    ['one behind itself', [behind('device/x')], undefined, 'free'],
    ['a device that is down', [], down, 'on device/host, which is down since 2026-11-22T02:00:00Z'],
    [
      'a device that is down, whatever its parents',
      [well],
      down,
      'on device/host, which is down since 2026-11-22T02:00:00Z',
    ],
    ['a device in doubt', [well], doubted, 'awaited'],
    [
      'a device that is well, and a parent that is down',
      [down],
      well,
      'behind device/p1, which is down since 2026-11-22T02:00:00Z',
    ],
  ] as const) {
    it(`is ${what}: ${verdict}`, () => {
      const found = verdictOn('device/x', {
        parents: all(...parents),
        ...(device && { device: { element: 'device/host', standing: device } }),
      });
      expect(found.is === 'behind' ? found.why : found.is).to.equal(verdict);
    });
  }

  it('names the end of a line of elements behind each other as the root, with its alarm', () => {
    const found = verdictOn('device/x', { parents: all(behind('device/r', 'a1')) });
    expect(found).to.deep.include({
      is: 'behind',
      root: { element: 'device/r', status: 'down', since: T - 60_000, alarm: 'a1' },
    });
  });

  it('is never the element itself', () => {
    expect(verdictOn('device/p1', { parents: all(down) }).is).to.equal('free');
  });
});

describe('the root of an alarm', () => {
  const root = { element: 'device/r', status: 'down', since: T, alarm: 'a1' } as const;
  const out = { status: 'unreachable', reason: 'behind device/r', behind: root } as const;
  const host = { is: 'behind', root, why: 'on device/r' } as const;
  for (const [what, key, reach, more, expected] of [
    ['of an element behind another is that', 'reach', out, {}, 'device/r a1 behind device/r'],
    ['of a threshold there is that, too', 'threshold x', out, {}, 'device/r a1 behind device/r'],
    ['is nothing for an element that is down by itself', 'reach', { status: 'down' }, { alarm: 'b1' }, undefined],
    [
      'of a threshold is that its element is down',
      'threshold x',
      { status: 'down' },
      { alarm: 'b1' },
      'device/x b1 device/x is down',
    ],
    [
      'of an interface is that its device is unreachable',
      'event linkDown',
      { status: 'unreachable' },
      { alarm: 'b1' },
      'device/x b1 device/x is unreachable',
    ],
    [
      'of a service is what its device follows from',
      'access http',
      { status: 'major' },
      { device: host },
      'device/r a1 on device/r',
    ],
    ['is nothing while all answers', 'threshold x', { status: 'normal' }, { device: { is: 'free' } }, undefined],
  ] as const) {
    it(what, () => {
      const found = rootOfAlarm(key, { name: 'device/x', reach, ...more });
      expect(found && `${found.element} ${found.alarm} ${found.why}`).to.equal(expected);
    });
  }
});
