/** Identifier octets (ITU-T X.690 section 8.1.2) of the universal types that SNMP uses. */
export const TAG = {
  INTEGER: 0x02,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OID: 0x06,
  SEQUENCE: 0x30,
} as const;

/** Bit of a type that holds further elements. */
export const CONSTRUCTED = 0x20;
/** These bits all set: the tag goes on in the next byte. SNMP has no such tag. */
export const LONG_TAG = 0x1f;
