"""Tests of the image and of the services that run from it, as far as they can be told without a container engine."""
