import { createHash, randomUUID } from "node:crypto";
import { openAsBlob } from "node:fs";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Spooled } from "./service.ts";

/** Where bodies lie that do not fit into memory, while they are handled. */
export const spoolFolder = (dataDir: string): string => join(dataDir, "spool");

/** Writes the pieces into a file of their own and hands it out as a blob; a body that is refused or cut off leaves no file. */
export async function spool(chunks: AsyncIterable<Uint8Array>, folder: string): Promise<Spooled> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, randomUUID());
  const remove = (): Promise<void> => rm(path, { force: true });
  try {
    const md5 = createHash("md5");
    const file = await open(path, "wx", 0o600);
    try {
      for await (const chunk of chunks) {
        md5.update(chunk);
        await file.writeFile(chunk);
      }
    } finally {
      await file.close();
    }
    return { blob: await openAsBlob(path), md5: md5.digest("hex"), close: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
