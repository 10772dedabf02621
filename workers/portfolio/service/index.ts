import type { ServiceEnv } from "../../../src/systems/portfolio.ts";
import { answer } from "./answer.ts";
import { page } from "./pages.ts";

/** Questions over HTTP, and what a person has to look at. */
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    switch (`${request.method} ${url.pathname}`) {
      case "GET /health":
        return Response.json({ ok: true, environment: env.ENVIRONMENT });
      case "POST /ask": {
        const question = await questionIn(request);
        return question === undefined
          ? problem(400, `the body is not {"question": "…"} with 1 to ${longestQuestion} characters`)
          : Response.json(await answer(env, question));
      }
      case "GET /documents":
      case "GET /dead-letters":
      case "GET /missing-objects": {
        const listed = await page(env.DB, url.pathname.slice(1), url.searchParams.get("after") ?? "");
        return Response.json(listed);
      }
      default:
        return problem(
          404,
          `there is no ${request.method} ${url.pathname}; try POST /ask, GET /documents, GET /dead-letters, GET /missing-objects`,
        );
    }
  },
} satisfies ExportedHandler<ServiceEnv>;

const longestQuestion = 2_000;

const problem = (status: number, error: string): Response => Response.json({ error }, { status });

async function questionIn(request: Request): Promise<string | undefined> {
  let body: unknown;
  try {
    body = await request.json();
  } catch {
    return undefined;
  }
  if (typeof body !== "object" || body === null || !("question" in body)) return undefined;
  const { question } = body;
  if (typeof question !== "string" || question.trim() === "" || question.length > longestQuestion)
    return undefined;
  return question.trim();
}
