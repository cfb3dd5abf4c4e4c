/** What members of a pool do for each other's alarms: keepAlarms, getKeptAlarms, passAlarms. */
import { PtpError } from '../../base/errors.js';
import type { Caller, Handlers } from '../../peer/peer.js';
import type { Alarms } from '../alarms/alarms-of.js';

/** Whether a manager is heard that nothing proves: see `docs/decisions/open-pool-key.md`. */
type Expects = (manager: string) => boolean;

export function keptAlarmHandlers(expects: Expects, { shared, passing }: Pick<Alarms, 'shared' | 'passing'>): Handlers {
  const { keepAlarms, getKeptAlarms } = shared?.handlers ?? {};
  return {
    async keepAlarms(input, context) {
      const { caller } = context;
      // Nobody passes such a message on.
      if ((caller.by ?? caller.name) !== input.owner || caller.name !== input.owner)
        throw new PtpError('Client.Forbidden', `${caller.by ?? caller.name} cannot speak for ${input.owner}`, {
          place: { path: 'owner' },
        });
      check(caller, expects);
      if (!keepAlarms) throw noPool();
      return keepAlarms(input, context);
    },
    async getKeptAlarms(input, context) {
      check(context.caller, expects);
      if (!getKeptAlarms) throw noPool();
      return getKeptAlarms(input, context);
    },
    async passAlarms(input, { caller }) {
      check(caller, expects);
      return passing.take(input);
    },
  };
}

/** Proved by the key that everybody knows, it has to be one that is expected: whoever holds another is an admin. */
function check({ role, by, name }: Caller, expects: Expects): void {
  const speaker = by ?? name;
  if (role !== 'viewer' || expects(speaker)) return;
  throw new PtpError(
    'Client.Forbidden',
    `no configuration names ${speaker} here; without a pool key only managers that are named take part in a pool`,
  );
}

const noPool = (): PtpError => new PtpError('Client.Conflict', 'this manager takes part in no pool');
