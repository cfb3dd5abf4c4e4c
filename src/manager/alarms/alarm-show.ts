/** Alarms as they may be seen: on disk here, and at another manager where there is one that keeps them. */
import type { Alarm } from '../../model/alarm.js';
import type { ElementName } from '../../model/element.js';
import type { AlarmKeeper } from './keeper.js';

export interface AlarmNews {
  /** As they are now: raised, changed, cleared, or come from another owner. One that is over comes once more when it is. */
  readonly changed: readonly Alarm[];
  /** Open ones that are another manager's from now on: nothing has happened to them. */
  readonly left: readonly Alarm[];
}

/** Must not throw. */
export type AlarmListener = (news: AlarmNews) => void;

/** Alarms that were over last, for those who have still to be told of it. */
const MOST_OVER = 2000;

interface Watcher {
  readonly revision: number;
  readonly shown: (alarm: Alarm) => void;
}

export class AlarmShow {
  readonly #keeper: AlarmKeeper;
  readonly #open = new Map<string, Alarm>();
  readonly #ofElements = new Map<ElementName, Set<string>>();
  readonly #over = new Map<string, Alarm>();
  readonly #here = new Set<ElementName>();
  readonly #listeners = new Set<AlarmListener>();
  readonly #watchers = new Map<string, Watcher[]>();
  #news: Alarm[] = [];

  constructor(keeper: AlarmKeeper) {
    this.#keeper = keeper;
  }

  open(): readonly Alarm[] {
    return [...this.#open.values()];
  }

  get(id: string): Alarm | undefined {
    return this.#open.get(id);
  }

  ofElement(element: ElementName): readonly Alarm[] {
    return [...(this.#ofElements.get(element) ?? [])].flatMap((id) => this.#open.get(id) ?? []);
  }

  /** One that was over lately. */
  overOf(id: string): Alarm | undefined {
    return this.#over.get(id);
  }

  onChange(listener: AlarmListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Alarms of an element are shown from now on. */
  enter(element: ElementName): void {
    this.#here.add(element);
  }

  /** They are another manager's now. */
  leave(element: ElementName): void {
    this.#here.delete(element);
    const left = this.ofElement(element);
    for (const { id } of left) this.#open.delete(id);
    this.#ofElements.delete(element);
    for (const alarm of left) this.#tellWatchers(alarm, true);
    if (left.length > 0) this.#tell({ changed: [], left });
  }

  /** It is another manager's now, as it was before it was over here: nothing has happened to it. */
  drop(over: Alarm): void {
    const left = this.#open.get(over.id);
    this.#end(over);
    this.#tellWatchers(over, true);
    if (left) this.#tell({ changed: [], left: [left] });
  }

  /** They are on disk here; they are shown when another manager has them, too, or it is known that none can. */
  stored(alarms: readonly Alarm[]): void {
    for (const alarm of alarms)
      void this.#keeper.keep(alarm).then((by) => this.#show(by === undefined ? alarm : { ...alarm, keptBy: by }));
  }

  /** Another manager has these versions on disk by now; of what is not shown, or is another one by now, nothing is said. */
  alsoKept(alarms: readonly Alarm[], keptBy: string): void {
    for (const { id, revision } of alarms) {
      const shown = this.#open.get(id);
      if (shown?.revision === revision) this.#show({ ...shown, keptBy });
    }
  }

  /** Resolves when this version is shown or a later one, or the alarm has left. */
  whenShown(alarm: Alarm): Promise<Alarm> {
    const shown = this.#open.get(alarm.id) ?? this.#over.get(alarm.id);
    if (shown && shown.revision >= alarm.revision) return Promise.resolve(shown);
    return new Promise((resolve) => {
      const watchers = this.#watchers.get(alarm.id) ?? [];
      watchers.push({ revision: alarm.revision, shown: resolve });
      this.#watchers.set(alarm.id, watchers);
    });
  }

  #show(alarm: Alarm): void {
    const { id, element } = alarm;
    if (element !== undefined && !this.#here.has(element)) {
      this.#tellWatchers(alarm, true);
      return;
    }
    const known = this.#open.get(id) ?? this.#over.get(id);
    const isAnotherCopy = known?.revision === alarm.revision && known.keptBy !== alarm.keptBy;
    if (known && known.revision >= alarm.revision && !isAnotherCopy) return;
    if (alarm.severity === 'cleared') this.#end(alarm);
    else {
      this.#open.set(id, alarm);
      if (element !== undefined) this.#idsOf(element).add(id);
    }
    this.#tellWatchers(alarm, false);
    this.#news.push(alarm);
    // All that comes to be shown at once is told at once.
    if (this.#news.length === 1) void Promise.resolve().then(() => this.#tell({ changed: this.#takeNews(), left: [] }));
  }

  #end(alarm: Alarm): void {
    const { id, element } = alarm;
    this.#open.delete(id);
    if (element !== undefined) this.#ofElements.get(element)?.delete(id);
    this.#over.delete(id);
    this.#over.set(id, alarm);
    const [oldest] = this.#over.keys();
    if (this.#over.size > MOST_OVER && oldest !== undefined) this.#over.delete(oldest);
  }

  #idsOf(element: ElementName): Set<string> {
    const ids = this.#ofElements.get(element) ?? new Set();
    this.#ofElements.set(element, ids);
    return ids;
  }

  #takeNews(): readonly Alarm[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  #tell(news: AlarmNews): void {
    for (const listener of this.#listeners) listener(news);
  }

  #tellWatchers(alarm: Alarm, hasLeft: boolean): void {
    const watchers = this.#watchers.get(alarm.id);
    if (!watchers) return;
    const left = watchers.filter(({ revision }) => !hasLeft && revision > alarm.revision);
    if (left.length > 0) this.#watchers.set(alarm.id, left);
    else this.#watchers.delete(alarm.id);
    for (const watcher of watchers) if (!left.includes(watcher)) watcher.shown(alarm);
  }
}
