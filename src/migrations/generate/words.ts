import { drawn } from "./draw.ts";

const firstNames = [
  ...["Ada", "Grace", "Edsger", "Barbara", "Donald", "Frances", "Alan", "Hedy", "Tony", "Radia"],
  ...["Niklaus", "Margaret", "Ken", "Katherine", "Leslie", "Shafi", "Dennis", "Jean", "Robin", "Anita"],
];
const lastNames = [
  ...["Ahlberg", "Brandt", "Castro", "Dubois", "Eriksen", "Fischer", "Greco", "Haddad", "Ivanova", "Jensen"],
  ...["Kowalska", "Laurent", "Moreau", "Nakamura", "Okafor", "Petrov", "Quinn", "Rossi", "Sato", "Tamm"],
];
const nouns = [
  ...["river", "lantern", "garden", "harbour", "copper", "meadow", "signal", "orchard", "bridge", "compass"],
  ...["window", "marble", "thread", "forest", "kettle", "island", "ledger", "canyon", "pepper", "violin"],
];
const companies = ["Works", "Labs", "Partners", "Foods", "Logistics", "Studio", "Energy", "Health"];

/** Another part of one number, so that two words of a value do not go together. */
const part = (number: number, position: number): number => Math.floor(number / 31 ** position);

export const personName = (n: number): string =>
  `${drawn(firstNames, part(n, 0))} ${drawn(lastNames, part(n, 1))}`;

/** At example.com, which belongs to nobody: a test that sends mail reaches nobody. */
export const mailAddress = (n: number): string =>
  `${drawn(firstNames, part(n, 0)).toLowerCase()}.${n.toString(36)}@example.com`;

export const companyName = (n: number): string =>
  `${capital(drawn(nouns, part(n, 0)))} ${drawn(companies, part(n, 1))}`;

export const webAddress = (n: number): string =>
  `https://example.com/${drawn(nouns, part(n, 0))}/${n.toString(36)}`;

/** Numbers that no network gives out to anybody: 555-0100 to 555-0199. */
export const phoneNumber = (n: number): string => `+1-555-01${String(n % 100).padStart(2, "0")}`;

/** A few words that read like a title. */
export const title = (n: number): string =>
  capital(`${drawn(nouns, part(n, 0))} ${drawn(nouns, part(n, 1))}`);

/** Two sentences or so. */
export const prose = (n: number): string =>
  [0, 1]
    .map((i) => {
      const word = (position: number): string => drawn(nouns, part(n, position + 3 * i));
      return `The ${word(0)} stands by the ${word(1)}, and the ${word(2)} is not far.`;
    })
    .join(" ");

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
