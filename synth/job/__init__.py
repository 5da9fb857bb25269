"""The main job: a plan becomes a folder of files, or nothing."""
