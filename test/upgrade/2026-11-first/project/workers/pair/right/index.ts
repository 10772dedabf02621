import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

interface Env {
  readonly COUNTER: DurableObjectNamespace<Counter>;
}

export class Counter extends DurableObject {
  async next(): Promise<number> {
    const count = ((await this.ctx.storage.get<number>("count")) ?? 0) + 1;
    await this.ctx.storage.put("count", count);
    return count;
  }
}

export class Counting extends WorkerEntrypoint<Env> {
  async count(name: string): Promise<number> {
    return await this.env.COUNTER.getByName(name).next();
  }
}

export default {
  fetch: () => new Response("right"),
  scheduled() {},
} satisfies ExportedHandler<Env>;
