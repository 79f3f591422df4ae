/** Messages in the program's own words: there are no catalogues (gettext(3)). */
type Text = ptr<u8>;

/** @export */
export function gettext(text: Text): Text {
  return text;
}
/** @export */
export function dcgettext(_domain: Text, text: Text, _category: i32): Text {
  return text;
}
/** @export */
export function dgettext(_domain: Text, text: Text): Text {
  return text;
}
/** @export */
export function bindtextdomain(_domain: Text, directory: Text): Text {
  return directory;
}
/** @export */
export function textdomain(domain: Text): Text {
  return domain;
}
/** @export */
export function bind_textdomain_codeset(_domain: Text, codeset: Text): Text {
  return codeset;
}
/** @export */
export function ngettext(one: Text, many: Text, count: u64): Text {
  return count === 1 ? one : many;
}
/** @export */
export function dngettext(_domain: Text, one: Text, many: Text, count: u64): Text {
  return ngettext(one, many, count);
}
/** @export */
export function dcngettext(_domain: Text, one: Text, many: Text, count: u64, _category: i32): Text {
  return ngettext(one, many, count);
}
