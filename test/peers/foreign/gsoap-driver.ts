/** The C++ around the code that gSOAP generates: one function for each operation, and a loop over what is to be called. */

export interface Stub {
  readonly operation: string;
  /** `soap_call___ptp__getDevices` */
  readonly call: string;
  /** `_ptp__getDevices` */
  readonly request: string;
  /** `_ptp__getDevicesResponse` */
  readonly response: string;
}

const STUB =
  /int SOAP_FMAC6 (soap_call___\w+?__(\w+?)_*)\(struct soap \*soap, const char \*soap_endpoint, const char \*soap_action, (\w+) \*\w+, (\w+) &\w+\);/g;

/** The stubs in `soapStub.h`; of the two for an operation, one for each binding, the first: they differ in nothing. */
export function stubsOf(header: string): readonly Stub[] {
  const stubs = new Map<string, Stub>();
  for (const [, call = '', operation = '', request = '', response = ''] of header.matchAll(STUB)) {
    if (!stubs.has(operation)) stubs.set(operation, { operation, call, request, response });
  }
  return [...stubs.values()];
}

const functionFor = ({ operation, call, request, response }: Stub): string => `
static int call_${operation}(struct soap *soap, const char *endpoint, std::istream &in, std::ostream &out) {
  ${request} *request = soap_new_${request}(soap);
  ${response} *response = soap_new_${response}(soap);
  soap->is = &in;
  if (soap_read_${request}(soap, request)) return soap->error;
  soap->is = NULL;
  if (${call}(soap, endpoint, NULL, request, *response)) return soap->error;
  soap->os = &out;
  soap_write_${response}(soap, response);
  soap->os = NULL;
  return soap->error;
}`;

/** Arguments: SOAP version, endpoint, then operation, file to read and file to write, again and again. */
export const driverSource = (stubs: readonly Stub[], nsmap: string): string => `
#include "soapH.h"
#include "${nsmap}"
#include <fstream>
#include <iostream>
#include <map>
#include <string>
${stubs.map(functionFor).join('\n')}

typedef int (*Call)(struct soap *, const char *, std::istream &, std::ostream &);

static std::string text(const char *value) { return value ? value : ""; }
static std::string text(const std::string &value) { return value; }
/* What may be absent is a pointer. */
static std::string text(const std::string *value) { return value ? *value : ""; }

static std::string faultText(struct soap *soap) {
  const char *subcode = soap_fault_subcode(soap);
  std::string said = text(*soap_faultcode(soap)) + '\\x01' + text(subcode) + '\\x01' + text(soap_fault_string(soap));
  struct SOAP_ENV__Detail *detail = NULL;
  if (soap->fault) detail = soap->version == 2 ? soap->fault->SOAP_ENV__Detail : soap->fault->detail;
  if (detail && detail->ptp__Fault) {
    const auto &fault = *detail->ptp__Fault;
    said += '\\x01' + text(fault.code) + '\\x01' + text(fault.path) + '\\x01' + text(fault.message);
  }
  return said;
}

int main(int argc, char **argv) {
  std::map<std::string, Call> calls;
${stubs.map(({ operation }) => `  calls["${operation}"] = call_${operation};`).join('\n')}
  // The generated table begins with the envelope's namespace, in which both versions are understood when they are read.
  namespaces[0].ns = argv[1][0] == '2' ? "http://www.w3.org/2003/05/soap-envelope" : "http://schemas.xmlsoap.org/soap/envelope/";
  namespaces[1].ns = argv[1][0] == '2' ? "http://www.w3.org/2003/05/soap-encoding" : "http://schemas.xmlsoap.org/soap/encoding/";
  for (int at = 3; at + 2 < argc; at += 3) {
    // Trees: without it gSOAP takes every attribute named id for a reference of SOAP's own encoding.
    struct soap *soap = soap_new1(SOAP_C_UTFSTRING | SOAP_XML_STRICT | SOAP_XML_TREE);
    soap->connect_timeout = soap->send_timeout = soap->recv_timeout = 20;
    soap_set_namespaces(soap, namespaces);
    std::ifstream in(argv[at + 1]);
    std::ofstream out(argv[at + 2]);
    int error = calls.at(argv[at])(soap, argv[2], in, out);
    if (error) out << faultText(soap);
    std::cout << (!error ? "ok" : soap->fault && (soap->fault->detail || soap->fault->SOAP_ENV__Detail) ? "fault" : "error") << ' '
              << error << ' ' << soap->status << std::endl;
    soap_destroy(soap);
    soap_end(soap);
    soap_free(soap);
  }
  return 0;
}
`;
