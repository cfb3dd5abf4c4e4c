/** Run by hand after a change of the table of messages: `node dist/src/xml/messages/write-schemas.js`. */
import { writeFileSync } from 'node:fs';
import { packagePath } from '../../base/paths.js';
import { MESSAGES_FILE, messagesSchema, WSDL_FILE, wsdl } from './schema.js';

writeFileSync(packagePath('schemas', MESSAGES_FILE), messagesSchema());
writeFileSync(packagePath('schemas', WSDL_FILE), wsdl());
