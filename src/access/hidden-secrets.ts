/** Keeps what an element was asked with out of what it says: a page or a module may repeat it. */
import type { AccessMethod, Credential, ElementFacts, PollAnswer } from './access.js';
import { type Redaction, redaction } from './cli/redact.js';

/** The same method; passwords that its elements repeat are hidden in values, events and facts. */
export function hidingSecrets(method: AccessMethod): AccessMethod {
  return {
    ...method,
    poll: async (request, signal) => {
      const answer = await method.poll(request, signal);
      return request.credential ? withoutSecrets(answer, request.credential) : answer;
    },
  };
}

/** Pure. */
export function withoutSecrets(answer: PollAnswer, credential: Credential): PollAnswer {
  const hidden = redaction(secretsOf(credential));
  return {
    ...answer,
    readings: answer.readings.map((reading) =>
      typeof reading.value === 'string' ? { ...reading, value: hidden.output(reading.value) } : reading,
    ),
    events: answer.events.map((event) => ({ ...event, text: hidden.output(event.text) })),
    ...(answer.facts && { facts: factsWithout(answer.facts, hidden) }),
  };
}

/** As they are, as they stand in URLs, and as HTTP sends them (RFC 7617). */
function secretsOf({ user, password, passphrase, enablePassword }: Credential): readonly (string | undefined)[] {
  const plain = [password, passphrase, enablePassword].filter((one) => one !== undefined);
  const basic = password === undefined ? [] : [Buffer.from(`${user ?? ''}:${password}`).toString('base64')];
  return [...plain, ...plain.map(encodeURIComponent), ...basic];
}

const factsWithout = (facts: ElementFacts, hidden: Redaction): ElementFacts =>
  Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [name, typeof fact === 'string' ? hidden.output(fact) : fact]),
  );
