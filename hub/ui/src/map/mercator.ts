/**
 * Web Mercator on whole numbers: the world's square is 2^32 wide and high, 9 mm at the equator, its middle is 0, 0. Differences
 * of such numbers are exact and lead the short way around the world by themselves; 32-bit floats would be off by metres.
 */
export const WORLD = 2 ** 32;
/** The square ends here (EPSG:3857). */
const MOST_LAT = 85.051_128;

export function mercatorX(lon: number): number {
  return Math.round((lon / 360) * WORLD) | 0;
}

export function mercatorY(lat: number): number {
  const radians = (Math.max(-MOST_LAT, Math.min(MOST_LAT, lat)) * Math.PI) / 180;
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.round((-Math.log(Math.tan(Math.PI / 4 + radians / 2)) / (2 * Math.PI)) * WORLD)));
}
