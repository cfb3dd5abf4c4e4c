/** What the device types of the configuration add for a device that says what it is. */
import { matchingDeviceTypes } from '../../../config/device-types.js';
import type { MetricSpec } from '../../../model/element.js';
import type { DeviceType } from '../../access.js';
import { metricPart } from './metric-parts.js';
import type { Part } from './part.js';
import { STANDARD_PARTS } from './standard.js';

export interface TypeChoice {
  /** All that match, the most particular first. */
  readonly types: readonly DeviceType[];
  readonly part: Part;
  /** All that is looked for in such a device: that of its types first. */
  readonly parts: readonly Part[];
}

/** Choices that are remembered: thousands of devices are of a few types. */
const MOST_CHOICES = 2000;

export class TypeChoices {
  #types: readonly DeviceType[] = [];
  readonly #choices = new Map<string, TypeChoice>();

  /**
   * @param types Of the configuration of now; what was chosen by others is forgotten.
   * @param own METRICs of the element's own configuration: they take the place of those of the same name.
   */
  of(types: readonly DeviceType[], sysObjectId: string, own: readonly MetricSpec[]): TypeChoice {
    const isSame =
      types === this.#types ||
      (types.length === this.#types.length && types.every((type, at) => type === this.#types[at]));
    if (!isSame || this.#choices.size >= MOST_CHOICES) this.#choices.clear();
    this.#types = types;
    const key = JSON.stringify([sysObjectId, own.map(({ name }) => name)]);
    const known = this.#choices.get(key);
    if (known) return known;
    const matching = matchingDeviceTypes(types, sysObjectId);
    const part = metricPart('DEVICE_TYPE', typeMetrics(matching, own));
    const choice = { types: matching, part, parts: [part, ...STANDARD_PARTS] };
    this.#choices.set(key, choice);
    return choice;
  }
}

/** Within one type several metrics may have a name: what one device lacks another has. */
function typeMetrics(types: readonly DeviceType[], own: readonly MetricSpec[]): readonly MetricSpec[] {
  const taken = new Set(own.map(({ name }) => name));
  return types.flatMap(({ metrics }) => {
    const further = metrics.filter(({ name }) => !taken.has(name));
    for (const { name } of further) taken.add(name);
    return further;
  });
}
