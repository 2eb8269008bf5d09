"""Every user action as a named function without Qt; the window and the command line call the same ones."""
