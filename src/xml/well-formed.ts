/** Whether a text is well-formed XML with namespaces: libxml2's word. */
import { PtpError } from '../base/errors.js';
import { faultsOf, withDocument } from './libxml2.js';
import { plainSyntax } from './xsd-messages.js';

/**
 * Call after the guard.
 *
 * @throws PtpError `Client.Validation` with line and column.
 */
export function checkWellFormed(text: string): void {
  try {
    withDocument(text, () => undefined);
  } catch (thrown) {
    const [first] = faultsOf(thrown);
    if (!first) throw thrown;
    throw new PtpError('Client.Validation', plainSyntax(first.message), {
      place: { line: first.line, column: Math.max(1, first.col) },
    });
  }
}
