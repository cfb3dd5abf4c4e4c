/** How devices say that they did not understand, or may not do, what they were asked. */

/** Each of one line, which begins with it unless something names who speaks. */
const COMPLAINTS: readonly RegExp[] = [
  // Cisco, Arista, Brocade and their kind; what the system logs begins with % and a name in capitals instead.
  /^\s{0,80}%{1,2}\s?(?:invalid|incomplete|ambiguous|unrecogni[sz]ed|unknown|bad|error|wrong|too many|not (?:allowed|authori[sz]ed|permitted)|(?:command )?authori[sz]ation|permission|access denied|command|parameter|cannot)\b/i,
  // Juniper, Nokia, Palo Alto, HP, MikroTik, Fortinet.
  /^\s{0,4}(?:unknown command|invalid (?:command|input|syntax|parameter)|syntax error|bad command|unrecogni[sz]ed command|incomplete command|ambiguous (?:command|input)|expected end of command|command (?:fail|parse error|not found|not recogni[sz]ed))\b/i,
  /^\s{0,4}(?:\^\s)?(?:error|minor|major|critical)\s?:\s?(?:unrecogni[sz]ed|invalid|incomplete|ambiguous|unknown|bad|wrong|too many|syntax|permission|access|no permission|cli\b|command)\b/i,
  // Shells.
  /^\s{0,4}(?:-?[\w./-]{0,60}sh|line \d{1,9}):\s.{1,200}:\s(?:command )?not found$/i,
  /^.{1,200}:\scommand not found$/i,
  /^\s{0,4}-?[\w./-]{0,60}sh:\s.{1,200}:\s(?:permission denied|no such file or directory|cannot execute[^\n]{0,60})$/i,
  /^'.{1,200}' is not recogni[sz]ed as an internal or external command/i,
];

/** A complaint is short; among more lines than these the words are part of what was wanted. */
const MOST_LINES = 8;

/** The line by which a device refuses a command; undefined when its output looks like an answer. */
export function complaintIn(output: string): string | undefined {
  const lines = output.split('\n', 200).filter((line) => line.trim() !== '');
  if (lines.length > MOST_LINES) return undefined;
  return lines.find((line) => line.length <= 400 && COMPLAINTS.some((one) => one.test(line)))?.trim();
}
