// Loose files as one zip, stored and not compressed: images are compressed already, and no byte is held in memory.
const MOST_FILES = 65_535; // beyond, and above 4 GB, it would need Zip64
const MOST_BYTES = 2 ** 32 - 2 ** 26;
const PIECE = 4 * 2 ** 20;
const UTF8_NAMES = 0x0800;
const FIRST_DAY = 0x0021; // 1 January 1980: the same files make the same zip, so that an upload can be continued

export interface NamedFile {
  /** With folders, as `images/ada.png`. */
  path: string;
  file: Blob;
}

export class TooMuchForAZip extends Error {}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

async function crc32(file: Blob): Promise<number> {
  let value = 0xffffffff;
  for (let at = 0; at < file.size; at += PIECE)
    for (const byte of new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()))
      value = (CRC_TABLE[(value ^ byte) & 0xff] as number) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** Little-endian numbers of two or four bytes. */
function packed(fields: [value: number, bytes: 2 | 4][]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [, bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [value, bytes] of fields) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

/** One zip of the files, in the order of their paths. */
export async function zipOf(files: NamedFile[], onFile?: (done: number) => void): Promise<Blob> {
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  if (files.length > MOST_FILES || total > MOST_BYTES) throw new TooMuchForAZip();
  const sorted = files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const pieces: BlobPart[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const [index, { path, file }] of sorted.entries()) {
    const name = new TextEncoder().encode(path);
    const shared: [number, 2 | 4][] = [
      [20, 2],
      [UTF8_NAMES, 2],
      [0, 2],
      [0, 2],
      [FIRST_DAY, 2],
      [await crc32(file), 4],
      [file.size, 4],
      [file.size, 4],
      [name.length, 2],
      [0, 2],
    ];
    pieces.push(packed([[0x04034b50, 4], ...shared]), name, file);
    const rest: [number, 2 | 4][] = [
      [0, 2],
      [0, 2],
      [0, 2],
      [0, 4],
      [offset, 4],
    ];
    directory.push(packed([[0x02014b50, 4], [20, 2], ...shared, ...rest]), name);
    offset += 30 + name.length + file.size;
    onFile?.(index + 1);
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = packed([
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [files.length, 2],
    [files.length, 2],
    [size, 4],
    [offset, 4],
    [0, 2],
  ]);
  return new Blob([...pieces, ...directory, end], { type: "application/zip" });
}
