/**
 * Replaces @formatjs/icu-skeleton-parser, by `[alias]` in wrangler.toml. It parses what follows `::` in a placeholder,
 * such as `{amount, number, ::currency/INR}`. The values of placeholders are already formatted, and check.ts refuses a
 * text with a format, so it is enough to know that there is one. This saves 3 KiB of the bundle.
 */
export const parseNumberSkeletonFromString = (): readonly object[] => [];
export const parseNumberSkeleton = (): object => ({});
export const parseDateTimeSkeleton = (): object => ({});
