/** The names of channels and templates, as the receiver's own description of its API lists them. */
import openapi from "../public/console/openapi.json" with { type: "json" };

function namesOf(field: "channel" | "template"): readonly string[] {
  const { parameters } = openapi.paths["/notifications"].get;
  const schema = parameters.find(({ name }) => name === field)?.schema;
  return schema !== undefined && "enum" in schema ? (schema.enum ?? []) : [];
}

/** Reasons after which messages may be sent together. */
export const unsentReasons: readonly string[] =
  openapi.paths["/notifications/send-again"].post.requestBody.content["application/json"].schema
    .properties.reason.enum;

export const channelNames = namesOf("channel");
export const templateNames = namesOf("template");
