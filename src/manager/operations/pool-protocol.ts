/** What members of the pool say to each other: each message is heard, and answered by messages of its own. */
import type { Env } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import type { CallContext, Caller, Handlers } from '../../peer/peer.js';
import type { Ledger } from '../pool/ledger.js';
import type { PoolMember } from '../pool/pool-member.js';
import { checkInventory } from '../pool/wire/check-inventory.js';
import { fromOperation } from '../pool/wire/from-operation.js';
import type { WireMessage } from '../pool/wire/operations.js';
import { Assembler } from '../pool/wire/parts.js';

export interface PoolProtocolParts {
  readonly env: Env;
  readonly member: Pick<PoolMember, 'receive'> | undefined;
  /** Whether a manager is heard that nothing proves: see `docs/decisions/open-pool-key.md`. Default all. */
  readonly expects?: (manager: string) => boolean;
  /** Learns from what is said how elements change hands. */
  readonly ledger: Pick<Ledger, 'heard'>;
}

/** Proved by the key that everybody knows: whoever holds another is an admin (see `peerCaller`). */
const isOpen = ({ role }: Caller): boolean => role === 'viewer';

export function poolProtocolHandlers(core: PoolProtocolParts): Handlers {
  const assembler = new Assembler();
  const hear = async (message: WireMessage, { caller }: CallContext): Promise<Record<string, never>> => {
    const { sender } = message.input;
    // The role `peer` has been checked: whoever it is has proved its name. Nobody passes such a message on.
    const speaker = caller.by ?? caller.name;
    if (speaker !== sender.id || caller.name !== sender.id)
      throw new PtpError('Client.Forbidden', `${speaker} cannot speak for ${sender.id}`, {
        place: { path: 'sender/id' },
      });
    if (!core.member) throw new PtpError('Client.Conflict', 'this manager takes part in no pool');
    if (isOpen(caller) && core.expects?.(sender.id) === false)
      throw new PtpError(
        'Client.Forbidden',
        `no configuration names ${sender.id} here; without a pool key only managers that are named take part in a pool`,
        { place: { path: 'sender/id' } },
      );
    const part = message.operation === 'heartbeat' ? message.input.part : undefined;
    const whole = part ? assembler.take({ sender, part }, core.env.clock.monotonic()) : message;
    if (!whole) return {};
    const envelope = fromOperation(whole);
    checkInventory(envelope.message);
    core.ledger.heard(envelope);
    core.member.receive(envelope);
    return {};
  };
  return {
    announce: (input, context) => hear({ operation: 'announce', input }, context),
    election: (input, context) => hear({ operation: 'election', input }, context),
    vote: (input, context) => hear({ operation: 'vote', input }, context),
    coordinator: (input, context) => hear({ operation: 'coordinator', input }, context),
    heartbeat: (input, context) => hear({ operation: 'heartbeat', input }, context),
    assign: (input, context) => hear({ operation: 'assign', input }, context),
  };
}
