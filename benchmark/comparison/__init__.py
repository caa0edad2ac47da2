"""Times Delos and its peers on the same models, in turn, and says how sure the ratios are."""
