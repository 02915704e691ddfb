"""Jobs, documents, blobs, queue: what every service stands on."""
