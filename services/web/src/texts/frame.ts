export const frame = {
  skip: "Skip to the content",
  navigation: "Main",
  openMenu: "Open the menu",
  closeMenu: "Close the menu",
  opening: "Opening",
  toHome: "MASKERAID, home",
  signOut: "Sign out",
  toLight: "Switch to light colours",
  toDark: "Switch to dark colours",
  signedOut: "You are signed out",
  signedOutDetail:
    "Sign in in another tab, then come back and try again: what you have entered here stays as it is.",
  signInAgain: "Sign in in another tab",
  otherSession: "This page knew an earlier session",
  otherSessionDetail: "Nothing was changed. Press once more; if that is refused too, load the page anew.",
  noSuchPage: "There is no such page",
  noSuchPageDetail: "The address may have a typing error, or what it showed is gone.",
};
