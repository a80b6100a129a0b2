/**
 * What a scanner typed, and how it is shown. A GS1 code separates its variable fields by the character GS (0x1D),
 * which keyboards cannot type and screens do not show: it is shown as ◆ and may be typed as ^, (GS), <GS> or {GS}.
 * ◆, ^ and { are outside the characters of GS1 element strings (GS1 General Specifications, character set 82), and no
 * label in use carries the four letters (GS) or <GS> as data. Other control characters show as their number, ‹1E›.
 * (The Unicode pictures of control characters would be the obvious choice, but few systems have a font for them.)
 */
export const GS = "\u001d";
export const GS_SHOWN = "◆";

const TYPED_GS = /◆|\^|\((?:GS|gs)\)|<(?:GS|gs)>|\{(?:GS|gs)\}/g;

/** From the field to the wire. */
export function toRaw(shown: string): string {
  return shown
    .replace(TYPED_GS, GS)
    .replace(/‹([0-9A-F]{2})›/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replace(/^[ \t]+|[ \t\r\n]+$/g, "");
}

/** From the wire to the screen: every control character becomes visible. */
export function toShown(raw: string): string {
  return raw.replace(/[\u0000-\u001f\u007f]/g, (c) => (c === GS ? GS_SHOWN : spell(c, 2)));
}

function spell(c: string, digits = 4): string {
  return `‹${c.codePointAt(0)!.toString(16).toUpperCase().padStart(digits, "0")}›`;
}

/** For bytes that nobody vouches for: also what would turn, hide or join the text around it is spelled out. */
export function toHarmless(text: string): string {
  return toShown(text.replace(/[\u0080-\u009f\u3164\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, (c) => spell(c)));
}

/** Wedge scanners press Ctrl+] for GS (its ASCII control key), some F8, some send the character itself. */
export function isGsKey(event: { key: string; ctrlKey: boolean }): boolean {
  return event.key === GS || event.key === "F8" || (event.ctrlKey && (event.key === "]" || event.key === "5"));
}
