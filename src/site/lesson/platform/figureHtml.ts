/** HTML of a figure is for Jupyter's pages; this page draws it from its data. */
export const figureHtml = (): string => "";
