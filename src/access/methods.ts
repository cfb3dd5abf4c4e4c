/** All access methods there are. A new one is a file of its own and a line here. */
import type { AccessCheck } from '../config/rules-methods.js';
import type { AccessMethodName } from '../model/element.js';
import type { AccessMethod, AccessParts } from './access.js';
import { createApiMethod } from './api/method.js';
import { createCliMethod } from './cli/method.js';
import { createFileMethod } from './file.js';
import { createFtpMethod } from './ftp/method.js';
import { hidingSecrets } from './hidden-secrets.js';
import { createHttpMethod } from './http/method.js';
import { createProbeMethod } from './probe/method.js';
import { createSnmpMethod } from './snmp/method.js';
import { createXmlMethod } from './xml.js';
import { ThreadedSearch } from './xpath/threaded-search.js';

export function createAccessMethods(parts: AccessParts): ReadonlyMap<AccessMethodName, AccessMethod> {
  const search = new ThreadedSearch(parts.env);
  const methods = [
    createSnmpMethod(parts),
    createCliMethod(parts),
    ...[
      createFtpMethod(parts),
      createHttpMethod(parts, search),
      createXmlMethod(parts, search),
      createFileMethod(parts),
      createProbeMethod(parts),
      createApiMethod(parts),
    ].map(hidingSecrets),
  ];
  return new Map(methods.map((one) => [one.method, one]));
}

/** For whoever checks a configuration. A method that there is none of yet has nothing to say. */
export const accessCheck =
  (methods: ReadonlyMap<AccessMethodName, AccessMethod>): AccessCheck =>
  (element, access) =>
    methods.get(access.method)?.check(element, access) ?? [];
