/** Whom events and alarms are told, as the configuration says now; looked up once for each name of late. */

import { ruleFor } from '../../assess/event-rules.js';
import { destinationsFor, destinationsForAlarm } from '../../assess/notices/choose.js';
import type { Settings } from '../../config/settings.js';
import type { Alarm } from '../../model/alarm.js';
import type { PtpEvent } from '../../model/event.js';
import { isRelayed } from '../traps/source.js';
import { destinationOf } from './destination-state.js';

type Rules = Pick<Settings, 'destinations' | 'eventRules'>;

const MOST_KNOWN = 2000;
const NOBODY: readonly string[] = [];

export class Whom {
  readonly #settings: () => Rules;
  readonly #known = new Map<string, readonly string[]>();
  #rules: Rules['eventRules'] | undefined;
  #destinations: Rules['destinations'] | undefined;

  constructor(settings: () => Rules) {
    this.#settings = settings;
  }

  /** An event that an alarm comes of is told as that. */
  ofEvent(event: PtpEvent): readonly string[] {
    const { name, severity, alarm, source } = event;
    if (alarm !== undefined || this.#settings().destinations.length === 0) return NOBODY;
    const ids = this.#of(`event ${severity} ${name}`, ({ eventRules, destinations }) =>
      ruleFor(eventRules, event)?.actions.includes('alarm')
        ? []
        : destinationsFor(eventRules, destinations, { name, severity }),
    );
    return this.#fit(ids, source);
  }

  ofAlarm(alarm: Alarm): readonly string[] {
    const { name, severity, worst, source } = alarm;
    const ids = this.#of(`alarm ${severity} ${worst} ${name}`, ({ eventRules, destinations }) =>
      destinationsForAlarm(eventRules, destinations, alarm),
    );
    return this.#fit(ids, source);
  }

  /** What another manager has told by a trap would go back and forth; what fails is not told there. */
  #fit(ids: readonly string[], source: string | undefined): readonly string[] {
    if (ids.length === 0 || source === undefined) return ids;
    const failing = destinationOf(source);
    const isTrap = (id: string) => this.#settings().destinations.find((one) => one.id === id)?.type === 'trap';
    return ids.filter((id) => id !== failing && !(isRelayed(source) && isTrap(id)));
  }

  #of(key: string, find: (rules: Rules) => readonly string[]): readonly string[] {
    const { eventRules, destinations } = this.#settings();
    if (eventRules !== this.#rules || destinations !== this.#destinations || this.#known.size >= MOST_KNOWN)
      this.#known.clear();
    this.#rules = eventRules;
    this.#destinations = destinations;
    const known = this.#known.get(key);
    if (known) return known;
    const found = find({ eventRules, destinations });
    this.#known.set(key, found);
    return found;
  }
}
