export const places = {
  home: "Home",
  datasets: "Datasets",
  models: "Models",
  reimage: "Re-image",
  jobs: "Jobs",
  notifications: "Notifications",
  settings: "Settings",
};
