import { durableObject, objectBackup, system, worker } from "lockstep";
import type { Lobby } from "./lobby.ts";
import type { Room } from "./room.ts";

export const rooms = worker("rooms", {
  main: "workers/shop/rooms/worker.ts",
  compatibilityDate: "2026-06-01",
  durableObjects: {
    Room: { backup: objectBackup<Room>({ export: "exportStorage", import: "importStorage" }) },
    Lobby: { backup: objectBackup<Lobby>({ export: "exportStorage", import: "importStorage" }) },
  },
  env: { ROOM: durableObject<Room>("Room"), LOBBY: durableObject<Lobby>("Lobby") },
});

export const shop = system("shop", [rooms]);
