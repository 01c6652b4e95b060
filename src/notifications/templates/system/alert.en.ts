/** The words of `alert`. */
export const note = (text: string) => ({ title: "Needs a person", text });
