/** What people have set of an element's maintenance, on its way between managers. */
import type { MaintenanceWindow, SetMaintenance } from '../../../model/maintenance.js';
import { optionalText, present, readPlanned } from './definition.js';
import type { Field } from './field.js';

const MOST_WINDOWS = 1000;
const LONGEST_WORD = 1024;

/** @throws PtpError `Client.Validation` */
export const readSetMaintenance = (at: Field): SetMaintenance => ({
  version: at.at('version').integer(0, Number.MAX_SAFE_INTEGER),
  windows: at.at('windows').list(MOST_WINDOWS, readWindow),
});

const readWindow = (at: Field): MaintenanceWindow =>
  present({
    ...readPlanned(at),
    id: at.at('id').text(LONGEST_WORD, 1),
    by: optionalText(at, 'by', LONGEST_WORD),
  });
