"""Other modalities: images, video, time series, molecules, recommendation, control."""
