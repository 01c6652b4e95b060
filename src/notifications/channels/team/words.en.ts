/** The links below a note. */
export const openOrder = "Open the order";
export const openConsole = "Open the console";
