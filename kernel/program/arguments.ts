/** A program's arguments: those of the launch, with an interpreter's in front where the file is a script. */
import { textLength } from "../lib/text.ts";
import { launchCount, launchText } from "./launch.ts";

/** Scripts whose interpreters are scripts: each adds two at most. */
const MOST_FRONT = 12;

export class Arguments extends Struct {
  front: array<ptr<u8>, typeof MOST_FRONT>;
  frontCount: usize;
  /** Of the launch's, those that are left out. */
  skipped: usize;

  count(): usize {
    const own = launchCount("arg=");
    return this.frontCount + (own > this.skipped ? own - this.skipped : 0);
  }
  /** `index`: below `count()`. */
  at(index: usize): ptr<u8> {
    if (index < this.frontCount) return this.front[index];
    const text = launchText("arg=", index - this.frontCount + this.skipped);
    return text === null ? "" : text;
  }
  /** With their zeros. */
  bytes(): usize {
    let bytes: usize = 0;
    const count = this.count();
    for (let i: usize = 0; i < count; i++) bytes += textLength(this.at(i)) + 1;
    return bytes;
  }
  /** argv[0] becomes a script's path, with its interpreter and that one's argument, or null, before it. False: too many. */
  interpret(interpreter: ptr<u8>, argument: ptr<u8> | null, script: ptr<u8>): bool {
    const added: usize = argument === null ? 2 : 3;
    const dropped: usize = this.frontCount > 0 ? 1 : 0;
    if (this.frontCount - dropped + added > usize(MOST_FRONT)) return false;
    if (dropped === 0) this.skipped++;
    for (let i = this.frontCount; i > dropped; i--) this.front[i - 1 - dropped + added] = this.front[i - 1];
    this.frontCount = this.frontCount - dropped + added;
    this.front[0] = interpreter;
    if (argument !== null) this.front[1] = argument;
    this.front[added - 1] = script;
    return true;
  }
}
