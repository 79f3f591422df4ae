/**
 * JSDoc tags to attributes: @inline @noinline @noreturn @export @section NAME @align N @naked @isr; of structures @packed and
 * @align N; of enums @base TYPE. Tags of documentation (@param …) mean nothing here.
 */
import ts from "typescript";
import { D } from "../diagnostics/table.ts";
import type { Attributes } from "../tree.ts";
import { placeOf } from "./place.ts";
import type { World } from "./world.ts";

export function tagsOf(
  node: ts.Node,
): ReadonlyMap<string, { readonly text: string; readonly node: ts.JSDocTag }> {
  const tags = new Map<string, { text: string; node: ts.JSDocTag }>();
  for (const tag of ts.getJSDocTags(node)) {
    const text =
      typeof tag.comment === "string" ? tag.comment : (ts.getTextOfJSDocComment(tag.comment) ?? "");
    tags.set(tag.tagName.text, { text: text.trim(), node: tag });
  }
  return tags;
}

/** The power of two after @align; undefined without the tag. */
export function alignmentOf(world: World, node: ts.Node): number | undefined {
  const tag = tagsOf(node).get("align");
  if (tag === undefined) return undefined;
  const value = /^(\d+|0x[\da-f]+)(\s|$)/i.test(tag.text) ? Number(tag.text.split(/\s/)[0]) : 0;
  if (value < 1 || value > 1 << 21 || (value & (value - 1)) !== 0) {
    return world.fail(D.tag(placeOf(tag.node), "align", "wants a power of two up to 2097152"));
  }
  return value;
}

function sectionOf(world: World, node: ts.Node): string | undefined {
  const tag = tagsOf(node).get("section");
  if (tag === undefined) return undefined;
  const name = tag.text.split(/\s/)[0]!;
  if (!/^[\w.$-]+$/.test(name)) {
    return world.fail(D.tag(placeOf(tag.node), "section", "wants the name of a section"));
  }
  return name;
}

export function storageAttributes(
  world: World,
  node: ts.Node,
): Pick<Attributes, "exported" | "section" | "align"> {
  const section = sectionOf(world, node);
  const align = alignmentOf(world, node);
  return {
    ...(tagsOf(node).has("export") ? { exported: true } : {}),
    ...(section === undefined ? {} : { section }),
    ...(align === undefined ? {} : { align }),
  };
}

/** `isr` is not set here: it depends on the parameters. */
export function functionAttributes(world: World, node: ts.Node): Attributes {
  const tags = tagsOf(node);
  const noinline = tags.get("noinline");
  if (noinline !== undefined && tags.has("inline")) {
    return world.fail(D.tag(placeOf(noinline.node), "noinline", "contradicts @inline"));
  }
  return {
    ...storageAttributes(world, node),
    ...(tags.has("inline") ? { inline: "always" as const } : {}),
    ...(noinline === undefined ? {} : { inline: "never" as const }),
    ...(tags.has("noreturn") ? { noreturn: true } : {}),
    ...(tags.has("naked") ? { naked: true } : {}),
  };
}
