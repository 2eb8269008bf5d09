"""Plain truth: frozen dataclasses and the rules on them; no Qt, no SQL, no files, no clock of its own."""
