"""Tables as sources of engines, drawn when they are read: nothing is stored. Each is imported by name, with its engine."""
