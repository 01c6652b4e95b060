/** How long a queue keeps a message that nobody takes, in seconds: the most that each plan allows. */
export const RETENTION_SECONDS = { paid: 14 * 86_400, free: 86_400 } as const;
