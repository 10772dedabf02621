import type { RouterEnv } from "../../src/systems/context.ts";
import { type Asked, backends } from "./backends.ts";
import { record, report } from "./records.ts";
import { readRouting, share, writeRouting } from "./routing.ts";

export default {
  async fetch(request, env, context) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/routing" && request.method === "PUT") return writeRouting(request, env);
    if (pathname === "/report") return Response.json(await report(env.ROUTING));
    const question = searchParams.get("q");
    if (question === null) return new Response("GET /?q=…\n", { status: 400 });

    const { newPercent, compare } = await readRouting(env.ROUTING);
    const visitor = request.headers.get("x-visitor") ?? request.headers.get("cf-connecting-ip") ?? "";
    const servedBy = share(visitor) < newPercent ? "new" : "old";
    const ask = backends(env);
    const first = await ask[servedBy](question);
    const other = (): Promise<Asked> => ask[servedBy === "new" ? "old" : "new"](question);
    // Nobody waits for the backend that is only compared; one that fails is stood in for by the other.
    if (first.answer === undefined) {
      const second = await other();
      context.waitUntil(record(env.ROUTING, question, servedBy, first, second));
      return reply(second, servedBy === "new" ? "old" : "new");
    }
    if (compare)
      context.waitUntil(other().then((second) => record(env.ROUTING, question, servedBy, first, second)));
    return reply(first, servedBy);
  },
} satisfies ExportedHandler<RouterEnv>;

const reply = ({ answer, error }: Asked, by: string): Response =>
  answer === undefined
    ? Response.json({ error }, { status: 502 })
    : Response.json({ answer }, { headers: { "x-answered-by": by } });
