/**
 * The story generator: valid events of a shop from a seed. It uses no clock, network or Node, so it runs in tests
 * inside workerd, in the demo, in benchmarks and in the command line.
 */
export { repeat, shuffle } from "./disorder.ts";
export { forge } from "../deliveries/forgery.ts";
export {
  chooseForms,
  type DeliveredStory,
  deliverStory,
  type Enveloped,
  type Form,
  type FormChoice,
  type FormOptions,
  formChoices,
  forms,
  hashId,
  type StoryDelivery,
  writeBody,
} from "../deliveries/forms.ts";
export {
  differ,
  expectedParts,
  judgeOrder,
  judgeParts,
  partKinds,
  type PartKind,
  type PartRow,
} from "./judge.ts";
export { cancelPaid, storyKinds, type KindName, type StoryKind } from "./kinds.ts";
export {
  eventTypes,
  type EventType,
  type ExpectedMessage,
  type Story,
  type StoryEvent,
} from "./model.ts";
export { createRandom, type Random } from "./random.ts";
export { failRefund } from "./lifecycle/refunding.ts";
export { senselessEvents } from "../deliveries/senseless.ts";
export { sign, SIGNATURE_HEADER } from "../deliveries/sign.ts";
export { createDay, createLives, createStory } from "./story.ts";
