// The API of the stores in a process of its own, so that a backup's memory is measured alone: prints where it listens, ends with its input.
import { startStoresApi } from "../../../embedded/contract/testing/stores-api.ts";

const { base, account, token, dataDir, close } = await startStoresApi();
process.stdout.write(`${JSON.stringify({ base, account, token, dataDir })}\n`);
process.stdin.on("end", () => void close().then(() => process.exit()));
process.stdin.resume();
