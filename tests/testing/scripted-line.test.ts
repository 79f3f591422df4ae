/* A script on a line: what it waits for, what it gets, and what it says when that does not come. */
import { describe, expect, it } from "vitest";
import { type Runnable, ScriptedLine } from "../../src/testing/scripted-line.ts";

/** A machine that writes one piece after the other, and echoes what has been typed, until it is stopped. */
class Parrot implements Runnable {
  readonly #line: ScriptedLine;
  readonly #pieces: (string | Uint8Array)[];
  #stopped = false;
  constructor(line: ScriptedLine, pieces: readonly (string | Uint8Array)[]) {
    this.#line = line;
    this.#pieces = [...pieces];
  }
  run(): { readonly kind: string } {
    this.#stopped = false;
    for (;;) {
      const typed = this.#line.read(3);
      const piece = typed.length > 0 ? typed : this.#pieces.shift();
      if (piece === undefined) return { kind: "power-off" };
      this.#line.write(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
      if (this.#stopped) return { kind: "stopped" };
    }
  }
  stop(): void {
    this.#stopped = true;
  }
}

describe("a scripted line", () => {
  it("stops at what is awaited, and answers with all since the last answer", () => {
    const line = new ScriptedLine();
    const machine = new Parrot(line, ["one ", "tw", "o three", " four"]);
    expect(line.expect(machine, "two")).toBe("one two");
    expect(line.text).toBe("one two three");
    expect(line.expect(machine, /f.u/)).toBe(" three fou");
    expect(line.expect(machine, /r/g)).toBe("r");
  });
  it("delivers what is typed in order, in pieces, and announces it", () => {
    const line = new ScriptedLine();
    let told = 0;
    line.onReady = () => void told++;
    line.type("hello ");
    line.type("");
    line.type("you");
    expect(told).toBe(2);
    expect(line.expect(new Parrot(line, []), "you")).toBe("hello you");
    expect(line.read(5)).toEqual(new Uint8Array());
  });
  it("puts characters together that came in two halves", () => {
    const line = new ScriptedLine();
    const bytes = new TextEncoder().encode("aé!");
    expect(line.expect(new Parrot(line, [bytes.subarray(0, 2), bytes.subarray(2)]), "!")).toBe("aé!");
  });
  it("says what it waited for, why the machine stopped, and the last line", () => {
    const line = new ScriptedLine();
    const machine = new Parrot(line, ["first\n", "login: "]);
    expect(() => line.expect(machine, "$ ")).toThrow(
      '$  did not come: the machine stopped with "power-off" after "login:"',
    );
  });
});
