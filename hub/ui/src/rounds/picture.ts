/** Makes a photo small enough to be sent over a bad network: at most so many pixels on its longer side, as JPEG. */
const LONGEST = 1_280;
const QUALITY = 0.75;

/** Throws where the file is no picture that this browser can read. */
export async function small(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture cannot be made smaller"))), "image/jpeg", QUALITY));
}
