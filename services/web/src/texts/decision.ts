export const decisionTexts = {
  label: "How likely each model is",
  model: "Model",
  probability: "Probability",
  tone: "Tone distance",
  fitting: "Fits?",
  chosen: "fills it",
  fits: "fits",
  doesNotFit: "does not fit",
  notMeasured: "not measured",
  offers: {
    "as it is": "fits",
    "with colour adaptation": "fits, colours adapted",
    far: "fits, but is far",
    unsuitable: "does not fit",
  },
  all: (count: number) => `Show all ${count}`,
  fewer: "Show fewer",
};
