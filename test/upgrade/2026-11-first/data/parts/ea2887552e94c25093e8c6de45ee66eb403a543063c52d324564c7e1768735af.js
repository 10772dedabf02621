import { WorkerEntrypoint } from "cloudflare:workers";
const notYet = () => new Response("This worker is being deployed for the first time.\n", { status: 503 });
export class Counting extends WorkerEntrypoint { fetch() { return notYet(); } }
export default { fetch: notYet };
