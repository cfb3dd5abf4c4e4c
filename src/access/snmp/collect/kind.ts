/**
 * What kind of device it is, and who makes it, where its sysObjectID alone does not tell: by the words of its sysDescr,
 * its sysServices (RFC 3418), and of those with the agent of Net-SNMP by whose MIBs they have.
 */
import type { ElementFacts } from '../../access.js';
import { getEach } from '../system.js';
import { numberOf, scalarOf } from '../values.js';
import { NAMES_MS, type Part } from './part.js';

const SYSTEM = '1.3.6.1.2.1.1';
const ASKED = [`${SYSTEM}.1.0`, `${SYSTEM}.2.0`, `${SYSTEM}.7.0`];
/** Net-SNMP and its forerunner: these say which agent it is, not which device. */
const GENERIC_AGENTS = /^1\.3\.6\.1\.4\.1\.(8072|2021\.250)(\.|$)/;

/** Below which those have what only they have. */
const MAKERS: readonly (readonly [root: string, facts: ElementFacts])[] = [
  ['1.3.6.1.4.1.6574.1', { vendor: 'Synology', type: 'storage' }],
  ['1.3.6.1.4.1.24681.1', { vendor: 'QNAP', type: 'storage' }],
  ['1.3.6.1.4.1.55062', { vendor: 'QNAP', type: 'storage' }],
  ['1.3.6.1.4.1.41112.1.6', { vendor: 'Ubiquiti', type: 'access-point' }],
  ['1.3.6.1.4.1.2.3.51.3', { vendor: 'IBM', type: 'server' }],
  ['1.3.6.1.4.1.674.10892', { vendor: 'Dell', type: 'server' }],
  ['1.3.6.1.4.1.232.2', { vendor: 'HPE', type: 'server' }],
  ['1.3.6.1.4.1.890.1.15', { vendor: 'Zyxel', type: 'firewall' }],
  ['1.3.6.1.4.1.12325.1.200', { type: 'firewall' }],
];

export const kindPart: Part = {
  id: 'kind of device',
  roots: [`${SYSTEM}.1`, ...MAKERS.map(([root]) => root)],
  everyMs: NAMES_MS,
  async read({ session, has }) {
    const [description, objectId, services] = await getEach(session, ASKED);
    const text = String((description && scalarOf(description)) ?? '');
    const type = typeOfWords(text) ?? typeOfServices(Number((services && numberOf(services)) ?? 0));
    const isGeneric = GENERIC_AGENTS.test(String((objectId && scalarOf(objectId)) ?? ''));
    if (!isGeneric) return { readings: [], kept: true, facts: type ? { type } : {} };
    const maker = MAKERS.find(([root]) => has(root))?.[1] ?? {};
    return { readings: [], kept: true, facts: { vendor: 'Net-SNMP', type: type ?? 'server', ...maker } };
  },
};

/** In the order in which they are looked for: a word of one kind may stand in the name of another. */
const WORDS: readonly (readonly [type: string, words: RegExp])[] = [
  ['firewall', /\b(firewall|adaptive security appliance|security gateway)\b/i],
  ['wireless-controller', /\b(wireless|wlan|wi-?fi) (lan )?(controller|switch)\b/i],
  ['access-point', /\baccess point\b/i],
  ['switch', /\b(switch|switches)\b/i],
  ['router', /\brouter\b|\bIOS[ -]XR\b|\b[AI]SR Software\b/i],
  ['camera', /\b(ip|network) ?cam(era)?\b/i],
  ['ups', /\bUPS\b/],
  ['pdu', /\bPDU\b/],
];

/** Pure. */
export const typeOfWords = (description: string): string | undefined =>
  WORDS.find(([, words]) => words.test(description))?.[0];

const LAYER_2 = 2;
/** Of hosts: end-to-end and applications. What claims them, too, may be anything. */
const HIGHER_LAYERS = 8 + 64;

/** Pure. */
export const typeOfServices = (services: number): string | undefined =>
  (services & LAYER_2) !== 0 && (services & HIGHER_LAYERS) === 0 ? 'switch' : undefined;

/** By how those call their models that say little else: Cisco, Juniper. */
const MODELS: readonly (readonly [type: string, model: RegExp])[] = [
  ['switch', /^(WS-C\d|C9[2-6]\d\d|C1[0-3]00-|N\d{1,2}K-|ME-3|IE-\d|CBS\d|S[FGX]\d{3}|(EX|QFX)\d{4})/],
  ['router', /^(ASR|ISR|CISCO\d{3,4}|C8[0-9]\d\d-|C11\d\d|NCS|N5\d\d|MX\d|PTX|ACX)[-\dX]/],
  ['firewall', /^(ASA|FPR|SRX)[-\d]/],
  ['wireless-controller', /^(AIR-CT|C9800)/],
  ['access-point', /^AIR-(C?AP|LAP)/],
];

/** Pure. */
export const typeOfModel = (model: string): string | undefined => MODELS.find(([, words]) => words.test(model))?.[0];
