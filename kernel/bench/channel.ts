/** What the benchmark tells its host: lines on the debug console (port 0xe9), each a name and a number. */

const DEBUG_CONSOLE: u16 = 0xe9;
const NEWLINE: u8 = 10;

function put(text: ptr<u8>): void {
  for (let i: usize = 0; text[i] !== 0; i++) out8(DEBUG_CONSOLE, text[i]);
}
/** A line of one word: something begins or ends here. */
export function tellMoment(name: ptr<u8>): void {
  put(name);
  out8(DEBUG_CONSOLE, NEWLINE);
}
/** `group.name value`; without the group if it is empty. */
export function tell(group: ptr<u8>, name: ptr<u8>, value: u64): void {
  put(group);
  if (group[0] !== 0) out8(DEBUG_CONSOLE, char("."));
  put(name);
  out8(DEBUG_CONSOLE, char(" "));
  const digits: array<u8, 20> = zeroed();
  let at: usize = digits.length;
  let rest = value;
  do {
    at--;
    digits[at] = char("0") + truncate<u8>(rest % 10);
    rest /= 10;
  } while (rest !== 0);
  for (; at < digits.length; at++) out8(DEBUG_CONSOLE, digits[at]);
  out8(DEBUG_CONSOLE, NEWLINE);
}
