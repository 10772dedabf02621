import { generateX25519Identity } from "age-encryption";
import { z } from "zod";

/** The provider behind the resource `OwnKey`. Whoever loses the state gets another key: what the first one sealed was for one backup alone. */
export const provider = {
  async check(_olds: unknown, news: unknown): Promise<{ inputs: unknown; failures: never[] }> {
    return { inputs: news, failures: [] };
  },
  async diff(): Promise<{ changes: boolean; replaces: string[] }> {
    return { changes: false, replaces: [] };
  },
  async create(news: unknown): Promise<{ id: string; outs: unknown }> {
    const inputs = z.looseObject({}).parse(news);
    return { id: "own-key", outs: { ...inputs, identity: await generateX25519Identity() } };
  },
  async read(id: string, props: unknown): Promise<{ id: string; props: unknown }> {
    return { id, props };
  },
  async delete(): Promise<void> {},
};
