/**
 * What a scanner typed, and how it is shown. A GS1 code separates its variable fields by the character GS (0x1D),
 * which keyboards cannot type and screens do not show: it is shown as ␝ and may be typed as ^, (GS), <GS> or {GS}.
 * ^ and { are outside the characters of GS1 element strings (GS1 General Specifications, character set 82), and no
 * label in use carries the four letters (GS) or <GS> as data.
 */
export const GS = "\u001d";
export const GS_SHOWN = "\u241d";

const TYPED_GS = /\u241d|\^|\((?:GS|gs)\)|<(?:GS|gs)>|\{(?:GS|gs)\}/g;

/** From the field to the wire. */
export function toRaw(shown: string): string {
  return shown.replace(TYPED_GS, GS).replace(/^[ \t]+|[ \t\r\n]+$/g, "");
}

/** From the wire to the screen: every control character becomes its visible picture (U+2400 and on). */
export function toShown(raw: string): string {
  return raw.replace(/[\u0000-\u001f\u007f]/g, (c) =>
    c === "\u007f" ? "\u2421" : String.fromCharCode(0x2400 + c.charCodeAt(0)),
  );
}

/** For bytes that nobody vouches for: also what would turn, hide or join the text around it is spelled out. */
export function toHarmless(text: string): string {
  return toShown(text.replace(/\r\n|\n/g, "\u240a\n").replace(/[\u0080-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, spell))
    .replace(/\u240a\u240a/g, "\u240a\n");
}

function spell(c: string): string {
  return `\u27e8U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
}

/** Wedge scanners press Ctrl+] for GS (its ASCII control key), some F8, some send the character itself. */
export function isGsKey(event: { key: string; ctrlKey: boolean }): boolean {
  return event.key === GS || event.key === "F8" || (event.ctrlKey && (event.key === "]" || event.key === "5"));
}
