"""The screens of the left rail, one file each."""
