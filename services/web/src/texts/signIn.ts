export const signIn = {
  title: "Sign in",
  how: "Open the one-time link that the start of the service printed, or enter an API key. The key is exchanged for a session and kept nowhere in this browser.",
  key: "API key",
  submit: "Sign in",
  signingIn: "Signing in",
};
