import { WorkerEntrypoint } from "cloudflare:workers";
import type { SiloEnv } from "../../../src/systems/dome.ts";
import { log } from "../log.ts";
import type { Notes as Entrypoint, NewNote, Note, NoteSummary } from "./notes.ts";

interface NoteRow {
  id: string;
  title: string;
  excerpt: string;
  r2_key: string;
  created_at: string;
  queued_at: string | null;
}

const excerptCharacters = 240;

/** Where notes live: the body in R2, what lists need in D1, and a message to those who work on new content. */
export class Notes extends WorkerEntrypoint<SiloEnv> implements Entrypoint {
  /**
   * Stores a note once: the same title and text are the same note. Body first, row second, messages last, each step
   * repeatable, so a call that was cut anywhere is finished by the next one.
   */
  async put(note: NewNote): Promise<NoteSummary> {
    const id = await contentId(note);
    const key = `notes/${id}.txt`;
    const summary = {
      id,
      title: note.title,
      excerpt: excerpt(note.text),
      createdAt: new Date().toISOString(),
    };
    await this.env.CONTENT.put(key, note.text, {
      httpMetadata: { contentType: "text/plain; charset=utf-8" },
    });
    await this.env.DB.prepare(
      "INSERT INTO notes (id, title, excerpt, r2_key, content_hash, created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
    )
      .bind(id, summary.title, summary.excerpt, key, id, summary.createdAt)
      .run();
    const row = await this.row(id);
    if (row === null) throw new Error(`note ${id} was not stored`);
    if (row.queued_at === null) {
      await Promise.all([
        this.env.NEW_CONTENT_CONSTELLATION.send({ noteId: id }),
        this.env.NEW_CONTENT_AI.send({ noteId: id }),
      ]);
      await this.env.DB.prepare("UPDATE notes SET queued_at = ? WHERE id = ?")
        .bind(new Date().toISOString(), id)
        .run();
      log(this.env, "info", "a note is new", { noteId: id });
    }
    return summaryOf(row);
  }

  /** The note with its body, or null. */
  async get(id: string): Promise<Note | null> {
    const row = await this.row(id);
    if (row === null) return null;
    const object = await this.env.CONTENT.get(row.r2_key);
    if (object === null) throw new Error(`note ${id} is listed but its content ${row.r2_key} is missing`);
    return { ...summaryOf(row), text: await object.text() };
  }

  /** The newest notes first, at most 200. */
  async list(): Promise<NoteSummary[]> {
    const { results } = await this.env.DB.prepare(
      "SELECT id, title, excerpt, r2_key, created_at, queued_at FROM notes ORDER BY created_at DESC, id LIMIT 200",
    ).all<NoteRow>();
    return results.map(summaryOf);
  }

  private row(id: string): Promise<NoteRow | null> {
    return this.env.DB.prepare(
      "SELECT id, title, excerpt, r2_key, created_at, queued_at FROM notes WHERE id = ?",
    )
      .bind(id)
      .first<NoteRow>();
  }
}

const summaryOf = (row: NoteRow): NoteSummary => ({
  id: row.id,
  title: row.title,
  excerpt: row.excerpt,
  createdAt: row.created_at,
});

const excerpt = (text: string): string => {
  const flat = text.replace(/\s+/g, " ").trim();
  return flat.length <= excerptCharacters ? flat : `${flat.slice(0, excerptCharacters - 1)}…`;
};

/** 32 hexadecimal characters of the SHA-256 of title and text. */
async function contentId(note: NewNote): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(`${note.title}\n${note.text}`),
  );
  return [...new Uint8Array(digest).slice(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export default {
  fetch: () => new Response("silo is reached through its Notes entrypoint\n", { status: 404 }),
} satisfies ExportedHandler<SiloEnv>;
