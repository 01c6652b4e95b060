/** Written by `npm run assets`: how many migrations there are, numbered from 0. */
export const MIGRATIONS = 40;
