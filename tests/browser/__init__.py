"""The web app in a real browser, on one real stack: whatever a screen shows, a service has answered."""
