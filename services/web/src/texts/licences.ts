export const licences = {
  title: "Licences",
  detail: "This app is made with the following software. None of it is fetched from elsewhere.",
  text: "Licence text",
  withoutText: "The package carries no text of its licence.",
};
