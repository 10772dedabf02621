/** The provider behind the resource `Guard`, which only exists to be protected. */
export const provider = {
  async check(_olds: unknown, news: unknown): Promise<{ inputs: unknown; failures: never[] }> {
    return { inputs: news, failures: [] };
  },
  async diff(): Promise<{ changes: boolean; replaces: never[] }> {
    return { changes: false, replaces: [] };
  },
  async create(news: unknown): Promise<{ id: string; outs: unknown }> {
    return { id: "guard", outs: news };
  },
  async read(id: string, props: unknown): Promise<{ id: string; props: unknown }> {
    return { id, props };
  },
  async delete(): Promise<void> {},
};
