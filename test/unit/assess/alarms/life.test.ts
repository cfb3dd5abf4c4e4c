import { expect } from 'chai';
import {
  type AlarmInput,
  CALM_MS,
  type Condition,
  FLAPPING_COMINGS,
  type Stepped,
  step,
  type Telling,
} from '../../../../src/assess/alarms/life.js';
import { type Alarm, alarmState } from '../../../../src/model/alarm.js';
import { elementName } from '../../../../src/model/element.js';
import type { Severity } from '../../../../src/model/status.js';

const ROUTER = elementName('device', 'core1');
const SEVERITY: Readonly<Record<string, Severity>> = {
  '-': 'cleared',
  w: 'warning',
  i: 'minor',
  m: 'major',
  c: 'critical',
};
const START = 1_000_000;

const telling = (severity: Severity, more: Partial<Telling> = {}): Telling => ({
  severity,
  name: 'linkDown',
  text: `it is ${severity}`,
  ...more,
});

/** `m` told as major and so on, `-` ended, `.` ended for good, `A` acknowledged, `X` cleared by a person, `R`/`r` rooted/not, `S`/`s` silenced/not, a number: minutes pass. */
function inputOf(word: string): AlarmInput {
  switch (word) {
    case 'A':
      return { is: 'acknowledged', by: 'ada', note: 'on it' };
    case 'X':
      return { is: 'cleared', by: 'ada' };
    case 'R':
      return { is: 'rooted', root: { element: ROUTER, why: 'behind it' } };
    case 'r':
      return { is: 'rooted' };
    case 'S':
      return { is: 'silenced', by: 'window' };
    case 's':
      return { is: 'silenced' };
    case '.':
      return { is: 'told', telling: telling('cleared', { isFinal: true }) };
    default:
      return /^\d+$/.test(word) ? { is: 'time' } : { is: 'told', telling: telling(SEVERITY[word] ?? 'major') };
  }
}

class Story {
  condition: Condition = {};
  alarm: Alarm | undefined;
  #ids = 0;
  #nowMs = START;

  take(input: AlarmInput): Stepped {
    const stepped = step(this.condition, input, {
      manager: 'em1',
      element: ROUTER,
      key: 'link 3',
      nowMs: this.#nowMs,
      newId: () => {
        this.#ids += 1;
        return `a${this.#ids}`;
      },
    });
    this.condition = stepped.condition;
    this.alarm = stepped.changed ?? this.alarm;
    return stepped;
  }

  /** What has come of it: id, state, severity, count, change, and marks. */
  word(word: string): string {
    if (/^\d+$/.test(word)) this.#nowMs += Number(word) * 60_000;
    const { changed } = this.take(inputOf(word));
    return changed ? shown(changed) : '';
  }
}

function shown(alarm: Alarm): string {
  const { id, severity, count, change, isFlapping, goneAt, root, silencedBy } = alarm;
  const marks = [isFlapping && 'flaps', goneAt !== undefined && 'gone', root && 'rooted', silencedBy && 'silent'];
  return [id, alarmState(alarm), severity, `x${count}`, `#${change}`, ...marks.filter(Boolean)].join(' ');
}

function last(words: string): string {
  const story = new Story();
  for (const word of words.split(' ')) story.word(word);
  return story.alarm ? shown(story.alarm) : 'none';
}

describe('the life of an alarm', () => {
  const stories: [what: string, words: string, outcome: string][] = [
    ['is nothing where only an end is told', '- A X R S 20', 'none'],
    ['begins with what is told', 'm', 'a1 raised major x1 #1'],
    ['counts what is told again, and people are not told', 'm m m', 'a1 raised major x3 #1'],
    ['gets worse and better, and people are told of both', 'm c w', 'a1 raised warning x3 #3'],
    ['is acknowledged', 'm A', 'a1 acknowledged major x1 #2'],
    ['stays acknowledged when told again, and when it gets better', 'm A m w', 'a1 acknowledged warning x3 #3'],
    ['stays acknowledged when it is as bad again as it was then', 'm A w m', 'a1 acknowledged major x3 #4'],
    ['is raised again when it gets worse than it was then', 'm A c', 'a1 raised critical x2 #3'],
    ['is raised again by what is worse than then, were it worse before', 'c w A m', 'a1 raised major x3 #4'],
    ['ends by itself', 'm -', 'a1 cleared cleared x1 #2'],
    ['ends when it is acknowledged, too', 'm A -', 'a1 cleared cleared x1 #3'],
    ['ends by a person', 'm X', 'a1 cleared cleared x1 #2'],
    ['says nothing more of the end of what a person has cleared', 'm X -', 'a1 cleared cleared x1 #2'],
    ['is another when it is told again after a person has cleared it', 'm X m', 'a2 raised major x1 #1'],
    ['is another when it comes again', 'm - m', 'a2 raised major x1 #1'],
    ['is flapping at the third time', 'm - m - m', 'a3 raised major x1 #1 flaps'],
    ['stays open while it flaps', 'm - m - m -', 'a3 raised major x1 #1 flaps gone'],
    ['goes on when it comes again while it flaps', 'm - m - m - m', 'a3 raised major x2 #1 flaps'],
    ['stays acknowledged while it flaps', 'm - m - m A - m - m', 'a3 acknowledged major x3 #2 flaps'],
    ['is not over before it is calm', 'm - m - m - 9', 'a3 raised major x1 #1 flaps gone'],
    ['is over when it has been calm for long', 'm - m - m - 10', 'a3 cleared cleared x1 #2 flaps'],
    ['waits anew whenever it has come', 'm - m - m - 9 m - 9', 'a3 raised major x2 #1 flaps gone'],
    ['does not wait while it stands', 'm - m - m 60', 'a3 raised major x1 #1 flaps'],
    ['is over at once when it ends for good', 'm - m - m .', 'a3 cleared cleared x1 #2 flaps'],
    ['is over at once when a person says so', 'm - m - m - X', 'a3 cleared cleared x1 #2 flaps'],
    ['flaps still, coming right after it was calm too short', 'm - 9 m - 9 m', 'a3 raised major x1 #1 flaps'],
    ['does not flap when it is calm for long in between', 'm - m - 10 m', 'a3 raised major x1 #1'],
    ['begins to count anew where a person has cleared it', 'm - m X m', 'a3 raised major x1 #1'],
    ['gets worse while it flaps, and people are told', 'm - m - m - c', 'a3 raised critical x2 #2 flaps'],
    ['follows from something, and people are spared', 'm R', 'a1 raised major x1 #1 rooted'],
    ['is told when it follows from nothing any more', 'm R r', 'a1 raised major x1 #2'],
    ['is told when nothing silences it any more', 'm S s', 'a1 raised major x1 #2'],
    ['is not told while one of both holds', 'm R S r', 'a1 raised major x1 #1 silent'],
    ['is told once when neither holds', 'm R S r s', 'a1 raised major x1 #2'],
    ['is over with what it follows from', 'm R -', 'a1 cleared cleared x1 #2 rooted'],
  ];
  for (const [what, words, outcome] of stories) it(what, () => expect(last(words)).to.equal(outcome));

  it('remembers the first and the worst, and says the latest', () => {
    const story = new Story();
    story.take({ is: 'told', telling: telling('major', { text: 'first', source: 'trap 10.0.0.1' }) });
    story.word('5');
    story.take({ is: 'told', telling: telling('critical', { name: 'linkGone', text: 'worst' }) });
    story.word('5');
    story.take({ is: 'told', telling: telling('minor', { text: 'latest' }) });
    expect(story.alarm).to.deep.equal({
      id: 'a1',
      element: ROUTER,
      manager: 'em1',
      key: 'link 3',
      name: 'linkDown',
      severity: 'minor',
      worst: 'critical',
      text: 'latest',
      source: 'trap 10.0.0.1',
      raisedAt: START,
      changedAt: START + 600_000,
      lastAt: START + 600_000,
      count: 3,
      revision: 3,
      change: 3,
      told: 0,
    });
  });

  it('says who acknowledged it, how bad it was then, and who or what ended it', () => {
    const story = new Story();
    for (const word of ['m', 'A', '3', '-']) story.word(word);
    expect(story.alarm?.acknowledged).to.deep.equal({ by: 'ada', at: START, note: 'on it', severity: 'major' });
    expect(story.alarm?.cleared).to.deep.equal({ by: 'ptpmgr', at: START + 180_000, note: 'it is cleared' });
    expect(story.alarm?.changedAt).to.equal(START + 180_000);
  });

  it('notes another text without telling people', () => {
    const story = new Story();
    story.word('m');
    story.word('1');
    story.take({ is: 'told', telling: telling('major', { text: 'another' }) });
    expect(story.alarm?.change).to.equal(1);
    expect(story.alarm?.changedAt).to.equal(START + 60_000);
    story.word('1');
    story.take({ is: 'told', telling: telling('major', { text: 'another' }) });
    expect(story.alarm?.changedAt).to.equal(START + 60_000);
    expect(story.alarm?.lastAt).to.equal(START + 120_000);
  });

  it('notes what people know of it, and never more than there is to know', () => {
    const story = new Story();
    story.word('m');
    expect(story.take({ is: 'known', change: 9 }).changed?.told).to.equal(1);
    expect(story.take({ is: 'known', change: 1 }).changed).to.equal(undefined);
    story.word('c');
    expect(story.alarm?.told).to.equal(1);
    expect(story.alarm?.change).to.equal(2);
  });

  it('waits anew by a clock that has been put back', () => {
    const story = new Story();
    for (let time = 0; time < FLAPPING_COMINGS; time += 1) for (const word of ['m', '-']) story.word(word);
    const occasion = { manager: 'em1', key: 'link 3', newId: () => 'none' };
    const back = step(story.condition, { is: 'time' }, { ...occasion, nowMs: START - 3600_000 });
    expect(back.condition.alarm?.goneAt).to.equal(START - 3600_000);
    const calm = step(back.condition, { is: 'time' }, { ...occasion, nowMs: START - 3600_000 + CALM_MS });
    expect(calm.changed?.cleared?.by).to.equal('ptpmgr');
  });

  it('keeps words within bounds, whole characters only', () => {
    const story = new Story();
    const long = `${'x'.repeat(1998)}😀${'y'.repeat(5000)}`;
    story.take({ is: 'told', telling: telling('major', { text: long, name: long, source: long }) });
    story.take({ is: 'acknowledged', by: long, note: long });
    const { text = '', name = '', source = '', acknowledged } = story.alarm ?? {};
    for (const [word, most] of [
      [text, 2000],
      [name, 300],
      [source, 300],
      [acknowledged?.by ?? '', 300],
      [acknowledged?.note ?? '', 2000],
    ] as const) {
      expect(word.length).to.be.at.most(most);
      expect(word.length).to.be.above(most - 3);
      expect(encodeURIComponent(word)).to.be.a('string');
    }
  });
});
