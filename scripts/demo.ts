// `npm start`: dome's dev stack on the embedded Cloudflare, this project's documentation stored as notes, a question answered.
import { entry } from "../cli/entry.ts";
import { placeHere } from "../cli/place.ts";
import { ask, type WorkerAddress } from "../cli/start/http.ts";
import { type Demonstration, startProject } from "../cli/start/start.ts";
import { urlOf } from "../cli/start/started.ts";
import { type DomeAnswer, search, storeNotes, waitUntilFound } from "./demo/dome.ts";
import { documentationNotes } from "./demo/notes.ts";

const question = "What do contract files wait for?";
const foundWithinMs = 60_000;

const demonstration: Demonstration<{
  readonly urls: Readonly<Record<string, string>>;
  readonly answer: DomeAnswer;
  readonly notes: number;
}> = {
  async perform(started) {
    const { place, stage, report, stop } = started;
    const url = urlOf(started, `dome-api-${stage.name}`);
    const { hostname, port } = new URL(url);
    const dome: WorkerAddress = { host: hostname, port: Number(port) };
    await report.step("Ask dome-api whether it is well", async () => {
      const reply = await ask(dome, "/health");
      if (reply.status !== 200) throw new Error(`${url}/health answered HTTP ${reply.status}: ${reply.text}`);
    });
    stop.throwIfAborted();
    const notes = documentationNotes(place.root);
    const ids = await report.step("Store this project's documentation as notes", (say) =>
      storeNotes(dome, notes, (n) => say(`${n} of ${notes.length}`)),
    );
    await report.step("Wait until the queue has embedded them", (say) =>
      waitUntilFound(dome, notes, ids, foundWithinMs, stop, (n) => say(`${n} of ${notes.length}`)),
    );
    stop.throwIfAborted();
    const answer = await report.step("Ask a question", () => search(dome, question));
    if (answer.evidence.length === 0) throw new Error("the search found no passage at all");
    return { urls: { "dome-api": url }, answer, notes: notes.length };
  },
  show(report, { urls, answer }) {
    report.line(`\n  ${answer.question}\n`);
    report.line(
      answer.answer
        .split("\n")
        .map((line) => `    ${line}`)
        .join("\n"),
    );
    report.line("\n  from");
    for (const { title, score } of answer.evidence.slice(0, 5))
      report.line(`    ${score.toFixed(3)}  ${title}`);
    report.line("");
    for (const [worker, url] of Object.entries(urls)) report.line(`  ${worker}  ${url}/`);
  },
};

await entry(() => startProject(process.argv.slice(2), placeHere(), demonstration));
