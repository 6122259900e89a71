"""What `fit` is put together from: Keras and arrays, no TFX."""
