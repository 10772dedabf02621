interface Env {
  readonly RIGHT: { count(name: string): Promise<number> };
  readonly SETTINGS: KVNamespace;
  readonly GREETING: string;
}

export default {
  async fetch(request, env) {
    const name = new URL(request.url).pathname.slice(1);
    const title = (await env.SETTINGS.get("title")) ?? "none";
    return Response.json({ greeting: env.GREETING, title, name, count: await env.RIGHT.count(name) });
  },
} satisfies ExportedHandler<Env>;
