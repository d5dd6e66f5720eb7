"""The objects of the API, one file each. A new one brings its `ROUTES` and joins `registry`."""
