"""The main job, unattended, on the local stack: what `make run` shows and checks."""
