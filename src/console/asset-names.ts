/** Written by `npm run assets`: static files by what they are; a name changes with the content. */
export const assetNames = {
  pico: "pico.fbc9a63fc9.css",
  style: "console.9de61022dc.css",
  htmx: "htmx.d6fdc75f20.js",
  script: "console.22546871e8.js",
  icon: "icon.316e10beac.svg",
} as const;
