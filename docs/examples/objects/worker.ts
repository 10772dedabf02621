import { Lobby } from "./lobby.ts";
import { Room } from "./room.ts";

export { Lobby, Room };

interface Env {
  readonly ROOM: DurableObjectNamespace<Room>;
  readonly LOBBY: DurableObjectNamespace<Lobby>;
}

/** `/room/<name>?author=…&body=…` says something in a room, `/lobby/<name>?author=…` waits for one. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const [, kind, name = ""] = pathname.split("/");
    const author = searchParams.get("author") ?? "";
    if (kind === "room") await env.ROOM.getByName(name).say(author, searchParams.get("body") ?? "");
    else await env.LOBBY.getByName(name).enter(author);
    return new Response("done\n");
  },
};
