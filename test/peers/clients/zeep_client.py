"""Calls operations of a SOAP service with zeep, as a plan on standard input says, and prints what came back.

Plan: {wsdl, endpoint, version "1.1"|"1.2", user?, password?, calls: [{operation, input}]}; input as the operation's
fields, {"$time": text} for a time. Prints a list of {answer} or {fault} or {error}.
"""
import datetime
import decimal
import json
import sys

import requests
from lxml import etree
from zeep import Client, Settings, Transport
from zeep.exceptions import Fault
from zeep.helpers import serialize_object
from zeep.wsdl.bindings import Soap11Binding, Soap12Binding


class RecordingTransport(Transport):
    """Keeps the HTTP status of the latest answer."""

    status = None

    def post(self, address, message, headers):
        response = super().post(address, message, headers)
        self.status = response.status_code
        return response


def told(value):
    """What a plan says, as zeep wants it."""
    if isinstance(value, list):
        return [told(one) for one in value]
    if isinstance(value, dict):
        if "$time" in value:
            return datetime.datetime.fromisoformat(value["$time"].replace("Z", "+00:00"))
        record = {name: told(one) for name, one in value.items() if not name.startswith("$")}
        record.update(value.get("$attributes", {}))
        if "$text" in value:
            record["_value_1"] = value["$text"]
        return record
    return value


def shown(value):
    """What zeep says, as JSON can carry it without loss."""
    if isinstance(value, dict):
        return {name: shown(one) for name, one in value.items() if one is not None}
    if isinstance(value, (list, tuple)):
        return [shown(one) for one in value]
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat(timespec="microseconds")
    if isinstance(value, decimal.Decimal):
        return str(value)
    return value


def fault_of(error):
    detail = {}
    if error.detail is not None:
        for one in error.detail.iter():
            if isinstance(one.tag, str) and one.text and len(one) == 0:
                detail[etree.QName(one).localname] = one.text
    return {
        "code": str(error.code),
        "subcodes": [str(one) for one in error.subcodes or []],
        "message": error.message,
        "detail": detail,
    }


def main():
    plan = json.load(sys.stdin)
    session = requests.Session()
    session.trust_env = False
    if plan.get("user"):
        session.auth = (plan["user"], plan["password"])
    transport = RecordingTransport(session=session, timeout=20, operation_timeout=20)
    client = Client(plan["wsdl"], transport=transport, settings=Settings(strict=True, xml_huge_tree=False))
    wanted = Soap12Binding if plan["version"] == "1.2" else Soap11Binding
    binding = next(
        port.binding
        for service in client.wsdl.services.values()
        for port in service.ports.values()
        # The class for SOAP 1.2 is no subclass of the one for 1.1.
        if type(port.binding) is wanted
    )
    service = client.create_service(binding.name, plan["endpoint"])
    results = []
    for call in plan["calls"]:
        transport.status = None
        try:
            answer = serialize_object(service[call["operation"]](**told(call["input"])), dict)
            elements = binding.get(call["operation"]).output.body.type.elements
            if len(elements) == 1:
                # zeep unwraps an answer that has one element only.
                answer = {elements[0][0]: answer}
            results.append({"status": transport.status, "answer": shown(answer or {})})
        except Fault as error:
            results.append({"status": transport.status, "fault": fault_of(error)})
        except Exception as error:  # whatever it is, the test shows it
            results.append({"status": transport.status, "error": f"{type(error).__name__}: {error}"})
    json.dump({"operations": sorted(binding.all()), "results": results}, sys.stdout)


main()
