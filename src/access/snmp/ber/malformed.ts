/** What came from an agent and is not BER (ITU-T X.690) or not SNMP. */

/** The one error that reading a message throws. Its text is for the cause of a coded failure and names no content. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';

  /**
   * @param what What was found and what would be right, such as `an indefinite length; SNMP has none`.
   * @param at Byte of the buffer at which it stands.
   */
  constructor(
    what: string,
    readonly at: number,
  ) {
    super(`byte ${at}: ${what}`);
  }
}
