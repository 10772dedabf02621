import type { DomeApiEnv, NewContent } from "../../../src/systems/dome.ts";
import { log } from "../log.ts";
import type { NewNote } from "../silo/notes.ts";
import { answer } from "./answer.ts";
import { deadFrom, keep, list, sendAgain } from "./dead-letters.ts";
import page from "./page.html";
import { summarise } from "./summaries.ts";

/** Notes over HTTP, and a page that uses them. */
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const silo = env.SILO;
    const [, first, second] = url.pathname.split("/");
    switch (`${request.method} /${first ?? ""}`) {
      case "GET /":
        return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
      case "GET /health":
        return Response.json({ ok: true, version: env.VERSION, environment: env.ENVIRONMENT });
      case "GET /notes":
        return second === undefined || second === ""
          ? Response.json(await silo.list())
          : found(await silo.get(second), second);
      case "POST /notes": {
        const note = await newNote(request);
        if (typeof note === "string") return problem(400, note);
        const raw = `received/${crypto.randomUUID()}.json`;
        await env.RAW.put(raw, JSON.stringify(note));
        const stored = await silo.put(note);
        log(env, "info", "a note was received", { noteId: stored.id, raw });
        return Response.json(stored, { status: 201 });
      }
      case "GET /search": {
        const question = url.searchParams.get("q")?.trim() ?? "";
        return question === ""
          ? problem(400, "the query parameter q is missing or empty")
          : Response.json(await answer(env, question));
      }
      case "GET /summaries": {
        const { results } = await env.META.prepare(
          "SELECT note_id, summary, created_at FROM summaries ORDER BY created_at DESC LIMIT 200",
        ).all();
        return Response.json(results);
      }
      case "GET /dead-letters":
        return Response.json(await list(env));
      case "POST /dead-letters":
        return Response.json({ sentAgain: await sendAgain(env) });
      default:
        return problem(
          404,
          `there is no ${request.method} ${url.pathname}; try GET /, GET /notes, POST /notes, GET /search?q=…`,
        );
    }
  },
  async queue(batch, env) {
    const dead = deadFrom(batch.queue);
    for (const message of batch.messages) {
      if (dead !== undefined) await keep(env, dead, message);
      else await summarise(env, message.body.noteId);
      message.ack();
    }
  },
} satisfies ExportedHandler<DomeApiEnv, NewContent>;

const problem = (status: number, error: string): Response => Response.json({ error }, { status });

const found = (note: unknown, id: string): Response =>
  note === null ? problem(404, `there is no note ${id}`) : Response.json(note);

const longestTextCharacters = 1_000_000;

/** The note in the body, or what is wrong with it. */
async function newNote(request: Request): Promise<NewNote | string> {
  let body: unknown;
  try {
    body = await request.json();
  } catch {
    return 'the body is not JSON; expected {"title": "…", "text": "…"}';
  }
  if (typeof body !== "object" || body === null || !("title" in body) || !("text" in body))
    return 'expected {"title": "…", "text": "…"}';
  const { title, text } = body;
  if (typeof title !== "string" || title.trim() === "") return "title must be a text that is not empty";
  if (typeof text !== "string" || text.trim() === "") return "text must be a text that is not empty";
  if (text.length > longestTextCharacters)
    return `text has ${text.length} characters, at most ${longestTextCharacters} are stored in one note`;
  return { title: title.trim(), text };
}
