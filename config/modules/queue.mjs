/**
 * An example of a module for ACCESS method="api": the queue of a message broker with a small interface of its own.
 * docs/api-modules.md tells what a module is given and what it may answer.
 *
 *   <APPLICATION id="orders" type="queue">
 *     <ACCESS method="api" module="modules/queue.mjs" url="https://broker.example/api/queues/" credential="broker" interval="30">
 *       <OPTION name="queue" value="orders"/>
 *     </ACCESS>
 *   </APPLICATION>
 *
 * The broker answers { "messages": 12, "delivered": 18446744073709, "consumers": ["billing"], "version": "3.1", "uptime": 86400 }.
 */
export async function poll({ url, options, credential, memory }, signal) {
  const { user, password } = credential ?? {};
  const answer = await fetch(new URL(encodeURIComponent(options.queue), url), {
    headers: user ? { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` } : {},
    signal,
  });
  // What is thrown is shown at the element, as one line.
  if (!answer.ok) throw new Error(`the broker answered ${answer.status} for the queue ${options.queue}`);
  const { messages, delivered, consumers, version, uptime } = await answer.json();

  // What was there at the poll before and is not any more.
  const lost = (memory?.consumers ?? []).filter((name) => !consumers.includes(name));
  return {
    readings: [
      { metric: 'messages', value: messages },
      { metric: 'delivered', value: delivered, counter: true },
      ...consumers.map((name) => ({ metric: 'consumer', instance: name, value: 1 })),
    ],
    events: lost.map((name) => ({ name: 'consumerLost', severity: 'minor', text: `${name} takes nothing any more` })),
    facts: { model: `Broker ${version}` },
    memory: { consumers },
    uptimeMs: uptime * 1000,
  };
}
