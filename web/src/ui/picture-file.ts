const side = 512; // pixels
const mostBytes = 256 * 1024;

// The middle of a chosen picture as a small square, as the server wants it. Throws an Error with
// a sentence for people when the file is no picture.
export async function squarePicture(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error('This file is not a picture that the browser can read.');
  });
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const edge = Math.min(bitmap.width, bitmap.height);
  const [left, top] = [(bitmap.width - edge) / 2, (bitmap.height - edge) / 2];
  canvas.getContext('2d')!.drawImage(bitmap, left, top, edge, edge, 0, 0, side, side);
  for (const quality of [0.9, 0.7, 0.5]) {
    const blob = await encode(canvas, quality);
    if (blob.size <= mostBytes) return blob;
  }
  throw new Error('This picture is too large.');
}

function encode(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The browser made no picture of it.'))),
      'image/jpeg',
      quality,
    );
  });
}
