/** Makes the configuration of an e-manager that of an e-integration manager, and leaves every other byte as it is. */
import { PtpError } from '../base/errors.js';
import { type PositionedElement, parsePositioned } from '../xml/positions.js';

const FROM = 'EMANAGER';
const TO = 'EINTEGRATION_MANAGER';

interface Splice {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

/**
 * The text with `PTPMANAGER type="EIM"` and the manager's element renamed. What stands in it stays: elements that it
 * lists are the pool's from then on, because an integration manager manages none itself.
 * @throws PtpError `Client.Validation` when the text is not well-formed or is no e-manager's.
 */
export function asIntegrationManager(text: string): string {
  const { root } = parsePositioned(text);
  const manager = root.children.find(({ name }) => name === FROM);
  if (!manager) throw new PtpError('Client.Validation', `there is no ${FROM} in this configuration`);
  const type = root.children.find(({ name }) => name === 'PTPMANAGER')?.attributes.get('type');
  const splices: Splice[] = [
    ...renamed(manager),
    ...(type ? [{ at: type.valueOffset, length: type.valueEnd - type.valueOffset, text: 'EIM' }] : []),
  ];
  splices.sort((a, b) => b.at - a.at);
  return splices.reduce(
    (rest, { at, length, text: piece }) => rest.slice(0, at) + piece + rest.slice(at + length),
    text,
  );
}

function renamed({ offset, contentEnd, selfClosing }: PositionedElement): Splice[] {
  const start = { at: offset + 1, length: FROM.length, text: TO };
  return selfClosing ? [start] : [start, { at: contentEnd + 2, length: FROM.length, text: TO }];
}
