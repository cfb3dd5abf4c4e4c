/** What the access methods say of an access, for tests that check configurations. */
import { accessCheck, createAccessMethods } from '../../src/access/methods.js';
import type { AccessCheck } from '../../src/config/rules-methods.js';
import { accessParts } from './access.js';

export const methodCheck = (): AccessCheck => accessCheck(createAccessMethods(accessParts()));
