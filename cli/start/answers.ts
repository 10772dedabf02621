import { z } from "zod";
import { workersOf } from "../../src/declare/graph.ts";
import { pulumiText } from "../stack/engine/pulumi.ts";
import { ask } from "./http.ts";
import type { Report } from "./report.ts";
import type { Started } from "./started.ts";

/** What a worker said when it was asked. */
interface Answer {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

const urlsOutput = z.record(z.string(), z.string());

/** Asks each worker of the stack that has an address: at the path of its smoke test, else at `/`. */
export async function askWorkers({ place, environment, stage, report, stop }: Started): Promise<{
  readonly urls: Readonly<Record<string, string>>;
  readonly answers: Readonly<Record<string, Answer>>;
}> {
  const run = { root: place.root, env: environment.env };
  const urls = urlsOutput.parse(
    JSON.parse(await pulumiText(["stack", "output", "urls", "--json", "--stack", stage.name], run)),
  );
  const paths = new Map<string, string>(
    place.project.systems.flatMap((system) =>
      workersOf(system).map((worker) => [`${system.name}/${worker.name}`, worker.smoke ?? "/"] as const),
    ),
  );
  const answers: Record<string, Answer> = {};
  for (const [name, url] of Object.entries(urls)) {
    stop.throwIfAborted();
    const { hostname, port, href } = new URL(paths.get(name) ?? "/", url);
    answers[name] = await report.step(`Ask ${name}`, async (say) => {
      const reply = await ask({ host: hostname, port: Number(port) }, new URL(href).pathname);
      say(`HTTP ${reply.status}`);
      return { url: href, status: reply.status, text: reply.text };
    });
  }
  return { urls, answers };
}

/** The first lines of every answer, under its address. */
export function showAnswers(
  report: Report,
  { answers }: { readonly answers: Readonly<Record<string, Answer>> },
): void {
  for (const [name, { url, text }] of Object.entries(answers)) {
    report.line(`\n  ${name}  ${url}`);
    for (const line of text.split("\n").slice(0, 3)) report.line(`    ${line.slice(0, 76)}`);
  }
}
