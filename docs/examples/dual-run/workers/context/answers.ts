import { WorkerEntrypoint } from "cloudflare:workers";

const known: Readonly<Record<string, string>> = {
  tides: "The moon pulls the sea.",
  seasons: "The axis of the earth is tilted.",
};

/** The new backend. Stands for whatever answers here: a search, a model, a database. */
export class Answers extends WorkerEntrypoint {
  answer(question: string): { readonly answer: string } {
    if (question === "") throw new Error("no question");
    return { answer: known[question] ?? "Nobody has told me." };
  }
}

export default {
  fetch: () => new Response("asked through its binding only\n", { status: 404 }),
} satisfies ExportedHandler;
