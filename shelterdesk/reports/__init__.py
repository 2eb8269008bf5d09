"""What leaves on paper or as a file: cards, sheets, recovery sheets, matrices."""
