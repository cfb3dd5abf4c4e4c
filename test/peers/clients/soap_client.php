<?php
// Calls operations of a SOAP service with PHP's SoapClient, as a plan on standard input says, and prints what came back.
// The plan and the output are those of zeep_client.py.
ini_set('serialize_precision', '-1');
// What SoapClient writes numbers with; its default cuts doubles to 14 digits.
ini_set('precision', '-1');
ini_set('display_errors', 'stderr');

function told($value) {
    if (is_array($value)) {
        return array_map('told', $value);
    }
    if (!is_object($value)) {
        return $value;
    }
    if (isset($value->{'$time'})) {
        return $value->{'$time'};
    }
    $record = new stdClass();
    foreach (get_object_vars($value) as $name => $one) {
        if ($name === '$attributes') {
            foreach (get_object_vars($one) as $attribute => $text) {
                $record->$attribute = $text;
            }
        } else {
            // What has attributes has its text in a property of this name.
            $name = $name === '$text' ? '_' : $name;
            $record->$name = told($one);
        }
    }
    return $record;
}

$plan = json_decode(stream_get_contents(STDIN), false, 512, JSON_THROW_ON_ERROR);
$options = [
    'soap_version' => $plan->version === '1.2' ? SOAP_1_2 : SOAP_1_1,
    'location' => $plan->endpoint,
    'cache_wsdl' => WSDL_CACHE_NONE,
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
    'exceptions' => true,
    'trace' => true,
    'connection_timeout' => 20,
];
if (isset($plan->user)) {
    $options['login'] = $plan->user;
    $options['password'] = $plan->password;
}
$client = new SoapClient($plan->wsdl, $options);
$operations = [];
foreach ($client->__getFunctions() as $signature) {
    if (preg_match('/ (\w+)\(/', $signature, $match)) {
        $operations[$match[1]] = true;
    }
}
$results = [];
foreach ($plan->calls as $call) {
    try {
        $result = ['answer' => $client->__soapCall($call->operation, [told($call->input)])];
    } catch (SoapFault $fault) {
        $detail = isset($fault->detail->Fault) ? $fault->detail->Fault : new stdClass();
        $result = isset($fault->detail)
            ? ['fault' => ['code' => $fault->faultcode, 'namespace' => $fault->faultcodens ?? null, 'message' => $fault->faultstring, 'detail' => $detail]]
            : ['error' => $fault->faultcode . ': ' . $fault->faultstring];
    }
    $head = (string) $client->__getLastResponseHeaders();
    $result['status'] = preg_match('/^HTTP\/\S+ (\d+)/', $head, $match) ? (int) $match[1] : null;
    $results[] = $result;
}
echo json_encode(['operations' => array_keys($operations), 'results' => $results], JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
