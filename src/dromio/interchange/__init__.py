"""Foreign systems' own words for matching, one package each: read, judged and explained in their terms."""
