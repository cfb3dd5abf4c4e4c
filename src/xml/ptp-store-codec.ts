/**
 * The common data format: `PTP_STORE` to and from the model. `schemas/ptp-store.xsd` is its schema.
 *
 * What is written reads back equal, except that characters which XML cannot carry have become U+FFFD and addresses
 * (`URI`, `context`, `Portal`) have lost blanks at their ends.
 */
export { ptpStoreToJson } from './ptp-store-json.js';
export { readPtpStore } from './ptp-store-read.js';
export { embedPtpStore, writePtpStore } from './ptp-store-write.js';
