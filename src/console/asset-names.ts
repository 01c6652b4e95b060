/** Written by `npm run assets`: static files by what they are; a name changes with the content. */
export const assetNames = {
  pico: "pico.fbc9a63fc9.css",
  style: "console.8b715a03ee.css",
  htmx: "htmx.d6fdc75f20.js",
  script: "console.fbca21d488.js",
  icon: "icon.316e10beac.svg",
} as const;
