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
  noSuchPage: "There is no such page",
  noSuchPageDetail: "The address may have a typing error, or what it showed is gone.",
};
