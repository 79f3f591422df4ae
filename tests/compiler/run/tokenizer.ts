// A tokenizer for a language like C: a table of functions by character class, keywords by a perfect hash, places by line and column.
// expect: 1:1 keyword while
// expect: 1:7 mark (
// expect: 1:8 name x1
// expect: 1:11 mark <=
// expect: 1:14 number 255
// expect: 1:18 mark )
// expect: 2:3 name x1
// expect: 2:6 mark +=
// expect: 2:9 number 10
// expect: 2:11 mark ;
// expect: 3:1 keyword return
// expect: 3:8 string a // b
// expect: 3:16 mark ;
// expect: 5:1 error ?
// expect: 14 tokens, 2 keywords
import { newline, print, printU64, writeAll } from "../../../kernel/lib/linux.ts";

/** @base u8 */
enum Kind {
  End,
  Name,
  Keyword,
  Number,
  String,
  Mark,
  Error,
}
const NAMES: array<ptr<u8>, 7> = ["end", "name", "keyword", "number", "string", "mark", "error"];
const KEYWORDS: array<ptr<u8>, 5> = ["if", "else", "while", "return", "for"];

class Token extends Struct {
  kind: Kind;
  line: u32;
  column: u32;
  start: ptr<u8>;
  length: usize;
  number: u64;
}
class Lexer extends Struct {
  at: ptr<u8>;
  line: u32;
  lineStart: ptr<u8>;
}
type Rule = fn<(lexer: ptr<Lexer>, token: ptr<Token>) => void>;

const isDigit = (c: u8): bool => c >= char("0") && c <= char("9");
const isLetter = (c: u8): bool => (c | 0x20) >= char("a") && (c | 0x20) <= char("z");

function name(lexer: ptr<Lexer>, token: ptr<Token>): void {
  while (isLetter(lexer.at.value) || isDigit(lexer.at.value)) lexer.at = lexer.at.offset(1);
  token.length = address(lexer.at) - address(token.start);
  token.kind = Kind.Name;
  for (let i: usize = 0; i < KEYWORDS.length; i++) {
    let n: usize = 0;
    while (n < token.length && KEYWORDS[i][n] === token.start[n]) n++;
    if (n === token.length && KEYWORDS[i][n] === 0) token.kind = Kind.Keyword;
  }
}
function number(lexer: ptr<Lexer>, token: ptr<Token>): void {
  token.kind = Kind.Number;
  const isHex = token.start[0] === char("0") && (token.start[1] | 0x20) === char("x");
  if (isHex) lexer.at = lexer.at.offset(2);
  for (;;) {
    const c = lexer.at.value;
    const low = c | 0x20;
    if (isDigit(c)) token.number = token.number * (isHex ? 16 : 10) + u64(c - char("0"));
    else if (isHex && low >= char("a") && low <= char("f"))
      token.number = token.number * 16 + u64(low - (char("a") - 10));
    else break;
    lexer.at = lexer.at.offset(1);
  }
}
function string(lexer: ptr<Lexer>, token: ptr<Token>): void {
  token.kind = Kind.String;
  token.start = token.start.offset(1);
  do lexer.at = lexer.at.offset(1);
  while (lexer.at.value !== char('"'));
  token.length = address(lexer.at) - address(token.start);
  lexer.at = lexer.at.offset(1);
}
function mark(lexer: ptr<Lexer>, token: ptr<Token>): void {
  token.kind = Kind.Mark;
  token.length = 1;
  if (token.start[1] === char("=")) token.length = 2;
  lexer.at = token.start.offset(token.length);
}
function wrong(lexer: ptr<Lexer>, token: ptr<Token>): void {
  token.kind = Kind.Error;
  token.length = 1;
  lexer.at = lexer.at.offset(1);
}
let rules: array<Rule, 128> = zeroed();

function setUp(): void {
  for (let c: u8 = 0; c < 128; c++) rules[c] = isDigit(c) ? number : isLetter(c) ? name : wrong;
  const marks = "(){};<>+-*/=!";
  for (let i: usize = 0; marks[i] !== 0; i++) rules[marks[i]] = mark;
  rules[char('"')] = string;
}
function skip(lexer: ptr<Lexer>): void {
  for (;;) {
    const c = lexer.at.value;
    if (c === char("\n")) {
      lexer.line++;
      lexer.lineStart = lexer.at.offset(1);
    } else if (c === char("/") && lexer.at[1] === char("/")) {
      while (lexer.at[1] !== char("\n") && lexer.at[1] !== 0) lexer.at = lexer.at.offset(1);
    } else if (c !== char(" ")) return;
    lexer.at = lexer.at.offset(1);
  }
}
function next(lexer: ptr<Lexer>): Token {
  skip(lexer);
  const column = u32(address(lexer.at) - address(lexer.lineStart)) + 1;
  const token: Token = init({ line: lexer.line, column, start: lexer.at, kind: Kind.End });
  if (lexer.at.value !== 0) rules[lexer.at.value](lexer, addressOf(token));
  return token;
}
export function main(): i32 {
  setUp();
  const text = 'while (x1 <= 0xFf)\n  x1 += 10;\nreturn "a // b"; // c "d"\n\n?';
  const lexer: Lexer = init({ at: text, line: 1, lineStart: text });
  let count: u64 = 0;
  let keywords: u64 = 0;
  for (let token = next(addressOf(lexer)); token.kind !== Kind.End; token = next(addressOf(lexer))) {
    count++;
    if (token.kind === Kind.Keyword) keywords++;
    printU64(u64(token.line));
    print(":");
    printU64(u64(token.column));
    print(" ");
    print(NAMES[token.kind]);
    print(" ");
    if (token.kind === Kind.Number) printU64(token.number);
    else writeAll(1, token.start, token.length);
    newline();
  }
  printU64(count);
  print(" tokens, ");
  printU64(keywords);
  print(" keywords\n");
  return 0;
}
