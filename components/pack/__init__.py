"""From a manifest and its images to a span of paired TFRecords."""
