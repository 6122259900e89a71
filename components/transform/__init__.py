"""Transform: the text's normalising, vocabulary and padded ids, one graph for training and serving."""
