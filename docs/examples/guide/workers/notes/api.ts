import type { ApiEnv } from "../../src/systems/notes.ts";

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/health") return Response.json({ ok: true, stage: env.STAGE });
    if (pathname !== "/notes") return new Response("GET or POST /notes\n", { status: 404 });
    if (request.method === "POST") {
      if (request.headers.get("authorization") !== `Bearer ${env.API_KEY}`)
        return new Response("wrong key\n", { status: 401 });
      const { text, author = null } = await request.json<{ text: string; author?: string }>();
      const row = await env.DB.prepare("INSERT INTO notes (text, author) VALUES (?, ?) RETURNING id")
        .bind(text, author)
        .first<{ id: number }>();
      if (row === null) return new Response("not stored\n", { status: 500 });
      await env.ADDED.send({ id: row.id });
      return Response.json({ id: row.id }, { status: 201 });
    }
    const { results } = await env.DB.prepare("SELECT id, text, author, words FROM notes ORDER BY id").all();
    return Response.json(results);
  },

  /** Counts the words of each note that was added. */
  async queue(batch, env) {
    for (const { body } of batch.messages) {
      const note = await env.DB.prepare("SELECT text FROM notes WHERE id = ?")
        .bind(body.id)
        .first<{ text: string }>();
      const words = note?.text.split(/\s+/).filter((word) => word !== "").length ?? 0;
      await env.DB.prepare("UPDATE notes SET words = ? WHERE id = ?").bind(words, body.id).run();
    }
  },
} satisfies ExportedHandler<ApiEnv, { id: number }>;
