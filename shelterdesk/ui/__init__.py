"""The only room that imports Qt: the worker, the main window, the theme, screens, tables, widgets, dialogs."""
