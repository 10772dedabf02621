import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { ask, type WorkerAddress } from "../../cli/start/http.ts";
import type { DemoNote } from "./notes.ts";

const storedNote = z.object({ id: z.string(), title: z.string() });
const answerShape = z.object({
  question: z.string(),
  answer: z.string(),
  evidence: z.array(z.object({ noteId: z.string(), title: z.string(), text: z.string(), score: z.number() })),
});

/** An answer of dome-api with the passages it came from, the nearest first. */
export type DomeAnswer = z.infer<typeof answerShape>;

const parallelNotes = 4;

/** Stores notes; one that is there already stays as it is. Returns their ids, in the notes' order. */
export async function storeNotes(
  dome: WorkerAddress,
  notes: readonly DemoNote[],
  onStored: (count: number) => void,
): Promise<readonly string[]> {
  const ids: string[] = [];
  let next = 0;
  let stored = 0;
  await Promise.all(
    Array.from({ length: parallelNotes }, async () => {
      for (let i = next++; i < notes.length; i = next++) {
        const reply = await ask(dome, "/notes", { body: notes[i] });
        if (reply.status !== 201)
          throw new Error(
            `storing "${notes[i]?.title}" was answered with HTTP ${reply.status}: ${reply.text}`,
          );
        ids[i] = storedNote.parse(JSON.parse(reply.text)).id;
        onStored(++stored);
      }
    }),
  );
  return ids;
}

/** Waits until each note is found by its own words, which is when the queue has delivered it and its embedding is stored. */
export async function waitUntilFound(
  dome: WorkerAddress,
  notes: readonly DemoNote[],
  ids: readonly string[],
  timeoutMs: number,
  stop: AbortSignal,
  onFound: (count: number) => void,
): Promise<void> {
  const giveUpAtMs = Date.now() + timeoutMs;
  for (const [i, note] of notes.entries()) {
    // The title alone finds a note among few; its first words make it the nearest.
    const words = `${note.title}\n${note.text.slice(0, 700)}`;
    while (!(await search(dome, words)).evidence.some(({ noteId }) => noteId === ids[i])) {
      stop.throwIfAborted();
      if (Date.now() > giveUpAtMs)
        throw new Error(
          `"${note.title}" was stored ${timeoutMs / 1000} s ago and is still not found; the embedded Cloudflare's log says why`,
        );
      await sleep(100);
    }
    onFound(i + 1);
  }
}

export async function search(dome: WorkerAddress, question: string): Promise<DomeAnswer> {
  const reply = await ask(dome, `/search?q=${encodeURIComponent(question)}`);
  if (reply.status !== 200)
    throw new Error(`the search was answered with HTTP ${reply.status}: ${reply.text}`);
  return answerShape.parse(JSON.parse(reply.text));
}
