"""What people read: tables and marked text. The only place that rounds."""
