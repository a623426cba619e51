"""What tools/build-image makes an image of, and how it is written."""
