/**
 * Documents of XML 1.0 as our pictures are: elements with attributes, elements or text within them, the five entities. Whatever is not
 * well-formed, or more than that, throws with its place.
 */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Of the element itself. */
  readonly text: string;
}
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const TAG = /<(\/?)([A-Za-z][\w:.-]*)((?:\s+[A-Za-z][\w:.-]*="[^"<]*")*)\s*(\/?)>/y;

function unescaped(text: string, at: number): string {
  return text.replace(/&(\w*;?)/g, (_, name: string) => {
    const character = name.endsWith(";") ? ENTITIES[name.slice(0, -1)] : undefined;
    if (character === undefined) throw new Error(`a bare & near ${at}`);
    return character;
  });
}
function attributesOf(text: string, at: number): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/([\w:.-]+)="([^"]*)"/g)) {
    if (name! in found) throw new Error(`${name} is given twice near ${at}`);
    found[name!] = unescaped(value!, at);
  }
  return found;
}
/** The document's one element. */
export function parseXml(document: string): XmlElement {
  interface Open {
    name: string;
    attributes: Record<string, string>;
    children: XmlElement[];
    text: string;
  }
  const root: Open = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  for (let at = 0; at < document.length; ) {
    const inside = open.at(-1)!;
    const end = document.indexOf("<", at);
    inside.text += unescaped(document.slice(at, end < 0 ? undefined : end), at);
    if (end < 0) break;
    TAG.lastIndex = end;
    const tag = TAG.exec(document);
    if (tag === null) throw new Error(`no tag at ${end}: ${document.slice(end, end + 40)}`);
    const [all, closing, name, attributes, empty] = tag;
    at = end + all.length;
    if (closing === "/") {
      if (open.length === 1 || name !== inside.name)
        throw new Error(`</${name}> at ${end} in <${inside.name}>`);
      open.pop();
      continue;
    }
    const element = { name: name!, attributes: attributesOf(attributes!, end), children: [], text: "" };
    inside.children.push(element);
    if (empty !== "/") open.push(element);
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)!.name}> is not closed`);
  if (root.children.length !== 1 || root.text.trim() !== "") throw new Error("not one element");
  return root.children[0]!;
}
