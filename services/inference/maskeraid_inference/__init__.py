"""Re-images covered faces with models kept in memory."""
