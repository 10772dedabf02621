/** What a backup is called that is begun at this time: `20261130T120000Z`. */
export const nameOf = (time: Date): string =>
  time
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(/[-:]/g, "");
