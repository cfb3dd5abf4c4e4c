/** All access methods there are. A new one is a file of its own and a line here. */
import type { AccessMethodName } from '../model/element.js';
import type { AccessMethod, AccessParts } from './access.js';
import { createFileMethod } from './file.js';
import { createFtpMethod } from './ftp/method.js';
import { createHttpMethod } from './http/method.js';
import { createSnmpMethod } from './snmp/method.js';
import { createXmlMethod } from './xml.js';

export function createAccessMethods(parts: AccessParts): ReadonlyMap<AccessMethodName, AccessMethod> {
  const methods = [
    createSnmpMethod(parts),
    createFtpMethod(parts),
    createHttpMethod(parts),
    createXmlMethod(parts),
    createFileMethod(parts),
  ];
  return new Map(methods.map((one) => [one.method, one]));
}
