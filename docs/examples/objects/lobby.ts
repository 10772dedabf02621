import { DurableObject } from "cloudflare:workers";

/** Who waits for a room. What it has are keys and values of its storage. */
export class Lobby extends DurableObject {
  async enter(name: string): Promise<void> {
    await this.ctx.storage.put(name, { since: Date.now() });
  }

  /** Every key with its value, a line each; `list()` gives them in order. Of values that JSON cannot say a class writes what it can read back. */
  async exportStorage(): Promise<ReadableStream<Uint8Array>> {
    const pairs = [...(await this.ctx.storage.list())];
    return new Blob(pairs.map((pair) => `${JSON.stringify(pair)}\n`)).stream();
  }

  async importStorage(exported: ReadableStream<Uint8Array>): Promise<void> {
    const lines = (await new Response(exported).text()).split("\n").filter((each) => each !== "");
    await this.ctx.storage.transaction(async (storage) => {
      for (const key of (await storage.list()).keys()) await storage.delete(key);
      for (const line of lines) {
        const [key, value]: [string, unknown] = JSON.parse(line);
        await storage.put(key, value);
      }
    });
  }
}
