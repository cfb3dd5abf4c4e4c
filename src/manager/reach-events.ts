/** What is said of another manager that has begun to answer, has come back, or has fallen silent. Pure. */
import type { NewEvent } from '../model/event.js';
import type { KnownManager } from './directory.js';

/**
 * @param isFellow It is in the pool with this one, whose master finds out what is wrong with it and says so: to every other
 * member it is an event, and no alarm.
 */
export function reachEvent(
  now: KnownManager,
  before: KnownManager,
  isFellow: boolean,
): Omit<NewEvent, 'time'> | undefined {
  const { id } = now.address;
  const alarm = `silent ${id}`;
  if (now.reach === 'alive' && before.answeredMs !== undefined) {
    const isAnew = now.incarnation !== before.incarnation || before.reach === 'alive';
    const how = isAnew ? `again, started anew as incarnation ${now.incarnation}` : 'again';
    return { severity: 'cleared', name: 'managerAlive', text: `${id} answers ${how}`, alarm };
  }
  if (now.reach === 'alive' || before.reach !== 'alive') return undefined;
  const text = `${id} does not answer: ${now.reason}`;
  return { severity: 'major', name: 'managerSilent', text, ...(!isFellow && { alarm }) };
}
