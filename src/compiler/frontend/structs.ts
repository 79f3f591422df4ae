/**
 * Structures and unions to layouts: the System V ABI's (x86-64 psABI §3.1.2, bit fields too), with `at` offsets, @packed and
 * @align. A class extends Struct, Union, or a structure, whose fields come first. Generic ones are laid out for each set of arguments.
 */
import ts from "typescript";
import { D } from "../diagnostics/table.ts";
import type { Place } from "../place.ts";
import {
  alignOf,
  type Field,
  MAX_SIZE,
  type StructType,
  sizeOf,
  type Type,
  typeText,
} from "../types/type.ts";
import { placeOf } from "./place.ts";
import { alignmentOf, tagsOf } from "./tags.ts";
import { argumentText, bind, sameArgument, storable } from "./types.ts";
import type { StructInfo, TypeArgument, World } from "./world.ts";

/** Members of every pointer. */
const RESERVED = new Set(["value", "offset"]);
/** More instances than this of one class, and it is endless. */
const INSTANCES = 500;

export class Structs {
  readonly #world: World;
  readonly #instances = new Map<ts.ClassDeclaration, StructInfo[]>();
  readonly #infos = new Map<StructType, StructInfo>();
  readonly #state = new Map<StructType, "waiting" | "working" | "done">();
  readonly #waiting: StructInfo[] = [];
  #depth = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** In the order of their first use. */
  get all(): readonly StructType[] {
    return [...this.#infos.keys()];
  }

  infoOf(type: StructType): StructInfo {
    return this.#infos.get(type)!;
  }

  /** Laid out, unless a layout is being made: then it is when that is. */
  structOf(declaration: ts.ClassDeclaration, args: readonly TypeArgument[], place: Place): StructInfo {
    const instances = this.#instances.get(declaration) ?? [];
    this.#instances.set(declaration, instances);
    let info = instances.find((i) => i.args.every((argument, at) => sameArgument(argument, args[at]!)));
    if (info === undefined) {
      const name = declaration.name?.text ?? "class";
      if (instances.length >= INSTANCES) return this.#world.fail(D.endlessGenerics(place, name));
      info = this.#declare(declaration, name, args);
      instances.push(info);
      this.#infos.set(info.type, info);
      this.#state.set(info.type, "waiting");
      this.#waiting.push(info);
    }
    if (this.#depth === 0) {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
        this.layOut(next.type, next.type.place);
    }
    return info;
  }

  #declare(declaration: ts.ClassDeclaration, name: string, args: readonly TypeArgument[]): StructInfo {
    const world = this.#world;
    const types = bind(world, declaration.typeParameters, args, new Map());
    const { base, union } = this.#heritage(declaration, types);
    const methods = new Map<string, ts.MethodDeclaration>();
    for (const member of declaration.members) {
      if (ts.isMethodDeclaration(member) && ts.isIdentifier(member.name))
        methods.set(member.name.text, member);
    }
    const type: StructType = {
      kind: "struct",
      name: args.length === 0 ? name : `${name}<${args.map(argumentText).join(", ")}>`,
      union,
      fields: [],
      size: 0,
      align: 1,
      place: placeOf(declaration.name ?? declaration),
    };
    return { type, declaration, types, args, base, methods, faulty: new Set() };
  }

  #heritage(
    declaration: ts.ClassDeclaration,
    types: StructInfo["types"],
  ): { base: StructInfo | undefined; union: boolean } {
    const world = this.#world;
    const parent = declaration.heritageClauses?.find((c) => c.token === ts.SyntaxKind.ExtendsKeyword)
      ?.types[0];
    const nothing = (): never =>
      world.fail(
        D.interfaceValue(placeOf(declaration.name ?? declaration), declaration.name?.text ?? "this class"),
      );
    if (parent === undefined) return nothing();
    const target = world.symbolOf(parent.expression)?.valueDeclaration;
    if (target === undefined || !ts.isClassDeclaration(target)) return nothing();
    if (world.isLibrary(target)) return { base: undefined, union: target.name?.text === "Union" };
    const args = (parent.typeArguments ?? []).map((argument) => world.typeArgument(argument, types));
    this.#depth++;
    try {
      const base = this.structOf(target, args, placeOf(parent));
      return { base, union: base.type.union };
    } finally {
      this.#depth--;
    }
  }

  layOut(type: Type, place: Place): void {
    if (type.kind === "array") {
      this.layOut(type.element, place);
      const bytes = sizeOf(type);
      if (bytes > MAX_SIZE) this.#world.fail(D.tooLarge(place, typeText(type), bytes));
    }
    if (type.kind !== "struct" || this.#state.get(type) === "done") return;
    const info = this.infoOf(type);
    if (this.#state.get(type) === "working") {
      this.#world.fail(D.endlessLayout(type.place, type.name));
    }
    this.#state.set(type, "working");
    this.#depth++;
    try {
      this.#layOut(info);
      if (type.size > MAX_SIZE) this.#world.fail(D.tooLarge(type.place, type.name, type.size));
    } finally {
      this.#depth--;
      this.#state.set(type, "done");
    }
  }

  #layOut({ type, declaration, types, base, faulty }: StructInfo): void {
    const world = this.#world;
    const packed = tagsOf(declaration).has("packed");
    if (base !== undefined) this.layOut(base.type, type.place);
    const fields: Field[] = base === undefined ? [] : [...base.type.fields];
    const inherited = new Set(fields.map((field) => field.name));
    for (let up = base; up !== undefined; up = up.base)
      for (const name of up.methods.keys()) inherited.add(name);
    // Bits from the start, and where the next field may begin.
    let bits = (base?.type.size ?? 0) * 8;
    let size = base?.type.size ?? 0;
    let align = base?.type.align ?? 1;
    for (const member of declaration.members) {
      if (!ts.isIdentifier(member.name ?? member)) continue;
      const name = member.name?.getText() ?? "";
      const fault = (): void => {
        if (RESERVED.has(name)) world.fail(D.fieldName(placeOf(member), name));
        if (inherited.has(name)) world.fail(D.methodOverride(placeOf(member), name));
      };
      if (
        !ts.isPropertyDeclaration(member) ||
        member.modifiers?.some((m) => m.kind === ts.SyntaxKind.StaticKeyword)
      ) {
        if (ts.isMethodDeclaration(member)) world.attempt(fault);
        continue;
      }
      const worked = world.attempt(() => {
        fault();
        if (member.initializer !== undefined) world.fail(D.fieldInitial(placeOf(member.initializer), name));
        if (member.type === undefined) return world.fail(D.noType(placeOf(member), name));
        const form = fieldForm(world, member.type, types);
        this.layOut(form.type, placeOf(member.type));
        const unit = sizeOf(form.type);
        const alignment = Math.max(packed ? 1 : alignOf(form.type), alignmentOf(world, member) ?? 1);
        // A bit field at the offset of its storage unit follows the bits that are there.
        const follows =
          form.width !== undefined &&
          form.at !== undefined &&
          form.at * 8 < bits &&
          bits <= (form.at + unit) * 8;
        const start = type.union ? 0 : form.at === undefined || follows ? bits : form.at * 8;
        if (form.at !== undefined && !type.union) {
          if (form.at * 8 < bits && !follows) {
            world.fail(
              D.fieldOffset(
                placeOf(member),
                name,
                form.at,
                `the field before it ends at ${Math.ceil(bits / 8)}`,
              ),
            );
          }
          if (form.at % alignment !== 0) {
            world.fail(D.fieldOffset(placeOf(member), name, form.at, `its alignment is ${alignment}`));
          }
        }
        const place = placeOf(member.name);
        if (form.width === undefined) {
          const offset = Math.ceil(Math.ceil(start / 8) / alignment) * alignment;
          fields.push({ name, type: form.type, offset, bits: undefined, place });
          bits = (offset + unit) * 8;
          size = Math.max(size, offset + unit);
        } else {
          const at = bitFieldAt(start, form.width, unit, packed);
          if (at.end > unit * 8) {
            const why = `its ${form.width} bits do not lie within ${unit} bytes`;
            world.fail(D.fieldOffset(placeOf(member), name, Math.floor(start / 8), why));
          }
          fields.push({
            name,
            type: form.type,
            offset: at.offset,
            bits: { offset: at.end - form.width, width: form.width },
            place,
          });
          bits = at.offset * 8 + at.end;
          size = Math.max(size, Math.ceil(bits / 8));
        }
        align = Math.max(align, alignment);
      });
      if (!worked) faulty.add(name);
    }
    align = Math.max(align, alignmentOf(world, declaration) ?? 1);
    for (const { name, type: unit, offset, bits: field, place } of packed && faulty.size === 0
      ? fields
      : []) {
      if (field === undefined || offset + sizeOf(unit) <= size) continue;
      world.report(D.fieldOffset(place, name, offset, `its ${sizeOf(unit)} bytes reach beyond the end`));
    }
    type.fields = fields;
    type.align = align;
    type.size = Math.max(1, Math.ceil(size / align)) * align;
  }
}

/**
 * Where the storage unit of a bit field lies, whose bits begin at `start` or later, and where in it the field ends, in bits. Units are
 * aligned, and a field does not cross a boundary of them; in packed structures nothing is left out, and a unit lies as low as it can.
 */
function bitFieldAt(
  start: number,
  width: number,
  unit: number,
  packed: boolean,
): { readonly offset: number; readonly end: number } {
  const unitBits = unit * 8;
  if (packed) {
    const offset = Math.min(Math.floor(start / 8), Math.max(0, Math.ceil((start + width) / 8) - unit));
    return { offset, end: start + width - offset * 8 };
  }
  const crosses = Math.floor(start / unitBits) !== Math.floor((start + width - 1) / unitBits);
  const at = crosses ? Math.ceil(start / unitBits) * unitBits : start;
  const offset = Math.floor(at / unitBits) * unit;
  return { offset, end: at + width - offset * 8 };
}

interface FieldForm {
  readonly type: Type;
  readonly at: number | undefined;
  readonly width: number | undefined;
}

function fieldForm(world: World, node: ts.TypeNode, types: StructInfo["types"]): FieldForm {
  if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName)) {
    const declaration = world.symbolOf(node.typeName)?.declarations?.[0];
    const [first, second] = node.typeArguments ?? [];
    if (declaration !== undefined && world.isLibrary(declaration) && first !== undefined) {
      const number = (): number => {
        const value = world.typeArgument(first, types);
        if (typeof value !== "bigint" || value >= 1n << 31n) return world.fail(D.arrayLength(placeOf(first)));
        return Number(value);
      };
      if (node.typeName.text === "at" && second !== undefined) {
        const inner = fieldForm(world, second, types);
        return { ...inner, at: number() };
      }
      if (node.typeName.text === "bitfield") {
        const type: Type =
          second === undefined ? { kind: "int", bits: 32, signed: false } : world.typeOf(second, types);
        const limit =
          type.kind === "int"
            ? type.bits
            : type.kind === "enum"
              ? type.base.bits
              : type.kind === "bool"
                ? 1
                : 0;
        const width = number();
        if (width < 1 || width > limit) world.fail(D.bitFieldWidth(placeOf(node), width, typeText(type)));
        return { type, at: undefined, width };
      }
    }
  }
  return { type: storable(world, world.typeOf(node, types), node), at: undefined, width: undefined };
}
