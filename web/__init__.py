"""The HTML door: pages, forms and the scripts that keep them live. It calls services and selectors and nothing else."""
