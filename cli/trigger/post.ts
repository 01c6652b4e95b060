/** Posts a delivery to the webhook route, and returns the answer. */
import * as z from "zod/mini";
import { SIGNATURE_HEADER } from "../../testbed/stories/index.ts";
import { type Answer, errorOf, type Http, parseJson } from "../api/http.ts";
import type { Prepared } from "./draft.ts";

export interface Posted {
  readonly delivery: Prepared;
  readonly status: number;
  /** Null if it was refused. */
  readonly id: string | null;
  readonly duplicate: boolean;
  readonly error: string | null;
  /** True if the answer is the expected one. */
  readonly isExpected: boolean;
}

const receipt = z.looseObject({
  received: z.literal(true),
  id: z.string(),
  duplicate: z.boolean(),
});

export function headersOf({ signature }: Pick<Prepared, "signature">): Record<string, string> {
  return {
    "content-type": "application/json",
    ...(signature === null ? {} : { [SIGNATURE_HEADER]: signature }),
  };
}

function read(delivery: Prepared, answer: Answer): Posted {
  const { status } = answer;
  const taken = z.safeParse(receipt, parseJson(answer.text));
  const isTaken = status === 200 && taken.success;
  return {
    delivery,
    status,
    id: isTaken ? taken.data.id : null,
    duplicate: isTaken && taken.data.duplicate,
    error: isTaken ? null : errorOf(answer),
    isExpected: status === delivery.expects && (status !== 200 || isTaken),
  };
}

export async function post(http: Http, url: string, delivery: Prepared): Promise<Posted> {
  const headers = headersOf(delivery);
  const request = { method: "POST", headers, body: delivery.body, isRepeatable: true } as const;
  return read(delivery, await http(url + delivery.path, request));
}
