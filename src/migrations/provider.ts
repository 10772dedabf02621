// Stacks that were brought up before the provider moved refer to this file: their `destroy` and their next `up` load it.
export { provider } from "../dynamic/migrations/migrations-provider.ts";
