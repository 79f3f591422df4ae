/* Random values of pointers: addresses of what lives long enough, at so many elements. */
import { PlaceDraw } from "./draw-places.ts";
import type { Route } from "./routes.ts";
import type { Expression } from "./tree.ts";
import { INTEGERS, type PointerType, same, type Type, U8, U32 } from "./types.ts";

const TEXTS = ["", "a", "text", "0123456789", "Grüße", "tab\tand\nline"];
const utf8Length = (text: string): number => Buffer.byteLength(text) + 1;

export abstract class PointerDraw extends PlaceDraw {
  /** Undefined: nothing that gives the type may be called. */
  abstract call(type: Type, depth: number): Expression | undefined;

  /** There is always one: what is asked for is null or points to elements of which there are globals. */
  pointer(type: PointerType, depth: number): Expression {
    const { r } = this;
    this.spend();
    if (type.nullable && r.chance(30)) return { kind: "literal", value: 0n, type };
    if (depth > 0 && r.chance(10) && !this.poor) {
      return {
        kind: "choose",
        condition: this.bool(depth - 1),
        yes: this.pointer(type, depth - 1),
        no: this.pointer(type, depth - 1),
        type,
      };
    }
    const ways = [
      () => this.readOf(type, depth),
      () => this.#address(type, depth),
      () => this.#address(type, depth),
      () => this.#moved(type, depth),
      () => this.#view(type, depth),
      () => this.#text(type),
      () => (depth > 0 ? this.call(type, depth) : undefined),
    ];
    for (let tries = 0; tries < 6; tries++) {
      const found = r.pick(ways)();
      if (found !== undefined) return found;
    }
    for (const way of ways) {
      const found = way();
      if (found !== undefined) return found;
    }
    if (type.nullable) return { kind: "literal", value: 0n, type };
    throw new TypeError("nothing lives where a pointer should point to");
  }

  #address(type: PointerType, depth: number): Expression | undefined {
    if (type.volatile) return undefined;
    const isRight = (route: Route): boolean =>
      route.addressable &&
      !route.volatile &&
      same(route.type, type.target) &&
      (route.writable || !type.writable) &&
      (!route.unaligned || type.unaligned) &&
      route.level <= type.level;
    const route = this.route(
      (x) =>
        isRight(x) &&
        x.steps.length < 5 &&
        reach(x).extent >= type.extent + type.before &&
        // A NaN must not be written where bits are seen.
        !(x.inUnion && type.target.kind === "f64"),
    );
    if (route === undefined) return undefined;
    const place = this.placeOf(route, depth - 1);
    const has = reach(route).extent;
    if (place.kind === "element") {
      // So many elements from there on.
      const index = type.before + this.r.below(has - type.extent - type.before + 1);
      place.index = { kind: "literal", value: BigInt(index), type: U32 };
    } else if (place.kind === "deref") {
      const last = route.steps.at(-1);
      const before = last?.kind === "deref" ? last.before : 0;
      place.by = type.before + this.r.below(has - type.extent - type.before + 1) - before;
    }
    const exact: PointerType = { ...type, nullable: false, unaligned: route.unaligned, level: route.level };
    return { kind: "address", of: place, type: exact };
  }

  /** From one with more room. */
  #moved(type: PointerType, depth: number): Expression | undefined {
    const more = 1 + this.r.below(3);
    const wider: PointerType = { ...type, extent: type.extent + more, nullable: false };
    const pointer = this.readOf(wider, depth - 1) ?? this.#address(wider, depth - 1);
    if (pointer?.type.kind !== "pointer") return undefined;
    const room = pointer.type.extent - type.extent;
    const by = this.r.chance(50) ? this.r.below(room + 1) : this.int(this.r.pick(INTEGERS), depth - 2);
    return {
      kind: "offset",
      pointer,
      by,
      type: { ...pointer.type, before: type.before, extent: type.extent },
    };
  }

  /** The bytes of integers as others, or as a device's. */
  #view(type: PointerType, depth: number): Expression | undefined {
    const { target } = type;
    if (target.kind !== "int" || type.before > 0) return undefined;
    const need = type.extent * (target.bits / 8);
    const route = this.route(
      (x) =>
        x.addressable &&
        !x.volatile &&
        x.type.kind === "int" &&
        (x.writable || !type.writable) &&
        x.level <= type.level &&
        (type.unaligned || (!x.unaligned && x.type.bits >= target.bits)) &&
        reach(x).extent * (x.type.bits / 8) >= need,
    );
    if (route?.type.kind !== "int") return undefined;
    const extent = Math.ceil(need / (route.type.bits / 8));
    const source: PointerType = {
      ...type,
      target: route.type,
      extent,
      nullable: false,
      volatile: false,
      unaligned: route.unaligned,
    };
    const pointer = this.#address(source, depth);
    if (pointer?.type.kind !== "pointer") return undefined;
    if (!type.volatile && same(route.type, target)) return pointer;
    return {
      kind: "cast",
      pointer,
      type: { ...type, nullable: false, unaligned: type.unaligned, level: pointer.type.level },
    };
  }

  #text(type: PointerType): Expression | undefined {
    if (!same(type.target, U8) || type.writable || type.before > 0 || type.volatile) return undefined;
    const fitting = TEXTS.filter((text) => utf8Length(text) >= type.extent);
    if (fitting.length === 0) return undefined;
    const text = this.r.pick(fitting);
    const of: PointerType = {
      ...type,
      extent: utf8Length(text),
      level: 0,
      nullable: false,
      unaligned: false,
    };
    return { kind: "text", text, type: of };
  }
}

/** How many elements there are where a route ends. */
function reach({ steps }: Route): { extent: number } {
  const last = steps.at(-1);
  if (last?.kind === "element") return { extent: last.length };
  return { extent: last?.kind === "deref" ? last.before + last.extent : 1 };
}
