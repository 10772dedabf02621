import { z } from "zod";
import type { Clone } from "../../clone.ts";
import { type Row, up } from "../row.ts";

const api = (project: Clone, method: string, path: string, body?: unknown) =>
  project.api("prod", method, path, body);
const database = z.object({ uuid: z.string() });
/** The database of a name. */
const named = async (project: Clone, name: string): Promise<string> =>
  z.tuple([database]).parse(await api(project, "GET", `/d1/database?name=${name}`))[0].uuid;

/** What somebody did in the dashboard before. */
export const account: readonly Row[] = [
  {
    what: "another database of the account is adopted by its id",
    before: async (project) => {
      const made = database.parse(await api(project, "POST", "/d1/database", { name: "people-staging" }));
      project.edit("project.ts", (text) =>
        text.replace('d1("people", {', `d1("people", { adopt: { prod: "${made.uuid}" },`),
      );
    },
    after: async (project) => {
      await api(project, "DELETE", `/d1/database/${await named(project, "people-staging")}`);
    },
    run: up,
    names: ["A store that is to be taken over has another name", "crm/people"],
    remedy: "declare it with the name that it has",
  },
];
