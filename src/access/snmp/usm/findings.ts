/** What can be wrong between a manager and an agent's user-based security, as an agent reports it or as it is noticed. */
import { type ErrorCode, PtpError } from '../../../base/errors.js';

/** Counters that an agent's report names: RFC 3414 section 5, RFC 3412 section 5 and RFC 3413 section 4.1.2. */
const REPORTED = {
  '1.3.6.1.6.3.15.1.1.1': 'unsupportedLevel',
  '1.3.6.1.6.3.15.1.1.2': 'notInTime',
  '1.3.6.1.6.3.15.1.1.3': 'unknownUser',
  '1.3.6.1.6.3.15.1.1.4': 'unknownEngine',
  '1.3.6.1.6.3.15.1.1.5': 'wrongDigest',
  '1.3.6.1.6.3.15.1.1.6': 'decryptionError',
  '1.3.6.1.6.3.11.2.1.1': 'unknownModel',
  '1.3.6.1.6.3.11.2.1.2': 'invalidMessage',
  '1.3.6.1.6.3.11.2.1.3': 'noHandler',
  '1.3.6.1.6.3.12.1.4': 'unavailableContext',
  '1.3.6.1.6.3.12.1.5': 'unknownContext',
} as const;

/** What is noticed here. */
type Noticed =
  | 'unknownReport'
  | 'badDigest'
  | 'late'
  | 'clockBackwards'
  | 'latched'
  | 'weaker'
  | 'foreign'
  | 'undecipherable'
  | 'neverDecrypted'
  | 'unreadable'
  | 'noAnswer';

export type Finding = (typeof REPORTED)[keyof typeof REPORTED] | Noticed;

const BY_OID: ReadonlyMap<string, Finding> = new Map(Object.entries(REPORTED));

/** @param oid Dotted, of a report's variable; with or without the `.0` of its instance. */
export const findingOf = (oid: string): Finding =>
  BY_OID.get(oid.endsWith('.0') ? oid.slice(0, -2) : oid) ?? 'unknownReport';

/** What is wrong, and what to look at; the sentence goes on from the place. */
const TOLD: Readonly<Record<Finding, readonly [code: ErrorCode, reason: string]>> = {
  unsupportedLevel: [
    'Access.Denied',
    'does not offer the user this level of security; its user has to have the same protocols',
  ],
  notInTime: [
    'Access.Protocol',
    'keeps refusing requests as too old; its clock and its count of starts (snmpEngineTime, snmpEngineBoots) have to go on steadily',
  ],
  unknownUser: ['Access.Denied', 'does not know the user; the name has to be one that the agent has'],
  unknownEngine: ['Access.Protocol', 'does not take the engine id that it gives; it has to keep the one that it has'],
  wrongDigest: ['Access.Denied', 'refuses the password; authPassword and authProtocol have to be those of the agent'],
  decryptionError: [
    'Access.Denied',
    'cannot decrypt the request; privPassword and privProtocol have to be those of the agent',
  ],
  unknownModel: [
    'Access.Protocol',
    'does not offer version 3 with users; it has to have the user-based security model',
  ],
  invalidMessage: ['Access.Protocol', 'takes the request for no proper message of version 3'],
  noHandler: ['Access.Protocol', 'has nothing that answers requests to its engine id'],
  unavailableContext: ['Access.NotFound', 'has the context of the credential, but not at present'],
  unknownContext: [
    'Access.NotFound',
    'does not know the context of the credential; it has to be one that the agent has',
  ],
  unknownReport: ['Access.Denied', 'refuses the request for a reason of security that it does not make known'],
  badDigest: [
    'Access.Denied',
    'answers with a digest that the key of the user does not make; authPassword and authProtocol have to be those of the agent, and nothing may change messages on the way',
  ],
  late: ['Access.Protocol', 'answers with a message from long ago, as if somebody had sent it once more'],
  clockBackwards: [
    'Access.Protocol',
    'has set its clock back without counting another start (snmpEngineBoots), as agents do that keep no count; the next request begins anew',
  ],
  latched: [
    'Access.Protocol',
    'has counted as many starts as it can (snmpEngineBoots 2147483647); it refuses everything until it gets a new engine id',
  ],
  weaker: ['Access.Protocol', 'answered with a reply without the digest or encryption asked for'],
  foreign: ['Access.Protocol', 'answered in the name of another engine or user'],
  undecipherable: [
    'Access.Denied',
    'cannot be understood: privPassword and privProtocol have to be those of the agent',
  ],
  neverDecrypted: [
    'Access.Timeout',
    'knows the user and its password, but answers nothing that is encrypted; privPassword and privProtocol have to be those of the agent',
  ],
  unreadable: ['Access.Protocol', 'answered with a reply that cannot be decoded'],
  noAnswer: ['Access.Protocol', 'answered with something that does not fit the question'],
};

/** @param place What was asked, such as `snmp 10.0.0.1:161`. */
export function failureOf(finding: Finding, place: string, cause?: unknown): PtpError {
  const [code, reason] = TOLD[finding];
  return new PtpError(code, `${place} ${reason}`, { cause });
}
