"""What the house shows and knows without code: icons, style, translations, vocabularies, standard sets."""
