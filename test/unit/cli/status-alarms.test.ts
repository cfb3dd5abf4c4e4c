/** Open alarms in the table of `ptpmgr status`, and what `--watch` says of them. */
import { expect } from 'chai';
import { changes } from '../../../src/cli/status/changes.js';
import type { AlarmLine, OpenAlarms, Seen } from '../../../src/cli/status/picture.js';
import { renderStatus } from '../../../src/cli/status/table.js';

const line = (id: string, more: Partial<AlarmLine> = {}): AlarmLine => ({
  id,
  severity: 'major',
  about: `device/${id}`,
  age: 125,
  owner: 'EM1',
  text: `${id} is down`,
  ...more,
});
const open = (lines: readonly AlarmLine[], total = lines.length): OpenAlarms => ({ lines, total });
const table = (alarms: OpenAlarms | undefined) =>
  renderStatus(
    {
      status: { managers: [], missing: [] },
      neighbors: [],
      open: [{ element: 'device/old', status: 'down', owner: 'EM1', reason: 'no answer' }],
      ...(alarms && { alarms }),
    },
    false,
  );

describe('open alarms of a pool in a terminal', () => {
  it('are a table, the worst first as they were told, and how many more there are', () => {
    const shown = table(open([line('a', { severity: 'critical' }), line('b', { by: 'anna\u001b[2J' })], 40));
    expect(shown).to.match(/^ALARM +ABOUT +FOR +OWNER +SEEN TO BY +WHAT$/m);
    expect(shown).to.match(/^critical +device\/a +2m 5s +EM1 +- +a is down$/m);
    expect(shown)
      .to.match(/^major +device\/b +2m 5s +EM1 +anna.* +b is down$/m)
      .and.not.include('\u001b');
    expect(shown).to.include('and 38 more alarms').and.not.include('device/old');
    expect(table(open([]))).not.to.include('ALARM');
  });

  it('give way to the elements that are not well where a manager is of an older version', () => {
    expect(table(undefined)).to.match(/^down +device\/old/m);
  });

  const seen = (alarms: OpenAlarms | undefined): Seen => ({
    picture: undefined,
    silent: new Map(),
    ...(alarms && { alarms }),
  });
  const told = (before: OpenAlarms | undefined, after: OpenAlarms | undefined) => changes(seen(before), seen(after), 0);

  it('are told of when they are raised, get worse, are seen to, and are over', () => {
    const before = open([line('a'), line('b'), line('c')]);
    const after = open([line('a', { severity: 'critical' }), line('b', { by: 'anna' }), line('d')]);
    expect(told(before, after)).to.deep.equal([
      'alarm now critical device/a: a is down',
      'anna sees to: major device/b: b is down',
      'alarm major device/d: d is down',
      'alarm is over: major device/c: c is down',
    ]);
    expect(told(undefined, after)).to.deep.equal([]);
  });

  it('are not taken for over, nor for new, where not all were told of', () => {
    expect(told(open([line('a'), line('b')]), open([line('b')], 900))).to.deep.equal([]);
    expect(told(open([line('a')], 900), open([line('a'), line('b')]))).to.deep.equal([]);
  });

  it('are counted in a storm', () => {
    const storm = Array.from({ length: 60 }, (_, index) => line(`x${index}`));
    expect(told(open([]), open(storm)).at(-1)).to.equal('and 50 more');
    expect(told(open([]), open(storm))).to.have.length(11);
  });
});
