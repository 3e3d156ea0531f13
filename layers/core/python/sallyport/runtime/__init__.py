"""What a handler needs around a use case: settings, wiring, one log line, problem responses."""
