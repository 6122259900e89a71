"""FrozenFeatures: runs each half's frozen encoder once per distinct picture and text."""
