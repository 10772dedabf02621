import { WorkerEntrypoint } from "cloudflare:workers";
import type { StoreEnv } from "../../../src/systems/notes.ts";
import type { Note, Notes as Offered } from "./notes.ts";

/** For other workers: a note by its id. */
export class Notes extends WorkerEntrypoint<StoreEnv> implements Offered {
  async get(id: string): Promise<Note | null> {
    const row = await this.env.DB.prepare("SELECT title FROM notes WHERE id = ?")
      .bind(id)
      .first<{ title: string }>();
    const object = await this.env.CONTENT.get(id);
    if (row === null || object === null) return null;
    return { id, title: row.title, text: await object.text() };
  }
}

/** For the world: POST / stores a note, GET / lists them. */
export default {
  async fetch(request, env) {
    if (request.method !== "POST") {
      const { results } = await env.DB.prepare("SELECT id, title FROM notes ORDER BY title").all();
      return Response.json(results);
    }
    const { title, text } = await request.json<{ title: string; text: string }>();
    const id = crypto.randomUUID();
    await env.CONTENT.put(id, text);
    await env.DB.prepare("INSERT INTO notes (id, title) VALUES (?, ?)").bind(id, title).run();
    await env.ADDED.send({ id });
    return Response.json({ id }, { status: 201 });
  },
} satisfies ExportedHandler<StoreEnv>;
