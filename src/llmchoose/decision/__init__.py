"""What to do: gates, criteria, ranking, reasons, plan and risks."""
