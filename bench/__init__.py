"""The measuring room: how fast and how large, on data made from a seed."""
