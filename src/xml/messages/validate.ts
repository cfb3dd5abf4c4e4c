/** The one schema for everything on the wire: SOAP 1.1 and 1.2 envelopes, and the message in them, checked at once. */
import { readFileSync } from 'node:fs';
import { packagePath } from '../../base/paths.js';
import { escapeAttribute } from '../write.js';
import { compileSchema, type Schema } from '../xsd.js';
import { NAMESPACE } from './operations.js';
import { MESSAGES_FILE, PLACEHOLDER_ADDRESS, STORE_FILE, WSDL_FILE } from './schema.js';

export const SOAP11 = 'http://schemas.xmlsoap.org/soap/envelope/';
export const SOAP12 = 'http://www.w3.org/2003/05/soap-envelope';

const IMPORTS = [
  [SOAP11, 'soap11.xsd'],
  [SOAP12, 'soap12.xsd'],
  [NAMESPACE, MESSAGES_FILE],
] as const;

const ALL = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="${NAMESPACE}-wire">
${IMPORTS.map(([namespace, file]) => `<xs:import namespace="${namespace}" schemaLocation="${file}"/>`).join('\n')}
</xs:schema>`;

const file = (name: string): string => readFileSync(packagePath('schemas', name), 'utf8');

let schema: Schema | undefined;

/**
 * Checks an envelope, or a bare message. Pass `checked: true` to `parseXml` after that. Compiled at the first use, some
 * 10 ms.
 */
export function messageSchema(): Schema {
  schema ??= compileSchema(
    new Map([
      ['wire.xsd', ALL],
      ...[...IMPORTS.map(([, name]) => name), STORE_FILE].map((name): [string, string] => [name, file(name)]),
    ]),
  );
  return schema;
}

/** Files that are served beside the WSDL, by the name that is asked for. */
const SERVED_SCHEMAS: readonly string[] = [MESSAGES_FILE, STORE_FILE];

/**
 * The WSDL as served from a real address, its imports absolute so that no tool must resolve them.
 *
 * @param soapUrl Such as `http://em1.example:8080/ptpmgr/em/soap`; schemas are named `soapUrl?xsd=NAME`.
 */
export const servedWsdl = (soapUrl: string): string =>
  located(
    file(WSDL_FILE).replaceAll(PLACEHOLDER_ADDRESS, () => escapeAttribute(soapUrl)),
    soapUrl,
  );

/** One of {@link SERVED_SCHEMAS}, or undefined for any other name. */
export const servedSchema = (name: string, soapUrl: string): string | undefined =>
  SERVED_SCHEMAS.includes(name) ? located(file(name), soapUrl) : undefined;

const located = (text: string, soapUrl: string): string =>
  text.replace(
    /schemaLocation="([^"]+)"/g,
    (_, name: string) => `schemaLocation="${escapeAttribute(soapUrl)}?xsd=${name}"`,
  );
