/** A block of a zstd frame holds as much at most. */
const mostBytes = 128 * 1024;
/** Magic number; no length, no checksum; a window of 128 KiB. RFC 8878, 3.1.1. */
const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]);

/**
 * Bytes as a zstd frame that stores them as they are. workerd's own zstd fails as soon as its output is longer than 64 KiB ("Unexpected end of file", 1.20260730.1), and
 * whoever reads a backup expects zstd.
 */
export function storedFrame(bytes: Uint8Array): Buffer {
  const parts: Uint8Array[] = [header];
  for (let from = 0; from === 0 || from < bytes.length; from += mostBytes) {
    const block = bytes.subarray(from, from + mostBytes);
    const isLast = from + mostBytes >= bytes.length;
    const size = Buffer.alloc(3);
    size.writeUIntLE((block.length << 3) | (isLast ? 1 : 0), 0, 3);
    parts.push(size, block);
  }
  return Buffer.concat(parts);
}
