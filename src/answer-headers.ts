/**
 * Headers of every answer: browsers use TLS alone from then on (over http they ignore the header), and do not guess
 * content types.
 */
const headers = {
  "strict-transport-security": "max-age=63072000",
  "x-content-type-options": "nosniff",
} as const;

/** Adds them to an answer that this Worker has made: the headers of a response from elsewhere cannot be changed. */
export function withHeaders(response: Response): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}
