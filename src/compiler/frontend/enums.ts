/** Enums to their exact values: u32 unless a @base tag names another integer type. */
import type ts from "typescript";
import { D } from "../diagnostics/table.ts";
import type { Place } from "../place.ts";
import { type EnumType, type IntType, intType } from "../types/type.ts";
import { inRange, integer } from "./operands.ts";
import { placeOf } from "./place.ts";
import { tagsOf } from "./tags.ts";
import type { Frame, Operand, World } from "./world.ts";

type Member = EnumType["members"][number];

export class Enums {
  readonly #world: World;
  readonly #types = new Map<ts.EnumDeclaration, EnumType>();
  readonly #working = new Map<ts.EnumDeclaration, Member[]>();
  readonly #frame: (node: ts.Node) => Frame;

  /** @param frame Makes a frame for constant expressions. */
  constructor(world: World, frame: (node: ts.Node) => Frame) {
    this.#world = world;
    this.#frame = frame;
  }

  get all(): readonly EnumType[] {
    return [...this.#types.values()];
  }

  enumOf(declaration: ts.EnumDeclaration): EnumType {
    const known = this.#types.get(declaration);
    if (known !== undefined) return known;
    const base = this.#base(declaration);
    const members: Member[] = [];
    this.#working.set(declaration, members);
    let next = 0n;
    for (const member of declaration.members) {
      const name = member.name.getText();
      this.#world.attempt(() => {
        const value =
          member.initializer === undefined
            ? next
            : this.#world.constantNumber(this.#frame(member), member.initializer, name);
        if (!inRange(value, base)) this.#world.fail(D.range(placeOf(member), value, base));
        members.push({ name, value });
        next = value + 1n;
      });
    }
    this.#working.delete(declaration);
    const type: EnumType = {
      kind: "enum",
      name: declaration.name.text,
      base,
      members,
      place: placeOf(declaration.name),
    };
    this.#types.set(declaration, type);
    return type;
  }

  #base(declaration: ts.EnumDeclaration): IntType {
    const tag = tagsOf(declaration).get("base");
    if (tag === undefined) return intType("u32");
    if (!/^([ui](8|16|32|64)|usize)$/.test(tag.text)) {
      return this.#world.fail(D.tag(placeOf(tag.node), "base", "wants an integer type"));
    }
    return intType(tag.text);
  }

  member(declaration: ts.EnumMember, place: Place): Operand {
    const name = declaration.name.getText();
    const working = this.#working.get(declaration.parent);
    if (working !== undefined) {
      const found = working.find((member) => member.name === name);
      if (found === undefined) return this.#world.fail(D.enumMember(place, name));
      return { kind: "untyped", value: found.value, place };
    }
    const type = this.enumOf(declaration.parent);
    const found = type.members.find((member) => member.name === name);
    return found === undefined ? this.#world.abandon() : integer(found.value, type, place);
  }
}
