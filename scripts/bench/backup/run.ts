// Measures in a process of its own, which has loaded what a backup needs and no more: prints one line of JSON.
import { holdLittle } from "../../../cli/backup/hold-little.ts";

holdLittle();
const { benchmarkBackup } = await import("./measure.ts");
const told = (text: string): void => void process.stderr.write(`${text}\n`);
process.stdout.write(`${JSON.stringify(await benchmarkBackup(Number(process.argv[2]), told))}\n`);
