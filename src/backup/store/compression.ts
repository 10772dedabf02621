import type { Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { chunkSize } from "./sealed.ts";

/** How the text of a file is compressed: a command's is with zstd, and a worker's with gzip, since workerd's zstd ends after 64 KiB. */
export type Compression = "zstd" | "gzip";

/** What a file of each begins with (RFC 8878, 3.1.1; RFC 1952, 2.3.1), and what opens it: the file itself says which it is. */
const compressions: Readonly<
  Record<Compression, { readonly magic: Buffer; readonly decompress: () => Transform }>
> = {
  zstd: {
    magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
    decompress: () => createZstdDecompress({ chunkSize }),
  },
  gzip: { magic: Buffer.from([0x1f, 0x8b]), decompress: () => createGunzip({ chunkSize }) },
};

/** What opens a text that begins with these bytes; undefined where they are of none. */
export const decompressing = (begin: Uint8Array): Transform | undefined =>
  Object.values(compressions)
    .find(({ magic }) => magic.equals(begin.subarray(0, magic.length)))
    ?.decompress();
